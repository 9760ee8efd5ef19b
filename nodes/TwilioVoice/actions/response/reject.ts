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
		description: 'What the caller hears. A rejected call costs nothing.',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const reason = this.getNodeParameter('reason', itemIndex) === 'busy' ? 'busy' : 'rejected';
	return await answerCall.call(this, itemIndex, [reject(reason)]);
}
