import type { INodeProperties } from 'n8n-workflow';

import { fromList } from '../../shared/fromList';

/** A tenant by list, slug or ID. */
export const tenantLocator: INodeProperties = {
	displayName: 'Tenant',
	name: 'tenant',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'Whose agent it is',
	modes: [
		fromList('searchTenants'),
		{
			displayName: 'By Slug or ID',
			name: 'id',
			type: 'string',
			placeholder: 'automotora-andes',
		},
	],
};
