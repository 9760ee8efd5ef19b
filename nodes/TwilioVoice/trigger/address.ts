import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import { withoutFinalSlash } from '../../shared/request';

/** What the query of the trigger's address tells apart. */
export const queries = {
	/** The number's voice fallback URL: the ordinary path has failed. */
	fallback: 'fallback=true',
	/** The number's or the call's status callback. */
	status: 'event=status',
	/** The action of the `<Record>` that the trigger itself wrote. */
	recorded: 'event=recorded',
	/** What follows the greeting that the trigger itself said. */
	greeted: 'event=greeted',
} as const;

/**
 * The address under which Twilio reaches this trigger now: the test address during a test run.
 *
 * n8n builds it from WEBHOOK_URL. The option Public URL replaces the origin, for instances that
 * Twilio reaches under another name than everybody else.
 */
export function publicAddress(this: IHookFunctions | IWebhookFunctions): string {
	const configured = addressOf.call(this) ?? '';
	const { publicUrl } = this.getNodeParameter('options', {}) as { publicUrl?: string };
	if (!publicUrl || !URL.canParse(configured)) return configured;
	return `${withoutFinalSlash(publicUrl.trim())}${new URL(configured).pathname}`;
}

function addressOf(this: IHookFunctions | IWebhookFunctions): string | undefined {
	// In a webhook, getNodeWebhookUrl tells the production address even during a test run.
	if ('getWebhookResourceUrl' in this && typeof this.getWebhookResourceUrl === 'function') {
		return this.getWebhookResourceUrl('default');
	}
	return this.getNodeWebhookUrl('default');
}

/**
 * Whether both addresses are of the same trigger. Its test address differs from its production address
 * in what stands before its own path: by default `/webhook-test/` and `/webhook/`.
 */
export function isSameTrigger(one: string, other: string): boolean {
	const trigger = triggerOf(one);
	return trigger !== undefined && trigger === triggerOf(other);
}

function triggerOf(address: string): string | undefined {
	if (!URL.canParse(address)) return undefined;
	const { origin, pathname } = new URL(address);
	const [webhookId, path] = pathname.split('/').slice(-2);
	return `${origin}/${webhookId}/${path}`;
}

export function withQuery(address: string, ...parts: string[]): string {
	return parts.length === 0 ? address : `${address}?${parts.join('&')}`;
}
