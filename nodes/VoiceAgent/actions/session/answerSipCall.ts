import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { openAiCallIdField, readOpenAiCallId } from '../../../shared/openAiCallId';
import { isE164 } from '../../../shared/phoneNumber';
import { given } from '../../../shared/request';
import { sidecarRequest } from '../../../shared/sidecar';
import {
	agentOption,
	contactNameOption,
	sessionDetails,
	toolsOption,
	variablesOption,
	type SessionDetails,
} from '../../shared/sessionDetails';
import {
	byCalledNumber,
	byTenant,
	calledNumberField,
	chosenTenantField,
	readTenantChoice,
	tenantByField,
} from '../../shared/tenantChoice';
import { unexpectedReply } from '../../shared/unexpectedReply';

/** OpenAI accepts the call meanwhile, for which it has several seconds. */
const timeoutMs = 20_000;

const outcomes = ['answered', 'duplicate', 'gone', 'declined'];

/** What a session with transport SIP puts into the address that is dialled. */
const sessionHeaders = ['x-session-id', 'x-session-token'];

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
		...openAiCallIdField,
		displayName: 'OpenAI Call ID',
		name: 'openAiCallId',
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
		...tenantByField,
		default: 'session',
		options: [
			byCalledNumber,
			{
				name: 'Session in the SIP Headers',
				value: 'session',
				description: 'Only calls for which Start a Session has made the SIP address',
			},
			byTenant,
		],
		description: 'Whose call it is when its headers name no session',
	},
	{
		...calledNumberField,
		default: "={{ $json.customHeaders['x-called-number'] }}",
		description:
			'The number of the tenant, in E.164 format. OpenAI knows only its own address, so let the dialling side name it in a header of its own.',
	},
	chosenTenantField,
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
	const openAiCallId = readOpenAiCallId.call(this, 'openAiCallId', 'OpenAI Call ID', itemIndex);
	const sipHeaders = readHeaders.call(this, itemIndex);
	const reply = await sidecarRequest(this, {
		method: 'POST',
		path: '/v1/sip-calls',
		body: given({
			openAiCallId,
			sipHeaders,
			...(nameSession(sipHeaders) ? {} : whose.call(this, itemIndex)),
		}),
		itemIndex,
		timeoutMs,
	});
	if (outcomes.includes(String(reply.outcome))) return { openAiCallId, ...reply };
	throw unexpectedReply(this, 'outcome', itemIndex);
}

/** Answered is the first output, Not Answered the second. As a tool, the node has one output only. */
export function output(this: IExecuteFunctions, { outcome }: IDataObject): number {
	if (this.isToolExecution?.()) return 0;
	return outcome === 'answered' ? 0 : 1;
}

/** Not Answered: no agent has the call. */
export const failureOutput = 1;

interface SipHeader extends IDataObject {
	name: string;
	value: string;
}

function readHeaders(this: IExecuteFunctions, itemIndex: number): SipHeader[] {
	const written = this.getNodeParameter('sipHeaders', itemIndex, []);
	const headers = typeof written === 'string' ? parsed(written) : written;
	const isHeader = (one: unknown) => {
		const { name, value } = (one ?? {}) as IDataObject;
		return typeof name === 'string' && typeof value === 'string';
	};
	if (Array.isArray(headers) && headers.every(isHeader)) return headers as SipHeader[];
	if (headers === undefined || headers === null) return [];
	throw new NodeOperationError(this.getNode(), 'The field SIP Headers is no list of headers', {
		itemIndex,
		description:
			'Take sipHeaders of the OpenAI Realtime Trigger: [{"name": "X-Session-Id", "value": "…"}].',
	});
}

/**
 * Whether the sidecar finds a session in the headers. It knows whose call it is then, and the fields are
 * not read: what they take from headers of another kind of call may be empty. SIP tells no difference
 * between upper and lower case in names.
 */
function nameSession(headers: SipHeader[]): boolean {
	return headers.some(({ name }) => sessionHeaders.includes(name.trim().toLowerCase()));
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
	if (this.getNodeParameter('tenantBy', itemIndex, 'session') === 'session') return {};
	const options = this.getNodeParameter('options', itemIndex, {}) as SessionDetails & {
		from?: string;
	};
	const caller = this.getInputData()[itemIndex]?.json.from;
	return {
		...readTenantChoice.call(this, itemIndex),
		from: options.from ?? (typeof caller === 'string' && isE164(caller) ? caller : undefined),
		...sessionDetails(options),
	};
}
