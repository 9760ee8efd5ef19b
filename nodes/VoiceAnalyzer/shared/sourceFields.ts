import type { INodeProperties } from 'n8n-workflow';

import { fromList } from '../../shared/fromList';

/** Where the conversation comes from. Read by `shared/source.ts`. */
export const sourceFields: INodeProperties[] = [
	{
		displayName:
			'Reads the <b>words</b> of a conversation only, never emotion from the voice: no audio is sent to anyone (EU AI Act, article 3(39)). Tell callers that their conversations are analysed.',
		name: 'wordsOnlyNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Conversation',
		name: 'source',
		type: 'options',
		noDataExpression: true,
		default: 'item',
		options: [
			{
				name: 'Call',
				value: 'call',
				description: 'A call that the media sidecar has recorded, by its ID',
			},
			{
				name: 'Input Item',
				value: 'item',
				description:
					'What the node before puts out: a call or event of Voice Agent, or a transcript of Google Speech-to-Text',
			},
			{
				name: 'Text or Turns',
				value: 'transcript',
				description: 'A text, or a list of turns with role and text',
			},
		],
		description: 'Where the conversation comes from',
	},
	{
		displayName: 'Transcript',
		name: 'transcript',
		type: 'string',
		typeOptions: { rows: 6 },
		required: true,
		default: '',
		placeholder:
			'Agent: Buenos días, soy un asistente virtual.\nCaller: Hola, quiero agendar una revisión.',
		displayOptions: { show: { source: ['transcript'] } },
		description:
			'One line per turn, with who speaks before a colon; or, as an expression, a list of { role, text }. Without names, everything is the caller.',
	},
	{
		displayName: 'Call',
		name: 'call',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		displayOptions: { show: { source: ['call'] } },
		description: 'The recorded call',
		modes: [
			fromList('searchCalls'),
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: '0199… or CA…',
			},
		],
	},
];
