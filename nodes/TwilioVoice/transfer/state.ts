import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** What the human who is called hears before the caller is put through. */
export interface Whisper {
	/** About the caller and the matter. */
	text: string;
	/** A language that `<Say>` speaks. */
	language: string;
	/** The key that accepts the call: 0 to 9. */
	key: string;
}

/** How a human is called. */
export interface DialOptions {
	/** E.164. @defaultValue Twilio shows the number of the caller */
	callerId?: string;
	/** How long it rings. */
	timeoutSeconds: number;
	/** Whether the conversation is recorded, each side in a channel. */
	record?: boolean;
	/** Told about each step of the call to the human. */
	statusCallback?: string;
}

/** What the caller meets when nobody took the call. */
export interface Fallback {
	kind: 'hangUp' | 'say' | 'record';
	text: string;
	language: string;
}

/** A transfer that is under way: whom to try next, and how. */
export interface Transfer {
	/** Whom to try, in order. */
	targets: string[];
	whisper?: Whisper;
	dial: DialOptions;
	fallback: Fallback;
}

const ivBytes = 12;
const tagBytes = 16;

/** The Auth Token itself encrypts nothing else. */
function keyOf(authToken: string): Buffer {
	return createHmac('sha256', authToken).update('transfer of a call').digest();
}

/**
 * Twilio carries the state of a transfer from one request to the next, in the query of our own
 * addresses. A summary is about a person and queries end up in logs, so it is sealed: AES-256-GCM
 * with a key derived from the Auth Token, which node and trigger both have. base64url.
 */
export function seal(state: Transfer | Whisper, authToken: string): string {
	const iv = randomBytes(ivBytes);
	const cipher = createCipheriv('aes-256-gcm', keyOf(authToken), iv);
	const text = Buffer.concat([cipher.update(JSON.stringify(state), 'utf8'), cipher.final()]);
	return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
}

/** @throws {Error} when it was sealed with another Auth Token, or changed */
export function unseal<T extends Transfer | Whisper>(sealed: string, authToken: string): T {
	const bytes = Buffer.from(sealed, 'base64url');
	const decipher = createDecipheriv('aes-256-gcm', keyOf(authToken), bytes.subarray(0, ivBytes), {
		authTagLength: tagBytes,
	});
	decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
	const text = Buffer.concat([
		decipher.update(bytes.subarray(ivBytes + tagBytes)),
		decipher.final(),
	]);
	return JSON.parse(text.toString('utf8')) as T;
}
