import type { IDataObject } from 'n8n-workflow';

import type { Cure } from './request';

export type GoogleService = 'speech' | 'storage' | 'textToSpeech';

/** A request that Google did not carry out, in Google's words (google.rpc.Status) as far as there are any. */
export interface GoogleFailure {
	service: GoogleService;
	/** 0 when no reply came. */
	statusCode: number;
	/** google.rpc.Code by name, e.g. `INVALID_ARGUMENT`; '' when the reply is not of Google's form. */
	status: string;
	message: string;
	/** Of google.rpc.ErrorInfo, e.g. `API_KEY_INVALID`. */
	reason: string;
	/** Of google.rpc.RetryInfo or the header Retry-After. */
	retryAfterMs: number | undefined;
	/** Which fields google.rpc.BadRequest complains about. */
	fields: string[];
}

export const serviceNames: Record<GoogleService, string> = {
	speech: 'Google Speech-to-Text',
	storage: 'Google Cloud Storage',
	textToSpeech: 'Google Text-to-Speech',
};

const apiNames: Record<GoogleService, string> = {
	speech: 'Cloud Speech-to-Text API',
	storage: 'Cloud Storage API',
	textToSpeech: 'Cloud Text-to-Speech API',
};

const roles: Record<GoogleService, string> = {
	speech: 'the role Cloud Speech Client',
	storage: 'the role Storage Object User on the bucket',
	textToSpeech: 'the role Service Usage Consumer',
};

/** Reads an error reply, over REST (`{error: {…}}`) or out of an operation (`{code, message}`). */
export function failureOf(
	service: GoogleService,
	statusCode: number,
	body: unknown,
	headers: IDataObject = {},
): GoogleFailure {
	const outer = asObject(body);
	const error = asObject(outer.error ?? outer);
	const details = Array.isArray(error.details) ? error.details.map(asObject) : [];
	const detail = (type: string) =>
		details.find((one) => String(one['@type']).endsWith(`google.rpc.${type}`)) ?? {};
	const violations = detail('BadRequest').fieldViolations;
	// Cloud Storage has the reason elsewhere.
	const [first] = Array.isArray(error.errors) ? error.errors.map(asObject) : [];
	return {
		service,
		statusCode,
		status: typeof error.status === 'string' ? error.status : '',
		message: typeof error.message === 'string' ? error.message : plainText(body),
		reason: String(detail('ErrorInfo').reason ?? first?.reason ?? ''),
		retryAfterMs: secondsOf(detail('RetryInfo').retryDelay) ?? secondsOf(headers['retry-after']),
		fields: Array.isArray(violations)
			? violations.map((one) => String(asObject(one).field ?? '')).filter(Boolean)
			: [],
	};
}

/** What happened and what to change, for what all of Google's services have in common. */
export function googleCure(failure: GoogleFailure): Cure {
	const { message, description } = common(failure);
	const said = failure.message && !message.includes(failure.message) ? failure.message : '';
	return {
		message,
		description: said ? `${description} Google said: ${said}` : description,
	};
}

function common(failure: GoogleFailure): Cure {
	const { service, statusCode, message } = failure;
	const name = serviceNames[service];
	if (statusCode === 0) {
		return {
			message: `${name} did not answer`,
			description: `Check that n8n can reach the address in the Google Speech credential, and try again.`,
		};
	}
	if (failure.reason === 'not-json') {
		return {
			message: `${name} gave no complete answer: ${message}`,
			description:
				'Try again. If it stays, check the addresses in the Google Speech credential, and any proxy between n8n and Google.',
		};
	}
	const known = byReason(failure) ?? byStatus(failure);
	if (known) return known;
	const fields = failure.fields.length > 0 ? ` Field: ${failure.fields.join(', ')}.` : '';
	return {
		message: `${name} refused the request: ${message || `HTTP ${String(statusCode)}`}`,
		description: `HTTP ${String(statusCode)}${failure.status ? ` ${failure.status}` : ''}.${fields}`,
	};
}

function byReason({ reason, message, service }: GoogleFailure): Cure | undefined {
	const api = apiNames[service];
	if (reason === 'API_KEY_INVALID' || reason === 'keyInvalid') {
		return {
			message: 'Google refused the API key',
			description: 'Check the API key in the Google Speech credential.',
		};
	}
	if (reason === 'SERVICE_DISABLED' || reason === 'accessNotConfigured') {
		return {
			message: `The ${api} is not enabled in the Google Cloud project`,
			description: `Enable the ${api} under APIs & Services in the Google Cloud console, and wait a few minutes.`,
		};
	}
	if (reason === 'BILLING_DISABLED' || /requires billing/i.test(message)) {
		return {
			message: 'The Google Cloud project has no billing account',
			description: 'Link a billing account to the project in the Google Cloud console.',
		};
	}
	if (/^API_KEY_.*BLOCKED$/.test(reason)) {
		return {
			message: 'The API key may not be used for this',
			description: `Its restrictions forbid it: allow the ${api}, and the address of this n8n, in the Google Cloud console.`,
		};
	}
	return undefined;
}

function byStatus({ service, statusCode, retryAfterMs }: GoogleFailure): Cure | undefined {
	const name = serviceNames[service];
	switch (statusCode) {
		case 401:
			return {
				message: 'Google refused the credentials',
				description:
					'Check the Google Speech credential: the service account or its key may have been disabled or deleted. Cloud Storage and Speech-to-Text version 2 need a service account.',
			};
		case 403:
			return {
				message: `The credentials may not use ${name}`,
				description: `Grant the service account ${roles[service]} in the Google Cloud console (IAM), and check the Project ID in the Google Speech credential.`,
			};
		case 404:
			return {
				message: `${name} has no such thing`,
				description:
					'Check the names in the fields, the Project ID and the addresses in the Google Speech credential.',
			};
		case 429:
			return {
				message: `Too many requests to ${name}`,
				description: `${retryAfterMs === undefined ? 'The quota of the project is used up' : `Google asks for a pause of ${String(Math.ceil(retryAfterMs / 1000))} s`}. Process fewer items at once, turn on Retry On Fail in the settings of the node, or ask Google for a higher quota.`,
			};
		case 500:
		case 502:
		case 503:
		case 504:
			return {
				message: `${name} is not available at the moment`,
				description: `It answered HTTP ${String(statusCode)}, several times. Turn on Retry On Fail in the settings of the node, or try again later.`,
			};
		default:
			return undefined;
	}
}

/** Seconds as Google writes them (`2.5s`) or as HTTP does (`2`), in ms. */
function secondsOf(value: unknown): number | undefined {
	const [, seconds] = /^(\d+(?:\.\d+)?)s?$/.exec(String(value ?? '')) ?? [];
	return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** A proxy's page is not for the builder to read. */
function plainText(body: unknown): string {
	const text = typeof body === 'string' ? body.trim() : '';
	return text.startsWith('<') ? 'a web page instead of an answer' : text.slice(0, 200);
}

export function asObject(value: unknown): IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as IDataObject)
		: {};
}
