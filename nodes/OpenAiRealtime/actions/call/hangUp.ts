import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { callIdField, readCallId } from '../../shared/callIdField';
import { openAiRequest } from '../../transport/openAi';

export const description: INodeProperties[] = [callIdField];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const callId = readCallId.call(this, itemIndex);
	await openAiRequest(this, {
		method: 'POST',
		path: `/realtime/calls/${callId}/hangup`,
		itemIndex,
	});
	return { callId, hungUp: true };
}
