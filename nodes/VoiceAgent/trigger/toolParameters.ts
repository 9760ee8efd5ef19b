import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IHookFunctions } from 'n8n-workflow';

interface ToolParameter {
	name: string;
	type: 'string' | 'number' | 'integer' | 'boolean';
	description?: string;
	required?: boolean;
	/** Comma-separated, for texts. */
	values?: string;
}

/** The JSON Schema of the tool's arguments, from the list of fields or as it was written. */
export function toolParameters(this: IHookFunctions): IDataObject {
	return this.getNodeParameter('parametersBy', 'fields') === 'schema'
		? writtenSchema.call(this)
		: builtSchema.call(this);
}

function fail(this: IHookFunctions, message: string, description: string): never {
	throw new NodeOperationError(this.getNode(), message, { description });
}

function writtenSchema(this: IHookFunctions): IDataObject {
	const written = this.getNodeParameter('parametersSchema', '{}');
	const schema = typeof written === 'string' ? parsed.call(this, written) : written;
	const isObject = typeof schema === 'object' && schema !== null && !Array.isArray(schema);
	if (isObject && (schema as IDataObject).type === 'object') return schema as IDataObject;
	return fail.call(
		this,
		'The JSON Schema does not describe an object',
		'The arguments of a tool are an object: write {"type": "object", "properties": {…}}.',
	);
}

function parsed(this: IHookFunctions, text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new NodeOperationError(this.getNode(), 'The field JSON Schema is not JSON', {
			description: (error as Error).message,
		});
	}
}

function builtSchema(this: IHookFunctions): IDataObject {
	const list = this.getNodeParameter('parameters.parameter', []) as ToolParameter[];
	const properties: IDataObject = {};
	for (const { name, type, description, values } of list) {
		if (!/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/.test(name)) {
			fail.call(
				this,
				`"${name}" cannot be the name of a parameter`,
				'A parameter name takes letters, digits and underscores, and begins with a letter.',
			);
		}
		if (name in properties) {
			fail.call(
				this,
				`The parameter "${name}" is there twice`,
				'Give each parameter its own name.',
			);
		}
		const allowed = type === 'string' ? split(values) : [];
		properties[name] = {
			type,
			...(description ? { description } : {}),
			...(allowed.length > 0 ? { enum: allowed } : {}),
		};
	}
	const required = list.filter((parameter) => parameter.required).map(({ name }) => name);
	return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}

function split(values: string | undefined): string[] {
	return (values ?? '')
		.split(',')
		.map((value) => value.trim())
		.filter(Boolean);
}
