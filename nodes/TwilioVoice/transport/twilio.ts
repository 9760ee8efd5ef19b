import { NodeOperationError } from 'n8n-workflow';
import type {
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
} from 'n8n-workflow';

import {
	given,
	requestFile,
	requestJson,
	withoutFinalSlash,
	type FileReply,
	type RequestContext,
} from '../../shared/request';
import { twilioCure } from './errors';

export interface TwilioRequest {
	method: IHttpRequestMethods;
	/** Below the account, e.g. `/Calls.json`. */
	path: string;
	qs?: IDataObject;
	/** Form fields. A list becomes a repeated field. */
	form?: IDataObject;
	itemIndex?: number;
}

export interface TwilioCredentials {
	accountSid: string;
	authToken: string;
	baseUrl?: string;
	lookupsBaseUrl?: string;
}

export const twilioCredential = 'twilioVoiceApi';

/** A recording of an hour takes a while. */
const fileTimeoutMs = 300_000;

async function addresses(context: RequestContext, itemIndex?: number) {
	const { accountSid, baseUrl, lookupsBaseUrl } = await context.getCredentials<TwilioCredentials>(
		twilioCredential,
		itemIndex,
	);
	const origin = withoutFinalSlash(baseUrl || 'https://api.twilio.com');
	return {
		origin,
		account: `${origin}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}`,
		lookups: withoutFinalSlash(lookupsBaseUrl || 'https://lookups.twilio.com'),
	};
}

/** What Twilio signs its webhooks with. It is never sent and never put out. */
export async function readAuthToken(context: RequestContext, itemIndex?: number): Promise<string> {
	const { authToken } = await context.getCredentials<TwilioCredentials>(
		twilioCredential,
		itemIndex,
	);
	return authToken;
}

/** Speaks to Twilio's REST API (2010-04-01) for the credential's account. */
export async function twilioRequest(
	context: RequestContext,
	{ method, path, qs, form, itemIndex }: TwilioRequest,
): Promise<IDataObject> {
	const { account } = await addresses(context, itemIndex);
	return await send(context, method, `${account}${path}`, { qs, form, itemIndex });
}

/** Speaks to Twilio's Lookup API. https://www.twilio.com/docs/lookup/v2-api */
export async function lookupRequest(
	context: RequestContext,
	path: string,
	qs: IDataObject,
	itemIndex?: number,
): Promise<IDataObject> {
	const { lookups } = await addresses(context, itemIndex);
	return await send(context, 'GET', `${lookups}${path}`, { qs, itemIndex });
}

/** Fetches a file below the account, e.g. `/Recordings/RE….wav`. */
export async function twilioFile(
	context: IExecuteFunctions,
	path: string,
	qs: IDataObject,
	itemIndex: number,
): Promise<FileReply> {
	const { account } = await addresses(context, itemIndex);
	return await requestFile(
		context,
		{ credential: twilioCredential, name: 'Twilio', cureOf: twilioCure },
		{ method: 'GET', url: `${account}${path}`, qs: given(qs), timeout: fileTimeoutMs },
		itemIndex,
	);
}

interface Page {
	entries: IDataObject[];
	/** Path and query of the next page, as `page` of the next request. */
	next: string | undefined;
}

export interface PageRequest {
	path: string;
	qs?: IDataObject;
	/** Where the page before this one said to go on; path and query are then Twilio's. */
	page?: string;
	itemIndex?: number;
}

/**
 * Reads one page of a list.
 * @param key the name of the list in the reply, e.g. `calls`
 */
export async function twilioPage(
	context: RequestContext,
	key: string,
	{ path, qs, page, itemIndex }: PageRequest,
): Promise<Page> {
	const { origin, account } = await addresses(context, itemIndex);
	const url = page ? `${origin}${page}` : `${account}${path}`;
	const reply = await send(context, 'GET', url, { qs: page ? undefined : qs, itemIndex });
	const entries = reply[key];
	if (!Array.isArray(entries)) {
		throw new NodeOperationError(context.getNode(), `Twilio's reply has no list "${key}"`, {
			description: 'Check the API base URL in the Twilio Voice credential.',
		});
	}
	return {
		entries: entries as IDataObject[],
		next: typeof reply.next_page_uri === 'string' ? reply.next_page_uri : undefined,
	};
}

/** Reads a list, page by page, until `limit` entries are there or it ends. */
export async function twilioList(
	context: RequestContext,
	key: string,
	{ path, qs, itemIndex }: Omit<PageRequest, 'page'>,
	limit = Infinity,
): Promise<IDataObject[]> {
	const found: IDataObject[] = [];
	const query = { ...qs, PageSize: Math.min(limit, 1000) };
	let page: string | undefined;
	do {
		const { entries, next } = await twilioPage(context, key, { path, qs: query, page, itemIndex });
		for (const entry of entries) found.push(entry);
		page = next;
	} while (page && found.length < limit);
	return found.slice(0, limit);
}

async function send(
	context: RequestContext,
	method: IHttpRequestMethods,
	url: string,
	{ qs, form, itemIndex }: Pick<TwilioRequest, 'qs' | 'form' | 'itemIndex'>,
) {
	const options: IHttpRequestOptions = { method, url, timeout: 20_000 };
	if (qs) options.qs = given(qs);
	if (form) {
		options.body = formBody(form);
		options.headers = { 'content-type': 'application/x-www-form-urlencoded' };
	}
	return await requestJson(context, twilioCredential, 'Twilio', options, twilioCure, itemIndex);
}

/** An empty string is kept: Twilio takes it as "remove this value". */
export function formBody(form: IDataObject): string {
	const fields = new URLSearchParams();
	for (const [name, value] of Object.entries(form)) {
		if (value === undefined || value === null) continue;
		for (const one of Array.isArray(value) ? value : [value]) fields.append(name, String(one));
	}
	return fields.toString();
}
