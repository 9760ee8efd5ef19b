import type { INodeProperties } from 'n8n-workflow';

import { batchingOption, type Batch } from './batching';

export interface MakeOptions {
	batching?: { batch?: Batch };
	fallbackUrl?: string;
	sendDigits?: string;
	sipAuthPassword?: string;
	sipAuthUsername?: string;
	statusCallback?: string;
	statusCallbackEvents?: string[];
	timeLimit?: number;
	timeout?: number;
}

/** What is rarely changed about a call that is placed. */
export const makeOptions: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		batchingOption,
		{
			displayName: 'Fallback URL',
			name: 'fallbackUrl',
			type: 'string',
			default: '',
			placeholder: 'https://n8n.example.com/webhook/…/voice?fallback=true',
			description:
				'Asked for TwiML when another address does not answer, or not with TwiML. Empty: for an AI agent the fallback URL of the number in the field From, if it is one of the account; otherwise none.',
		},
		{
			displayName: 'Ring At Most (Seconds)',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 600 },
			default: 60,
			description: 'How long it rings before the call counts as not answered',
		},
		{
			displayName: 'Send Digits',
			name: 'sendDigits',
			type: 'string',
			default: '',
			placeholder: 'ww1234#',
			description:
				'Keys to press once the call is answered, for an extension: w waits half a second, W a second',
		},
		{
			displayName: 'SIP Password',
			name: 'sipAuthPassword',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'For a SIP address that asks for it',
		},
		{
			displayName: 'SIP User Name',
			name: 'sipAuthUsername',
			type: 'string',
			default: '',
			description: 'For a SIP address that asks for it',
		},
		{
			displayName: 'Status Callback Events',
			name: 'statusCallbackEvents',
			type: 'multiOptions',
			default: ['completed'],
			options: [
				{ name: 'Answered', value: 'answered' },
				{ name: 'Completed', value: 'completed' },
				{ name: 'Initiated', value: 'initiated' },
				{ name: 'Ringing', value: 'ringing' },
			],
			description: 'Which changes are reported. Completed covers busy, failed and not answered.',
		},
		{
			displayName: 'Status Callback URL',
			name: 'statusCallback',
			type: 'string',
			default: '',
			placeholder: 'https://n8n.example.com/webhook/…/voice?event=status',
			description:
				'Where Twilio reports the progress of the call: the address of a Twilio Voice Trigger, with ?event=status behind it',
		},
		{
			displayName: 'Talk At Most (Seconds)',
			name: 'timeLimit',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 86400 },
			default: 3600,
			description: 'After this time the call is ended',
		},
	],
};
