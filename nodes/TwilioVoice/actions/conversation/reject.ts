import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { hold } from '../../conversation/hold';
import { reject } from '../../twiml/verbs';

export const description: INodeProperties[] = [
	{
		displayName: 'Reason',
		name: 'reason',
		type: 'options',
		default: 'rejected',
		options: [
			{ name: 'Busy', value: 'busy', description: 'The caller hears a busy tone' },
			{ name: 'Rejected', value: 'rejected', description: 'The caller hears "not in service"' },
		],
		description: 'What the caller hears. It must be the first answer to a call.',
	},
];

/** A call that is not taken ends at once; where that is not told, the flow goes on all the same. */
const limitMs = 60_000;

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const reason = this.getNodeParameter('reason', itemIndex) === 'busy' ? 'busy' : 'rejected';
	return await hold.call(this, itemIndex, {
		operation: 'reject',
		limitMs,
		verbs: () => [reject(reason)],
	});
}
