import type { INodeProperties } from 'n8n-workflow';

import { sayLanguages } from '../twiml/language';

const shownWhenStatic = (kind: string) => ({
	show: { responseMode: ['onReceived'], staticAnswer: [kind] },
});

export const properties: INodeProperties[] = [
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		required: true,
		default: ['incomingCall'],
		options: [
			{
				name: 'Answering Machine Result',
				value: 'answeringMachine',
				description: 'Who answered an outbound call, found out while the call goes on',
			},
			{
				name: 'Call Status',
				value: 'callStatus',
				description: 'A call began to ring, was answered or ended',
			},
			{
				name: 'Incoming Call',
				value: 'incomingCall',
				description: 'Somebody calls and waits for an answer',
			},
			{
				name: 'Message Recorded',
				value: 'messageRecorded',
				description: 'A caller left a message where the ordinary answer failed',
			},
			{
				name: 'Recording Ready',
				value: 'recordingReady',
				description: 'A recording of a call began, can be fetched, or failed',
			},
			{
				name: 'Stream Status',
				value: 'streamStatus',
				description: 'An audio stream of a call started, stopped or failed',
			},
		],
		description: 'What starts the workflow. Each chosen event has its own output.',
	},
	{
		displayName: "Manage the Number's Webhook",
		name: 'manageWebhook',
		type: 'boolean',
		default: false,
		description:
			'Whether to point the numbers to this workflow when it is published, and to put their old settings back when it is unpublished',
	},
	{
		displayName:
			'Copy the address of this trigger into the number\'s "A call comes in" setting in the Twilio console, with <code>?fallback=true</code> behind it into "Primary handler fails" and with <code>?event=status</code> into "Call status changes"',
		name: 'manualNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { manageWebhook: [false] } },
	},
	{
		displayName:
			'Give the address of this trigger to the nodes that cause these events: with <code>?event=recording</code> behind it as Recording Status Callback, with <code>?event=amd</code> as AMD Callback, with <code>?event=stream</code> as Stream Status Callback',
		name: 'reportsNotice',
		type: 'notice',
		default: '',
		displayOptions: {
			show: { events: ['recordingReady', 'answeringMachine', 'streamStatus'] },
		},
	},
	{
		displayName: 'Phone Number Names or IDs',
		name: 'phoneNumbers',
		type: 'multiOptions',
		required: true,
		typeOptions: { loadOptionsMethod: 'getPhoneNumbers' },
		default: [],
		displayOptions: { show: { manageWebhook: [true] } },
		description:
			'The numbers that are pointed to this workflow; an expression gives E.164 numbers. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Answer',
		name: 'responseMode',
		type: 'options',
		default: 'responseNode',
		options: [
			{
				name: 'From a Conversation',
				value: 'conversation',
				description:
					'Twilio Voice nodes of the resource "Conversation" answer, and no others. n8n sends each answer when it has saved the execution.',
			},
			{
				name: 'From the Workflow',
				value: 'responseNode',
				description:
					'Twilio Voice nodes of the resource "Respond to Call" or "Conversation" answer',
			},
			{
				name: 'Immediately',
				value: 'onReceived',
				description: 'The trigger answers, and the workflow runs after it',
			},
		],
		description: 'Who tells Twilio what to do with an incoming call. Twilio waits 15 seconds.',
	},
	{
		displayName: 'Answer With',
		name: 'staticAnswer',
		type: 'options',
		default: 'say',
		options: [
			{ name: 'A Text', value: 'say', description: 'Say a text and hang up' },
			{ name: 'An Apology and a Message', value: 'record', description: 'Record a message' },
			{ name: 'TwiML', value: 'twiml', description: 'TwiML that you write here' },
		],
		displayOptions: { show: { responseMode: ['onReceived'] } },
		description: 'What the caller meets',
	},
	{
		displayName: 'Text',
		name: 'staticText',
		type: 'string',
		typeOptions: { rows: 3 },
		required: true,
		default: '',
		placeholder: 'Gracias por llamar. Le devolveremos el llamado.',
		displayOptions: shownWhenStatic('say'),
		description: 'What the caller hears before the call ends',
	},
	{
		displayName: 'Language',
		name: 'staticLanguage',
		type: 'options',
		options: sayLanguages,
		default: 'es-MX',
		displayOptions: shownWhenStatic('say'),
		description: 'The language of the text',
	},
	{
		displayName: 'TwiML',
		name: 'staticTwiml',
		type: 'string',
		typeOptions: { rows: 5 },
		required: true,
		default: '',
		placeholder: '<Response><Say language="es-MX">Hola</Say></Response>',
		displayOptions: shownWhenStatic('twiml'),
		description: 'The instructions for the call',
	},
	{
		displayName: 'Find the Tenant',
		name: 'resolveTenant',
		type: 'boolean',
		default: false,
		description: 'Whether to look up whose number was called, with the Voice Sidecar credential',
	},
	{
		displayName: 'Unknown Number',
		name: 'unknownNumber',
		type: 'options',
		default: 'run',
		options: [
			{
				name: 'Reject the Call',
				value: 'reject',
				description:
					'The workflow does not run. The caller hears the "not in service" of Twilio; a rejected call costs nothing.',
			},
			{
				name: 'Run the Workflow',
				value: 'run',
				description: 'The field tenant is null, and the workflow decides',
			},
			{
				name: 'Say a Sentence and Hang Up',
				value: 'say',
				description:
					'The workflow does not run. The caller is told in the fallback language that the number is not in service.',
			},
		],
		displayOptions: { show: { resolveTenant: [true] } },
		description: 'What happens when no tenant has the called number',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Fallback Language',
				name: 'fallbackLanguage',
				type: 'options',
				options: sayLanguages,
				default: 'es-MX',
				description:
					'The language of the apology when nothing else can answer, and of what is said to callers of an unknown number',
			},
			{
				displayName: 'Fallback Message',
				name: 'fallbackMessage',
				type: 'string',
				typeOptions: { rows: 3 },
				default: '',
				description:
					'Said before a message is recorded. Empty: an apology in the fallback language.',
			},
			{
				displayName: 'Greeting',
				name: 'greeting',
				type: 'string',
				typeOptions: { rows: 2 },
				default: '',
				placeholder: 'Bienvenido a Automotora del Sur.',
				displayOptions: { hide: { '/responseMode': ['onReceived'] } },
				description: 'Said at once, before the workflow runs, which answers after it',
			},
			{
				displayName: 'Greeting Language',
				name: 'greetingLanguage',
				type: 'options',
				options: sayLanguages,
				default: 'es-MX',
				displayOptions: { hide: { '/responseMode': ['onReceived'] } },
				description: 'The language of the greeting',
			},
			{
				displayName: 'Late Status Events',
				name: 'lateEvents',
				type: 'options',
				default: 'mark',
				options: [
					{ name: 'Drop', value: 'drop', description: 'The workflow does not run' },
					{
						name: 'Mark',
						value: 'mark',
						description: 'The workflow runs with the field late set to true',
					},
				],
				description: 'What happens with a status that arrives after a later one of the same call',
			},
			{
				displayName: 'Only Numbers Names or IDs',
				name: 'onlyNumbers',
				type: 'multiOptions',
				typeOptions: { loadOptionsMethod: 'getPhoneNumbers' },
				default: [],
				description:
					'Numbers of the account whose events are taken; calls to others are rejected. Recordings, streams and answering-machine results tell no number, and are taken. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			},
			{
				displayName: 'Only Tenants Names or IDs',
				name: 'onlyTenants',
				type: 'multiOptions',
				typeOptions: { loadOptionsMethod: 'getTenants' },
				default: [],
				displayOptions: { show: { '/resolveTenant': [true] } },
				description:
					'Tenants whose events are taken; calls to others are rejected. While the sidecar does not answer, all are taken. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			},
			{
				displayName: 'Public URL',
				name: 'publicUrl',
				type: 'string',
				default: '',
				placeholder: 'https://n8n.example.com',
				description:
					"The origin under which Twilio reaches n8n, where it differs from n8n's WEBHOOK_URL. Twilio signs this address, so it must be exact.",
			},
			{
				displayName: 'Record At Most (Seconds)',
				name: 'recordMaxLength',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 3600 },
				default: 120,
				description: 'Longest message that is recorded',
			},
		],
	},
];
