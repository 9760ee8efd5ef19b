import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, NodeTypeAndVersion } from 'n8n-workflow';

import { twiml } from '../twiml/document';
import type { Element } from '../twiml/xml';

const triggerType = /\.twilioVoiceTrigger$/;

/**
 * The triggers whose call waits for an answer.
 * @throws {NodeOperationError} where nobody waits: better than answering into the void
 */
export function requireWaitingCall(
	this: IExecuteFunctions,
	itemIndex: number,
	by: 'conversation' | 'response' = 'response',
): NodeTypeAndVersion[] {
	const triggers = this.getParentNodes(this.getNode().name, { includeNodeParameters: true }).filter(
		({ type, disabled }) => triggerType.test(type) && !disabled,
	);
	if (triggers.length === 0) {
		throw new NodeOperationError(this.getNode(), 'There is no call to respond to', {
			itemIndex,
			description:
				'Begin the workflow with a Twilio Voice Trigger and connect it to this node. To call somebody, use the resource Call.',
		});
	}
	const modes = triggers.map(({ parameters }) => parameters?.responseMode ?? 'responseNode');
	const answering = modes.some((mode) => mode !== 'onReceived');
	if (!answering) {
		throw new NodeOperationError(this.getNode(), 'The trigger has already answered the call', {
			itemIndex,
			description:
				'Set Answer to "From the Workflow" in the Twilio Voice Trigger, or update the running call with the resource Call.',
		});
	}
	if (by === 'response' && !modes.includes('responseNode')) {
		throw new NodeOperationError(this.getNode(), 'The trigger waits for a conversation', {
			itemIndex,
			description:
				'Set Answer to "From the Workflow" in the Twilio Voice Trigger, or use the resource Conversation here.',
		});
	}
	return triggers;
}

/**
 * Answers the waiting call with the verbs, as `text/xml`.
 *
 * A call takes one answer, so the first item speaks for all of them.
 * @returns what the node puts out: the item's own fields and the TwiML, without the session's token
 */
export async function answerCall(
	this: IExecuteFunctions,
	itemIndex: number,
	verbs: Element[],
): Promise<IDataObject> {
	requireWaitingCall.call(this, itemIndex);
	const document = twiml(verbs);
	const items = this.getInputData();
	if (itemIndex === 0) {
		await this.sendResponse({
			body: document,
			headers: { 'content-type': 'text/xml; charset=utf-8' },
			statusCode: 200,
		});
		if (items.length > 1) {
			this.addExecutionHints({
				message: `A call takes one answer: only the first of ${items.length} items was sent to Twilio.`,
				location: 'outputPane',
			});
		}
	}
	return {
		...items[itemIndex]?.json,
		responded: itemIndex === 0,
		verbs: verbs.map(({ name }) => name),
		twiml: withoutToken(document),
	};
}

/** The token is a secret as long as it is unused. */
export function withoutToken(document: string): string {
	return document
		.replace(/(<Parameter name="token" value=")[^"]*/g, '$1***')
		.replace(/(\bX-Session-Token=)[^&<]*/gi, '$1***');
}
