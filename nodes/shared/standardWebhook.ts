import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far a request's own time may be off, both ways. */
export const toleranceSeconds = 300;

export interface WebhookHeaders {
	id: string | undefined;
	/** Seconds since 1970. */
	timestamp: string | undefined;
	/** One or more `v1,<base64>`, separated by spaces. */
	signature: string | undefined;
}

/**
 * Whether a request was signed with the secret, now. It fails closed.
 * @param secret `whsec_` and the key in base64
 * @see https://www.standardwebhooks.com
 */
export function isSignedWebhook(
	secret: string,
	{ id, timestamp, signature }: WebhookHeaders,
	rawBody: Buffer,
	nowMs: number,
): boolean {
	if (!secret || !id || !timestamp || !signature || !/^\d{1,12}$/.test(timestamp)) return false;
	if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) return false;
	const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
	if (key.length === 0) return false;
	const expected = createHmac('sha256', key)
		.update(`${id}.${timestamp}.`, 'utf8')
		.update(rawBody)
		.digest();
	return signature.split(' ').some((one) => {
		const [version, value = ''] = one.split(',', 2);
		const given = Buffer.from(value, 'base64');
		return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
	});
}
