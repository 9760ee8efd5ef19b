import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { hold } from '../../conversation/hold';
import { reasonField, rejectVerb } from '../../shared/rejection';

export const description: INodeProperties[] = [
	{
		...reasonField,
		description: 'What the caller hears. It must be the first answer to a call.',
	},
];

/** A call that is not taken ends at once; where that is not told, the flow goes on all the same. */
const limitMs = 60_000;

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const verb = rejectVerb.call(this, itemIndex);
	return await hold.call(this, itemIndex, {
		operation: 'reject',
		limitMs,
		verbs: () => [verb],
	});
}
