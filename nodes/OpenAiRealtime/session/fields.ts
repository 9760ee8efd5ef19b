import type { INodeProperties } from 'n8n-workflow';

import { fromList } from '../../shared/fromList';
import {
	defaultModel,
	defaultTurnDetection,
	turnDetections,
	voiceField,
} from '../../shared/realtimeSessionFields';
import { sessionOptions } from './options';

const forFields = { show: { sessionFrom: ['fields'] } };

/** What makes a session; the same fields wherever one is configured. */
export const sessionFields: INodeProperties[] = [
	{
		displayName: 'Session',
		name: 'sessionFrom',
		type: 'options',
		noDataExpression: true,
		default: 'fields',
		options: [
			{ name: 'From the Fields Below', value: 'fields', description: 'Build it here' },
			{
				name: 'From JSON',
				value: 'json',
				description: 'The session of a Build operation, or JSON that you write',
			},
		],
		description: 'Where the configuration of the session comes from',
	},
	{
		displayName: 'Session JSON',
		name: 'sessionJson',
		type: 'json',
		required: true,
		default: '={{ $json.session }}',
		displayOptions: { show: { sessionFrom: ['json'] } },
		description: 'A session object of the Realtime API, with type "realtime"',
	},
	{
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: defaultModel },
		displayOptions: forFields,
		description: 'The realtime model that holds the conversation',
		modes: [
			fromList('searchRealtimeModels'),
			{ displayName: 'By Name', name: 'name', type: 'string', placeholder: defaultModel },
		],
	},
	{
		displayName: 'Instructions',
		name: 'instructions',
		type: 'string',
		typeOptions: { rows: 5 },
		default: '',
		placeholder: 'Eres la asistente telefónica de …',
		displayOptions: forFields,
		description:
			'Who the agent is, what it may do, and how it speaks. Let it say that it is an AI assistant.',
	},
	{
		...voiceField,
		displayOptions: forFields,
		description: 'It cannot change once the model has spoken. Marin and Cedar sound best.',
	},
	{
		displayName: 'Turn Detection',
		name: 'turnDetection',
		type: 'options',
		default: defaultTurnDetection,
		options: [
			{
				name: 'Off',
				value: 'none',
				description: 'Nothing is answered until the control socket asks for a response',
			},
			...turnDetections,
		],
		displayOptions: forFields,
		description: 'How the end of what the caller says is recognised',
	},
	{
		displayName: 'Session Options',
		name: 'sessionOptions',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: sessionOptions,
		displayOptions: forFields,
	},
];
