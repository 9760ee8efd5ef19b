import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import { readNumber, readText } from './checks';
import { tenantLocator } from './tenantLocator';

export const byCalledNumber: INodePropertyOptions = {
	name: 'Called Number',
	value: 'calledNumber',
	description: 'The tenant that has the number which was called',
};

export const byTenant: INodePropertyOptions = {
	name: 'Tenant',
	value: 'tenant',
	description: 'A tenant that you choose',
};

/** How the tenant of a call is found. */
export const tenantByField: INodeProperties = {
	displayName: 'Find the Tenant By',
	name: 'tenantBy',
	type: 'options',
	default: 'calledNumber',
	options: [byCalledNumber, byTenant],
	description: 'How the sidecar knows whose agent it is',
};

export const calledNumberField: INodeProperties = {
	displayName: 'Called Number',
	name: 'calledNumber',
	type: 'string',
	required: true,
	default: '={{ $json.to }}',
	placeholder: '+56221234567',
	displayOptions: { show: { tenantBy: ['calledNumber'] } },
	description: 'The number of the tenant, in E.164 format',
};

export const chosenTenantField: INodeProperties = {
	...tenantLocator,
	displayOptions: { show: { tenantBy: ['tenant'] } },
};

/** The chosen tenant, or the number by which the sidecar finds it. */
export function readTenantChoice(this: IExecuteFunctions, itemIndex: number): IDataObject {
	return this.getNodeParameter('tenantBy', itemIndex) === 'tenant'
		? { tenant: readText.call(this, 'tenant', 'Tenant', itemIndex) }
		: { calledNumber: readNumber.call(this, 'calledNumber', 'Called Number', itemIndex) };
}
