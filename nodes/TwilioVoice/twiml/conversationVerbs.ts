import type { Element } from './xml';

/** https://www.twilio.com/docs/voice/twiml */

/** The next document comes from there. */
export function redirect(url: string): Element {
	return { name: 'Redirect', attributes: { method: 'POST' }, content: [url] };
}

export interface GatherOptions {
	action: string;
	input: 'speech' | 'dtmf' | 'dtmf speech';
	/** What is recognised; `<Gather>` knows es-CL. */
	language: string;
	/** Silence after the prompt, in seconds, before the next verb runs. */
	timeoutSeconds: number;
	/**
	 * Pause that ends what is said, in seconds, or `auto`. Twilio refuses `auto` together with a speech
	 * model (warning 13335).
	 */
	speechTimeout: number | 'auto';
	speechModel?: string;
	/** Words or phrases that are likely, separated by commas. */
	hints?: string;
	bargeIn: boolean;
	profanityFilter: boolean;
	/** One of the keys, or an empty text for none. */
	finishOnKey: string;
	numDigits?: number;
}

/** Listens while and after the prompts are heard; in silence the next verb runs. */
export function gather(options: GatherOptions, prompts: Element[]): Element {
	const hears = options.input !== 'dtmf';
	const reads = options.input !== 'speech';
	return {
		name: 'Gather',
		attributes: {
			input: options.input,
			action: options.action,
			method: 'POST',
			timeout: options.timeoutSeconds,
			bargeIn: options.bargeIn,
			...(hears
				? {
						language: options.language,
						speechTimeout: options.speechTimeout,
						speechModel: options.speechModel || undefined,
						hints: options.hints || undefined,
						profanityFilter: options.profanityFilter,
					}
				: {}),
			...(reads ? { finishOnKey: options.finishOnKey, numDigits: options.numDigits } : {}),
		},
		content: prompts,
	};
}

export interface RecordMessageOptions {
	action: string;
	maxLengthSeconds: number;
	/** Silence that ends the recording, in seconds; 0 for none. */
	silenceSeconds: number;
	finishOnKey: string;
	playBeep: boolean;
	trimSilence: boolean;
}

/** In contrast to the other verbs, Twilio requests its action also when the caller hangs up. */
export function recordMessage(options: RecordMessageOptions): Element {
	return {
		name: 'Record',
		attributes: {
			action: options.action,
			method: 'POST',
			maxLength: options.maxLengthSeconds,
			timeout: options.silenceSeconds,
			finishOnKey: options.finishOnKey,
			playBeep: options.playBeep,
			trim: options.trimSilence ? 'trim-silence' : 'do-not-trim',
		},
	};
}

/** Whom to ring: a number in E.164, a SIP address or a client of Twilio's SDK. */
export interface Callee {
	kind: 'number' | 'sip' | 'client';
	address: string;
}

export interface DialOptions {
	/** Asked for what follows. Without it, the next verb runs. */
	action?: string;
	callerId?: string;
	/** How long it rings. */
	timeoutSeconds: number;
	timeLimitSeconds?: number;
	answerOnBridge: boolean;
	hangupOnStar: boolean;
	record?: string;
	recordingStatusCallback?: string;
	/** Asked when the other side transfers the call by SIP REFER, which is refused without it. */
	referUrl?: string;
}

const nouns: Record<Callee['kind'], string> = { number: 'Number', sip: 'Sip', client: 'Client' };

export function dial(options: DialOptions, { kind, address }: Callee): Element {
	const recorded = options.record !== undefined && options.record !== 'do-not-record';
	return {
		name: 'Dial',
		attributes: {
			action: options.action,
			method: options.action === undefined ? undefined : 'POST',
			callerId: options.callerId || undefined,
			timeout: options.timeoutSeconds,
			timeLimit: options.timeLimitSeconds,
			answerOnBridge: options.answerOnBridge,
			hangupOnStar: options.hangupOnStar || undefined,
			record: options.record,
			recordingStatusCallback:
				(recorded ? options.recordingStatusCallback : undefined) || undefined,
			referUrl: options.referUrl,
		},
		content: [{ name: nouns[kind], content: [address] }],
	};
}

export interface EnqueueOptions {
	action: string;
	/** TwiML or audio for those who wait; Twilio plays music without it. */
	waitUrl: string | undefined;
}

export function enqueue(queue: string, { action, waitUrl }: EnqueueOptions): Element {
	return {
		name: 'Enqueue',
		attributes: { action, method: 'POST', waitUrl },
		content: [queue],
	};
}
