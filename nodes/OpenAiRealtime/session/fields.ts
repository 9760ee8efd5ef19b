import type { INodeProperties } from 'n8n-workflow';

import { defaultModel, voices } from '../shared/models';
import { sessionOptions } from './options';

const titleCase = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

const forFields = { show: { sessionFrom: ['fields'] } };

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

/** What makes a session; the same fields wherever one is configured. */
export const sessionFields: INodeProperties[] = [
	{
		displayName: 'Session',
		name: 'sessionFrom',
		type: 'options',
		noDataExpression: true,
		default: 'fields',
		options: [
			{ name: 'From the Fields Below', value: 'fields', description: 'Build it here' },
			{
				name: 'From JSON',
				value: 'json',
				description: 'The session of a Build operation, or JSON that you write',
			},
		],
		description: 'Where the configuration of the session comes from',
	},
	{
		displayName: 'Session JSON',
		name: 'sessionJson',
		type: 'json',
		required: true,
		default: '={{ $json.session }}',
		displayOptions: { show: { sessionFrom: ['json'] } },
		description: 'A session object of the Realtime API, with type "realtime"',
	},
	{
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: defaultModel },
		displayOptions: forFields,
		description: 'The realtime model that holds the conversation',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: 'searchRealtimeModels', searchable: true },
			},
			{ displayName: 'By Name', name: 'name', type: 'string', placeholder: defaultModel },
		],
	},
	{
		displayName: 'Instructions',
		name: 'instructions',
		type: 'string',
		typeOptions: { rows: 5 },
		default: '',
		placeholder: 'Eres la asistente telefónica de …',
		displayOptions: forFields,
		description:
			'Who the agent is, what it may do, and how it speaks. Let it say that it is an AI assistant.',
	},
	{
		displayName: 'Voice',
		name: 'voice',
		type: 'options',
		default: 'marin',
		options: voices.map((name) => ({ name: titleCase(name), value: name })),
		displayOptions: forFields,
		description: 'It cannot change once the model has spoken. Marin and Cedar sound best.',
	},
	{
		displayName: 'Turn Detection',
		name: 'turnDetection',
		type: 'options',
		default: 'semantic_vad',
		options: [
			{
				name: 'Off',
				value: 'none',
				description: 'Nothing is answered until the control socket asks for a response',
			},
			{
				name: 'Semantic',
				value: 'semantic_vad',
				description: 'The turn ends when what was said is complete',
			},
			{
				name: 'Silence',
				value: 'server_vad',
				description: 'The turn ends after a silence',
			},
		],
		displayOptions: forFields,
		description: 'How the end of what the caller says is recognised',
	},
	{
		displayName: 'Functions',
		name: 'functions',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Function' },
		placeholder: 'Add Function',
		default: {},
		options: [{ displayName: 'Function', name: 'function', values: functionFields }],
		displayOptions: forFields,
		description: 'What the model may call. Whoever holds the control socket has to answer.',
	},
	{
		displayName: 'MCP Servers',
		name: 'mcpServers',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add MCP Server' },
		placeholder: 'Add MCP Server',
		default: {},
		options: [{ displayName: 'MCP Server', name: 'server', values: mcpFields }],
		displayOptions: forFields,
		description: 'Servers of the Model Context Protocol that OpenAI calls by itself',
	},
	{
		displayName: 'Session Options',
		name: 'sessionOptions',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: sessionOptions,
		displayOptions: forFields,
	},
];
