import { NodeApiError } from 'n8n-workflow';
import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
	IWebhookFunctions,
	JsonObject,
} from 'n8n-workflow';

export type RequestContext =
	IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions | IWebhookFunctions;

/** What an error says to the builder: what happened, and what to change. */
export interface Cure {
	message: string;
	description: string;
}

/** Words a refusal. `headers` has lower-case names. */
export type CureOf = (statusCode: number, body: IDataObject, headers: IDataObject) => Cure;

/** Where a request goes, and how a failure of it is told. */
export interface Service {
	/** The credential that authenticates the request. */
	credential: string;
	/** The service's name in errors. */
	name: string;
	cureOf: CureOf;
}

/**
 * Sends a request with a credential and returns the parsed body of a 2xx reply.
 * @throws {NodeApiError} for any other reply, worded by `cureOf`, when nothing answers, and when the
 * reply is no JSON
 */
export async function requestJson(
	context: RequestContext,
	credential: string,
	name: string,
	options: IHttpRequestOptions,
	cureOf: CureOf,
	itemIndex?: number,
): Promise<IDataObject> {
	const service = { credential, name, cureOf };
	const response = await exchange(context, service, { ...options, json: true }, itemIndex);
	const { statusCode, headers } = response;
	const body = asObject(response.body);
	if (!isSuccess(statusCode)) throw refusal(context, service, statusCode, body, headers, itemIndex);
	if (typeof body.body !== 'string') return body;
	throw new NodeApiError(context.getNode(), {} as JsonObject, {
		...at(itemIndex),
		message: `${name} answered something that is no JSON`,
		description: `${beginningOf(body.body)} Check the base URL in the credential and any proxy before it.${mayHaveWorked(options)}`,
	});
}

/** Node's stream: n8n Cloud lets no package import it by name. */
type Readable = Exclude<Parameters<IExecuteFunctions['helpers']['binaryToBuffer']>[0], Buffer>;

/** A 2xx reply that is a file, not yet read. */
export interface FileReply {
	stream: Readable;
	/** Without parameters, in lower case. */
	contentType: string;
}

/**
 * Fetches a file. Redirects are followed, without the credential where they lead to another host.
 * @throws {NodeApiError} for any reply but 2xx, worded by `cureOf`, and when nothing answers
 */
export async function requestFile(
	context: IExecuteFunctions,
	service: Service,
	options: IHttpRequestOptions,
	itemIndex: number,
): Promise<FileReply> {
	const { statusCode, headers, body } = await exchange(
		context,
		service,
		{ ...options, encoding: 'stream', sendCredentialsOnCrossOriginRedirect: false },
		itemIndex,
	);
	const stream = body as unknown as Readable;
	if (isSuccess(statusCode)) {
		const [contentType = ''] = String(headers['content-type'] ?? '').split(';');
		return { stream, contentType: contentType.trim().toLowerCase() };
	}
	const text = (await context.helpers.binaryToBuffer(stream)).toString('utf8');
	throw refusal(context, service, statusCode, asObject(parsed(text)), headers, itemIndex);
}

async function exchange(
	context: RequestContext,
	{ credential, name }: Service,
	options: IHttpRequestOptions,
	itemIndex: number | undefined,
): Promise<IN8nHttpFullResponse> {
	try {
		return (await context.helpers.httpRequestWithAuthentication.call(context, credential, {
			...options,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
		})) as IN8nHttpFullResponse;
	} catch (error) {
		// Not the error itself: n8n has wrapped it, and would keep its own words.
		const { message } = error as Error;
		throw new NodeApiError(
			context.getNode(),
			{ message },
			{
				...at(itemIndex),
				message: `${name} did not answer`,
				description: `${message.replace(/\.$/, '')}. Check the base URL in the credential and that n8n can reach it.${mayHaveWorked(options)}`,
			},
		);
	}
}

function refusal(
	context: RequestContext,
	{ cureOf }: Service,
	statusCode: number,
	body: IDataObject,
	headers: IDataObject,
	itemIndex: number | undefined,
): NodeApiError {
	const error = new NodeApiError(context.getNode(), body as JsonObject, {
		...at(itemIndex),
		...cureOf(statusCode, body, headers),
		httpCode: String(statusCode),
	});
	const code = errorCode(body);
	if (code !== undefined) error.context.code = code;
	return error;
}

/** The service's own code: Twilio's replies have it at the top, those of the others within `error`. */
function errorCode({ code, error }: IDataObject): unknown {
	return code ?? (error as IDataObject | null | undefined)?.code;
}

const isSuccess = (statusCode: number) => statusCode >= 200 && statusCode < 300;

const at = (itemIndex: number | undefined) => (itemIndex === undefined ? {} : { itemIndex });

/** A reply that got lost says nothing about the request. */
function mayHaveWorked({ method = 'GET' }: IHttpRequestOptions): string {
	return method === 'GET'
		? ''
		: ' The request may have been carried out all the same: look before you repeat it.';
}

function beginningOf(body: string): string {
	return /^\s*</.test(body)
		? 'It sent a page of HTML.'
		: `It was cut off, or comes from somebody else: "${body.slice(0, 60)}".`;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

function asObject(body: unknown): IDataObject {
	if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as IDataObject;
	return body === undefined || body === null || body === '' ? {} : { body: String(body) };
}

/** Leaves out what was not given, so that the other side's defaults hold. */
export function given<T extends IDataObject>(values: T): IDataObject {
	return Object.fromEntries(
		Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
	);
}

export function withoutFinalSlash(url: string): string {
	return url.replace(/\/+$/, '');
}
