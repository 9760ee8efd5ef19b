import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readNumber } from '../../shared/checks';
import { ownerLocator, phoneNumberField } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [
	{
		...ownerLocator,
		description:
			'Who wants to call: its own list and that of the platform are looked into. Empty: the tenant of the API key.',
	},
	{ ...phoneNumberField, description: 'The number that is to be called, in E.164 format' },
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	return await sidecarRequest(this, {
		method: 'GET',
		path: '/v1/do-not-call/check',
		qs: {
			...tenantGiven.call(this, itemIndex),
			phoneNumber: readNumber.call(this, 'phoneNumber', 'Phone Number', itemIndex),
		},
		itemIndex,
	});
}
