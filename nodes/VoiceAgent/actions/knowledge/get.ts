import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readText } from '../../shared/checks';
import { documentLocator, ownerLocator } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [ownerLocator, documentLocator];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const id = readText.call(this, 'documentId', 'Document', itemIndex);
	return await sidecarRequest(this, {
		method: 'GET',
		path: `/v1/knowledge/documents/${encodeURIComponent(id)}`,
		qs: tenantGiven.call(this, itemIndex),
		itemIndex,
	});
}
