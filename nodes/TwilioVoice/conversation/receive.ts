import { sleep } from 'n8n-workflow';
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { secondsToMs } from '../shared/callOutput';
import { twilioCredential, type TwilioCredentials } from '../transport/twilio';
import { readRequest } from '../trigger/request';
import { isSignedByTwilio } from '../trigger/signature';
import { isOver } from './arm';
import { hungUpOutput, outputCount } from './outputs';
import { lostResult } from './lost';
import { isGone, outcomeOf, resultOf } from './outcomes';
import { isSettled, settle } from './settled';
import { findWaiting, type Waiting, type WaitingOperation } from './waiting';

const answered: IWebhookResponseData = { noWebhookResponse: true };

/** Twilio tells the result of these also when the caller hangs up, about when it tells that. */
const reportAfterHangUp = new Set<WaitingOperation>(['dial', 'enqueue', 'record']);

/** How long the result of such an operation may come behind the end of the call, before it is looked up. */
const resultDelayMs = 2000;

/** Twilio's request to a waiting execution: refused, answered here, or the flow goes on with it. */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const waiting = findWaiting.call(this);
	const { rawBody, rawQuery, headers, params } = readRequest.call(this);
	const { authToken } = await this.getCredentials<TwilioCredentials>(twilioCredential);
	// Without the overrides behind "#", which Twilio does not sign.
	const isGenuine = isSignedByTwilio(authToken, {
		publicUrl: waiting.address,
		rawQuery,
		signature: headers.signature,
		contentType: headers.contentType,
		rawBody,
	});
	if (!isGenuine) {
		send.call(this, 403);
		return answered;
	}
	const query = new URLSearchParams(rawQuery);
	if (query.get('event') === 'ended') return await receiveEnd.call(this, waiting, params);
	if (query.get('step') !== String(waiting.step)) return repeat.call(this, waiting, params);
	const event = query.get('event') === 'silence' ? 'silence' : 'result';
	const isRetry = query.has('retry');
	const isLost = isRetry && event === 'result';
	const found = isLost ? await lostResult.call(this, waiting, params, true) : undefined;
	if (found && isSettled(this.getExecutionId(), waiting.step)) {
		// The call ended while its result was looked up.
		send.call(this, 204);
		return answered;
	}
	const outcome = outcomeOf(waiting, {
		event,
		attempt: Number(query.get('attempt') ?? 1),
		isRetry,
		params: { ...params, ...found },
		isFound: found !== undefined,
		now: new Date(),
	});
	if (outcome.kind === 'reply') {
		send.call(this, 200, outcome.document);
		return answered;
	}
	settle(this.getExecutionId(), waiting.step);
	if (!isGone(params)) return goOn(waiting, outcome.output, outcome.fields);
	send.call(this, 204);
	return {
		...answered,
		...goOn(waiting, outcome.output, { ...outcome.fields, ...endOf(params) }),
	};
}

/** The call is over; whichever node waits for it leaves. */
async function receiveEnd(
	this: IWebhookFunctions,
	waiting: Waiting,
	params: Record<string, string>,
): Promise<IWebhookResponseData> {
	send.call(this, 204);
	if (!isOver(params.CallStatus)) return answered;
	let found: Record<string, string> | undefined;
	if (reportAfterHangUp.has(waiting.operation)) {
		await sleep(resultDelayMs);
		if (isSettled(this.getExecutionId(), waiting.step)) return answered;
		found = await lostResult.call(this, waiting, params, false);
		if (isSettled(this.getExecutionId(), waiting.step)) return answered;
	}
	settle(this.getExecutionId(), waiting.step);
	if (!found) {
		return { ...answered, ...goOn(waiting, hungUpOutput(waiting.operation), endOf(params)) };
	}
	const { output, fields } = resultOf(waiting, { params: { ...params, ...found }, isFound: true });
	return { ...answered, ...goOn(waiting, output, { ...fields, ...endOf(params) }) };
}

/**
 * A request of a node that has left already: the reply to it got lost, and Twilio asks again. It gets
 * what the call is to do now.
 */
function repeat(
	this: IWebhookFunctions,
	waiting: Waiting,
	params: Record<string, string>,
): IWebhookResponseData {
	if (isGone(params)) send.call(this, 204);
	else send.call(this, 200, waiting.document);
	return answered;
}

function goOn(
	{ operation, item }: Waiting,
	output: number,
	fields: IDataObject,
): IWebhookResponseData {
	return {
		workflowData: Array.from({ length: outputCount(operation) }, (_, index) =>
			index === output ? [{ json: { ...item, ...fields }, pairedItem: { item: 0 } }] : [],
		),
	};
}

function endOf(params: Record<string, string>): IDataObject {
	return {
		callEnded: true,
		callStatus: params.CallStatus ?? 'completed',
		...(params.CallDuration ? { durationMs: secondsToMs(params.CallDuration) } : {}),
	};
}

function send(this: IWebhookFunctions, statusCode: number, document?: string) {
	const response = this.getResponseObject();
	response.status(statusCode);
	if (document === undefined) response.end();
	else response.type('text/xml').send(document);
}
