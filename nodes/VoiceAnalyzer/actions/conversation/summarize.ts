import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readSummary, summaryFields } from '../../fields/summary';
import { engineFields } from '../../shared/engineFields';
import { optionsField } from '../../shared/options';
import { perform } from '../../shared/perform';
import { sourceFields } from '../../shared/sourceFields';

export const description: INodeProperties[] = [
	...sourceFields,
	...engineFields('gemini'),
	...summaryFields,
	{
		displayName: 'Include Action Items',
		name: 'includeActionItems',
		type: 'boolean',
		default: true,
		description: 'Whether to list what was promised or asked for as well',
	},
	optionsField,
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const withItems = this.getNodeParameter('includeActionItems', itemIndex, true) === true;
	return await perform.call(this, itemIndex, {
		request: {
			summary: readSummary.call(this, itemIndex),
			...(withItems ? { actionItems: true } : {}),
		},
	});
}

export { concurrency } from '../../shared/options';
