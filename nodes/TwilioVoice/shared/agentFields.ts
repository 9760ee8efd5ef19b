import type { INodeProperties } from 'n8n-workflow';

import { sayLanguages } from '../twiml/language';

const forStream = { show: { transport: ['session', 'media-stream'] } };
const forSip = { show: { '/transport': ['session', 'sip'] } };

/** The fields that connect a call to a session of the Voice Agent node. */
export const agentFields: INodeProperties[] = [
	{
		displayName:
			'These fields take their values from the Connect output of <b>Voice Agent: Start a session</b>, placed right before this node',
		name: 'agentNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Transport',
		name: 'transport',
		type: 'options',
		default: 'session',
		options: [
			{
				name: 'As the Session Says',
				value: 'session',
				description: 'SIP where the session of the item has a SIP URI, otherwise a media stream',
			},
			{
				name: 'Media Stream',
				value: 'media-stream',
				description: 'Twilio streams the audio to the voice sidecar',
			},
			{ name: 'SIP', value: 'sip', description: 'Twilio dials the SIP address of OpenAI' },
		],
		description: 'How the audio of the call reaches the agent',
	},
	{
		displayName: 'SIP URI',
		name: 'sipUri',
		type: 'string',
		required: true,
		default: '={{ $json.sip.uri }}',
		placeholder: 'sip:proj_…@sip.api.openai.com;transport=tls',
		displayOptions: { show: { transport: ['sip'] } },
		description: 'The address to dial; it carries the session with it',
	},
	{
		displayName: 'Session ID',
		name: 'sessionId',
		type: 'string',
		required: true,
		default: '={{ $json.sessionId }}',
		displayOptions: forStream,
		description: 'The session that the conversation belongs to',
	},
	{
		displayName: 'Session Token',
		name: 'token',
		type: 'string',
		typeOptions: { password: true },
		required: true,
		default: '={{ $json.token }}',
		displayOptions: forStream,
		description: 'The single-use token of the session, valid for a short time only',
	},
	{
		displayName: 'Stream URL',
		name: 'streamUrl',
		type: 'string',
		required: true,
		default: '={{ $json.streamUrl }}',
		displayOptions: forStream,
		description: 'The wss address of the media sidecar, as Twilio reaches it',
	},
	{
		displayName: 'After the Conversation',
		name: 'afterStream',
		type: 'options',
		default: 'action',
		options: [
			{
				name: 'Let the Sidecar Decide',
				value: 'action',
				description:
					"The sidecar hangs up, takes a message or dials a human. If it is dead, Twilio asks the call's fallback URL: an incoming call has that of its number, an outgoing one what it was made with. Without one, an error is heard.",
			},
			{
				name: 'Run the Fallback Verbs',
				value: 'verbs',
				description: 'Twilio goes on with the fallback message below, however the stream ended',
			},
		],
		description: 'What happens with the call when the conversation has ended',
	},
	{
		displayName: 'Options',
		name: 'agentOptions',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Action URL',
				name: 'actionUrl',
				type: 'string',
				default: '={{ $json.sip?.actionUrl ?? $json.actionUrl }}',
				description: 'The address of the sidecar that decides what follows',
			},
			{
				displayName: 'Answer on Bridge',
				name: 'answerOnBridge',
				type: 'boolean',
				default: true,
				displayOptions: forSip,
				description:
					'Whether the caller hears ringing, unanswered and free of charge, until the agent takes the call',
			},
			{
				displayName: 'Fallback Language',
				name: 'fallbackLanguage',
				type: 'options',
				options: sayLanguages,
				default: 'es-MX',
				description: 'The language of the fallback message',
			},
			{
				displayName: 'Fallback Message',
				name: 'fallbackMessage',
				type: 'string',
				typeOptions: { rows: 3 },
				default: '',
				description:
					'Said before a message is recorded, where the conversation did not come about. Empty: an apology in the fallback language.',
			},
			{
				displayName: 'Record Action URL',
				name: 'recordAction',
				type: 'string',
				default: '',
				description:
					'Asked by Twilio once the message is recorded. Empty: the address of the Twilio Voice Trigger, which thanks the caller and hangs up.',
			},
			{
				displayName: 'Record At Most (Seconds)',
				name: 'recordMaxLength',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 3600 },
				default: 120,
				description: 'Longest message that is recorded',
			},
			{
				displayName: 'Refer URL',
				name: 'referUrl',
				type: 'string',
				default: '={{ $json.sip.referUrl }}',
				displayOptions: forSip,
				description:
					'Asked by Twilio when the agent transfers the call by SIP REFER; without one, such a transfer is refused',
			},
			{
				displayName: 'Ring For (Seconds)',
				name: 'ringTimeout',
				type: 'number',
				typeOptions: { minValue: 5, maxValue: 600 },
				default: 30,
				displayOptions: forSip,
				description: 'How long it rings before the call goes on without an agent',
			},
			{
				displayName: 'Stream Status URL',
				name: 'streamStatusUrl',
				type: 'string',
				default: '={{ $json.streamStatusUrl }}',
				displayOptions: { show: { '/transport': ['session', 'media-stream'] } },
				description: 'Where Twilio reports that the stream started, stopped or failed',
			},
		],
	},
];
