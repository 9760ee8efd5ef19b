import type { INodeProperties } from 'n8n-workflow';

import { tenantLocator } from '../shared/tenantLocator';

const forTool = { show: { mode: ['tool'] } };

export const properties: INodeProperties[] = [
	{
		displayName: 'Start On',
		name: 'mode',
		type: 'options',
		noDataExpression: true,
		default: 'events',
		options: [
			{
				name: 'Events',
				value: 'events',
				description: 'Something happened in a call or a live transcription, or with a budget',
			},
			{
				name: 'Live Tool Call',
				value: 'tool',
				description: 'An agent asks for something during a call and waits for the answer',
			},
		],
		description: 'What starts the workflow',
	},
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		required: true,
		default: ['call.completed'],
		options: [
			{
				name: 'Budget Exceeded',
				value: 'budget.exceeded',
				description:
					'The budget of the month is spent: calls of the tenant are declined from now on. Once a month.',
			},
			{
				name: 'Budget Warning',
				value: 'budget.warning',
				description:
					'So much of the budget of the month is spent that the tenant should know. Once a month.',
			},
			{
				name: 'Call Completed',
				value: 'call.completed',
				description: 'A conversation is over; with all its turns and what it has cost',
			},
			{
				name: 'Call Escalated',
				value: 'call.escalated',
				description:
					'An agent hands the caller over to a person; with a summary for who takes over',
			},
			{
				name: 'Call Failed',
				value: 'call.failed',
				description: 'A conversation broke; with the turns it had',
			},
			{ name: 'Call Started', value: 'call.started', description: 'A conversation has begun' },
			{ name: 'Call Turn', value: 'call.turn', description: 'Somebody has said something' },
			{
				name: 'Callback Requested',
				value: 'callback.requested',
				description: 'An agent has promised that somebody calls back; with number, time and reason',
			},
			{
				name: 'Contact Opted Out',
				value: 'contact.opted_out',
				description:
					'Somebody wants no more calls, and is on the do-not-call list now; with number and reason',
			},
			{
				name: 'Transcription Completed',
				value: 'transcription.completed',
				description: 'A live transcription is over; with all its utterances',
			},
			{
				name: 'Transcription Failed',
				value: 'transcription.failed',
				description: 'A live transcription could not go on; with what it had',
			},
			{
				name: 'Transcription Started',
				value: 'transcription.started',
				description: 'The audio of a call has begun to be written down',
			},
			{
				name: 'Transcription Utterance',
				value: 'transcription.utterance',
				description: 'Somebody has said something on a call that is transcribed live',
			},
		],
		displayOptions: { show: { mode: ['events'] } },
		description: 'Which events start the workflow',
	},
	{
		displayName:
			'The caller waits for the answer: keep this workflow short. The JSON of the last node is the answer that the agent gets.',
		name: 'toolNotice',
		type: 'notice',
		default: '',
		displayOptions: forTool,
	},
	{
		displayName: 'Tool Name',
		name: 'toolName',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'consultar_concesionario',
		displayOptions: forTool,
		description: 'The name by which the agent calls it: letters, digits and underscores',
	},
	{
		displayName: 'Tool Description',
		name: 'toolDescription',
		type: 'string',
		typeOptions: { rows: 3 },
		required: true,
		default: '',
		placeholder: 'Responde preguntas sobre horario, dirección y precios.',
		displayOptions: forTool,
		description: 'Tells the agent when to use the tool and what it answers',
	},
	{
		displayName: 'Parameters By',
		name: 'parametersBy',
		type: 'options',
		default: 'fields',
		options: [
			{ name: 'Fields', value: 'fields', description: 'Name the parameters one by one' },
			{ name: 'JSON Schema', value: 'schema', description: 'Write the schema yourself' },
		],
		displayOptions: forTool,
		description: 'How you tell what the agent has to give',
	},
	{
		displayName: 'Parameters',
		name: 'parameters',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add parameter',
		default: {},
		displayOptions: { show: { mode: ['tool'], parametersBy: ['fields'] } },
		description: 'What the agent has to give',
		options: [
			{
				displayName: 'Parameter',
				name: 'parameter',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						required: true,
						default: '',
						description: 'Letters, digits and underscores',
					},
					{
						displayName: 'Type',
						name: 'type',
						type: 'options',
						default: 'string',
						options: [
							{ name: 'Boolean', value: 'boolean' },
							{ name: 'Integer', value: 'integer' },
							{ name: 'Number', value: 'number' },
							{ name: 'Text', value: 'string' },
						],
						description: 'What kind of value it is',
					},
					{
						displayName: 'Description',
						name: 'description',
						type: 'string',
						default: '',
						description: 'Tells the agent what to put there',
					},
					{
						displayName: 'Allowed Values',
						name: 'values',
						type: 'string',
						default: '',
						placeholder: 'horario, direccion, precio',
						displayOptions: { show: { type: ['string'] } },
						description:
							'The only values the agent may give, separated by commas. Empty: any text.',
					},
					{
						displayName: 'Required',
						name: 'required',
						type: 'boolean',
						default: false,
						description: 'Whether the agent must give it',
					},
				],
			},
		],
	},
	{
		displayName: 'JSON Schema',
		name: 'parametersSchema',
		type: 'json',
		required: true,
		default: '{\n  "type": "object",\n  "properties": {}\n}',
		displayOptions: { show: { mode: ['tool'], parametersBy: ['schema'] } },
		description: 'The schema of the arguments: an object',
	},
	{
		displayName: 'Deadline (Ms)',
		name: 'deadlineMs',
		type: 'number',
		typeOptions: { minValue: 500, maxValue: 20000 },
		default: 5000,
		displayOptions: forTool,
		description: 'After this time the agent apologises instead of waiting any longer',
	},
	{
		...tenantLocator,
		required: false,
		description:
			'Only calls of this tenant. Empty: the calls of all tenants that the API key sees.',
	},
];
