import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { hold } from '../../conversation/hold';
import { outputFor } from '../../conversation/outputs';
import { recordMessage, redirect } from '../../twiml/conversationVerbs';
import { keys, shortWaitMs, wholeNumber } from './fields';

export const description: INodeProperties[] = [
	{
		displayName: 'Record At Most (Seconds)',
		name: 'maxLength',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 14400 },
		default: 120,
		description: 'Longest message that is recorded',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Beep',
				name: 'playBeep',
				type: 'boolean',
				default: true,
				description: 'Whether a tone tells the caller to speak',
			},
			{
				displayName: 'Finish on Key',
				name: 'finishOnKey',
				type: 'string',
				default: '#',
				description: 'Keys that end the message. Empty: no key does.',
			},
			{
				displayName: 'Silence (Seconds)',
				name: 'silence',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 60 },
				default: 5,
				description: 'Silence that ends the message. 0: silence does not end it.',
			},
			{
				displayName: 'Trim Silence',
				name: 'trim',
				type: 'boolean',
				default: true,
				description: 'Whether to cut silence off the beginning and the end',
			},
		],
	},
];

interface RecordFields {
	playBeep?: boolean;
	finishOnKey?: string;
	silence?: number;
	trim?: boolean;
}

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const options = this.getNodeParameter('options', itemIndex, {}) as RecordFields;
	const { playBeep = true, finishOnKey = '#', silence = 5, trim = true } = options;
	const length = this.getNodeParameter('maxLength', itemIndex, 120);
	const maxLengthSeconds = wholeNumber.call(
		this,
		itemIndex,
		'Record At Most (Seconds)',
		length,
		1,
		14_400,
	);
	const silenceSeconds = wholeNumber.call(this, itemIndex, 'Silence (Seconds)', silence, 0, 60);
	const finishKeys = keys.call(this, itemIndex, 'Finish on Key', finishOnKey);
	return await hold.call(this, itemIndex, {
		operation: 'record',
		limitMs: shortWaitMs + maxLengthSeconds * 1000,
		verbs: (url) => [
			recordMessage({
				action: url('result'),
				maxLengthSeconds,
				silenceSeconds,
				finishOnKey: finishKeys,
				playBeep,
				trimSilence: trim,
			}),
			// Twilio goes on here when there was nothing to record.
			redirect(url('silence')),
		],
	});
}

export const output = outputFor('record');

/** Nothing Recorded. */
export const failureOutput = 1;
