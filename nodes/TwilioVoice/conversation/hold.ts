import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, NodeTypeAndVersion } from 'n8n-workflow';

import { withoutFinalSlash } from '../../shared/request';
import { requireWaitingCall } from '../shared/answer';
import { triggerEvents, type TriggerEvent } from '../trigger/events';
import { maxDocumentBytes, twiml } from '../twiml/document';
import type { Element } from '../twiml/xml';
import { armEnd } from './arm';
import type { Question } from './ask/question';
import { hungUpOutput, outputCount } from './outputs';
import { answerField, pathAfter } from './place';
import {
	conversationOf,
	leaveBehind,
	resumeUrl,
	type CallEvent,
	type Conversation,
	type Waiting,
	type WaitingOperation,
} from './waiting';

export interface Hold {
	operation: WaitingOperation;
	/** What Twilio does meanwhile; `url` tells where it goes on. */
	verbs(url: (event: CallEvent) => string): Element[];
	/** How long the execution waits at most, in ms. */
	limitMs: number;
	question?: Question;
}

/**
 * Answers the request that waits, and puts the execution to wait for Twilio's next one.
 *
 * A call takes one answer, so only the first item counts.
 * @returns what is shown while the call goes on, which is not put out; an item with `callEnded` where there
 * is no call any more
 */
export async function hold(
	this: IExecuteFunctions,
	itemIndex: number,
	{ operation, verbs, limitMs, question }: Hold,
): Promise<IDataObject[]> {
	const triggers = requireWaitingCall.call(this, itemIndex, 'conversation');
	if (itemIndex > 0) return [];
	const json = this.getInputData()[0]?.json ?? {};
	if (json.callEnded === true) return [json];
	requireCall.call(this, json);
	const conversation = conversationOf.call(this);
	conversation.callSid = callSidOf.call(this, json, conversation, triggers);
	const item: IDataObject = { ...json, callSid: conversation.callSid };
	const place = waitingAddress.call(this, triggers);
	const step = ++conversation.step;
	const url = (event: CallEvent) => resumeUrl({ ...place, step }, event);
	const endedAs = await armEnd.call(this, conversation, url('ended'));
	if (endedAs) return [{ ...item, callEnded: true, callStatus: endedAs }];
	const document = twiml(verbs(url));
	requireFit.call(this, document);
	leaveBehind.call(this, {
		operation,
		step,
		...place,
		document,
		item,
		since: new Date().toISOString(),
		...(question ? { question } : {}),
	});
	leaveAtLimit.call(this, operation, item);
	await this.putExecutionToWait(new Date(Date.now() + limitMs));
	// Of the two, the one counts that the pending request has been promised, see `waitingPaths`.
	await this.sendResponse({
		body: document,
		headers: { 'content-type': 'text/xml; charset=utf-8' },
		statusCode: 200,
	});
	return [{ callSid: conversation.callSid, [answerField]: document }];
}

/** Only an incoming call waits; a status or a recording is told when nobody listens any more. */
function requireCall(this: IExecuteFunctions, { event }: IDataObject) {
	if (typeof event !== 'string' || event === 'incomingCall') return;
	if (!triggerEvents.includes(event as TriggerEvent)) return;
	throw new NodeOperationError(this.getNode(), 'No call waits for an answer here', {
		itemIndex: 0,
		description:
			'Connect this node to the Incoming Call output of the Twilio Voice Trigger. To say something into a running call, use the resource Call.',
	});
}

/**
 * When a wait comes to its limit, n8n runs the node as a disabled one: it passes on what it was given.
 * So it is given what is to be put out then, the way n8n itself does when a request resumes it.
 */
function leaveAtLimit(this: IExecuteFunctions, operation: WaitingOperation, item: IDataObject) {
	const main = Array.from({ length: outputCount(operation) }, (_, output) =>
		output === hungUpOutput(operation)
			? [
					{
						json: { ...item, callEnded: true, callStatus: 'unknown', waitTimedOut: true },
						pairedItem: { item: 0 },
					},
				]
			: [],
	);
	this.getExecuteData().data = { main };
	this.setMetadata({ forwardAllOutputs: true });
}

/** The execution's waiting address as Twilio reaches it, and n8n's token that opens it. */
function waitingAddress(
	this: IExecuteFunctions,
	triggers: NodeTypeAndVersion[],
): Pick<Waiting, 'address' | 'token'> {
	const given = String(this.evaluateExpression('{{ $execution.resumeUrl }}', 0));
	const url = new URL(given);
	const origin = publicUrl.call(this, triggers) || url.origin;
	return {
		address: `${origin}${url.pathname}/${pathAfter.call(this)}`,
		token: url.searchParams.get('signature') ?? '',
	};
}

/** The option Public URL of the trigger that started this execution; '' where it has none. */
function publicUrl(this: IExecuteFunctions, triggers: NodeTypeAndVersion[]): string {
	const { $: node } = this.getWorkflowDataProxy(0);
	const trigger = triggers.find(({ name }) => node(name).isExecuted) ?? triggers[0];
	const options = (trigger?.parameters?.options ?? {}) as { publicUrl?: string };
	const written = options.publicUrl ?? '';
	// Another node's parameters come as they were written, with their expressions.
	const value = written.startsWith('=') ? this.evaluateExpression(written.slice(1), 0) : written;
	return withoutFinalSlash(String(value ?? '').trim());
}

/** Nodes in between may have dropped the field; an earlier conversation or the trigger still has it. */
function callSidOf(
	this: IExecuteFunctions,
	json: IDataObject,
	conversation: Conversation,
	triggers: NodeTypeAndVersion[],
): string {
	const isSid = (value: unknown): value is string =>
		typeof value === 'string' && /^CA[0-9a-f]{32}$/i.test(value);
	const known = [json.callSid, conversation.callSid].find(isSid);
	if (known) return known;
	for (const { name } of triggers) {
		const found = sidOfTrigger.call(this, name);
		if (isSid(found)) return found;
	}
	throw new NodeOperationError(this.getNode(), 'The item does not tell which call it is', {
		itemIndex: 0,
		description:
			'Connect the Incoming Call output of the Twilio Voice Trigger to this node, and keep its field callSid.',
	});
}

function sidOfTrigger(this: IExecuteFunctions, name: string): unknown {
	try {
		return this.getWorkflowDataProxy(0).$node[name]?.json?.callSid;
	} catch {
		// This trigger did not start the execution.
		return undefined;
	}
}

function requireFit(this: IExecuteFunctions, document: string) {
	const bytes = Buffer.byteLength(document, 'utf8');
	if (bytes <= maxDocumentBytes) return;
	throw new NodeOperationError(this.getNode(), `The answer has ${bytes} bytes`, {
		itemIndex: 0,
		description: `Twilio reads at most ${maxDocumentBytes}. Shorten the text.`,
	});
}
