import { NodeApiError, UserError, sleep } from 'n8n-workflow';
import type {
	IDataObject,
	IHttpRequestMethods,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	JsonObject,
} from 'n8n-workflow';

import { failureOf, googleCure, type GoogleFailure, type GoogleService } from './googleFailure';
import { given, withoutFinalSlash, type Cure, type RequestContext } from './request';

export const googleCredential = 'googleSpeechApi';

export interface GoogleCredentials {
	authentication: 'apiKey' | 'serviceAccount';
	projectId?: string;
	customEndpoints?: boolean;
	speechBaseUrl?: string;
	textToSpeechBaseUrl?: string;
	storageBaseUrl?: string;
}

export interface GoogleRequest {
	service: GoogleService;
	method: IHttpRequestMethods;
	/** Below the base URL, with the version: `/v1/speech:recognize`. */
	path: string;
	qs?: IDataObject;
	/** JSON, or bytes with a `content-type` in `headers`. */
	body?: IDataObject | Buffer;
	headers?: IDataObject;
	/** Of version 2 of Speech-to-Text, e.g. `us`: chooses the regional endpoint. */
	location?: string;
	itemIndex?: number;
	/** @defaultValue 60000 */
	timeoutMs?: number;
	/** How often it is tried while Google is busy (429, 500, 502, 503, 504). @defaultValue 4 */
	attempts?: number;
	/** What a failure means here; what it leaves undefined is worded for Google as a whole. */
	cureOf?(failure: GoogleFailure): Cure | undefined;
}

export type GoogleReply = { ok: true; body: IDataObject } | { ok: false; failure: GoogleFailure };

/** No pause between two tries is longer, whatever Google asks for: the node's timeout is near. */
const longestPauseMs = 30_000;
const firstPauseMs = 1000;

const defaultBaseUrls: Record<GoogleService, string> = {
	speech: 'https://speech.googleapis.com',
	storage: 'https://storage.googleapis.com',
	textToSpeech: 'https://texttospeech.googleapis.com',
};

/**
 * Sends a request to Google, again while it is busy, and returns the parsed body of a 2xx reply.
 * @throws {NodeApiError} for any other outcome, with the cure
 */
export async function googleRequest(
	context: RequestContext,
	request: GoogleRequest,
): Promise<IDataObject> {
	const reply = await sendGoogle(context, request);
	if (reply.ok) return reply.body;
	throw googleError(context, reply.failure, request);
}

/** The same, for callers that have a use for a refusal. @throws only for wrong credentials */
export async function sendGoogle(
	context: RequestContext,
	request: GoogleRequest,
): Promise<GoogleReply> {
	const url = await urlOf(context, request);
	const attempts = request.attempts ?? 4;
	for (let attempt = 1; ; attempt++) {
		const reply = await sendOnce(context, url, request);
		if (reply.ok || attempt >= attempts || !isPassing(reply.failure)) return reply;
		await pause(context, pauseMs(reply.failure, attempt));
	}
}

export function googleError(
	context: RequestContext,
	failure: GoogleFailure,
	{ itemIndex, cureOf }: Pick<GoogleRequest, 'itemIndex' | 'cureOf'> = {},
): NodeApiError {
	return new NodeApiError(context.getNode(), { ...failure } as unknown as JsonObject, {
		...(cureOf?.(failure) ?? googleCure(failure)),
		httpCode: String(failure.statusCode || ''),
		...(itemIndex === undefined ? {} : { itemIndex }),
	});
}

/** Waits as a node may: the execution can be cancelled meanwhile. */
export async function pause(context: RequestContext, ms: number): Promise<void> {
	const signal =
		'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
	await sleep(ms, signal);
}

/** The project of the credential, '' when it has none. */
export async function googleProject(context: RequestContext, itemIndex?: number): Promise<string> {
	const { projectId } = await credentialsOf(context, itemIndex);
	return (projectId ?? '').trim();
}

async function credentialsOf(context: RequestContext, itemIndex?: number) {
	return await context.getCredentials<GoogleCredentials>(googleCredential, itemIndex);
}

async function urlOf(
	context: RequestContext,
	{ service, path, location, itemIndex }: GoogleRequest,
): Promise<string> {
	const credentials = await credentialsOf(context, itemIndex);
	const custom = credentials.customEndpoints ? credentials[`${service}BaseUrl`] : undefined;
	const baseUrl = withoutFinalSlash(custom?.trim() || defaultBaseUrls[service]);
	return `${regional(baseUrl, service, location)}${path}`;
}

/** https://cloud.google.com/speech-to-text/docs/endpoints: a region has its own host. */
function regional(baseUrl: string, service: GoogleService, location = 'global'): string {
	if (location === 'global' || baseUrl !== defaultBaseUrls[service]) return baseUrl;
	return baseUrl.replace('https://', `https://${location}-`);
}

async function sendOnce(
	context: RequestContext,
	url: string,
	{ service, method, qs, body, headers, timeoutMs = 60_000 }: GoogleRequest,
): Promise<GoogleReply> {
	const options: IHttpRequestOptions = {
		method,
		url,
		timeout: timeoutMs,
		json: true,
		returnFullResponse: true,
		// With an old access token Google answers 401; n8n gets a new one only when that is an error.
		ignoreHttpStatusErrors: { ignore: true, except: [401] },
		...(qs ? { qs: given(qs) } : {}),
		...(body ? { body } : {}),
		...(headers ? { headers } : {}),
	};
	let response: IN8nHttpFullResponse;
	try {
		response = (await context.helpers.httpRequestWithAuthentication.call(
			context,
			googleCredential,
			options,
		)) as IN8nHttpFullResponse;
	} catch (error) {
		return { ok: false, failure: ofError(context, service, error as Error) };
	}
	const { statusCode, body: reply } = response;
	if (statusCode < 200 || statusCode >= 300) {
		return { ok: false, failure: failureOf(service, statusCode, reply, response.headers) };
	}
	if (typeof reply === 'object' && reply !== null) return { ok: true, body: reply as IDataObject };
	if (reply === undefined || reply === null || reply === '') return { ok: true, body: {} };
	const isPage = String(reply).trimStart().startsWith('<');
	return {
		ok: false,
		failure: {
			...failureOf(service, statusCode, ''),
			reason: 'not-json',
			message: isPage
				? 'The address answers with a web page'
				: 'The answer was cut off on the way, or is not JSON',
		},
	};
}

/** What n8n's HTTP helper throws: its own error, around the one of the connection or the credential. */
function ofError(context: RequestContext, service: GoogleService, error: Error): GoogleFailure {
	const { cause } = error;
	if (cause instanceof UserError) {
		throw new NodeApiError(context.getNode(), { message: cause.message } as JsonObject, {
			message: cause.message,
			description: cause.description ?? undefined,
		});
	}
	const { httpCode, context: details } = error as NodeApiError;
	if (httpCode === '401') return failureOf(service, 401, details?.data);
	const { code, message } = (cause ?? error) as Error & { code?: string };
	return { ...failureOf(service, 0, ''), reason: code ?? '', message };
}

/** A connection that broke, also in the middle of the answer, for which axios has no code of its own. */
function isPassing({ statusCode, reason, message }: GoogleFailure): boolean {
	if (statusCode === 0) {
		return ['ECONNRESET', 'EAI_AGAIN', 'EPIPE'].includes(reason) || /aborted/i.test(message);
	}
	return [429, 500, 502, 503, 504].includes(statusCode);
}

function pauseMs({ retryAfterMs }: GoogleFailure, attempt: number): number {
	const growing = firstPauseMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
	return Math.min(retryAfterMs ?? growing, longestPauseMs);
}
