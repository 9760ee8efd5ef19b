import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readNumber } from '../../shared/checks';

export const description: INodeProperties[] = [
	{
		displayName: 'Phone Number',
		name: 'phoneNumber',
		type: 'string',
		required: true,
		default: '={{ $json.to }}',
		placeholder: '+56221234567',
		description: 'A number of the tenant, in E.164 format',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const number = readNumber.call(this, 'phoneNumber', 'Phone Number', itemIndex);
	const { tenant } = await sidecarRequest(this, {
		method: 'GET',
		path: '/v1/tenants/resolve',
		qs: { number },
		itemIndex,
	});
	return tenant as IDataObject;
}
