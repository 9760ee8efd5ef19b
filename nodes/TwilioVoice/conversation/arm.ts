import { sleep } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { twilioRequest } from '../transport/twilio';
import type { Conversation } from './waiting';

/** Twilio waits 15 s for the whole answer to a call; this request gets a part of it. */
const patienceMs = 4000;

/** A call that cannot be arranged for is not asked about at every node. */
const maxFailures = 3;

const over = new Set(['busy', 'canceled', 'completed', 'failed', 'no-answer']);

export const isOver = (callStatus: unknown): boolean => over.has(String(callStatus));

/**
 * Has Twilio tell the execution when the call ends, however it ends: Twilio requests nothing when a
 * caller hangs up while a text is said or an answer is awaited. Once per execution, by the first node
 * that waits.
 *
 * A call must not be lost over it: where it fails, the next node tries again, and until then the limit
 * of each wait is what ends an execution whose caller has gone.
 * @returns the status of a call that is over already
 * @see https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource
 */
export async function armEnd(
	this: IExecuteFunctions,
	conversation: Conversation,
	url: string,
): Promise<string | undefined> {
	if (conversation.isArmed || conversation.armFailures >= maxFailures) return undefined;
	const request = twilioRequest(this, {
		method: 'POST',
		path: `/Calls/${encodeURIComponent(conversation.callSid)}.json`,
		form: { StatusCallback: url, StatusCallbackMethod: 'POST' },
	}).catch((error: unknown) => error as Error);
	const reply: IDataObject | Error = await Promise.race([
		request,
		sleep(patienceMs).then(() => new Error(`No reply within ${patienceMs} ms`)),
	]);
	if (!(reply instanceof Error)) {
		conversation.isArmed = true;
		return isOver(reply.status) ? String(reply.status) : undefined;
	}
	conversation.armFailures++;
	this.logger.warn('Twilio could not be asked to tell when a call ends', {
		error: reply.message,
	});
	this.addExecutionHints({
		message: `Twilio could not be asked to tell when the call ends (${reply.message}). If the caller hangs up now, this execution goes on only after the longest time that a node waits.`,
		location: 'outputPane',
	});
	return undefined;
}
