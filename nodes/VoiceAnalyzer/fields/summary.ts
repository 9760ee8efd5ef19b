import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { AnalysisRequest, SummaryPurpose } from '../analysis/contract';
import { numberIn } from './lists';

export const summaryFields: INodeProperties[] = [
	{
		displayName: 'Summary For',
		name: 'summaryPurpose',
		type: 'options',
		default: 'record',
		options: [
			{
				name: 'The Person Who Takes Over',
				value: 'handover',
				description: 'With what the caller needs, what was done, and what is open',
			},
			{
				name: 'The Record',
				value: 'record',
				description: 'Who wanted what, what was answered, how it ended',
			},
		],
		description: 'Who reads it',
	},
	{
		displayName: 'Max Words',
		name: 'summaryWords',
		type: 'number',
		typeOptions: { minValue: 10, maxValue: 1000 },
		default: 80,
		description: 'About how long the summary may be. Rules quote the speakers instead.',
	},
];

/** @throws {NodeOperationError} for a length that is none */
export function readSummary(
	this: IExecuteFunctions,
	itemIndex: number,
): NonNullable<AnalysisRequest['summary']> {
	const words = this.getNodeParameter('summaryWords', itemIndex, 80);
	return {
		purpose: this.getNodeParameter('summaryPurpose', itemIndex, 'record') as SummaryPurpose,
		mostWords: numberIn.call(this, words, 'Max Words', [10, 1000], itemIndex),
	};
}
