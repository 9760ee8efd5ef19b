import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { questionFields, readQuestions } from '../../fields/questions';
import { engineFields } from '../../shared/engineFields';
import { optionsField } from '../../shared/options';
import { perform } from '../../shared/perform';
import { sourceFields } from '../../shared/sourceFields';

export const description: INodeProperties[] = [
	...sourceFields,
	...engineFields('gemini', {
		withRules: false,
		description: 'Who reads the conversation; word lists cannot answer questions',
	}),
	...questionFields,
	optionsField,
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	return await perform.call(this, itemIndex, {
		request: { questions: readQuestions.call(this, itemIndex) },
	});
}

export { concurrency } from '../../shared/options';
