import type { IDataObject } from 'n8n-workflow';

import type { Cure } from '../../shared/request';

/** https://www.twilio.com/docs/api/errors */
const cures: Record<number, Cure> = {
	20003: {
		message: 'Twilio refused the credentials',
		description:
			'Check the Account SID, the Auth Token and, if you use one, the API key in the Twilio Voice credential.',
	},
	20404: {
		message: 'Twilio does not know this SID',
		description:
			'Check the Call SID, and that it belongs to the account of the credential (its Account SID).',
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
	21210: {
		message: 'The number in "From" may not be used as caller',
		description:
			'Choose a number of this Twilio account in the field From, or verify the number as a caller ID in the Twilio console.',
	},
	21211: {
		message: 'The number in "To" is not a valid phone number',
		description: 'Write the field To in E.164 format, for example +56912345678.',
	},
	21212: {
		message: 'The number in "From" is not a valid phone number',
		description: 'Write the field From in E.164 format, for example +56221234567.',
	},
	21215: {
		message: 'This Twilio account may not call the country of "To"',
		description:
			'Allow the country under Voice > Settings > Geo permissions in the Twilio console.',
	},
	21217: {
		message: 'The number in "To" cannot be called',
		description: 'Twilio found the number to be invalid. Check the field To (E.164 format).',
	},
	21219: {
		message: 'A trial account may only call verified numbers',
		description:
			'Verify the number of the field To in the Twilio console, or upgrade the Twilio account.',
	},
	21220: {
		message: 'The call cannot be changed any more',
		description: 'It is already over, or has not begun. Get the call to see its status.',
	},
};

export function twilioCure(statusCode: number, body: IDataObject): Cure {
	const said = typeof body.message === 'string' ? body.message : `HTTP ${statusCode}`;
	const code = typeof body.code === 'number' ? body.code : codeOfStatus(statusCode);
	const known = cures[code];
	if (!known) {
		const more = typeof body.more_info === 'string' ? ` See ${body.more_info}` : '';
		return {
			message: `Twilio refused the request: ${said}`,
			description: `${code ? `Twilio error ${code}.` : `HTTP ${statusCode}.`}${more}`,
		};
	}
	return {
		message: known.message,
		description: `${known.description} Twilio error ${code}: ${said}`,
	};
}

function codeOfStatus(statusCode: number): number {
	return { 401: 20003, 404: 20404, 429: 20429 }[statusCode] ?? 0;
}
