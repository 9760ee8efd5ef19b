import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Contact', value: 'contact' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['contact'] } },
	default: 'get',
	options: [
		{
			name: 'Create or Update',
			value: 'upsert',
			action: 'Create or update a contact',
			description: 'Create a new record, or update the current one if it already exists (upsert)',
		},
		{
			name: 'Delete',
			value: 'delete',
			action: 'Delete a contact',
			description: 'Forget a contact; consents and calls stay',
		},
		{
			name: 'Get',
			value: 'get',
			action: 'Get a contact',
			description: 'Find out who has a phone number, or read a contact by ID',
		},
		{
			name: 'Get Many',
			value: 'getMany',
			action: 'Get many contacts',
			description: 'List and search the contacts of a tenant, newest first',
		},
		{
			name: 'Update',
			value: 'update',
			action: 'Update a contact',
			description: 'Change a contact, also its phone number',
		},
	],
};
