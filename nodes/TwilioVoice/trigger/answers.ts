import { NodeOperationError } from 'n8n-workflow';
import type { IWebhookFunctions } from 'n8n-workflow';

import { retryVerbs } from '../conversation/retry';
import { faultOf, twiml } from '../twiml/document';
import { phrasesIn, sayLanguage } from '../twiml/language';
import { redirect } from '../twiml/conversationVerbs';
import { hangUp, record, reject, say } from '../twiml/verbs';
import { publicAddress, queries, withQuery } from './address';

interface AnswerOptions {
	fallbackLanguage?: string;
	fallbackMessage?: string;
	recordMaxLength?: number;
	greeting?: string;
	greetingLanguage?: string;
}

function options(this: IWebhookFunctions): AnswerOptions {
	return this.getNodeParameter('options', {}) as AnswerOptions;
}

/** Ends the request at once; the workflow may run after it, but can no longer answer. */
export function send(this: IWebhookFunctions, statusCode: number, document?: string) {
	const response = this.getResponseObject();
	response.status(statusCode);
	if (document === undefined) response.end();
	else response.type('text/xml').send(document);
}

/** An apology, and a message after the tone. */
function takeMessage(this: IWebhookFunctions): string {
	const { fallbackLanguage, fallbackMessage, recordMaxLength = 120 } = options.call(this);
	const language = sayLanguage(fallbackLanguage);
	return twiml([
		say(fallbackMessage || phrasesIn(language).apology, { language }),
		record({
			maxLengthSeconds: recordMaxLength,
			action: withQuery(publicAddress.call(this), queries.recorded),
		}),
	]);
}

/** Twilio asks here when the ordinary path failed; the workflow does not run. */
export function answerFallback(this: IWebhookFunctions, params: Record<string, string>): string {
	const again = retryVerbs(params.ErrorUrl);
	return again ? twiml(again) : takeMessage.call(this);
}

export function answerRecorded(this: IWebhookFunctions): string {
	const language = sayLanguage(options.call(this).fallbackLanguage);
	return twiml([say(phrasesIn(language).thanks, { language }), hangUp()]);
}

/** For a call that the workflow does not take: unanswered, so it costs nothing. */
export function rejectCall(): string {
	return twiml([reject('rejected')]);
}

/** To who called a number that no tenant has: a tone would not tell them what is wrong. */
export function refuseUnknownNumber(this: IWebhookFunctions): string {
	const language = sayLanguage(options.call(this).fallbackLanguage);
	return twiml([say(phrasesIn(language).unknownNumber, { language }), hangUp()]);
}

/** A word at once, where there is one; the workflow answers the request that follows it. */
export function answerGreeting(this: IWebhookFunctions): string | undefined {
	const { greeting = '', greetingLanguage } = options.call(this);
	if (greeting.trim() === '') return undefined;
	return twiml([
		say(greeting, { language: sayLanguage(greetingLanguage) }),
		redirect(withQuery(publicAddress.call(this), queries.greeted)),
	]);
}

/** The answer that does not wait for the workflow. */
export function staticAnswer(this: IWebhookFunctions): string {
	const kind = this.getNodeParameter('staticAnswer', 'say');
	if (kind === 'record') return takeMessage.call(this);
	if (kind === 'twiml') {
		const document = String(this.getNodeParameter('staticTwiml', '')).trim();
		const fault = faultOf(document);
		if (fault === undefined) return document;
		throw new NodeOperationError(this.getNode(), 'The field TwiML holds no TwiML', {
			description: fault,
		});
	}
	const language = sayLanguage(String(this.getNodeParameter('staticLanguage', '')));
	return twiml([say(String(this.getNodeParameter('staticText', '')), { language }), hangUp()]);
}
