import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { seenBefore } from '../../shared/seen';
import { isSignedWebhook } from '../../shared/standardWebhook';
import { openAiCredential } from '../transport/openAi';
import { addressOf, customHeaders, readHeaders } from './sipHeaders';

const answered: IWebhookResponseData = { noWebhookResponse: true };

/**
 * One webhook of OpenAI: refused, acknowledged, or handed to the workflow. It is acknowledged before
 * the workflow runs, because OpenAI repeats what is not acknowledged soon, for up to 72 hours.
 * @see https://developers.openai.com/api/docs/guides/webhooks
 */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { webhookSecret } = await this.getCredentials<{ webhookSecret?: string }>(openAiCredential);
	const headers = this.getHeaderData();
	const id = single(headers['webhook-id']);
	const rawBody = this.getRequestObject().rawBody ?? Buffer.alloc(0);
	const isGenuine = isSignedWebhook(
		webhookSecret ?? '',
		{
			id,
			timestamp: single(headers['webhook-timestamp']),
			signature: single(headers['webhook-signature']),
		},
		rawBody,
		Date.now(),
	);
	if (!isGenuine || id === undefined) return end.call(this, 403);
	const event = parse(rawBody);
	if (!event) return end.call(this, 400);
	const events = this.getNodeParameter('events', []) as string[];
	const data = (event.data ?? {}) as IDataObject;
	// A project sends all its webhooks here, among them kinds that did not exist when this was written.
	if (!events.includes(String(event.type)) || typeof data.call_id !== 'string') {
		return end.call(this, 204);
	}
	const scope = `${this.getWorkflow().id ?? ''}/${this.getNode().id}`;
	if (seenBefore(this.getWorkflowStaticData('node'), scope, id)) return end.call(this, 204);
	return { ...end.call(this, 204), workflowData: [[{ json: incomingCall(id, event, data) }]] };
}

function incomingCall(webhookId: string, event: IDataObject, data: IDataObject): IDataObject {
	const sipHeaders = readHeaders(data.sip_headers);
	const createdAt = Number(event.created_at);
	return {
		event: event.type,
		callId: data.call_id,
		from: addressOf(sipHeaders, 'from'),
		to: addressOf(sipHeaders, 'to'),
		customHeaders: customHeaders(sipHeaders),
		createdAt: Number.isFinite(createdAt) ? new Date(createdAt * 1000).toISOString() : null,
		eventId: event.id ?? null,
		webhookId,
		mediaSecurity: data.sip_media_security ?? null,
		sipHeaders,
	};
}

function parse(rawBody: Buffer): IDataObject | undefined {
	try {
		const event: unknown = JSON.parse(rawBody.toString('utf8'));
		return typeof event === 'object' && event !== null ? (event as IDataObject) : undefined;
	} catch {
		return undefined;
	}
}

function end(this: IWebhookFunctions, statusCode: number): IWebhookResponseData {
	this.getResponseObject().status(statusCode).end();
	return answered;
}

function single(header: string | string[] | undefined): string | undefined {
	return Array.isArray(header) ? header[0] : header;
}
