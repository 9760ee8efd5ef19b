import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { seenBefore } from '../../shared/seen';
import { endWebhook, readSignedWebhook } from '../../shared/signedWebhook';
import { spokenTranscriptOf, transcriptOf } from '../shared/transcript';
import { registrationOf } from './registration';

/** One request of the sidecar: refused, recognised as a repetition, or handed to the workflow. */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const registration = registrationOf(this.getWorkflowStaticData('node'));
	const webhook = readSignedWebhook.call(this, registration?.secret ?? '');
	if (typeof webhook === 'number') return endWebhook.call(this, webhook);
	const { id, message } = webhook;
	const isTool = this.getNodeParameter('mode') === 'tool';
	const type = String(message.type ?? '');
	const events = this.getNodeParameter('events', []) as string[];
	// What was subscribed before the fields changed is acknowledged, so that it is not sent again.
	if (isTool ? type !== 'tool.call' : !events.includes(type))
		return endWebhook.call(this, isTool ? 400 : 204);
	// The first delivery of a tool call has the answer; a repetition must not act twice.
	if (seenBefore.call(this, id)) return endWebhook.call(this, isTool ? 409 : 204);
	if (isTool) return { workflowData: [[{ json: toolCall(message) }]] };
	// Answered before the workflow starts: the sidecar need not wait, and n8n saves what was seen.
	return { ...endWebhook.call(this, 204), workflowData: [[{ json: event(id, message) }]] };
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
