import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { escalationFields, readEscalation } from '../../fields/escalation';
import { engineFields } from '../../shared/engineFields';
import { optionsField } from '../../shared/options';
import { outputFor } from '../../shared/outputs';
import { perform } from '../../shared/perform';
import { sourceFields } from '../../shared/sourceFields';

export const description: INodeProperties[] = [
	...sourceFields,
	...engineFields('rules', {
		description: 'Who decides. Rules are fast enough for every turn of a running call.',
	}),
	...escalationFields,
	optionsField,
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	return await perform.call(this, itemIndex, {
		request: { satisfaction: true, escalation: readEscalation.call(this, itemIndex) },
	});
}

export const output = outputFor;

export { concurrency } from '../../shared/options';
