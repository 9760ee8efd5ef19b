import type { INodeProperties } from 'n8n-workflow';

import {
	languageField,
	speakingRateField,
	tenantField,
	voiceField,
} from '../../shared/voiceFields';

export const description: INodeProperties[] = [
	{
		...tenantField,
		description: 'Whose phrases they are. Items of the same tenant are warmed together.',
	},
	{
		displayName: 'Phrases',
		name: 'phrases',
		type: 'string',
		typeOptions: { rows: 5 },
		required: true,
		default: '',
		placeholder: 'Buenos días, gracias por llamar.\nUn momento, por favor.',
		description:
			'What is going to be said on calls, one phrase per line and exactly as it will be said, or an expression that gives a list. At most 1,000 characters each.',
	},
	languageField,
	{
		displayName: 'Voices',
		name: 'voices',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Voice',
		default: { values: [{ voice: voiceField.default, speakingRate: 1 }] },
		description: 'Each phrase is spoken by each of these voices',
		options: [
			{
				displayName: 'Voice',
				name: 'values',
				values: [
					voiceField,
					{
						...speakingRateField,
						description: 'As on the calls: another rate is another phrase',
					},
				],
			},
		],
	},
	{
		displayName: 'Wait for Completion',
		name: 'wait',
		type: 'boolean',
		default: true,
		description:
			'Whether to go on only when all phrases are there. Otherwise the operation Get Warming tells how far it is.',
	},
	{
		displayName: 'Wait At Most (Seconds)',
		name: 'waitSeconds',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 600,
		displayOptions: { show: { wait: [true] } },
		description:
			'After this time the node goes on with the status "running". The warming itself goes on as well.',
	},
];
