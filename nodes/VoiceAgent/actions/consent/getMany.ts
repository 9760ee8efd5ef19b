import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { returnAllOrLimit } from '../../../shared/paging';
import { asNumber } from '../../shared/checks';
import { kindField, statusField } from '../../shared/consentFields';
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
				displayName: 'Call ID',
				name: 'callId',
				type: 'string',
				default: '',
				description: 'Only what was said in the conversation with this ID',
			},
			{ ...kindField, description: 'Only consents of this kind' },
			{
				displayName: 'Phone Number',
				name: 'phoneNumber',
				type: 'string',
				default: '',
				placeholder: '+56912345678',
				description: 'Only consents of this number',
			},
			{ ...statusField, description: 'Only consents that were given, or taken back' },
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
	return await listed.call(this, '/v1/consents', query, itemIndex);
}
