import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import { requestJson, withoutFinalSlash, type RequestContext, type Service } from './request';

/** A service whose address is a field of its credential. */
export interface AddressedService extends Service {
	/** Where it is when the credential names no `baseUrl`. */
	defaultBaseUrl: string;
	/** Between the base URL and each path. */
	version?: string;
}

export type ServiceRequest = Omit<IHttpRequestOptions, 'url'> & {
	/** Below the base URL and the version, e.g. `/models`. */
	path: string;
};

/** @throws {NodeApiError} worded for the builder when the service refuses or does not answer */
export async function serviceRequest(
	context: RequestContext,
	{ credential, name, cureOf, defaultBaseUrl, version = '' }: AddressedService,
	{ path, ...options }: ServiceRequest,
	itemIndex?: number,
): Promise<IDataObject> {
	const { baseUrl } = await context.getCredentials<{ baseUrl?: string }>(credential, itemIndex);
	const url = `${withoutFinalSlash(baseUrl || defaultBaseUrl)}${version}${path}`;
	return await requestJson(context, credential, name, { ...options, url }, cureOf, itemIndex);
}
