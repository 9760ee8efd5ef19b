import { NodeApiError } from 'n8n-workflow';
import type { IDataObject, IHttpRequestMethods } from 'n8n-workflow';

import { given, requestJson, withoutFinalSlash, type Cure, type RequestContext } from './request';

export interface SidecarRequest {
	method: IHttpRequestMethods;
	/** Below the base URL, e.g. `/v1/calls`. */
	path: string;
	qs?: IDataObject;
	body?: IDataObject;
	itemIndex?: number;
	/** @defaultValue 10000 */
	timeoutMs?: number;
}

/** Speaks to the media sidecar with the `voiceSidecarApi` credential. */
export async function sidecarRequest(
	context: RequestContext,
	{ method, path, qs, body, itemIndex, timeoutMs = 10_000 }: SidecarRequest,
): Promise<IDataObject> {
	const credentials = await context.getCredentials<{ baseUrl: string }>(
		'voiceSidecarApi',
		itemIndex,
	);
	return await requestJson(
		context,
		'voiceSidecarApi',
		'The voice sidecar',
		{
			method,
			url: `${withoutFinalSlash(credentials.baseUrl)}${path}`,
			timeout: timeoutMs,
			...(qs ? { qs: given(qs) } : {}),
			...(body ? { body } : {}),
		},
		sidecarCure,
		itemIndex,
	);
}

/**
 * Whether the sidecar itself refused with this code. The status alone does not tell: a proxy before the
 * sidecar answers 404 as well while the sidecar is down.
 */
export function isSidecarError(error: unknown, code: string): boolean {
	return error instanceof NodeApiError && error.context.code === code;
}

/** The code of a sidecar's error reply, or '' when it is none of the sidecar's. */
function sidecarErrorCode(body: IDataObject): string {
	const error = body.error as IDataObject | undefined;
	return typeof error?.code === 'string' ? error.code : '';
}

const cures: Record<string, Cure> = {
	'tenant-not-found': {
		message: 'No tenant has this number or name',
		description: 'Check the called number, or choose the tenant from the list.',
	},
	'call-not-found': {
		message: 'The voice sidecar knows no such call',
		description: 'Check the call ID: it is the ID of the conversation or a Call SID of Twilio.',
	},
	'platform-key-required': {
		message: 'This needs a platform key',
		description: 'The credential has the key of one tenant. Use a platform key instead.',
	},
	'url-not-allowed': {
		message: 'The voice sidecar may not call the address of this n8n',
		description:
			'It takes public https addresses: set WEBHOOK_URL of n8n to one. On one machine, WEBHOOK_ALLOW_HTTP_LOOPBACK of the sidecar allows http://127.0.0.1.',
	},
	'tenant-required': {
		message: 'The voice sidecar does not know which tenant is meant',
		description: 'The credential has a platform key: choose the tenant in the field Tenant.',
	},
	'tenant-has-calls': {
		message: 'The tenant has a call in progress',
		description:
			'Suspend the tenant first, so that no call begins, and delete it when the last one has ended.',
	},
	'phone-number-taken': {
		message: 'Somebody else has this phone number already',
		description: 'A number belongs to one tenant, and to one contact of a tenant.',
	},
	'escalation-number-is-inbound': {
		message: 'The escalation number leads back to an agent',
		description: 'Choose a number that is no inbound number of any tenant.',
	},
	'call-not-active': {
		message: 'The conversation has ended already',
		description: 'Only a conversation that is in progress can be ended.',
	},
	'invalid-session': {
		message: 'The session in the SIP headers is not valid',
		description:
			'Its token is unknown, was used before or has expired; the call was rejected. Start the session right before the call is dialled, and dial its SIP URI once.',
	},
	'sip-call-failed': {
		message: 'OpenAI did not take the call',
		description:
			'The call was rejected. Check the API key, the project and the model of the voice sidecar; its log tells what OpenAI said.',
	},
	'sip-not-configured': {
		message: 'The voice sidecar takes no calls over SIP',
		description: 'Set OPENAI_API_KEY and OPENAI_PROJECT_ID (proj_…) in its configuration.',
	},
	'tool-name-taken': {
		message: 'A live tool of this name is already registered',
		description:
			'Another active workflow registered it. Unpublish that workflow, or choose another tool name or tenant.',
	},
};

const curesByStatus: Record<number, Cure> = {
	401: {
		message: 'The voice sidecar refused the API key',
		description: 'Check the API key in the Voice Sidecar credential.',
	},
	403: {
		message: 'The API key may not do this',
		description: 'Use a platform key, or a key of the right tenant.',
	},
	404: {
		message: 'The voice sidecar has no such thing',
		description: 'Check the ID. A tenant key sees only what belongs to its own tenant.',
	},
	409: {
		message: 'The voice sidecar refused: it already exists',
		description: 'Another workflow holds it. Unpublish that workflow, or choose another name.',
	},
	413: {
		message: 'The request is too large for the voice sidecar',
		description: 'Send less: variables and schemas are meant to be short.',
	},
	429: {
		message: 'Too many requests to the voice sidecar',
		description: 'Turn on Retry On Fail in the settings of the node, or ask less often.',
	},
	503: {
		message: 'The voice sidecar takes no work at the moment',
		description: 'It is starting, draining or without its database. Try again in a moment.',
	},
};

/** For a 404 without a code of the sidecar. */
const notTheSidecar: Cure = {
	message: 'Something other than the voice sidecar answered',
	description:
		'Check the base URL in the Voice Sidecar credential, and that the sidecar runs behind any proxy before it.',
};

function sidecarCure(statusCode: number, body: IDataObject): Cure {
	const error = (body.error ?? {}) as IDataObject;
	const code = sidecarErrorCode(body);
	const byStatus = statusCode === 404 && code === '' ? notTheSidecar : curesByStatus[statusCode];
	const known = cures[code] ?? byStatus;
	const said = typeof error.message === 'string' ? error.message : `HTTP ${statusCode}`;
	const field = typeof error.field === 'string' ? ` Field: ${error.field}.` : '';
	if (!known)
		return { message: `The voice sidecar refused: ${said}`, description: `${said}${field}` };
	return { message: known.message, description: `${known.description} It said: ${said}${field}` };
}
