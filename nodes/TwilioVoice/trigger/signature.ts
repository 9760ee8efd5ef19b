import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request of Twilio, as it came in. */
export interface SignedRequest {
	/** The address that Twilio was given, built from configuration and never from the Host header. */
	publicUrl: string;
	/** What stands behind `?` in the request line, unchanged; without the question mark. */
	rawQuery: string;
	signature: string | undefined;
	contentType: string | undefined;
	/** The body as it was sent: a form, or JSON with `bodySHA256` in the query. */
	rawBody: Buffer;
}

/**
 * Whether the request was signed with the Auth Token. It fails closed: whatever is missing, the
 * answer is no.
 *
 * Forms: base64(HMAC-SHA1(token, URL + name and value of each field, sorted by name)); of a repeated
 * field the distinct values, sorted. Other bodies: the URL alone, which carries the body's SHA-256.
 * @see https://www.twilio.com/docs/usage/security
 */
export function isSignedByTwilio(
	authToken: string,
	{ publicUrl, rawQuery, signature, contentType, rawBody }: SignedRequest,
): boolean {
	if (!authToken || !signature || !publicUrl) return false;
	const url = rawQuery ? `${publicUrl}?${rawQuery}` : publicUrl;
	const isForm = (contentType ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded');
	if (!isForm && !isBodyHashed(rawQuery, rawBody)) return false;
	const fields = isForm ? joinFields(rawBody.toString('utf8')) : '';
	return withAndWithoutPort(url).some((candidate) => {
		const expected = createHmac('sha1', authToken)
			.update(candidate + fields, 'utf8')
			.digest('base64');
		return equalInConstantTime(expected, signature);
	});
}

function joinFields(form: string): string {
	const fields = new URLSearchParams(form);
	return [...new Set(fields.keys())]
		.sort()
		.flatMap((name) => [...new Set(fields.getAll(name))].sort().map((value) => name + value))
		.join('');
}

/** An unsigned body is no body: without its hash in the signed query anyone could swap it. */
function isBodyHashed(rawQuery: string, rawBody: Buffer): boolean {
	const claimed = new URLSearchParams(rawQuery).get('bodySHA256');
	if (claimed === null) return false;
	const actual = createHash('sha256').update(rawBody).digest('hex');
	return equalInConstantTime(actual, claimed.toLowerCase());
}

/** Twilio signs the URL sometimes with the standard port and sometimes without it. */
function withAndWithoutPort(url: string): string[] {
	const found = /^(https?):\/\/([^/?#]+)(.*)$/i.exec(url);
	const [, scheme = '', authority = '', rest = ''] = found ?? [];
	if (!found) return [url];
	const standard = scheme.toLowerCase() === 'https' ? '443' : '80';
	if (authority.endsWith(`:${standard}`)) {
		return [url, `${scheme}://${authority.slice(0, -standard.length - 1)}${rest}`];
	}
	return /:\d+$/.test(authority) ? [url] : [url, `${scheme}://${authority}:${standard}${rest}`];
}

function equalInConstantTime(expected: string, given: string): boolean {
	const a = createHash('sha256').update(expected).digest();
	const b = createHash('sha256').update(given).digest();
	return timingSafeEqual(a, b);
}
