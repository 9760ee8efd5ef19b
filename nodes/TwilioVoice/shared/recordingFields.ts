import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { optionalUrl } from './checks';

/** Stands where a recording may begin: who is recorded has to know. */
export const consentNotice: INodeProperties = {
	displayName:
		'Tell everybody on the line that the call is recorded, and why, before it begins, and keep the consent where the law asks for it. Twilio does not say it for you.',
	name: 'consentNotice',
	type: 'notice',
	default: '',
};

export const recordingOptions: INodeProperties = {
	displayName: 'Recording Options',
	name: 'recordingOptions',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Callback Events',
			name: 'callbackEvents',
			type: 'multiOptions',
			default: ['completed'],
			options: [
				{
					name: 'Absent',
					value: 'absent',
					description: 'It came to nothing: too short, or silent',
				},
				{ name: 'Completed', value: 'completed', description: 'The file can be downloaded' },
				{ name: 'In Progress', value: 'in-progress', description: 'The recording has begun' },
			],
			description: 'Which states are reported to the Callback URL',
		},
		{
			displayName: 'Callback URL',
			name: 'callbackUrl',
			type: 'string',
			default: '',
			placeholder: 'https://n8n.example.com/webhook/…/voice?event=recording',
			description:
				'Where Twilio reports the recording: the address of a Twilio Voice Trigger, with ?event=recording behind it',
		},
		{
			displayName: 'Channels',
			name: 'channels',
			type: 'options',
			default: 'dual',
			options: [
				{ name: 'Dual', value: 'dual', description: 'Each side in a channel of its own' },
				{ name: 'Mono', value: 'mono', description: 'Both sides in one channel' },
			],
			description: 'Dual tells the speakers apart when the recording is transcribed',
		},
		{
			displayName: 'Silence at Both Ends',
			name: 'trim',
			type: 'options',
			default: 'do-not-trim',
			options: [
				{ name: 'Cut Off', value: 'trim-silence' },
				{ name: 'Keep', value: 'do-not-trim', description: 'The times stay those of the call' },
			],
			description: 'Whether silence at the beginning and the end is cut off',
		},
		{
			displayName: 'Track',
			name: 'track',
			type: 'options',
			default: 'both',
			options: [
				{ name: 'Both', value: 'both' },
				{ name: 'Inbound', value: 'inbound', description: 'What Twilio receives from the phone' },
				{ name: 'Outbound', value: 'outbound', description: 'What Twilio plays to the phone' },
			],
			description: 'Which side is recorded',
		},
	],
};

/** The fields of a recording request, without the defaults of Twilio. */
export function recordingForm(this: IExecuteFunctions, itemIndex: number): IDataObject {
	const options = this.getNodeParameter('recordingOptions', itemIndex, {}) as {
		callbackEvents?: string[];
		callbackUrl?: string;
		channels?: string;
		trim?: string;
		track?: string;
	};
	const callback = optionalUrl.call(this, options.callbackUrl, 'Callback URL', itemIndex);
	return {
		RecordingChannels: options.channels,
		RecordingTrack: options.track,
		Trim: options.trim,
		...(callback
			? {
					RecordingStatusCallback: callback,
					RecordingStatusCallbackMethod: 'POST',
					RecordingStatusCallbackEvent: options.callbackEvents?.length
						? options.callbackEvents
						: ['completed'],
				}
			: {}),
	};
}
