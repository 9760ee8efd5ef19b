import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Tenant', value: 'tenant' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['tenant'] } },
	default: 'resolve',
	options: [
		{
			name: 'Create or Update',
			value: 'upsert',
			action: 'Create or update a tenant',
			description: 'Create a new record, or update the current one if it already exists (upsert)',
		},
		{
			name: 'Delete',
			value: 'delete',
			action: 'Delete a tenant',
			description: 'Remove a tenant with its calls, contacts, consents and documents, for good',
		},
		{
			name: 'Get',
			value: 'get',
			action: 'Get a tenant',
			description: 'Read one tenant',
		},
		{
			name: 'Get Many',
			value: 'getMany',
			action: 'Get many tenants',
			description: 'List the tenants that the API key sees',
		},
		{
			name: 'Resolve',
			value: 'resolve',
			action: 'Resolve a phone number to its tenant',
			description: 'Find out whose number it is',
		},
		{
			name: 'Update',
			value: 'update',
			action: 'Update a tenant',
			description: 'Change some settings of a tenant; the others stay',
		},
	],
};
