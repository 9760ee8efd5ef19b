import { createHash, createPrivateKey, createSign, type KeyObject } from 'node:crypto';

import { UserError } from 'n8n-workflow';
import type { IDataObject, IHttpRequestHelper } from 'n8n-workflow';

export interface ServiceAccount {
	email: string;
	/** PEM, as it stands in the JSON key file or as a form has mangled it. */
	privateKey: string;
	tokenUrl: string;
}

interface Token {
	value: string;
	expiresAtMs: number;
}

/** Also when it is reached through a proxy: it is Google that looks at it. */
const audience = 'https://oauth2.googleapis.com/token';
const scope = 'https://www.googleapis.com/auth/cloud-platform';
/** The longest that Google allows for an assertion. */
const lifetimeSeconds = 3600;
/** A token that ends while a request is on its way is of no use. */
const marginMs = 60_000;
const maxRemembered = 100;

/** By account and key, so that items that run at the same time share one token. */
const tokens = new Map<string, Promise<Token>>();

/**
 * An access token of a service account for the Cloud APIs, by the OAuth 2.0 JWT grant
 * (developers.google.com/identity/protocols/oauth2/service-account).
 * @param refused a token that Google no longer takes: it is not handed out again
 * @throws {UserError} which names the field of the credential that is wrong
 */
export async function accessTokenOf(
	http: IHttpRequestHelper,
	account: ServiceAccount,
	refused = '',
	nowMs = Date.now(),
): Promise<string> {
	const id = createHash('sha256')
		.update([account.email, account.privateKey, account.tokenUrl].join('\n'))
		.digest('base64');
	const before = tokens.get(id);
	const known = await before;
	if (known && known.value !== refused && known.expiresAtMs - marginMs > nowMs) return known.value;
	// Another item may have asked for a new one while this one waited.
	const now = tokens.get(id);
	const current = now && now !== before ? now : requestToken(http, account, nowMs);
	tokens.set(id, current);
	for (const oldest of tokens.keys()) {
		if (tokens.size <= maxRemembered) break;
		tokens.delete(oldest);
	}
	current.catch(() => tokens.delete(id));
	return (await current).value;
}

async function requestToken(
	http: IHttpRequestHelper,
	account: ServiceAccount,
	nowMs: number,
): Promise<Token> {
	const body = new URLSearchParams({
		grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
		assertion: assertion(account, nowMs),
	}).toString();
	const { statusCode, body: reply } = await post(http, account.tokenUrl, body);
	const { access_token: value, expires_in: seconds, ...rest } = asObject(reply);
	if (statusCode === 200 && typeof value === 'string' && value !== '') {
		const lifetimeMs = (typeof seconds === 'number' ? seconds : lifetimeSeconds) * 1000;
		return { value, expiresAtMs: nowMs + lifetimeMs };
	}
	throw refusal(statusCode, rest);
}

async function post(
	http: IHttpRequestHelper,
	url: string,
	body: string,
): Promise<{ statusCode: number; body: unknown }> {
	const request = http.helpers.httpRequest({
		method: 'POST',
		url,
		headers: { 'content-type': 'application/x-www-form-urlencoded' },
		body,
		timeout: 20_000,
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
	}) as Promise<{ statusCode: number; body: unknown }>;
	return await request.catch((error: Error) => {
		throw new UserError("Google's token server did not answer", {
			description: `${error.message}. Check the Token URL in the Google Speech credential and that n8n can reach it.`,
		});
	});
}

function assertion({ email, privateKey }: ServiceAccount, nowMs: number): string {
	const issuer = email.trim();
	if (!/^\S+@\S+$/.test(issuer)) {
		throw new UserError('The service account e-mail is missing or is no e-mail address', {
			description: 'Copy client_email of the JSON key file into Service Account Email.',
		});
	}
	const issuedAt = Math.floor(nowMs / 1000);
	const claims = {
		iss: issuer,
		scope,
		aud: audience,
		iat: issuedAt,
		exp: issuedAt + lifetimeSeconds,
	};
	const content = [{ alg: 'RS256', typ: 'JWT' }, claims]
		.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
		.join('.');
	const signature = createSign('RSA-SHA256').update(content).sign(readKey(privateKey));
	return `${content}.${signature.toString('base64url')}`;
}

/**
 * The key file has `\n` where the lines end, and a one-line field of a form has spaces or nothing:
 * the lines are made anew.
 */
function readKey(text: string): KeyObject {
	const [, label, content] =
		/-----BEGIN ([A-Z ]*PRIVATE KEY)-----(.+)-----END \1-----/s.exec(
			text.replace(/\\r|\\n/g, '\n'),
		) ?? [];
	if (label === undefined || content === undefined) {
		throw new UserError('The private key is no private key', {
			description:
				'Copy private_key of the JSON key file into Private Key, from -----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----.',
		});
	}
	const lines = content.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
	const key = keyOf(
		[`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n'),
	);
	if (!key) {
		throw new UserError('The private key cannot be read', {
			description:
				'It is cut or was changed on the way. Copy private_key of the JSON key file once more, whole.',
		});
	}
	if (key.asymmetricKeyType === 'rsa') return key;
	throw new UserError('The private key is not of a Google service account', {
		description: 'Service accounts have RSA keys. Copy private_key of the JSON key file.',
	});
}

function keyOf(pem: string): KeyObject | undefined {
	try {
		return createPrivateKey(pem);
	} catch {
		return undefined;
	}
}

function refusal(statusCode: number, body: IDataObject): UserError {
	const code = typeof body.error === 'string' ? body.error : '';
	const said = typeof body.error_description === 'string' ? body.error_description : code;
	const detail = said ? ` Google said: ${said}` : ` The token server answered HTTP ${statusCode}.`;
	if (/signature/i.test(said)) {
		return new UserError('The private key does not belong to this service account', {
			description: `Copy client_email and private_key out of the same JSON key file. The key may also have been deleted or replaced in the Google Cloud console.${detail}`,
		});
	}
	if (/account not found|invalid email/i.test(said)) {
		return new UserError('Google knows no service account with this e-mail', {
			description: `Check Service Account Email: it is client_email of the JSON key file.${detail}`,
		});
	}
	if (/timeframe|short-lived/i.test(said)) {
		return new UserError('The clock of this n8n is wrong', {
			description: `Google takes a signature only around the time of its making. Set the time of the machine.${detail}`,
		});
	}
	if (code === '') {
		return new UserError("The Token URL does not answer as Google's token server does", {
			description: `Check the Token URL in the Google Speech credential.${detail}`,
		});
	}
	return new UserError('Google gave no access token for the service account', {
		description: `Check that the service account and its key are enabled in the Google Cloud console.${detail}`,
	});
}

function asObject(body: unknown): IDataObject {
	return typeof body === 'object' && body !== null && !Array.isArray(body)
		? (body as IDataObject)
		: {};
}
