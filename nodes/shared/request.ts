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

export type CureOf = (statusCode: number, body: IDataObject) => Cure;

/**
 * Sends a request with a credential and returns the parsed body of a 2xx reply.
 * @throws {NodeApiError} for any other reply, worded by `cureOf`, and when nothing answers
 */
export async function requestJson(
	context: RequestContext,
	credential: string,
	service: string,
	options: IHttpRequestOptions,
	cureOf: CureOf,
	itemIndex?: number,
): Promise<IDataObject> {
	const position = itemIndex === undefined ? {} : { itemIndex };
	let response: IN8nHttpFullResponse;
	try {
		response = (await context.helpers.httpRequestWithAuthentication.call(context, credential, {
			...options,
			json: true,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
		})) as IN8nHttpFullResponse;
	} catch (error) {
		throw new NodeApiError(context.getNode(), error as JsonObject, {
			...position,
			message: `${service} did not answer`,
			description: `${(error as Error).message}. Check the base URL in the credential and that n8n can reach it.`,
		});
	}
	const body = asObject(response.body);
	if (response.statusCode >= 200 && response.statusCode < 300) return body;
	throw new NodeApiError(context.getNode(), body as JsonObject, {
		...position,
		...cureOf(response.statusCode, body),
		httpCode: String(response.statusCode),
	});
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
