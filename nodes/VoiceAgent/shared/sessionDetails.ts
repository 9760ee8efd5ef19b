import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { listOf } from '../../shared/listOf';

export const agentOption: INodeProperties = {
	displayName: 'Agent',
	name: 'agent',
	type: 'string',
	default: 'contact-center',
	description: "What kind of conversation it is. Without it: the tenant's own agent.",
};

export const contactNameOption: INodeProperties = {
	displayName: 'Contact Name',
	name: 'contactName',
	type: 'string',
	default: '',
	description: 'Who is on the line, so that the agent can use the name',
};

export const toolsOption: INodeProperties = {
	displayName: 'Tools',
	name: 'tools',
	type: 'string',
	default: '',
	placeholder: 'consultar_concesionario, agendar_visita',
	description:
		'Names of the live tools that the agent may use, separated by commas. Without it: all tools of the tenant.',
};

export const variablesOption: INodeProperties = {
	displayName: 'Variables',
	name: 'variables',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add variable',
	default: {},
	options: [
		{
			displayName: 'Variable',
			name: 'variable',
			values: [
				{ displayName: 'Name', name: 'name', type: 'string', default: '' },
				{ displayName: 'Value', name: 'value', type: 'string', default: '' },
			],
		},
	],
	description: "Facts about this call that the agent's instructions may use",
};

export interface SessionDetails {
	agent?: string;
	contactName?: string;
	tools?: string;
	variables?: { variable?: Array<{ name: string; value: unknown }> };
}

/** The same for a request to the sidecar; undefined where nothing was given. */
export function sessionDetails({ agent, contactName, tools, variables }: SessionDetails) {
	const names = listOf(tools);
	const named = (variables?.variable ?? []).filter(({ name }) => name !== '');
	return {
		agent,
		contact: contactName ? { name: contactName } : undefined,
		variables:
			named.length > 0
				? (Object.fromEntries(
						named.map(({ name, value }) => [name, String(value ?? '')]),
					) as IDataObject)
				: undefined,
		tools: names.length > 0 ? names : undefined,
	};
}
