import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { given } from '../../../shared/request';
import { sidecarRequest } from '../../../shared/sidecar';
import { pipelines } from '../../shared/pipelines';
import {
	agentOption,
	contactNameOption,
	sessionDetails,
	toolsOption,
	variablesOption,
	type SessionDetails,
} from '../../shared/sessionDetails';
import {
	calledNumberField,
	chosenTenantField,
	readTenantChoice,
	tenantByField,
} from '../../shared/tenantChoice';
import { unexpectedReply } from '../../shared/unexpectedReply';

export const description: INodeProperties[] = [
	{
		displayName:
			'Before the call is connected, the sidecar checks the opening hours and its capacity. The answer leaves by <b>Connect</b> or by <b>Declined</b>, where <code>decision.message</code> is what to tell the caller.',
		name: 'startNotice',
		type: 'notice',
		default: '',
	},
	tenantByField,
	calledNumberField,
	chosenTenantField,
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
				options: pipelines,
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
	const call = given({
		callSid: options.callSid ?? fromItem('callSid'),
		from: options.from ?? fromItem('from'),
		to: options.to ?? fromItem('to'),
	});
	const session = await sidecarRequest(this, {
		method: 'POST',
		path: '/v1/sessions',
		body: given({
			...readTenantChoice.call(this, itemIndex),
			direction: this.getNodeParameter('direction', itemIndex, 'inbound') as string,
			...call,
			...audioPath.call(this, options.pipeline, itemIndex),
			...sessionDetails(options),
		}),
		itemIndex,
	});
	if (action(session) === undefined) throw unexpectedReply(this, 'decision', itemIndex);
	return { ...call, ...session };
}

/** Connect is the first output, Declined the second. As a tool, the node has one output only. */
export function output(this: IExecuteFunctions, session: IDataObject): number {
	if (this.isToolExecution?.()) return 0;
	return action(session) === 'connect' ? 0 : 1;
}

/** Declined: there is no session to connect to. */
export const failureOutput = 1;

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
