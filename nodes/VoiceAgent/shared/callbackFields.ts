import type { INodeProperties } from 'n8n-workflow';

export const callbackStatusField: INodeProperties = {
	displayName: 'Status',
	name: 'status',
	type: 'options',
	default: 'open',
	options: [
		{ name: 'Cancelled', value: 'cancelled', description: 'Nobody needs to call any more' },
		{ name: 'Done', value: 'done', description: 'Somebody has called' },
		{ name: 'Open', value: 'open', description: 'Somebody has yet to call' },
	],
	description: 'How far it is',
};
