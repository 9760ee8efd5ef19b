import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { returnAllOrLimit } from '../../../shared/paging';
import { asNumber } from '../../shared/checks';
import { listed } from '../../shared/list';
import { ownerLocator } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [
	ownerLocator,
	...returnAllOrLimit,
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		options: [
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
		],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const { phoneNumber, ...filters } = this.getNodeParameter(
		'filters',
		itemIndex,
		{},
	) as IDataObject;
	const number = phoneNumber
		? asNumber.call(this, String(phoneNumber), 'Phone Number', itemIndex)
		: undefined;
	const query = { ...tenantGiven.call(this, itemIndex), ...filters, phoneNumber: number };
	return await listed.call(this, '/v1/contacts', query, itemIndex);
}
