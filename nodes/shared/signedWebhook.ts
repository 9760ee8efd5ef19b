import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { isSignedWebhook } from './standardWebhook';

/** A webhook that is what it claims to be. */
export interface SignedWebhook {
	/** The same at each repetition of a delivery. */
	id: string;
	message: IDataObject;
}

/**
 * Reads a webhook that is signed as Standard Webhooks are, with one of the secrets.
 * @returns the HTTP status to refuse it with: 403 for a wrong signature, 400 for a body that is no object
 */
export function readSignedWebhook(
	this: IWebhookFunctions,
	secrets: string,
): SignedWebhook | number {
	const headers = this.getHeaderData();
	const id = single(headers['webhook-id']);
	const rawBody = this.getRequestObject().rawBody ?? Buffer.alloc(0);
	const isGenuine = isSignedWebhook(
		secrets,
		{
			id,
			timestamp: single(headers['webhook-timestamp']),
			signature: single(headers['webhook-signature']),
		},
		rawBody,
		Date.now(),
	);
	if (!isGenuine || id === undefined) return 403;
	const message = parse(rawBody);
	return message ? { id, message } : 400;
}

/** Answers without a body, before any workflow runs. */
export function endWebhook(this: IWebhookFunctions, statusCode: number): IWebhookResponseData {
	this.getResponseObject().status(statusCode).end();
	return { noWebhookResponse: true };
}

function parse(rawBody: Buffer): IDataObject | undefined {
	try {
		const message: unknown = JSON.parse(rawBody.toString('utf8'));
		return typeof message === 'object' && message !== null ? (message as IDataObject) : undefined;
	} catch {
		return undefined;
	}
}

function single(header: string | string[] | undefined): string | undefined {
	return Array.isArray(header) ? header[0] : header;
}
