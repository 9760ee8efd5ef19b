import type { INodeProperties } from 'n8n-workflow';

export const audioUrlField: INodeProperties = {
	displayName: 'Audio URL',
	name: 'audioUrl',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'https://cdn.example.com/bienvenida.mp3',
	description: 'A public MP3 or WAV file, which Twilio fetches and keeps',
};

export const repeatOption: INodeProperties = {
	displayName: 'Repeat',
	name: 'loop',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 1000 },
	default: 1,
	description: 'How often the audio is played',
};

/** A file that is played, and how often. */
export const playFields: INodeProperties[] = [
	audioUrlField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [repeatOption],
	},
];
