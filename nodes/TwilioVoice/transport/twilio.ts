import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IHttpRequestMethods } from 'n8n-workflow';

import { given, requestJson, withoutFinalSlash, type RequestContext } from '../../shared/request';
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
}

export const twilioCredential = 'twilioVoiceApi';

async function account(context: RequestContext, itemIndex?: number) {
	const { accountSid, baseUrl } = await context.getCredentials<TwilioCredentials>(
		twilioCredential,
		itemIndex,
	);
	const origin = withoutFinalSlash(baseUrl || 'https://api.twilio.com');
	return { origin, path: `/2010-04-01/Accounts/${encodeURIComponent(accountSid)}` };
}

/** Speaks to Twilio's REST API (2010-04-01) for the credential's account. */
export async function twilioRequest(
	context: RequestContext,
	{ method, path, qs, form, itemIndex }: TwilioRequest,
): Promise<IDataObject> {
	const { origin, path: accountPath } = await account(context, itemIndex);
	return await send(context, method, `${origin}${accountPath}${path}`, { qs, form, itemIndex });
}

/**
 * Follows `next_page_uri` until `limit` entries are there or the list ends.
 * @param key the name of the list in the reply, e.g. `calls`
 */
export async function twilioList(
	context: RequestContext,
	key: string,
	{ path, qs, itemIndex }: Omit<TwilioRequest, 'method' | 'form'>,
	limit = Infinity,
): Promise<IDataObject[]> {
	const { origin, path: accountPath } = await account(context, itemIndex);
	const found: IDataObject[] = [];
	const pageSize = Math.min(limit, 1000);
	let url: string | undefined = `${origin}${accountPath}${path}`;
	let query: IDataObject | undefined = { ...qs, PageSize: pageSize };
	while (url && found.length < limit) {
		const page = await send(context, 'GET', url, { qs: query, itemIndex });
		const entries = page[key];
		if (!Array.isArray(entries)) {
			throw new NodeOperationError(context.getNode(), `Twilio's reply has no list "${key}"`, {
				description: 'Check the API base URL in the Twilio Voice credential.',
			});
		}
		found.push(...(entries as IDataObject[]));
		url = typeof page.next_page_uri === 'string' ? `${origin}${page.next_page_uri}` : undefined;
		// The next page's address carries the whole query already.
		query = undefined;
	}
	return found.slice(0, limit);
}

async function send(
	context: RequestContext,
	method: IHttpRequestMethods,
	url: string,
	{ qs, form, itemIndex }: Pick<TwilioRequest, 'qs' | 'form' | 'itemIndex'>,
) {
	return await requestJson(
		context,
		twilioCredential,
		'Twilio',
		{
			method,
			url,
			timeout: 20_000,
			...(qs ? { qs: given(qs) } : {}),
			...(form
				? {
						body: formBody(form),
						headers: { 'content-type': 'application/x-www-form-urlencoded' },
					}
				: {}),
		},
		twilioCure,
		itemIndex,
	);
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
