import type { IDataObject, IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import { isoTime, secondsToMs } from '../shared/callOutput';

export type TriggerEvent = 'incomingCall' | 'callStatus' | 'messageRecorded';

/** In the order of the outputs. */
export const triggerEvents: TriggerEvent[] = ['incomingCall', 'callStatus', 'messageRecorded'];

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
		...(event === 'callStatus' ? statusFields(params) : {}),
		...(event === 'messageRecorded' ? recordingFields(params) : {}),
	};
}

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

/** The number of the tenant: the called one, except where we are the caller. */
export function ownNumber({ direction, from, to }: EventFields): string {
	return direction.startsWith('outbound') ? from : to;
}
