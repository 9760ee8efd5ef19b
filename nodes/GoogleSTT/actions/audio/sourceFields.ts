import type { INodeProperties } from 'n8n-workflow';

import { recordingField } from '../../../TwilioVoice/shared/locators';

const shownFor = (audioSource: string) => ({ show: { audioSource: [audioSource] } });

export const sourceFields: INodeProperties[] = [
	{
		displayName: 'Audio From',
		name: 'audioSource',
		type: 'options',
		default: 'binary',
		options: [
			{
				name: 'Binary File',
				value: 'binary',
				description: 'A file that a node before this one put out',
			},
			{
				name: 'Cloud Storage',
				value: 'storage',
				description: 'A file in Google Cloud Storage, of any length',
			},
			{
				name: 'Twilio Recording',
				value: 'twilioRecording',
				description: 'A recording of your Twilio account, by its SID',
			},
			{ name: 'URL', value: 'url', description: 'A public address of an audio file' },
		],
		description: 'Where the audio comes from: WAV, MP3, FLAC, Ogg Opus, or µ-law without a header',
	},
	{
		displayName: 'Input Binary Field',
		name: 'binaryPropertyName',
		type: 'string',
		required: true,
		default: 'data',
		displayOptions: shownFor('binary'),
		hint: 'The name of the input binary field with the audio file',
	},
	{
		displayName: 'URL',
		name: 'url',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'https://example.com/call.mp3',
		displayOptions: shownFor('url'),
		description: 'The address of the file itself, which needs no login',
	},
	{ ...recordingField, displayOptions: shownFor('twilioRecording') },
	{
		displayName: 'Cloud Storage URI',
		name: 'storageUri',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'gs://my-bucket/call.wav',
		displayOptions: shownFor('storage'),
		description: 'Where the file is. The service account must be allowed to read it.',
	},
];
