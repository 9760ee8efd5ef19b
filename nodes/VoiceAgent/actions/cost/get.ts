import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { asDay } from '../../shared/checks';
import { ownerLocator } from '../../shared/locators';
import { withUsd } from '../../shared/money';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [
	{ ...ownerLocator, description: 'Whose costs. Empty: those of the tenant of the API key.' },
	{
		displayName: 'Period',
		name: 'period',
		type: 'options',
		default: 'month',
		options: [
			{ name: 'Between Two Days', value: 'days', description: 'Days that you give' },
			{ name: 'This Month', value: 'month', description: 'From the first of the month to today' },
		],
		description: 'Which calls are counted, by the time zone of the tenant',
	},
	{
		displayName: 'From',
		name: 'from',
		type: 'dateTime',
		required: true,
		default: "={{ $now.minus({ months: 1 }).startOf('month').toISODate() }}",
		displayOptions: { show: { period: ['days'] } },
		description: 'The first day. The time of day does not matter.',
	},
	{
		displayName: 'To',
		name: 'to',
		type: 'dateTime',
		required: true,
		default: "={{ $now.minus({ months: 1 }).endOf('month').toISODate() }}",
		displayOptions: { show: { period: ['days'] } },
		description: 'The last day. The time of day does not matter.',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const { byService, budget, ...total } = await sidecarRequest(this, {
		method: 'GET',
		path: '/v1/costs',
		qs: { ...tenantGiven.call(this, itemIndex), ...days.call(this, itemIndex) },
		itemIndex,
	});
	return {
		...withUsd(total),
		byService: ((byService ?? []) as IDataObject[]).map(withUsd),
		budget: budget ? withUsd(budget as IDataObject) : null,
	};
}

function days(this: IExecuteFunctions, itemIndex: number): IDataObject {
	if (this.getNodeParameter('period', itemIndex, 'month') !== 'days') return {};
	const day = (name: string, label: string) =>
		asDay.call(this, this.getNodeParameter(name, itemIndex, ''), label, itemIndex);
	return { from: day('from', 'From'), to: day('to', 'To') };
}
