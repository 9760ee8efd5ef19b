import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { tenantField } from '../../shared/voiceFields';
import { patientRequest, requireSidecar } from '../../synthesis/phraseCache';
import { readTenant } from '../../synthesis/tenant';

export const description: INodeProperties[] = [
	{
		...tenantField,
		description: 'Only phrases of this tenant. Empty: all that the API key may see.',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	requireSidecar(this);
	return await patientRequest(this, {
		method: 'GET',
		path: '/v1/phrases/stats',
		qs: { tenant: readTenant(this, itemIndex) },
		itemIndex,
	});
}
