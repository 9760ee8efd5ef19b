import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { answerCall } from '../../shared/answer';
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

/** Nothing comes back from a call that was rejected, so this does not wait. */
export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
): Promise<IDataObject | IDataObject[]> {
	if (itemIndex > 0) return [];
	const reason = this.getNodeParameter('reason', itemIndex) === 'busy' ? 'busy' : 'rejected';
	await answerCall.call(this, itemIndex, [reject(reason)]);
	const callStatus = reason === 'busy' ? 'busy' : 'no-answer';
	return { ...this.getInputData()[itemIndex]?.json, callEnded: true, callStatus };
}
