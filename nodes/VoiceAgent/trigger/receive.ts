import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { seenBefore } from '../../shared/seen';
import { spokenTranscriptOf, transcriptOf } from '../shared/transcript';
import { registrationOf } from './registration';
import { isSignedWebhook } from '../../shared/standardWebhook';

const answered: IWebhookResponseData = { noWebhookResponse: true };

/** One request of the sidecar: refused, recognised as a repetition, or handed to the workflow. */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const staticData = this.getWorkflowStaticData('node');
	const registration = registrationOf(staticData);
	const headers = this.getHeaderData();
	const id = single(headers['webhook-id']);
	const rawBody = this.getRequestObject().rawBody ?? Buffer.alloc(0);
	const isGenuine = isSignedWebhook(
		registration?.secret ?? '',
		{
			id,
			timestamp: single(headers['webhook-timestamp']),
			signature: single(headers['webhook-signature']),
		},
		rawBody,
		Date.now(),
	);
	if (!isGenuine || id === undefined) return end.call(this, 403);
	const message = parse(rawBody);
	if (!message) return end.call(this, 400);
	const isTool = this.getNodeParameter('mode') === 'tool';
	const type = String(message.type ?? '');
	const events = this.getNodeParameter('events', []) as string[];
	// What was subscribed before the fields changed is acknowledged, so that it is not sent again.
	if (isTool ? type !== 'tool.call' : !events.includes(type))
		return end.call(this, isTool ? 400 : 204);
	const scope = `${this.getWorkflow().id ?? ''}/${this.getNode().id}`;
	// The first delivery of a tool call has the answer; a repetition must not act twice.
	if (seenBefore(staticData, scope, id)) return end.call(this, isTool ? 409 : 204);
	if (isTool) return { workflowData: [[{ json: toolCall(message) }]] };
	// Answered before the workflow starts: the sidecar need not wait, and n8n saves what was seen.
	return { ...end.call(this, 204), workflowData: [[{ json: event(id, message) }]] };
}

function event(eventId: string, { type, timestamp, data }: IDataObject): IDataObject {
	const { tenant = null, call = null, ...rest } = (data ?? {}) as IDataObject;
	const transcript = call
		? transcriptOf(call as IDataObject)
		: spokenTranscriptOf((rest.transcription ?? {}) as IDataObject);
	return { eventId, type, timestamp, tenant, call, transcript, ...rest };
}

function toolCall({ timestamp, data }: IDataObject): IDataObject {
	return { timestamp, ...((data ?? {}) as IDataObject) };
}

function parse(rawBody: Buffer): IDataObject | undefined {
	try {
		const message: unknown = JSON.parse(rawBody.toString('utf8'));
		return typeof message === 'object' && message !== null ? (message as IDataObject) : undefined;
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
