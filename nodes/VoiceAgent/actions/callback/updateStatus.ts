import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { callbackStatusField } from '../../shared/callbackFields';
import { readText } from '../../shared/checks';
import { callbackLocator } from '../../shared/locators';

export const description: INodeProperties[] = [
	callbackLocator,
	{ ...callbackStatusField, default: 'done' },
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const id = readText.call(this, 'callbackId', 'Callback', itemIndex);
	return await sidecarRequest(this, {
		method: 'PATCH',
		path: `/v1/callbacks/${encodeURIComponent(id)}`,
		body: { status: this.getNodeParameter('status', itemIndex) as string },
		itemIndex,
	});
}
