import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { callbackStatusField } from '../../shared/callbackFields';
import { readText } from '../../shared/checks';

export const description: INodeProperties[] = [
	{
		displayName: 'Callback ID',
		name: 'callbackId',
		type: 'string',
		required: true,
		default: '={{ $json.callback?.id ?? $json.id }}',
		placeholder: '0199…',
		description: 'Which callback, as Get Many or the event Callback Requested puts it out',
	},
	{ ...callbackStatusField, default: 'done' },
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const id = readText.call(this, 'callbackId', 'Callback ID', itemIndex);
	return await sidecarRequest(this, {
		method: 'PATCH',
		path: `/v1/callbacks/${encodeURIComponent(id)}`,
		body: { status: this.getNodeParameter('status', itemIndex) as string },
		itemIndex,
	});
}
