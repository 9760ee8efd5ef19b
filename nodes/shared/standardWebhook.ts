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
 * Whether a request was signed with one of the secrets, now. It fails closed.
 * @param secrets each `whsec_` and the key in base64; several are separated by spaces or commas
 * @see https://www.standardwebhooks.com
 */
export function isSignedWebhook(
	secrets: string,
	{ id, timestamp, signature }: WebhookHeaders,
	rawBody: Buffer,
	nowMs: number,
): boolean {
	if (!id || !timestamp || !signature || !/^\d{1,12}$/.test(timestamp)) return false;
	if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) return false;
	const given = signature.split(' ').flatMap((one) => {
		const [version, value = ''] = one.split(',', 2);
		return version === 'v1' ? [Buffer.from(value, 'base64')] : [];
	});
	return keysOf(secrets).some((key) => {
		const expected = createHmac('sha256', key)
			.update(`${id}.${timestamp}.`, 'utf8')
			.update(rawBody)
			.digest();
		return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
	});
}

/** An empty key would let anybody sign. */
function keysOf(secrets: string): Buffer[] {
	return secrets
		.split(/[\s,]+/)
		.map((secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
		.filter(({ length }) => length > 0);
}
