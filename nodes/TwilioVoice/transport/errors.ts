import type { IDataObject } from 'n8n-workflow';

import type { Cure } from '../../shared/request';

const invalidTo: Cure = {
	message: 'The number in "To" is not a valid phone number',
	description: 'Write the field To in E.164 format, for example +56912345678.',
};

const forbiddenCountry: Cure = {
	message: 'This Twilio account may not call the country of "To"',
	description: 'Allow the country under Voice > Settings > Geo permissions in the Twilio console.',
};

const unreachable: Cure = {
	message: 'The number in "To" cannot be called',
	description: 'Twilio found the number to be invalid. Check the field To (E.164 format).',
};

/** https://www.twilio.com/docs/api/errors */
const cures: Record<number, Cure> = {
	10001: {
		message: 'The Twilio account is not active',
		description: 'It is suspended or closed. Look at the account and its balance in the console.',
	},
	10004: {
		message: 'The Twilio account has no room for another call',
		description:
			'Too many calls are in progress at once. Wait for some to end, spread the calls with the option Batching, or ask Twilio for a higher limit.',
	},
	13224: unreachable,
	13225: unreachable,
	13227: forbiddenCountry,
	16113: {
		message: 'The recording has one channel only',
		description:
			'Set Channels to One. For two channels, choose Dual in the recording options when the recording is started.',
	},
	20003: {
		message: 'Twilio refused the credentials',
		description:
			'Check the Account SID, the Auth Token and, if you use one, the API key in the Twilio Voice credential: it may have been changed or revoked.',
	},
	20008: {
		message: 'Test credentials may not do this',
		description: 'Use the live Account SID and Auth Token in the Twilio Voice credential.',
	},
	20009: {
		message: 'This is not finished yet',
		description: 'A recording can be deleted once it is complete. Stop it, or wait.',
	},
	20404: {
		message: 'Twilio does not know this SID',
		description:
			'Check the SID, and that it belongs to the account of the credential (its Account SID).',
	},
	20429: {
		message: 'Too many requests to Twilio',
		description: 'Turn on Retry On Fail in the settings of the node, or send fewer requests.',
	},
	21205: {
		message: 'Twilio refused a URL',
		description:
			'Check the fields URL and Status Callback URL: they must be public http(s) addresses.',
	},
	21206: {
		message: 'Twilio refused the digits to send',
		description: 'Send Digits takes 0 to 9, *, #, A to D and w or W for a pause, at most 32.',
	},
	21208: {
		message: 'Twilio refused a time',
		description: 'Ring At Most takes 1 to 600 seconds.',
	},
	21210: {
		message: 'The number in "From" may not be used as caller',
		description:
			'Choose a number of this Twilio account in the field From, or verify the number as a caller ID in the Twilio console.',
	},
	21211: invalidTo,
	21212: {
		message: 'The number in "From" is not a valid phone number',
		description: 'Write the field From in E.164 format, for example +56221234567.',
	},
	21214: unreachable,
	21215: forbiddenCountry,
	21216: {
		message: 'Twilio blocks calls to the number in "To"',
		description:
			'It counts as a fraud risk or is out of reach for regulatory reasons; calls to the USA and Canada need a customer profile in the Trust Hub. Ask the support of Twilio to lift a wrong block.',
	},
	21217: unreachable,
	21219: {
		message: 'A trial account may only call verified numbers',
		description:
			'Verify the number of the field To in the Twilio console, or upgrade the Twilio account.',
	},
	21220: {
		message: 'The call cannot be changed any more',
		description: 'It is already over, or has not begun. Get the call to see its status.',
	},
	32205: forbiddenCountry,
};

export function twilioCure(statusCode: number, body: IDataObject, headers: IDataObject = {}): Cure {
	const code = typeof body.code === 'number' ? body.code : codeOfStatus(statusCode);
	const known = cures[code];
	if (typeof body.message !== 'string' && !known) return notTwilio(statusCode);
	const said = typeof body.message === 'string' ? body.message : `HTTP ${statusCode}`;
	if (known) {
		const wait = statusCode === 429 ? waitingTime(headers) : '';
		return {
			message: known.message,
			description: `${known.description}${wait} Twilio error ${code}: ${said}`,
		};
	}
	const more = typeof body.more_info === 'string' ? ` See ${body.more_info}` : '';
	return {
		message: `Twilio refused the request: ${said}`,
		description: `${code ? `Twilio error ${code}.` : `HTTP ${statusCode}.`}${more}`,
	};
}

/** Twilio's errors are JSON with a message. */
function notTwilio(statusCode: number): Cure {
	return {
		message: `Twilio is not available (HTTP ${statusCode})`,
		description:
			statusCode >= 500
				? 'Try again in a moment, or turn on Retry On Fail. If it stays, look at status.twilio.com.'
				: 'The answer did not come from Twilio. Check the API base URL in the Twilio Voice credential, and any proxy before it.',
	};
}

function codeOfStatus(statusCode: number): number {
	return { 401: 20003, 404: 20404, 429: 20429 }[statusCode] ?? 0;
}

function waitingTime(headers: IDataObject): string {
	const seconds = Number(headers['retry-after']);
	return Number.isFinite(seconds) && seconds > 0
		? ` Twilio asks to wait ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
		: '';
}
