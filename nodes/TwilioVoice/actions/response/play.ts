import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { answerCall } from '../../shared/answer';
import { readUrl } from '../../shared/checks';
import { hangUp, play } from '../../twiml/verbs';

export const description: INodeProperties[] = [
	{
		displayName: 'Audio URL',
		name: 'audioUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'https://cdn.example.com/bienvenida.mp3',
		description: 'A public MP3 or WAV file, which Twilio fetches and keeps',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Repeat',
				name: 'loop',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 1000 },
				default: 1,
				description: 'How often the audio is played',
			},
		],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const { loop } = this.getNodeParameter('options', itemIndex, {}) as { loop?: number };
	const url = readUrl.call(this, 'audioUrl', 'Audio URL', itemIndex);
	return await answerCall.call(this, itemIndex, [play(url, loop), hangUp()]);
}
