import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { callIdField, readCallId } from '../../shared/callIdField';
import { openAiRequest } from '../../transport/openAi';

export const description: INodeProperties[] = [
	callIdField,
	{
		displayName: 'Reason',
		name: 'statusCode',
		type: 'options',
		default: 603,
		options: [
			{ name: '404 Not Found', value: 404, description: 'There is nobody under this address' },
			{ name: '480 Temporarily Unavailable', value: 480, description: 'Nobody can answer now' },
			{ name: '486 Busy Here', value: 486, description: 'The caller hears the busy tone' },
			{ name: '603 Decline', value: 603, description: 'The call is not wanted' },
		],
		description:
			'The SIP status that the caller gets. Twilio goes on with what follows the Dial verb.',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const callId = readCallId.call(this, itemIndex);
	const statusCode = this.getNodeParameter('statusCode', itemIndex) as number;
	await openAiRequest(this, {
		method: 'POST',
		path: `/realtime/calls/${callId}/reject`,
		body: { status_code: statusCode },
		itemIndex,
	});
	return { callId, rejected: true, statusCode };
}
