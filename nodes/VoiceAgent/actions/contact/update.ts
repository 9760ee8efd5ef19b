import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { given } from '../../../shared/request';
import { sidecarRequest } from '../../../shared/sidecar';
import { asNumber, readText } from '../../shared/checks';
import { contactBody, contactFields } from '../../shared/contactFields';
import { contactIdOf } from '../../shared/contactId';
import { contactLocator, ownerLocator } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [
	ownerLocator,
	contactLocator,
	{
		displayName: 'Update Fields',
		name: 'updateFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		description: 'What changes. A field that you add and leave empty is cleared.',
		options: [
			...contactFields,
			{
				displayName: 'New Phone Number',
				name: 'phoneNumber',
				type: 'string',
				default: '',
				placeholder: '+56912345678',
				description: 'In E.164 format. No other contact of the tenant may have it.',
			} satisfies INodeProperties,
		].sort((a, b) => a.displayName.localeCompare(b.displayName)),
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const written = readText.call(this, 'contactId', 'Contact', itemIndex);
	const { phoneNumber, ...fields } = this.getNodeParameter(
		'updateFields',
		itemIndex,
		{},
	) as IDataObject;
	const changes = {
		...contactBody.call(this, fields, itemIndex),
		...(phoneNumber === undefined
			? {}
			: { phoneNumber: asNumber.call(this, String(phoneNumber), 'New Phone Number', itemIndex) }),
	};
	if (Object.keys(changes).length === 0) {
		throw new NodeOperationError(this.getNode(), 'There is nothing to update', {
			itemIndex,
			description: 'Add the fields that change under Update Fields.',
		});
	}
	const tenant = given(tenantGiven.call(this, itemIndex));
	const id = await contactIdOf.call(this, written, tenant, itemIndex);
	return await sidecarRequest(this, {
		method: 'PATCH',
		path: `/v1/contacts/${encodeURIComponent(id)}`,
		body: { ...tenant, ...changes },
		itemIndex,
	});
}
