import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filtersField, returnAllOrLimit } from '../../../shared/paging';
import { kindField, statusField } from '../../shared/consentFields';
import { ownerLocator } from '../../shared/locators';
import { listedOfTenant } from '../../shared/tenantList';

export const description: INodeProperties[] = [
	ownerLocator,
	...returnAllOrLimit,
	filtersField([
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
	]),
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	return await listedOfTenant.call(this, '/v1/consents', itemIndex);
}
