import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filtersField, returnAllOrLimit } from '../../../shared/paging';
import { ownerLocator } from '../../shared/locators';
import { listedOfTenant } from '../../shared/tenantList';

export const description: INodeProperties[] = [
	ownerLocator,
	...returnAllOrLimit,
	filtersField([
		{
			displayName: 'External ID',
			name: 'externalId',
			type: 'string',
			default: '',
			description: 'Only the contact with this ID in another system',
		},
		{
			displayName: 'Phone Number',
			name: 'phoneNumber',
			type: 'string',
			default: '',
			placeholder: '+56912345678',
			description: 'Only the contact with this number',
		},
		{
			displayName: 'Search',
			name: 'search',
			type: 'string',
			default: '',
			description:
				'Only contacts with this text in their name, email, company, phone number or external ID',
		},
		{
			displayName: 'Status',
			name: 'status',
			type: 'string',
			default: '',
			description: 'Only contacts with this status',
		},
	]),
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	return await listedOfTenant.call(this, '/v1/contacts', itemIndex);
}
