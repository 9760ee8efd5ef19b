import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Cost', value: 'cost' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['cost'] } },
	default: 'get',
	options: [
		{
			name: 'Get',
			value: 'get',
			action: 'Get the cost of a tenant',
			description:
				'Read what speech, voices and models have cost, and how the budget of this month stands',
		},
		{
			name: 'Get Prices',
			value: 'getPrices',
			action: 'Get the price table',
			description: 'Read the prices that costs are counted with, and from when they are',
		},
	],
};
