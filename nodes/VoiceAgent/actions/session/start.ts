import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { given } from '../../../shared/request';
import { sidecarRequest } from '../../../shared/sidecar';
import { readNumber, readText } from '../../shared/checks';
import {
	agentOption,
	contactNameOption,
	sessionDetails,
	toolsOption,
	variablesOption,
	type SessionDetails,
} from '../../shared/sessionDetails';
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
		displayName: 'Transport',
		name: 'transport',
		type: 'options',
		default: 'media-stream',
		options: [
			{
				name: 'Media Stream',
				value: 'media-stream',
				description: 'Twilio streams the audio to the voice sidecar, for both pipelines',
			},
			{
				name: 'SIP',
				value: 'sip',
				description:
					'Twilio dials OpenAI, always in the realtime pipeline. A workflow with an OpenAI Realtime Trigger answers there.',
			},
		],
		description: 'How the audio of the call reaches the agent',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			agentOption,
			{
				displayName: 'Call SID',
				name: 'callSid',
				type: 'string',
				default: '={{ $json.callSid }}',
				description: "Twilio's name of the call. Without it: the field callSid of the item.",
			},
			contactNameOption,
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
						description: 'Speech recognition, language model, voice: one after the other',
					},
					{
						name: 'Realtime',
						value: 'realtime',
						description: 'One model that hears and speaks (OpenAI Realtime), with the least delay',
					},
				],
				description: "How speech becomes an answer. Without it: the tenant's pipeline.",
			},
			{
				displayName: 'To',
				name: 'to',
				type: 'string',
				default: '={{ $json.to }}',
				description: 'Who is called. Without it: the field to of the item.',
			},
			toolsOption,
			variablesOption,
		],
	},
];

interface StartOptions extends SessionDetails {
	callSid?: string;
	from?: string;
	to?: string;
	pipeline?: string;
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
			...audioPath.call(this, options.pipeline, itemIndex),
			...sessionDetails(options),
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

/** How the audio flows, where it is not as the sidecar would have it by itself. */
function audioPath(this: IExecuteFunctions, pipeline: string | undefined, itemIndex: number) {
	if (this.getNodeParameter('transport', itemIndex, 'media-stream') !== 'sip') return { pipeline };
	if (pipeline !== 'cascade') return { pipeline: 'realtime', transport: 'sip' };
	throw new NodeOperationError(this.getNode(), 'The cascade pipeline has no SIP transport', {
		itemIndex,
		description:
			'Over SIP a realtime model hears the caller directly: remove the option Pipeline, or choose Media Stream in the field Transport.',
	});
}
