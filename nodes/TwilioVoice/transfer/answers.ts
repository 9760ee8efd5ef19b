import { twiml } from '../twiml/document';
import { hangUp, record, say } from '../twiml/verbs';
import type { Element } from '../twiml/xml';
import { transferPhrases } from './phrases';
import { seal, unseal, type DialOptions, type Transfer, type Whisper } from './state';

/**
 * How a call is handed over. `<Dial>` calls the human while the caller hears it ring; before the two
 * are joined, Twilio runs the `url` of the number for the human alone, which is where the summary is
 * said and the key is asked for. When it is over, Twilio asks the `action`, and there, not behind the
 * `<Dial>`, is decided what follows: a caller whose conversation has ended must not hear an apology.
 *
 * The addresses are those of a Twilio Voice Trigger, which answers them by itself:
 * `?event=transfer&step=whisper|key|done&t=<sealed state>`.
 * @see https://www.twilio.com/docs/voice/twiml/number#attributes-url
 */
export type TransferStep = 'whisper' | 'key' | 'done';

export interface TransferPlace {
	/** The address of a Twilio Voice Trigger, without a query. */
	address: string;
	authToken: string;
}

const keyTimeoutSeconds = 10;
const messageSeconds = 120;

function stepAddress(
	{ address, authToken }: TransferPlace,
	step: TransferStep,
	state: Transfer | Whisper,
): string {
	return `${address}?event=transfer&step=${step}&t=${seal(state, authToken)}`;
}

/** Calls the first of the targets; `action` then tries the others. */
export function dialVerb(transfer: Transfer, place: TransferPlace): Element {
	const {
		targets: [target = '', ...targets],
		whisper,
		...rest
	} = transfer;
	const later: Transfer = { ...rest, targets };
	// Not more than has to be carried: a document for the REST API has at most 4000 characters.
	if (whisper && targets.length > 0) later.whisper = whisper;
	return dial(target, transfer.dial, {
		action: stepAddress(place, 'done', later),
		...(whisper ? { url: stepAddress(place, 'whisper', whisper) } : {}),
	});
}

/**
 * @param action asked when it is over; without it the next verb follows, however it went
 * @param url run for the one who is called, before the two are joined
 */
export function dial(
	target: string,
	{ callerId, timeoutSeconds, record: isRecorded, statusCallback }: DialOptions,
	{ action, url }: { action?: string; url?: string } = {},
): Element {
	return {
		name: 'Dial',
		attributes: {
			action,
			callerId,
			timeout: timeoutSeconds,
			// The caller goes on hearing it ring while the human listens to the summary.
			answerOnBridge: url ? true : undefined,
			record: isRecorded ? 'record-from-answer-dual' : undefined,
		},
		content: [
			{
				name: nounOf(target),
				attributes: {
					url,
					statusCallback,
					statusCallbackEvent: statusCallback ? 'initiated ringing answered completed' : undefined,
				},
				content: [target.replace(/^client:/i, '')],
			},
		],
	};
}

function nounOf(target: string): string {
	if (/^sips?:/i.test(target)) return 'Sip';
	return /^client:/i.test(target) ? 'Client' : 'Number';
}

/** What the caller meets when nobody took the call. */
export function fallbackVerbs({ kind, text, language }: Transfer['fallback']): Element[] {
	const phrases = transferPhrases(language);
	if (kind === 'say') return [say(text || phrases.nobody, { language }), hangUp()];
	if (kind === 'record') {
		return [
			say(text || phrases.leaveMessage, { language }),
			record({ maxLengthSeconds: messageSeconds }),
		];
	}
	return [hangUp()];
}

/** The query of a request that belongs to a transfer. */
export function isTransfer(query: URLSearchParams): boolean {
	return query.get('event') === 'transfer';
}

/**
 * Answers what Twilio asks during a transfer. The signature of the request was checked before.
 * @param recordAction asked by Twilio once a message is recorded
 * @throws {Error} for a state that was sealed with another Auth Token
 */
export function answerTransfer(
	query: URLSearchParams,
	params: Record<string, string>,
	place: TransferPlace,
	recordAction: string,
): string {
	const sealed = query.get('t') ?? '';
	switch (query.get('step')) {
		case 'whisper':
			return whisperDocument(unseal<Whisper>(sealed, place.authToken), place);
		case 'key': {
			const { key } = unseal<Whisper>(sealed, place.authToken);
			// At the end of an empty document the two are joined.
			return twiml(params.Digits === key ? [] : [hangUp()]);
		}
		default:
			return afterDial(unseal<Transfer>(sealed, place.authToken), params, place, recordAction);
	}
}

function whisperDocument(whisper: Whisper, place: TransferPlace): string {
	const { text, language, key } = whisper;
	return twiml([
		{
			name: 'Gather',
			attributes: {
				input: 'dtmf',
				numDigits: 1,
				timeout: keyTimeoutSeconds,
				action: stepAddress(place, 'key', { ...whisper, text: '' }),
			},
			content: [say(text, { language }), say(transferPhrases(language).accept(key), { language })],
		},
		hangUp(),
	]);
}

function afterDial(
	transfer: Transfer,
	params: Record<string, string>,
	place: TransferPlace,
	recordAction: string,
): string {
	// Also `completed` when the human heard the summary and hung up: only this tells them apart.
	if (params.DialBridged === 'true') return twiml([hangUp()]);
	if (transfer.targets.length > 0) return twiml([dialVerb(transfer, place)]);
	return twiml(
		fallbackVerbs(transfer.fallback).map((verb) =>
			verb.name === 'Record'
				? { ...verb, attributes: { ...verb.attributes, action: recordAction } }
				: verb,
		),
	);
}
