import type { IDataObject } from 'n8n-workflow';

export interface SipHeader {
	name: string;
	value: string;
}

/**
 * The headers of the INVITE that begin with `X-`, by their name in lower case. Twilio takes them from
 * the address of `<Sip>` (`sip:…?x-tenant=…`) and hands them through. They are what the caller's side
 * says of itself: no proof of anything.
 */
export function customHeaders(headers: SipHeader[]): IDataObject {
	return Object.fromEntries(
		headers
			.filter(({ name }) => /^x-/i.test(name))
			.map(({ name, value }) => [name.toLowerCase(), value]),
	);
}

/** The address in a From or To header (RFC 3261, 20.20): a phone number where it has one. */
export function addressOf(headers: SipHeader[], name: string): string | null {
	const header = headers.find((one) => one.name.toLowerCase() === name)?.value;
	if (header === undefined) return null;
	const uri = /<([^>]+)>/.exec(header)?.[1] ?? header.split(';')[0]?.trim() ?? '';
	const user = /^(?:sips?|tel):([^@;?]+)/i.exec(uri)?.[1];
	if (user === undefined) return uri || null;
	const number = decode(user).replace(/[\s().-]/g, '');
	return /^\+?[1-9]\d{6,14}$/.test(number) && user !== uri ? `+${number.replace(/^\+/, '')}` : uri;
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

export function readHeaders(value: unknown): SipHeader[] {
	if (!Array.isArray(value)) return [];
	return value.flatMap((one: unknown) => {
		const { name, value: text } = (one ?? {}) as Partial<SipHeader>;
		return typeof name === 'string' && typeof text === 'string' ? [{ name, value: text }] : [];
	});
}
