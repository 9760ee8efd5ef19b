import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';

export const description: INodeProperties[] = [
	{
		displayName:
			'Prices are in millionths of a US dollar per million units: 4000000 is $4 per million tokens. What the table does not name is counted as unpriced, never as free. PRICES_FILE of the sidecar replaces the table.',
		name: 'pricesNotice',
		type: 'notice',
		default: '',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	return await sidecarRequest(this, { method: 'GET', path: '/v1/prices', itemIndex });
}
