import type {
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { seenBefore } from '../../shared/seen';
import { answerTransfer, isTransfer } from '../transfer/answers';
import { twilioCredential, type TwilioCredentials } from '../transport/twilio';
import { publicAddress, queries, withQuery } from './address';
import {
	answerFallback,
	answerGreeting,
	answerRecorded,
	refuseUnknownNumber,
	rejectCall,
	send,
	staticAnswer,
} from './answers';
import { chosenEvents, normalise, ownNumber, type EventFields, type TriggerEvent } from './events';
import { isWanted } from './filter';
import { isLate } from './order';
import { readRequest } from './request';
import { isSignedByTwilio } from './signature';
import { lookUpTenant, type TenantLookup } from './tenant';

const answered: IWebhookResponseData = { noWebhookResponse: true };

/** What Twilio only tells: the query of the address, the event, and what makes a delivery a repetition. */
const reports: Record<
	string,
	{ event: TriggerEvent; id(fields: EventFields, params: Record<string, string>): string }
> = {
	status: {
		event: 'callStatus',
		id: ({ callSid, sequenceNumber, callStatus }) => `${callSid}:${sequenceNumber ?? callStatus}`,
	},
	recording: {
		event: 'recordingReady',
		id: (_, { RecordingSid: sid = '', RecordingStatus: status = '' }) => `${sid}:${status}`,
	},
	amd: { event: 'answeringMachine', id: ({ callSid }) => `${callSid}:amd` },
	stream: {
		event: 'streamStatus',
		id: (_, { StreamSid: sid = '', StreamEvent: event = '', Timestamp: time = '' }) =>
			`${sid}:${event}:${time}`,
	},
};

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
		// Nothing of the request itself: whoever sent it would write into the log.
		this.logger.warn('A request without a valid signature of Twilio was refused');
		send.call(this, 403);
		return answered;
	}
	const query = new URLSearchParams(rawQuery);
	// Before everything else: the end of a transfer may tell of a recording, too.
	if (isTransfer(query)) {
		const address = publicAddress.call(this);
		const recordAction = withQuery(address, queries.recorded);
		send.call(this, 200, answerTransfer(query, params, { address, authToken }, recordAction));
		return answered;
	}
	const kind = query.get('event') ?? '';
	const isStatus = kind === '' && params.CallbackSource === 'call-progress-events';
	const report = reports[isStatus ? 'status' : kind];
	if (report) return await receiveReport.call(this, report, params);
	// Twilio asks the fallback's own address again when a Record has no action.
	if (kind === 'recorded' || params.RecordingUrl !== undefined) {
		return await receiveMessage.call(this, params);
	}
	if (query.get('fallback') === 'true') {
		send.call(this, 200, answerFallback.call(this, params));
		return answered;
	}
	return await receiveCall.call(this, params, kind === 'greeted');
}

async function receiveCall(
	this: IWebhookFunctions,
	params: Record<string, string>,
	isGreeted: boolean,
): Promise<IWebhookResponseData> {
	const fields = normalise('incomingCall', params, new Date());
	const lookup = await lookUpTenant.call(this, ownNumber(fields));
	const unknownNumber =
		lookup.tenantLookup === 'not-found' ? this.getNodeParameter('unknownNumber', 'run') : 'run';
	if (unknownNumber === 'say') {
		send.call(this, 200, refuseUnknownNumber.call(this));
		return answered;
	}
	const isRejected = unknownNumber === 'reject';
	const workflowData = outputs.call(this, fields, params, lookup);
	const mode = this.getNodeParameter('responseMode', 'responseNode');
	if (mode === 'onReceived' && !isRejected && isWanted.call(this, fields, lookup)) {
		send.call(this, 200, staticAnswer.call(this));
		return { ...answered, ...(workflowData ? { workflowData } : {}) };
	}
	// Nobody would answer for an event that the workflow does not take.
	if (isRejected || !workflowData) {
		send.call(this, 200, rejectCall());
		return answered;
	}
	const greeting = isGreeted ? undefined : answerGreeting.call(this);
	if (greeting) {
		send.call(this, 200, greeting);
		return answered;
	}
	return { workflowData };
}

async function receiveReport(
	this: IWebhookFunctions,
	{ event, id }: (typeof reports)[string],
	params: Record<string, string>,
): Promise<IWebhookResponseData> {
	send.call(this, 204);
	const fields = normalise(event, params, new Date());
	if (seenBefore.call(this, id(fields, params))) return answered;
	if (event === 'callStatus') {
		const staticData = this.getWorkflowStaticData('node');
		fields.late = isLate(staticData, fields.callSid, fields.sequenceNumber);
		const { lateEvents } = this.getNodeParameter('options', {}) as { lateEvents?: string };
		if (fields.late && lateEvents === 'drop') return answered;
	}
	return await startWorkflow.call(this, fields, params);
}

async function receiveMessage(
	this: IWebhookFunctions,
	params: Record<string, string>,
): Promise<IWebhookResponseData> {
	send.call(this, 200, answerRecorded.call(this));
	if (!params.RecordingUrl) return answered;
	const id = params.RecordingSid ?? params.RecordingUrl;
	if (seenBefore.call(this, id)) return answered;
	return await startWorkflow.call(this, normalise('messageRecorded', params, new Date()), params);
}

/** The request is answered; the workflow runs for an event that the builder chose. */
async function startWorkflow(
	this: IWebhookFunctions,
	fields: EventFields,
	params: Record<string, string>,
): Promise<IWebhookResponseData> {
	if (!chosenEvents.call(this).includes(fields.event)) return answered;
	const lookup = await lookUpTenant.call(this, ownNumber(fields));
	const workflowData = outputs.call(this, fields, params, lookup);
	return { ...answered, ...(workflowData ? { workflowData } : {}) };
}

/** One output per chosen event; undefined when this event was not chosen, or is filtered out. */
function outputs(
	this: IWebhookFunctions,
	fields: EventFields,
	params: Record<string, string>,
	lookup: TenantLookup,
): INodeExecutionData[][] | undefined {
	const events = chosenEvents.call(this);
	if (!events.includes(fields.event) || !isWanted.call(this, fields, lookup)) return undefined;
	const json: IDataObject = { ...fields, ...lookup, params };
	return events.map((event: TriggerEvent) => (event === fields.event ? [{ json }] : []));
}
