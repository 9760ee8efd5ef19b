import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { qualityFields, readQuality } from '../../fields/quality';
import { engineFields } from '../../shared/engineFields';
import { optionsField } from '../../shared/options';
import { perform } from '../../shared/perform';
import { sourceFields } from '../../shared/sourceFields';

export const description: INodeProperties[] = [
	...sourceFields,
	...engineFields('gemini', {
		description: 'Who judges. Rules judge only the criteria that have phrases.',
	}),
	...qualityFields,
	optionsField,
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const quality = readQuality.call(this, itemIndex);
	const rules = this.getNodeParameter('engine', itemIndex) === 'rules';
	if (rules && quality.criteria.every(({ phrases }) => phrases.length === 0)) {
		throw new NodeOperationError(this.getNode(), 'None of the Criteria has phrases', {
			itemIndex,
			description:
				'Rules look for phrases of the agent: fill in Phrases, or choose Gemini or OpenAI as the Engine.',
		});
	}
	return await perform.call(this, itemIndex, { request: { quality } });
}

export { concurrency } from '../../shared/options';
