import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readText } from '../../shared/checks';
import { callLocator } from '../../shared/locators';

export const description: INodeProperties[] = [callLocator];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const id = readText.call(this, 'callId', 'Call', itemIndex);
	const call = await sidecarRequest(this, {
		method: 'POST',
		path: `/v1/calls/${encodeURIComponent(id)}/end`,
		itemIndex,
	});
	return { ...call, endRequested: true };
}
