import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readText } from '../../shared/checks';
import { callLocator } from '../../shared/locators';
import { withTranscript } from '../../shared/transcript';

export const description: INodeProperties[] = [callLocator];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const id = readText.call(this, 'callId', 'Call', itemIndex);
	return withTranscript(
		await sidecarRequest(this, {
			method: 'GET',
			path: `/v1/calls/${encodeURIComponent(id)}`,
			itemIndex,
		}),
	);
}
