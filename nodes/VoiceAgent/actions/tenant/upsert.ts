import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { given } from '../../../shared/request';
import { sidecarRequest } from '../../../shared/sidecar';
import { readText } from '../../shared/checks';
import { realtimeField, readRealtime } from '../../shared/realtimeFields';
import { tenantBody } from '../../shared/tenantBody';
import { phoneNumbersField, rareFields, requiredFields } from '../../shared/tenantFields';

export const description: INodeProperties[] = [
	{
		displayName: 'Slug',
		name: 'slug',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'automotora-andes',
		description:
			'Short name of the tenant: lower-case letters, digits and hyphens. All settings of a tenant with this slug are replaced.',
	},
	phoneNumbersField,
	...requiredFields.map((field) => ({ ...field, required: true })),
	realtimeField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: rareFields,
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const slug = readText.call(this, 'slug', 'Slug', itemIndex);
	if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(slug)) {
		throw new NodeOperationError(this.getNode(), `"${slug}" in the field Slug does not work`, {
			itemIndex,
			description: 'Use lower-case letters, digits and hyphens, such as automotora-andes.',
		});
	}
	const texts = requiredFields.map(({ name, displayName }): [string, string] => [
		name,
		readText.call(this, name, displayName, itemIndex),
	]);
	const fields = {
		...Object.fromEntries(texts),
		phoneNumbers: this.getNodeParameter('phoneNumbers', itemIndex, '') as string,
		...(this.getNodeParameter('options', itemIndex, {}) as IDataObject),
	};
	return await sidecarRequest(this, {
		method: 'PUT',
		path: `/v1/tenants/${encodeURIComponent(slug)}`,
		body: given({
			...tenantBody.call(this, fields, itemIndex),
			realtime: readRealtime.call(this, itemIndex),
		}),
		itemIndex,
	});
}
