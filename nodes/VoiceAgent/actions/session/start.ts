import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { given } from '../../../shared/request';
import { sidecarRequest } from '../../../shared/sidecar';
import { readNumber, readText } from '../../shared/checks';
import { tenantLocator } from '../../shared/tenantLocator';

export const description: INodeProperties[] = [
	{
		displayName:
			'Before the call is connected, the sidecar checks the opening hours and its capacity. The answer leaves by <b>Connect</b> or by <b>Declined</b>, where <code>decision.message</code> is what to tell the caller.',
		name: 'startNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Find the Tenant By',
		name: 'tenantBy',
		type: 'options',
		default: 'calledNumber',
		options: [
			{
				name: 'Called Number',
				value: 'calledNumber',
				description: 'The tenant that has the number which was called',
			},
			{ name: 'Tenant', value: 'tenant', description: 'A tenant that you choose' },
		],
		description: 'How the sidecar knows whose agent it is',
	},
	{
		displayName: 'Called Number',
		name: 'calledNumber',
		type: 'string',
		required: true,
		default: '={{ $json.to }}',
		placeholder: '+56221234567',
		displayOptions: { show: { tenantBy: ['calledNumber'] } },
		description: 'The number of the tenant, in E.164 format',
	},
	{ ...tenantLocator, displayOptions: { show: { tenantBy: ['tenant'] } } },
	{
		displayName: 'Direction',
		name: 'direction',
		type: 'options',
		default: 'inbound',
		options: [
			{ name: 'Inbound', value: 'inbound', description: 'Somebody called us' },
			{ name: 'Outbound', value: 'outbound', description: 'We call somebody' },
		],
		description: 'Who called whom',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Agent',
				name: 'agent',
				type: 'string',
				default: 'contact-center',
				description: "What kind of conversation it is. Without it: the tenant's own agent.",
			},
			{
				displayName: 'Call SID',
				name: 'callSid',
				type: 'string',
				default: '={{ $json.callSid }}',
				description: "Twilio's name of the call. Without it: the field callSid of the item.",
			},
			{
				displayName: 'Contact Name',
				name: 'contactName',
				type: 'string',
				default: '',
				description: 'Who is on the line, so that the agent can use the name',
			},
			{
				displayName: 'From',
				name: 'from',
				type: 'string',
				default: '={{ $json.from }}',
				description: 'Who calls. Without it: the field from of the item.',
			},
			{
				displayName: 'Pipeline',
				name: 'pipeline',
				type: 'options',
				default: 'cascade',
				options: [
					{
						name: 'Cascade',
						value: 'cascade',
						description: 'Speech recognition, language model, voice',
					},
				],
				description: 'How speech becomes an answer',
			},
			{
				displayName: 'To',
				name: 'to',
				type: 'string',
				default: '={{ $json.to }}',
				description: 'Who is called. Without it: the field to of the item.',
			},
			{
				displayName: 'Tools',
				name: 'tools',
				type: 'string',
				default: '',
				placeholder: 'consultar_concesionario, agendar_visita',
				description:
					'Names of the live tools that the agent may use, separated by commas. Without it: all tools of the tenant.',
			},
			{
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
			},
		],
	},
];

interface StartOptions {
	agent?: string;
	callSid?: string;
	contactName?: string;
	from?: string;
	to?: string;
	pipeline?: string;
	tools?: string;
	variables?: { variable?: Array<{ name: string; value: unknown }> };
}

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const options = this.getNodeParameter('options', itemIndex, {}) as StartOptions;
	const item = this.getInputData()[itemIndex]?.json ?? {};
	const fromItem = (name: string) => (typeof item[name] === 'string' ? item[name] : undefined);
	const whose =
		this.getNodeParameter('tenantBy', itemIndex) === 'tenant'
			? { tenant: readText.call(this, 'tenant', 'Tenant', itemIndex) }
			: { calledNumber: readNumber.call(this, 'calledNumber', 'Called Number', itemIndex) };
	const call = given({
		callSid: options.callSid ?? fromItem('callSid'),
		from: options.from ?? fromItem('from'),
		to: options.to ?? fromItem('to'),
	});
	const session = await sidecarRequest(this, {
		method: 'POST',
		path: '/v1/sessions',
		body: given({
			...whose,
			direction: this.getNodeParameter('direction', itemIndex, 'inbound') as string,
			...call,
			agent: options.agent,
			pipeline: options.pipeline,
			contact: options.contactName ? { name: options.contactName } : undefined,
			variables: variables(options),
			tools: toolNames(options.tools),
		}),
		itemIndex,
	});
	if (action(session) === undefined) {
		throw new NodeOperationError(this.getNode(), 'The reply of the voice sidecar has no decision', {
			itemIndex,
			description: 'Check that the base URL of the credential is that of the media sidecar.',
		});
	}
	return { ...call, ...session };
}

/** Connect is the first output, Declined the second. As a tool, the node has one output only. */
export function output(this: IExecuteFunctions, session: IDataObject): number {
	if (this.isToolExecution?.()) return 0;
	return action(session) === 'connect' ? 0 : 1;
}

function action(session: IDataObject): string | undefined {
	const { action: decided } = (session.decision ?? {}) as IDataObject;
	return typeof decided === 'string' ? decided : undefined;
}

function variables({ variables: entries }: StartOptions): IDataObject | undefined {
	const named = (entries?.variable ?? []).filter(({ name }) => name !== '');
	if (named.length === 0) return undefined;
	return Object.fromEntries(named.map(({ name, value }) => [name, String(value ?? '')]));
}

function toolNames(list: string | undefined): string[] | undefined {
	if (list === undefined || list.trim() === '') return undefined;
	return list
		.split(',')
		.map((name) => name.trim())
		.filter(Boolean);
}
