import type { INodeProperties } from 'n8n-workflow';

import { pipelines } from './pipelines';

const greetingField: INodeProperties = {
	displayName: 'Greeting',
	name: 'greeting',
	type: 'string',
	typeOptions: { rows: 2 },
	default: '',
	placeholder: 'Hola, gracias por llamar a Automotora Andes. ¿En qué le puedo ayudar?',
	description: 'The first words of the agent',
};

const disclosureField: INodeProperties = {
	displayName: 'AI Disclosure',
	name: 'disclosure',
	type: 'string',
	default: 'Soy un asistente virtual.',
	description:
		'Tells the caller in the first utterance that an AI speaks (EU AI Act, article 50). It is added when the greeting does not say so.',
};

const closedMessageField: INodeProperties = {
	displayName: 'Closed Message',
	name: 'closedMessage',
	type: 'string',
	typeOptions: { rows: 2 },
	default: '',
	placeholder: 'En este momento estamos cerrados. Atendemos de lunes a viernes de nueve a seis.',
	description: 'What a caller hears outside of the business hours',
};

const languageField: INodeProperties = {
	displayName: 'Language',
	name: 'language',
	type: 'string',
	default: 'es-CL',
	placeholder: 'es-CL',
	description: 'The language of the callers, as a BCP-47 tag',
};

const nameField: INodeProperties = {
	displayName: 'Name',
	name: 'name',
	type: 'string',
	default: '',
	placeholder: 'Automotora Andes',
	description: 'The name that the agent says',
};

export const phoneNumbersField: INodeProperties = {
	displayName: 'Phone Numbers',
	name: 'phoneNumbers',
	type: 'string',
	default: '',
	placeholder: '+56221234567, +56221234568',
	description:
		'The numbers that belong to the tenant, in E.164 format, separated by commas or lines. A number belongs to one tenant.',
};

const timezoneField: INodeProperties = {
	displayName: 'Time Zone',
	name: 'timezone',
	type: 'string',
	default: 'America/Santiago',
	placeholder: 'America/Santiago',
	description: 'IANA name of the zone of the business hours',
};

const voiceField: INodeProperties = {
	displayName: 'Voice',
	name: 'voice',
	type: 'string',
	default: 'es-US-Chirp3-HD-Aoede',
	placeholder: 'es-US-Neural2-A',
	description:
		'Name of a Google voice. The node Google Text-to-Speech lists them with Get Many Voices.',
};

/** What every tenant has. */
export const requiredFields = [
	nameField,
	timezoneField,
	languageField,
	voiceField,
	greetingField,
	disclosureField,
	closedMessageField,
];

/** What most tenants leave as it is. */
export const rareFields: INodeProperties[] = [
	{
		displayName: 'Business Hours',
		name: 'businessHours',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Hours',
		default: {},
		description:
			'When callers are answered. Days without hours are closed. Without this field: always open.',
		options: [
			{
				displayName: 'Hours',
				name: 'hours',
				values: [
					{
						displayName: 'Days',
						name: 'days',
						type: 'multiOptions',
						default: ['mon', 'tue', 'wed', 'thu', 'fri'],
						options: [
							{ name: 'Friday', value: 'fri' },
							{ name: 'Monday', value: 'mon' },
							{ name: 'Saturday', value: 'sat' },
							{ name: 'Sunday', value: 'sun' },
							{ name: 'Thursday', value: 'thu' },
							{ name: 'Tuesday', value: 'tue' },
							{ name: 'Wednesday', value: 'wed' },
						],
						description: 'The days of the week with these hours',
					},
					{
						displayName: 'From',
						name: 'from',
						type: 'string',
						default: '09:00',
						description: 'Local time, HH:MM',
					},
					{
						displayName: 'To',
						name: 'to',
						type: 'string',
						default: '18:00',
						description: 'Local time, HH:MM',
					},
				],
			},
		],
	},
	{
		displayName: 'Closed On',
		name: 'closedOn',
		type: 'string',
		default: '',
		placeholder: '2026-12-25, 2027-01-01',
		description: 'Days without hours, whatever the weekday: YYYY-MM-DD, separated by commas',
	},
	{
		displayName: 'Escalation Number',
		name: 'escalationNumber',
		type: 'string',
		default: '',
		placeholder: '+56221230000',
		description:
			'Where a caller reaches a person. Not an inbound number: the call would come back.',
	},
	{
		displayName: 'Facts',
		name: 'facts',
		type: 'json',
		default: '{\n  "direccion": "Av. Apoquindo 1234"\n}',
		description: 'Data that live tools and workflows use, as a JSON object of at most 64 KB',
	},
	{
		displayName: 'Instructions',
		name: 'instructions',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '',
		description: 'What the agent has to know and to do, beyond its own rules',
	},
	{
		displayName: 'Monthly Budget (USD)',
		name: 'monthlyBudgetUsd',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 2 },
		default: 50,
		description:
			'What speech, voices and models may cost in a month, in US dollars. When it is spent, calls are declined (reason budget). 0: no limit.',
	},
	{
		displayName: 'Pipeline',
		name: 'pipeline',
		type: 'options',
		default: 'realtime',
		options: pipelines,
		description: 'How its agents hold a conversation. Without it: cascade.',
	},
	{
		displayName: 'Speaking Rate',
		name: 'speakingRate',
		type: 'number',
		typeOptions: { minValue: 0.25, maxValue: 2, numberPrecision: 2 },
		default: 1,
		description: 'How fast the voice speaks; 1 is its own pace',
	},
	{
		displayName: 'Status',
		name: 'status',
		type: 'options',
		default: 'active',
		options: [
			{ name: 'Active', value: 'active' },
			{ name: 'Suspended', value: 'suspended', description: 'Calls are declined' },
		],
		description: 'Whether calls of the tenant are connected',
	},
	{
		displayName: 'Warn at (% of Budget)',
		name: 'warnAtPercent',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 80,
		description:
			'How much of the monthly budget may be spent before the event Budget Warning. Without it: 80.',
	},
];
