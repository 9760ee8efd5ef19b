import { redirect } from '../twiml/conversationVerbs';
import { pause } from '../twiml/verbs';
import type { Element } from '../twiml/xml';
import { waitingPaths } from './place';
import { connectionOverrides } from './waiting';

/** A second each; an execution that is not saved by then never will be. */
const maxRetries = 8;

/**
 * n8n refuses a request to a waiting execution (409) until the wait is saved, which on a busy server can
 * take longer than a short text. Twilio then asks the number's fallback address, and tells which
 * address failed: after a second it is tried again, instead of giving the call up.
 * @param errorUrl Twilio's `ErrorUrl`
 * @returns undefined when it is no address of a waiting execution, or was tried often enough
 */
export function retryVerbs(errorUrl: string | undefined): Element[] | undefined {
	if (!errorUrl || !URL.canParse(errorUrl)) return undefined;
	const url = new URL(errorUrl);
	const isWaiting =
		Object.values(waitingPaths).some((path) => url.pathname.endsWith(`/${path}`)) &&
		['signature', 'event', 'step'].every((name) => url.searchParams.has(name));
	const retries = Number(url.searchParams.get('retry') ?? 0) + 1;
	if (!isWaiting || !(retries <= maxRetries)) return undefined;
	url.searchParams.set('retry', String(retries));
	url.hash = connectionOverrides;
	return [pause(1), redirect(url.href)];
}
