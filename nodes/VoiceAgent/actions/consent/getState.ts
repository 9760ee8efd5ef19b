import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readNumber } from '../../shared/checks';
import { ownerLocator, phoneNumberField } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [
	ownerLocator,
	{ ...phoneNumberField, description: 'Whose consents, in E.164 format' },
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	return await sidecarRequest(this, {
		method: 'GET',
		path: '/v1/consents/state',
		qs: {
			...tenantGiven.call(this, itemIndex),
			phoneNumber: readNumber.call(this, 'phoneNumber', 'Phone Number', itemIndex),
		},
		itemIndex,
	});
}
