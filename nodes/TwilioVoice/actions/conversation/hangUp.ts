import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { promptVerb } from '../../conversation/ask/question';
import { hold } from '../../conversation/hold';
import { voiceField } from '../../shared/sayFields';
import { hangUp } from '../../twiml/verbs';
import { conversationLanguageField } from './fields';

/** The end of the call is told at once; where it is not, the flow goes on all the same. */
const limitMs = 60_000;

export const description: INodeProperties[] = [
	{
		displayName: 'Farewell',
		name: 'farewell',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'Muchas gracias por llamar. Hasta luego.',
		description: 'What the caller hears before the call ends. Empty: nothing.',
	},
	{
		...conversationLanguageField,
		displayOptions: { hide: { farewell: [''] } },
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: { hide: { farewell: [''] } },
		options: [voiceField],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const text = String(this.getNodeParameter('farewell', itemIndex, '') ?? '').trim();
	const language = String(this.getNodeParameter('language', itemIndex, ''));
	const { voice = '' } = this.getNodeParameter('options', itemIndex, {}) as { voice?: string };
	return await hold.call(this, itemIndex, {
		operation: 'hangUp',
		limitMs: text === '' ? limitMs : limitMs * 5,
		verbs: () => [
			...(text === '' ? [] : [promptVerb({ kind: 'say', text, voice }, language)]),
			hangUp(),
		],
	});
}
