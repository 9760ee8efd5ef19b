import type {
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { seenBefore } from '../../shared/seen';
import { twilioCredential, type TwilioCredentials } from '../transport/twilio';
import { publicAddress } from './address';
import { answerFallback, answerRecorded, answerUnknownNumber, send, staticAnswer } from './answers';
import { chosenEvents, normalise, ownNumber, type EventFields, type TriggerEvent } from './events';
import { isLate } from './order';
import { readRequest } from './request';
import { isSignedByTwilio } from './signature';
import { lookUpTenant } from './tenant';

const answered: IWebhookResponseData = { noWebhookResponse: true };

/** One request of Twilio: refused, answered here, or handed to the workflow. */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { rawBody, rawQuery, headers, params } = readRequest.call(this);
	const { authToken } = await this.getCredentials<TwilioCredentials>(twilioCredential);
	const isGenuine = isSignedByTwilio(authToken, {
		publicUrl: publicAddress.call(this),
		rawQuery,
		signature: headers.signature,
		contentType: headers.contentType,
		rawBody,
	});
	if (!isGenuine) {
		send.call(this, 403);
		return answered;
	}
	const query = new URLSearchParams(rawQuery);
	// A recording first: Twilio asks the fallback's own address again when a Record has no action.
	if (query.get('event') === 'recorded' || params.RecordingUrl !== undefined) {
		return await receiveRecording.call(this, params);
	}
	if (query.get('fallback') === 'true') {
		send.call(this, 200, answerFallback.call(this));
		return answered;
	}
	const isStatus =
		query.get('event') === 'status' || params.CallbackSource === 'call-progress-events';
	return isStatus ? await receiveStatus.call(this, params) : await receiveCall.call(this, params);
}

async function receiveCall(
	this: IWebhookFunctions,
	params: Record<string, string>,
): Promise<IWebhookResponseData> {
	const fields = normalise('incomingCall', params, new Date());
	const lookup = await lookUpTenant.call(this, ownNumber(fields));
	if (
		lookup.tenantLookup === 'not-found' &&
		this.getNodeParameter('unknownNumber', 'run') === 'reject'
	) {
		send.call(this, 200, answerUnknownNumber());
		return answered;
	}
	const workflowData = outputs.call(this, fields, params, lookup);
	if (this.getNodeParameter('responseMode', 'responseNode') === 'responseNode') {
		// Nobody would answer for an event that the workflow does not take.
		if (workflowData) return { workflowData };
		send.call(this, 200, answerUnknownNumber());
		return answered;
	}
	send.call(this, 200, staticAnswer.call(this));
	return { ...answered, ...(workflowData ? { workflowData } : {}) };
}

async function receiveStatus(
	this: IWebhookFunctions,
	params: Record<string, string>,
): Promise<IWebhookResponseData> {
	const fields = normalise('callStatus', params, new Date());
	const staticData = this.getWorkflowStaticData('node');
	const step = fields.sequenceNumber ?? fields.callStatus;
	send.call(this, 204);
	if (seenBefore(staticData, scope.call(this), `${fields.callSid}:${step}`)) return answered;
	const late = isLate(staticData, fields.callSid, fields.sequenceNumber);
	const { lateEvents } = this.getNodeParameter('options', {}) as { lateEvents?: string };
	if (late && lateEvents === 'drop') return answered;
	if (!chosenEvents.call(this).includes('callStatus')) return answered;
	const lookup = await lookUpTenant.call(this, ownNumber(fields));
	const workflowData = outputs.call(this, { ...fields, late }, params, lookup);
	return { ...answered, ...(workflowData ? { workflowData } : {}) };
}

async function receiveRecording(
	this: IWebhookFunctions,
	params: Record<string, string>,
): Promise<IWebhookResponseData> {
	send.call(this, 200, answerRecorded.call(this));
	const fields = normalise('messageRecorded', params, new Date());
	if (!chosenEvents.call(this).includes('messageRecorded') || !params.RecordingUrl) return answered;
	const id = params.RecordingSid ?? params.RecordingUrl;
	if (seenBefore(this.getWorkflowStaticData('node'), scope.call(this), id)) return answered;
	const lookup = await lookUpTenant.call(this, ownNumber(fields));
	const workflowData = outputs.call(this, fields, params, lookup);
	return { ...answered, ...(workflowData ? { workflowData } : {}) };
}

/** One output per chosen event; undefined when this event was not chosen. */
function outputs(
	this: IWebhookFunctions,
	fields: EventFields,
	params: Record<string, string>,
	lookup: IDataObject,
): INodeExecutionData[][] | undefined {
	const events = chosenEvents.call(this);
	if (!events.includes(fields.event)) return undefined;
	const json: IDataObject = { ...fields, ...lookup, params };
	return events.map((event: TriggerEvent) => (event === fields.event ? [{ json }] : []));
}

function scope(this: IWebhookFunctions): string {
	return `${this.getWorkflow().id ?? ''}/${this.getNode().id}`;
}
