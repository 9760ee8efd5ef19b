import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { seenBefore } from '../../shared/seen';
import { endWebhook, readSignedWebhook } from '../../shared/signedWebhook';
import { openAiCredential } from '../transport/openAi';
import { addressOf, customHeaders, readHeaders } from './sipHeaders';

/**
 * One webhook of OpenAI: refused, acknowledged, or handed to the workflow. It is acknowledged before
 * the workflow runs, because OpenAI repeats what is not acknowledged soon, for up to 72 hours.
 * @see https://developers.openai.com/api/docs/guides/webhooks
 */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { webhookSecret } = await this.getCredentials<{ webhookSecret?: string }>(openAiCredential);
	const webhook = readSignedWebhook.call(this, webhookSecret ?? '');
	if (typeof webhook === 'number') return endWebhook.call(this, webhook);
	const { id, message: event } = webhook;
	const events = this.getNodeParameter('events', []) as string[];
	const data = (event.data ?? {}) as IDataObject;
	// A project sends all its webhooks here, among them kinds that did not exist when this was written.
	if (!events.includes(String(event.type)) || typeof data.call_id !== 'string') {
		return endWebhook.call(this, 204);
	}
	if (seenBefore.call(this, id)) return endWebhook.call(this, 204);
	return {
		...endWebhook.call(this, 204),
		workflowData: [[{ json: incomingCall(id, event, data) }]],
	};
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
