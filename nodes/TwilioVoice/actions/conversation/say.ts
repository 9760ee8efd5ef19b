import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { promptVerb } from '../../conversation/ask/question';
import { hold } from '../../conversation/hold';
import { outputFor } from '../../conversation/outputs';
import { requireText } from '../../shared/checks';
import { textField, voiceField } from '../../shared/sayFields';
import { redirect } from '../../twiml/conversationVerbs';
import { conversationLanguageField, shortWaitMs } from './fields';

export const description: INodeProperties[] = [
	textField,
	conversationLanguageField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [voiceField],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const text = requireText.call(this, 'text', 'Text', itemIndex);
	const language = String(this.getNodeParameter('language', itemIndex, ''));
	const { voice = '' } = this.getNodeParameter('options', itemIndex, {}) as { voice?: string };
	return await hold.call(this, itemIndex, {
		operation: 'say',
		limitMs: shortWaitMs,
		verbs: (url) => [promptVerb({ kind: 'say', text, voice }, language), redirect(url('result'))],
	});
}

export const output = outputFor('say');
