import type { IDataObject } from 'n8n-workflow';

import { secondsToMs } from '../shared/callOutput';
import { twiml } from '../twiml/document';
import { isOver } from './arm';
import { heardFrom, judge } from './ask/hear';
import { questionVerbs, type Reason } from './ask/question';
import { resumeUrl, type CallEvent, type Waiting } from './waiting';

/** What a request of Twilio leads to: the flow goes on by an output, or the call gets a reply. */
export type Outcome =
	{ kind: 'leave'; output: number; fields: IDataObject } | { kind: 'reply'; document: string };

export interface Incoming {
	/** `ended` never gets here: it is the same for every operation. */
	event: Exclude<CallEvent, 'ended'>;
	/** How often the question was asked. */
	attempt: number;
	/** The request failed before; what the caller said then is lost. */
	isRetry: boolean;
	params: Record<string, string>;
	/** Of these, the result was looked up: how it came about is not known. */
	isFound: boolean;
	now: Date;
}

type Result = Pick<Incoming, 'params' | 'isFound'>;
type Leaving = Extract<Outcome, { kind: 'leave' }>;

const leave = (output: number, fields: IDataObject = {}): Leaving => ({
	kind: 'leave',
	output,
	fields,
});

const text = (value: string | undefined) => (value ? value : null);

export function outcomeOf(waiting: Waiting, incoming: Incoming): Outcome {
	return waiting.operation === 'ask' ? asked(waiting, incoming) : resultOf(waiting, incoming);
}

/** What an operation that asks nothing has come to. */
export function resultOf({ operation }: Waiting, result: Result): Leaving {
	switch (operation) {
		case 'dial':
			return dialled(result);
		case 'enqueue':
			return queued(result);
		case 'record':
			return recorded(result);
		default:
			return leave(0);
	}
}

function asked(waiting: Waiting, incoming: Incoming): Outcome {
	const { question } = waiting;
	const { attempt, params, event, now } = incoming;
	if (!question) return leave(1);
	const ask = (attempts: number, reason?: Reason): Outcome => {
		const url = (next: CallEvent) => resumeUrl(waiting, next, attempts);
		return { kind: 'reply', document: twiml(questionVerbs(question, url, reason)) };
	};
	const heard = event === 'silence' ? undefined : heardFrom(params);
	if (incoming.isRetry && !heard) return ask(attempt);
	const verdict = judge(question, heard, attempt, now);
	if (verdict.kind === 'answered') return leave(0, { answer: verdict.answer });
	if (verdict.kind === 'given-up') return leave(1, { answer: verdict.answer });
	return ask(attempt + 1, verdict.reason);
}

/** https://www.twilio.com/docs/voice/twiml/dial#attributes-action */
function dialled({ params }: Result): Leaving {
	const status = params.DialCallStatus ?? '';
	const isConnected = status === 'completed' || status === 'answered';
	// Who hangs up while it rings has not been connected, and is gone.
	const output = isConnected ? 0 : isGone(params) ? 2 : 1;
	return leave(output, {
		dial: {
			status,
			callSid: text(params.DialCallSid),
			durationMs: secondsToMs(params.DialCallDuration),
			isBridged: params.DialBridged === undefined ? null : params.DialBridged === 'true',
			recordingUrl: text(params.RecordingUrl),
			sipResponseCode: text(params.DialSipResponseCode),
		},
	});
}

/** https://www.twilio.com/docs/voice/twiml/enqueue#attributes-action */
function queued({ params }: Result): Leaving {
	const result = params.QueueResult ?? '';
	const isConnected = ['bridged', 'bridging-in-process'].includes(result);
	const output = isConnected ? 0 : result === 'hangup' || isGone(params) ? 2 : 1;
	return leave(output, {
		queue: {
			result,
			queueSid: text(params.QueueSid),
			waitedMs: secondsToMs(params.QueueTime),
		},
	});
}

/** A message counts also when the caller hung up after it: most do. */
function recorded({ params, isFound }: Result): Leaving {
	if (!params.RecordingUrl) return leave(isGone(params) ? 2 : 1);
	const { Digits: endedBy } = params;
	return leave(0, {
		recording: {
			recordingSid: text(params.RecordingSid),
			recordingUrl: params.RecordingUrl,
			durationMs: secondsToMs(params.RecordingDuration),
			endedBy: isFound ? null : endedByOf(endedBy),
			key: endedBy && endedBy !== 'hangup' ? endedBy : null,
		},
	});
}

function endedByOf(digits: string | undefined): string {
	if (digits === 'hangup') return 'hang-up';
	return digits ? 'key' : 'silence-or-length';
}

/** Twilio still requests some actions when the caller has gone, but nobody waits for the reply. */
export function isGone(params: Record<string, string>): boolean {
	return isOver(params.CallStatus) || params.Digits === 'hangup';
}
