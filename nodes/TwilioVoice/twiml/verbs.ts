import type { Element } from './xml';

/** https://www.twilio.com/docs/voice/twiml */

export interface SayOptions {
	/** A language that `<Say>` speaks, see `sayLanguage`. */
	language?: string;
	/** A voice of Twilio, e.g. `Polly.Mia-Neural`. */
	voice?: string;
	loop?: number;
}

export function say(text: string, { language, voice, loop }: SayOptions = {}): Element {
	return {
		name: 'Say',
		attributes: { language, voice: voice || undefined, loop },
		content: [text],
	};
}

export function play(url: string, loop?: number): Element {
	return { name: 'Play', attributes: { loop }, content: [url] };
}

export function hangUp(): Element {
	return { name: 'Hangup' };
}

export function pause(seconds: number): Element {
	return { name: 'Pause', attributes: { length: seconds } };
}

export function reject(reason: 'rejected' | 'busy'): Element {
	return { name: 'Reject', attributes: { reason } };
}

export interface RecordOptions {
	/** Longest message, in seconds. */
	maxLengthSeconds: number;
	/** Asked for what follows. Without it Twilio asks the document's own URL again. */
	action?: string;
}

export function record({ maxLengthSeconds, action }: RecordOptions): Element {
	return {
		name: 'Record',
		attributes: { maxLength: maxLengthSeconds, playBeep: true, action: action || undefined },
	};
}

export interface StreamOptions {
	/** `wss`, without a query: Twilio's handshake fails otherwise (error 31920). */
	url: string;
	statusCallback?: string;
	/** Asked for what follows once the stream has ended. Without it, the next verb runs. */
	action?: string;
	parameters: Record<string, string>;
}

export function connectStream({ url, statusCallback, action, parameters }: StreamOptions): Element {
	return {
		name: 'Connect',
		attributes: { action: action || undefined },
		content: [
			{
				name: 'Stream',
				attributes: { url, statusCallback: statusCallback || undefined },
				content: Object.entries(parameters).map(([name, value]) => ({
					name: 'Parameter',
					attributes: { name, value },
				})),
			},
		],
	};
}
