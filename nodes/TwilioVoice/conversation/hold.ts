import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, NodeTypeAndVersion } from 'n8n-workflow';

import { withoutFinalSlash } from '../../shared/request';
import { requireWaitingCall } from '../shared/answer';
import { maxDocumentBytes, twiml } from '../twiml/document';
import type { Element } from '../twiml/xml';
import { armEnd } from './arm';
import type { Question } from './ask/question';
import { hungUpOutput, outputCount } from './outputs';
import {
	conversationOf,
	leaveBehind,
	resumeUrl,
	type CallEvent,
	type Waiting,
	type WaitingOperation,
} from './waiting';

/** The path behind the execution's waiting address, the same for every node. */
export const waitingPath = 'call';

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
 * @returns nothing while the call goes on; an item with `callEnded` where there is no call any more
 */
export async function hold(
	this: IExecuteFunctions,
	itemIndex: number,
	{ operation, verbs, limitMs, question }: Hold,
): Promise<IDataObject[]> {
	const triggers = requireWaitingCall.call(this, itemIndex);
	if (itemIndex > 0) return [];
	const json = this.getInputData()[0]?.json ?? {};
	if (json.callEnded === true) return [json];
	const conversation = conversationOf.call(this);
	conversation.callSid = callSidOf.call(this, json, triggers) || conversation.callSid;
	const item: IDataObject = { callSid: conversation.callSid, ...json };
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
		...(question ? { question } : {}),
	});
	leaveAtLimit.call(this, operation, item);
	await this.putExecutionToWait(new Date(Date.now() + limitMs));
	await this.sendResponse({
		body: document,
		headers: { 'content-type': 'text/xml; charset=utf-8' },
		statusCode: 200,
	});
	return [];
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
	const { publicUrl } = (triggers[0]?.parameters?.options ?? {}) as { publicUrl?: string };
	const origin = publicUrl ? withoutFinalSlash(publicUrl.trim()) : url.origin;
	return {
		address: `${origin}${url.pathname}/${waitingPath}`,
		token: url.searchParams.get('signature') ?? '',
	};
}

/** Nodes in between may have dropped the field; the trigger still has it. */
function callSidOf(
	this: IExecuteFunctions,
	json: IDataObject,
	triggers: NodeTypeAndVersion[],
): string {
	if (typeof json.callSid === 'string' && json.callSid !== '') return json.callSid;
	for (const { name } of triggers) {
		const found = this.getWorkflowDataProxy(0).$node[name]?.json as IDataObject | undefined;
		if (typeof found?.callSid === 'string') return found.callSid;
	}
	return '';
}

function requireFit(this: IExecuteFunctions, document: string) {
	const bytes = Buffer.byteLength(document, 'utf8');
	if (bytes <= maxDocumentBytes) return;
	throw new NodeOperationError(this.getNode(), `The answer has ${bytes} bytes`, {
		itemIndex: 0,
		description: `Twilio reads at most ${maxDocumentBytes}. Shorten the text.`,
	});
}
