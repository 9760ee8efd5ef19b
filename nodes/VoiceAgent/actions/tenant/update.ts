import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readText } from '../../shared/checks';
import { realtimeField, readRealtime } from '../../shared/realtimeFields';
import { tenantBody } from '../../shared/tenantBody';
import { phoneNumbersField, rareFields, requiredFields } from '../../shared/tenantFields';
import { tenantLocator } from '../../shared/tenantLocator';

const fields = [phoneNumbersField, ...requiredFields, ...rareFields].sort((a, b) =>
	a.displayName.localeCompare(b.displayName),
);

export const description: INodeProperties[] = [
	{ ...tenantLocator, description: 'Which tenant' },
	{
		displayName: 'Update Fields',
		name: 'updateFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		options: fields,
	},
	{
		...realtimeField,
		description:
			'For the realtime pipeline. Settings that are added here take the place of all that the tenant has.',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const tenant = readText.call(this, 'tenant', 'Tenant', itemIndex);
	const given = this.getNodeParameter('updateFields', itemIndex, {}) as IDataObject;
	if (given.speakingRate !== undefined && given.voice === undefined) {
		throw new NodeOperationError(this.getNode(), 'Speaking Rate needs the field Voice', {
			itemIndex,
			description: 'Voice and pace are changed together: add Voice under Update Fields, too.',
		});
	}
	const realtime = readRealtime.call(this, itemIndex);
	const body = {
		...tenantBody.call(this, given, itemIndex),
		...(realtime ? { realtime } : {}),
	};
	if (Object.keys(body).length === 0) {
		throw new NodeOperationError(this.getNode(), 'There is nothing to update', {
			itemIndex,
			description: 'Add what changes under Update Fields or Realtime.',
		});
	}
	return await sidecarRequest(this, {
		method: 'PATCH',
		path: `/v1/tenants/${encodeURIComponent(tenant)}`,
		body,
		itemIndex,
	});
}
