import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

import type { Question } from './ask/question';

/** The operations that keep the call on the canvas. */
export type WaitingOperation =
	'ask' | 'dial' | 'enqueue' | 'hangUp' | 'pause' | 'play' | 'record' | 'reject' | 'say';

/**
 * What a node leaves behind for the request that resumes it. The execution's data holds it, so it must
 * be JSON, and a request that leaves the execution waiting cannot change it: what changes from one
 * attempt to the next travels in the query of the address.
 */
export interface Waiting {
	operation: WaitingOperation;
	/** Counts the waits of the execution, so that a late request is known for what it is. */
	step: number;
	/** The public address of the waiting execution, without its query. */
	address: string;
	/** The query that lets a request in: n8n's token. */
	token: string;
	/** What Twilio was told, for a request that was lost on its way. */
	document: string;
	/** The item that the node works with. */
	item: IDataObject;
	/** When the wait began, ISO 8601. */
	since: string;
	question?: Question;
}

/** What the conversation nodes of one execution share. */
export interface Conversation extends IDataObject {
	step: number;
	callSid: string;
	/** Twilio will tell when the call ends. */
	isArmed: boolean;
	/** How often that could not be arranged. */
	armFailures: number;
}

export function conversationOf(this: IExecuteFunctions): Conversation {
	const flow = this.getContext('flow');
	flow.twilioVoice ??= { step: 0, callSid: '', isArmed: false, armFailures: 0 };
	return flow.twilioVoice as Conversation;
}

export function leaveBehind(this: IExecuteFunctions, waiting: Waiting) {
	this.getContext('node').waiting = waiting as unknown as IDataObject;
}

/**
 * What the node left behind. A webhook has no `getContext`, so an expression reads it.
 * @throws {NodeOperationError} when there is nothing: the execution does not wait for a call
 */
export function findWaiting(this: IWebhookFunctions): Waiting {
	const name = JSON.stringify(this.getNode().name).replace(
		/[{}]/g,
		(brace) => `\\u00${brace.charCodeAt(0).toString(16)}`,
	);
	const found = this.evaluateExpression(`{{ JSON.stringify($node[${name}].context.waiting) }}`);
	if (typeof found === 'string') return JSON.parse(found) as Waiting;
	throw new NodeOperationError(this.getNode(), 'This execution does not wait for a call');
}

export type CallEvent = 'result' | 'silence' | 'ended';

/**
 * Where Twilio goes on. Its connection overrides make it try again when the execution is not saved as
 * waiting yet (n8n answers 409 then), instead of giving the call up.
 * @see https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
export const connectionOverrides = 'rc=5&rp=all';

export function resumeUrl(
	{ address, token, step }: Pick<Waiting, 'address' | 'token' | 'step'>,
	event: CallEvent,
	attempt = 1,
): string {
	const query = new URLSearchParams({ signature: token, event });
	// The end is told once for the whole call, so it belongs to no step.
	if (event !== 'ended') query.set('step', String(step));
	if (attempt > 1) query.set('attempt', String(attempt));
	return `${address}?${query.toString()}#${connectionOverrides}`;
}
