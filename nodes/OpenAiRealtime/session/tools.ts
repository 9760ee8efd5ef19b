import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

interface FunctionField {
	name: string;
	description?: string;
	parameters?: string | IDataObject;
}

interface McpField {
	label: string;
	url: string;
	authorization?: string;
	allowedTools?: string;
	approval?: string;
}

/** The functions and MCP servers of the fields, as the Realtime API takes them. */
export function readTools(this: IExecuteFunctions, itemIndex: number): IDataObject[] {
	const functions = this.getNodeParameter(
		'sessionOptions.functions.function',
		itemIndex,
		[],
	) as FunctionField[];
	const servers = this.getNodeParameter(
		'sessionOptions.mcpServers.server',
		itemIndex,
		[],
	) as McpField[];
	const tools = [
		...functions.map((one) => functionTool.call(this, one, itemIndex)),
		...servers.map((one) => mcpTool.call(this, one, itemIndex)),
	];
	const names = tools.map(({ name, server_label: label }) => String(name ?? label));
	const twice = names.find((name, index) => names.indexOf(name) !== index);
	if (twice !== undefined) {
		refuse.call(
			this,
			`There are two tools with the name "${twice}"`,
			'Give each function and each MCP server its own name.',
			itemIndex,
		);
	}
	return tools;
}

function functionTool(
	this: IExecuteFunctions,
	{ name, description, parameters }: FunctionField,
	itemIndex: number,
): IDataObject {
	if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
		refuse.call(
			this,
			`"${name}" cannot be the name of a function`,
			'In Session Options, under Functions, a Name takes 1 to 64 letters, digits, underscores and hyphens.',
			itemIndex,
		);
	}
	return {
		type: 'function',
		name,
		...(description ? { description } : {}),
		parameters: schema.call(this, name, parameters ?? {}, itemIndex),
	};
}

function schema(
	this: IExecuteFunctions,
	name: string,
	written: string | IDataObject,
	itemIndex: number,
): IDataObject {
	let value: unknown = written;
	if (typeof written === 'string') {
		try {
			value = JSON.parse(written || '{}');
		} catch (error) {
			refuse.call(
				this,
				`The parameters of the function "${name}" are not JSON`,
				(error as Error).message,
				itemIndex,
			);
		}
	}
	if (typeof value === 'object' && value !== null && (value as IDataObject).type === 'object') {
		return value as IDataObject;
	}
	return refuse.call(
		this,
		`The parameters of the function "${name}" do not describe an object`,
		'Write a JSON Schema: { "type": "object", "properties": { … } }.',
		itemIndex,
	);
}

function mcpTool(
	this: IExecuteFunctions,
	{ label, url, authorization, allowedTools, approval }: McpField,
	itemIndex: number,
): IDataObject {
	if (!label.trim() || !/^https:\/\/\S+$/.test(url)) {
		refuse.call(
			this,
			`The MCP server "${label || url}" is not complete`,
			'In Session Options, under MCP Servers, give a Label and a Server URL that begins with https://.',
			itemIndex,
		);
	}
	const allowed = (allowedTools ?? '')
		.split(',')
		.map((name) => name.trim())
		.filter(Boolean);
	return {
		type: 'mcp',
		server_label: label.trim(),
		server_url: url,
		...(authorization ? { authorization } : {}),
		...(allowed.length > 0 ? { allowed_tools: allowed } : {}),
		require_approval: approval ?? 'never',
	};
}

function refuse(
	this: IExecuteFunctions,
	message: string,
	description: string,
	itemIndex: number,
): never {
	throw new NodeOperationError(this.getNode(), message, { description, itemIndex });
}
