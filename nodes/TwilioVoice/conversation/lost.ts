import { sleep } from 'n8n-workflow';
import type { IWebhookFunctions } from 'n8n-workflow';

import { twilioList } from '../transport/twilio';
import type { Waiting, WaitingOperation } from './waiting';

/** Twilio waits 15 s for the answer to the call; looking something up gets a part of it. */
const patienceMs = 4000;

/** Twilio's times are whole seconds, and its clock is not n8n's. */
const toleranceMs = 3000;

/** More than begin in a call about when a wait does. */
const newest = 20;

type Params = Record<string, string>;

interface Lookup {
	/** The parameter without which the result is lost. */
	tells: string;
	/** @param hasResult as for `lostResult` */
	look(this: IWebhookFunctions, waiting: Waiting, hasResult: boolean): Promise<Params | undefined>;
}

const lookups: Partial<Record<WaitingOperation, Lookup>> = {
	record: { tells: 'RecordingUrl', look: recording },
	dial: { tells: 'DialCallStatus', look: dialledCall },
};

/**
 * The result of a recording or of a dialled call whose request failed, as far as Twilio's REST API knows it:
 * the number's fallback address sends the call back to where it failed, but Twilio does not tell it the
 * result once more; and when the caller has hung up, there is nothing to send back. An answer to a question is
 * nowhere else; it is asked again.
 *
 * The call goes on without the result where that fails: it must not be lost over it.
 * @param told what the request tells
 * @param hasResult there is a result: the request that failed was to tell it
 * @returns what is missing in that, by the names of Twilio's parameters; undefined where nothing is, or was found
 */
export async function lostResult(
	this: IWebhookFunctions,
	waiting: Waiting,
	told: Params,
	hasResult: boolean,
): Promise<Params | undefined> {
	const { look, tells } = lookups[waiting.operation] ?? {};
	if (!look || !tells || told[tells]) return undefined;
	const late = sleep(patienceMs).then(() => {
		throw new Error(`No reply within ${patienceMs} ms`);
	});
	const found = look.call(this, waiting, hasResult);
	return await Promise.race([found, late]).catch((error: unknown) => {
		this.logger.warn('Twilio could not be asked for the result of a request that failed', {
			error: error instanceof Error ? error.message : String(error),
		});
		return undefined;
	});
}

/** https://www.twilio.com/docs/voice/api/recording#fetch-multiple-recordings */
async function recording(
	this: IWebhookFunctions,
	waiting: Waiting,
	hasResult: boolean,
): Promise<Params | undefined> {
	const qs = { CallSid: waiting.item.callSid };
	const all = await twilioList(this, 'recordings', { path: '/Recordings.json', qs }, newest);
	// One that is not completed yet may turn out to be without a sound, of which Twilio tells nothing.
	const good = hasResult ? ['processing', 'completed'] : ['completed'];
	const found = all.find(
		({ source, status, start_time: startTime }) =>
			source === 'RecordVerb' && good.includes(String(status)) && isOfThisWait(startTime, waiting),
	);
	if (!found) return undefined;
	return {
		RecordingSid: String(found.sid),
		RecordingUrl: String(found.media_url),
		...(found.duration ? { RecordingDuration: String(found.duration) } : {}),
	};
}

/** https://www.twilio.com/docs/voice/api/call-resource#read-multiple-call-resources */
async function dialledCall(this: IWebhookFunctions, waiting: Waiting): Promise<Params | undefined> {
	const qs = { ParentCallSid: waiting.item.callSid };
	const all = await twilioList(this, 'calls', { path: '/Calls.json', qs }, newest);
	const found = all.find(({ date_created: created }) => isOfThisWait(created, waiting));
	if (!found) return undefined;
	return {
		DialCallStatus: String(found.status),
		DialCallSid: String(found.sid),
		...(found.duration ? { DialCallDuration: String(found.duration) } : {}),
	};
}

function isOfThisWait(time: unknown, { since }: Waiting): boolean {
	return Date.parse(String(time)) >= Date.parse(since) - toleranceMs;
}
