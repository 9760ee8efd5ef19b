import type { IDataObject, IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import { isoTime, secondsToMs } from '../shared/callOutput';

/** In the order of the outputs, each with the name of its output. */
const outputNames = {
	incomingCall: 'Incoming Call',
	callStatus: 'Call Status',
	messageRecorded: 'Message Recorded',
	recordingReady: 'Recording Ready',
	answeringMachine: 'Answering Machine Result',
	streamStatus: 'Stream Status',
} as const;

export type TriggerEvent = keyof typeof outputNames;

export const triggerEvents = Object.keys(outputNames) as TriggerEvent[];

/** Evaluated by the editor too, so it stands on its own: one output per chosen event. */
export const outputsExpression = `((events) => ${JSON.stringify(Object.entries(outputNames))}.filter(([value]) => events.includes(value)).map(([, displayName]) => ({ type: "main", displayName })))($parameter["events"] ?? ["incomingCall"])`;

export function chosenEvents(this: IHookFunctions | IWebhookFunctions): TriggerEvent[] {
	const chosen = this.getNodeParameter('events', ['incomingCall']) as TriggerEvent[];
	return triggerEvents.filter((event) => chosen.includes(event));
}

export function wantsStatus(this: IHookFunctions | IWebhookFunctions): boolean {
	return chosenEvents.call(this).includes('callStatus');
}

export interface EventFields extends IDataObject {
	event: TriggerEvent;
	callSid: string;
	from: string;
	to: string;
	direction: string;
	callStatus: string;
	sequenceNumber: number | null;
}

const present = (value: string | undefined) => (value === undefined || value === '' ? null : value);

/** Twilio's form fields in the product's own words; all of them stay under `params`. */
export function normalise(
	event: TriggerEvent,
	params: Record<string, string>,
	receivedAt: Date,
): EventFields {
	const sequence = Number.parseInt(params.SequenceNumber ?? '', 10);
	return {
		event,
		callSid: params.CallSid ?? '',
		parentCallSid: present(params.ParentCallSid),
		accountSid: params.AccountSid ?? '',
		from: params.From ?? '',
		to: params.To ?? params.Called ?? '',
		direction: params.Direction ?? '',
		callStatus: params.CallStatus ?? '',
		callerName: present(params.CallerName),
		forwardedFrom: present(params.ForwardedFrom),
		timestamp: isoTime(params.Timestamp) ?? receivedAt.toISOString(),
		receivedAt: receivedAt.toISOString(),
		sequenceNumber: Number.isNaN(sequence) ? null : sequence,
		...moreFields[event]?.(params),
	};
}

type Fields = (params: Record<string, string>) => IDataObject;

const moreFields: Partial<Record<TriggerEvent, Fields>> = {
	callStatus: statusFields,
	messageRecorded: recordingFields,
	recordingReady: (params) => ({ ...recordingFields(params), ...recordingStateFields(params) }),
	answeringMachine: machineFields,
	streamStatus: streamFields,
};

function statusFields(params: Record<string, string>): IDataObject {
	return {
		durationMs: secondsToMs(params.CallDuration),
		answeredBy: present(params.AnsweredBy),
		sipResponseCode: present(params.SipResponseCode),
		errorCode: present(params.ErrorCode),
	};
}

function recordingFields(params: Record<string, string>): IDataObject {
	return {
		recordingSid: present(params.RecordingSid),
		recordingUrl: present(params.RecordingUrl),
		recordingDurationMs: secondsToMs(params.RecordingDuration),
	};
}

/** https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback */
function recordingStateFields(params: Record<string, string>): IDataObject {
	const channels = Number(params.RecordingChannels);
	return {
		recordingStatus: present(params.RecordingStatus),
		channels: Number.isInteger(channels) && channels > 0 ? channels : null,
		recordingSource: present(params.RecordingSource),
		recordingTrack: present(params.RecordingTrack),
		recordingStartedAt: isoTime(params.RecordingStartTime),
		errorCode: present(params.ErrorCode),
	};
}

/** https://www.twilio.com/docs/voice/answering-machine-detection#asynchronous-amd */
function machineFields(params: Record<string, string>): IDataObject {
	const answeredBy = present(params.AnsweredBy);
	const detectionMs = Number.parseInt(params.MachineDetectionDuration ?? '', 10);
	return {
		answeredBy,
		isMachine: isMachine(answeredBy),
		detectionDurationMs: Number.isNaN(detectionMs) ? null : detectionMs,
	};
}

/** null where Twilio could not tell. */
function isMachine(answeredBy: string | null): boolean | null {
	if (answeredBy === 'human') return false;
	return answeredBy !== null && /^(machine|fax)/.test(answeredBy) ? true : null;
}

/** https://www.twilio.com/docs/voice/twiml/stream#statuscallback */
function streamFields(params: Record<string, string>): IDataObject {
	return {
		streamSid: present(params.StreamSid),
		streamName: present(params.StreamName),
		streamEvent: present(params.StreamEvent),
		streamError: present(params.StreamError),
	};
}

/** The number of the tenant: the called one, except where we are the caller; some events have none. */
export function ownNumber({ direction, from, to }: EventFields): string {
	return direction.startsWith('outbound') ? from : to;
}
