import type { INodeProperties } from 'n8n-workflow';

/** A file that is played, and how often. */
export const playFields: INodeProperties[] = [
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
