import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { ownerLocator } from './locators';
import { tenantGiven } from './tenants';

/** Whose list is meant. */
export const listFields: INodeProperties[] = [
	{
		displayName: 'List',
		name: 'scope',
		type: 'options',
		default: 'tenant',
		options: [
			{ name: 'Of a Tenant', value: 'tenant', description: 'Holds for the calls of one tenant' },
			{
				name: 'Of the Platform',
				value: 'platform',
				description: 'Holds for the calls of every tenant; needs a platform key',
			},
		],
		description: 'Whose list it is',
	},
	{ ...ownerLocator, displayOptions: { show: { scope: ['tenant'] } } },
];

/** The list, for a request. */
export function listGiven(this: IExecuteFunctions, itemIndex: number): IDataObject {
	const scope = this.getNodeParameter('scope', itemIndex, 'tenant') as string;
	return scope === 'platform' ? { scope } : { scope, ...tenantGiven.call(this, itemIndex) };
}
