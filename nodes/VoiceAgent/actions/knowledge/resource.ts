import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Knowledge', value: 'knowledge' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['knowledge'] } },
	default: 'search',
	options: [
		{
			name: 'Add',
			value: 'add',
			action: 'Add a document',
			description: 'Add a document, or replace the one with the same external ID',
		},
		{
			name: 'Delete',
			value: 'delete',
			action: 'Delete a document',
			description: 'Remove a document and its passages',
		},
		{
			name: 'Get',
			value: 'get',
			action: 'Get a document',
			description: 'Read a document with its text',
		},
		{
			name: 'Get Many',
			value: 'getMany',
			action: 'Get many documents',
			description: 'List the documents of a tenant, newest first',
		},
		{
			name: 'Search',
			value: 'search',
			action: 'Search the knowledge',
			description: 'Find the passages that answer a question, the best first',
		},
	],
};
