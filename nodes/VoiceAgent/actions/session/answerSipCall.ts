import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { given } from '../../../shared/request';
import { sidecarRequest } from '../../../shared/sidecar';
import { e164, readNumber, readText } from '../../shared/checks';
import {
	agentOption,
	contactNameOption,
	sessionDetails,
	toolsOption,
	variablesOption,
	type SessionDetails,
} from '../../shared/sessionDetails';
import { tenantLocator } from '../../shared/tenantLocator';

/** OpenAI accepts the call meanwhile, for which it has several seconds. */
const timeoutMs = 20_000;

const outcomes = ['answered', 'duplicate', 'gone', 'declined'];

const withoutSession = { show: { tenantBy: ['calledNumber', 'tenant'] } };

export const description: INodeProperties[] = [
	{
		displayName:
			'Put this behind an <b>OpenAI Realtime Trigger</b>. A call that the agent takes leaves by <b>Answered</b>. <b>Not Answered</b> tells in <code>outcome</code> why not: <code>declined</code> (see <code>decision.reason</code>), <code>gone</code> (the caller has hung up) or <code>duplicate</code> (taken before).',
		name: 'answerNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'OpenAI Call ID',
		name: 'openAiCallId',
		type: 'string',
		required: true,
		default: '={{ $json.callId }}',
		placeholder: 'rtc_…',
		description: 'The call that OpenAI has announced, as the trigger puts it out in callId',
	},
	{
		displayName: 'SIP Headers',
		name: 'sipHeaders',
		type: 'json',
		default: '={{ $json.sipHeaders }}',
		description:
			'All headers of the call, as the trigger puts them out. A session with transport SIP has written its ID and its token into them.',
	},
	{
		displayName: 'Find the Tenant By',
		name: 'tenantBy',
		type: 'options',
		default: 'session',
		options: [
			{
				name: 'Called Number',
				value: 'calledNumber',
				description: 'The tenant that has the number which was called',
			},
			{
				name: 'Session in the SIP Headers',
				value: 'session',
				description: 'Only calls for which Start a Session has made the SIP address',
			},
			{ name: 'Tenant', value: 'tenant', description: 'A tenant that you choose' },
		],
		description: 'Whose call it is when its headers name no session',
	},
	{
		displayName: 'Called Number',
		name: 'calledNumber',
		type: 'string',
		required: true,
		default: "={{ $json.customHeaders['x-called-number'] }}",
		placeholder: '+56221234567',
		displayOptions: { show: { tenantBy: ['calledNumber'] } },
		description:
			'The number of the tenant, in E.164 format. OpenAI knows only its own address, so let the dialling side name it in a header of its own.',
	},
	{ ...tenantLocator, displayOptions: { show: { tenantBy: ['tenant'] } } },
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: withoutSession,
		description: 'For a call whose headers name no session',
		options: [
			agentOption,
			contactNameOption,
			{
				displayName: 'From',
				name: 'from',
				type: 'string',
				default: '={{ $json.from }}',
				description: 'Who calls. Without it: the field from of the item, where it is a number.',
			},
			toolsOption,
			variablesOption,
		],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const openAiCallId = readCallId.call(this, itemIndex);
	const reply = await sidecarRequest(this, {
		method: 'POST',
		path: '/v1/sip-calls',
		body: given({
			openAiCallId,
			sipHeaders: readHeaders.call(this, itemIndex),
			...whose.call(this, itemIndex),
		}),
		itemIndex,
		timeoutMs,
	});
	if (outcomes.includes(String(reply.outcome))) return { openAiCallId, ...reply };
	throw new NodeOperationError(this.getNode(), 'The reply of the voice sidecar has no outcome', {
		itemIndex,
		description: 'Check that the base URL of the credential is that of the media sidecar.',
	});
}

/** Answered is the first output, Not Answered the second. As a tool, the node has one output only. */
export function output(this: IExecuteFunctions, { outcome }: IDataObject): number {
	if (this.isToolExecution?.()) return 0;
	return outcome === 'answered' ? 0 : 1;
}

function readCallId(this: IExecuteFunctions, itemIndex: number): string {
	const callId = readText.call(this, 'openAiCallId', 'OpenAI Call ID', itemIndex);
	if (/^rtc_[\w-]+$/.test(callId)) return callId;
	throw new NodeOperationError(this.getNode(), `"${callId}" is not a Call ID of OpenAI`, {
		itemIndex,
		description:
			'It begins with rtc_ and comes from the OpenAI Realtime Trigger (callId). A Call SID of Twilio (CA…) is another thing.',
	});
}

function readHeaders(this: IExecuteFunctions, itemIndex: number): IDataObject[] {
	const written = this.getNodeParameter('sipHeaders', itemIndex, []);
	const headers = typeof written === 'string' ? parsed(written) : written;
	const isHeader = (one: unknown) => {
		const { name, value } = (one ?? {}) as IDataObject;
		return typeof name === 'string' && typeof value === 'string';
	};
	if (Array.isArray(headers) && headers.every(isHeader)) return headers as IDataObject[];
	if (headers === undefined || headers === null) return [];
	throw new NodeOperationError(this.getNode(), 'The field SIP Headers is no list of headers', {
		itemIndex,
		description:
			'Take sipHeaders of the OpenAI Realtime Trigger: [{"name": "X-Session-Id", "value": "…"}].',
	});
}

/** undefined where nothing is written; a text that is no JSON stays one. */
function parsed(text: string): unknown {
	if (text.trim() === '') return undefined;
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}

function whose(this: IExecuteFunctions, itemIndex: number): IDataObject {
	const by = this.getNodeParameter('tenantBy', itemIndex, 'session');
	if (by === 'session') return {};
	const options = this.getNodeParameter('options', itemIndex, {}) as SessionDetails & {
		from?: string;
	};
	const caller = this.getInputData()[itemIndex]?.json.from;
	return {
		...(by === 'tenant'
			? { tenant: readText.call(this, 'tenant', 'Tenant', itemIndex) }
			: { calledNumber: readNumber.call(this, 'calledNumber', 'Called Number', itemIndex) }),
		from: options.from ?? (typeof caller === 'string' && e164.test(caller) ? caller : undefined),
		...sessionDetails(options),
	};
}
