import type { INodeProperties } from 'n8n-workflow';

const functionFields: INodeProperties[] = [
	{
		displayName: 'Name',
		name: 'name',
		type: 'string',
		default: '',
		placeholder: 'consultar_stock',
		description: 'By which the model calls it: letters, digits, underscores and hyphens',
	},
	{
		displayName: 'Description',
		name: 'description',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		description: 'What it does, when to call it, and what to tell the caller meanwhile',
	},
	{
		displayName: 'Parameters',
		name: 'parameters',
		type: 'json',
		default: '{ "type": "object", "properties": {} }',
		description: 'A JSON Schema of an object',
	},
];

const mcpFields: INodeProperties[] = [
	{
		displayName: 'Label',
		name: 'label',
		type: 'string',
		default: '',
		placeholder: 'crm',
		description: 'Tells this server apart from the others in tool calls',
	},
	{
		displayName: 'Server URL',
		name: 'url',
		type: 'string',
		default: '',
		placeholder: 'https://mcp.example.com/sse',
		description: 'A public https address: OpenAI calls it',
	},
	{
		displayName: 'Authorization',
		name: 'authorization',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description: 'An access token that OpenAI hands to the server. It is not put out by this node.',
	},
	{
		displayName: 'Allowed Tools',
		name: 'allowedTools',
		type: 'string',
		default: '',
		placeholder: 'buscar_cliente, crear_cita',
		description: 'Names of tools, separated by commas. All of them when it is empty.',
	},
	{
		displayName: 'Approval',
		name: 'approval',
		type: 'options',
		default: 'never',
		options: [
			{
				name: 'Always Ask',
				value: 'always',
				description: 'Somebody has to approve each call over the control socket of the session',
			},
			{ name: 'Never Ask', value: 'never', description: 'The model calls the tools by itself' },
		],
		description: 'Whether a tool call has to be approved',
	},
];

/** Functions: whoever holds the control socket answers. */
export const functionsField: INodeProperties = {
	displayName: 'Functions',
	name: 'functions',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Function' },
	placeholder: 'Add Function',
	default: {},
	options: [{ displayName: 'Function', name: 'function', values: functionFields }],
	description: 'What the model may call. Whoever holds the control socket has to answer.',
};

/** Servers of the Model Context Protocol: OpenAI calls them by itself. */
export const mcpServersField: INodeProperties = {
	displayName: 'MCP Servers',
	name: 'mcpServers',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add MCP Server' },
	placeholder: 'Add MCP Server',
	default: {},
	options: [{ displayName: 'MCP Server', name: 'server', values: mcpFields }],
	description: 'Servers of the Model Context Protocol that OpenAI calls by itself',
};
