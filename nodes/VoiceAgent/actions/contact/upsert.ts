import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { given } from '../../../shared/request';
import { sidecarRequest } from '../../../shared/sidecar';
import { readNumber } from '../../shared/checks';
import { contactBody, contactFields } from '../../shared/contactFields';
import { ownerLocator, phoneNumberField } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [
	ownerLocator,
	{ ...phoneNumberField, description: 'By which the contact is known, in E.164 format' },
	{
		displayName: 'Fields',
		name: 'fields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		description: 'What is known. Fields that you do not add stay as they are.',
		options: contactFields,
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const fields = this.getNodeParameter('fields', itemIndex, {}) as IDataObject;
	return await sidecarRequest(this, {
		method: 'POST',
		path: '/v1/contacts',
		body: {
			...given(tenantGiven.call(this, itemIndex)),
			phoneNumber: readNumber.call(this, 'phoneNumber', 'Phone Number', itemIndex),
			...contactBody.call(this, fields, itemIndex),
		},
		itemIndex,
	});
}
