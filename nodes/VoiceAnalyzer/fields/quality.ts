import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { listOf } from '../../shared/listOf';
import type { AnalysisRequest, Criterion } from '../analysis/contract';
import { numberIn, refuseTwins, rowsOf, textOf } from './lists';

const defaultCriteria = [
	{
		name: 'Introduction',
		description: 'Greets, names the business, and says that it is an AI where it is one',
		weight: 1,
		critical: false,
		phrases: 'buenos días, buenas tardes, asistente virtual, le habla, speaking, virtual assistant',
	},
	{
		name: 'Understanding',
		description: 'Finds out what the caller needs, and repeats it where it matters',
		weight: 2,
		critical: false,
		phrases: '',
	},
	{
		name: 'Solution',
		description: 'Answers the question or solves the problem, or says who will and when',
		weight: 3,
		critical: true,
		phrases: '',
	},
	{
		name: 'Closing',
		description: 'Says what happens next, and takes its leave politely',
		weight: 1,
		critical: false,
		phrases: 'algo más, que tenga, hasta luego, anything else, goodbye',
	},
];

export const qualityFields: INodeProperties[] = [
	{
		displayName: 'Criteria',
		name: 'criteria',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add criterion',
		default: { criterion: defaultCriteria },
		options: [
			{
				displayName: 'Criterion',
				name: 'criterion',
				values: [
					{ displayName: 'Name', name: 'name', type: 'string', default: '' },
					{
						displayName: 'Description',
						name: 'description',
						type: 'string',
						default: '',
						description: 'What the agent has to do for all ten points',
					},
					{
						displayName: 'Weight',
						name: 'weight',
						type: 'number',
						typeOptions: { minValue: 0 },
						default: 1,
						description: 'How much it counts beside the others',
					},
					{
						displayName: 'Critical',
						name: 'critical',
						type: 'boolean',
						default: false,
						description: 'Whether fewer than five points here fail the whole call',
					},
					{
						displayName: 'Phrases',
						name: 'phrases',
						type: 'string',
						default: '',
						description:
							'Any of them, said by the agent, fulfils the criterion for Rules; separated by commas',
					},
				],
			},
		],
		description: 'Each gets 0 to 10 points, with quotes that are checked against the transcript',
	},
	{
		displayName: 'Pass Mark',
		name: 'passMark',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 100 },
		default: 70,
		description: 'The score from 0 to 100 that a call needs',
	},
];

const mostCriteria = 30;

/** @throws {NodeOperationError} without a criterion, with too many, or for weights that are none */
export function readQuality(
	this: IExecuteFunctions,
	itemIndex: number,
): NonNullable<AnalysisRequest['quality']> {
	const rows = rowsOf
		.call(this, 'criteria', 'criterion', itemIndex)
		.map((row) => row as Record<string, unknown>)
		.filter(({ name }) => textOf(name) !== '');
	const criteria = rows.map((row): Criterion => ({
		name: textOf(row.name),
		description: textOf(row.description),
		weight: numberIn.call(this, row.weight ?? 1, 'Weight', [0, 1000], itemIndex),
		critical: row.critical === true,
		phrases: listOf(row.phrases),
	}));
	if (criteria.length === 0 || criteria.length > mostCriteria) {
		throw new NodeOperationError(
			this.getNode(),
			criteria.length === 0
				? 'Criteria is empty'
				: `Criteria has ${criteria.length} rows, and ${mostCriteria} are possible`,
			{ itemIndex, description: 'Add criteria with a name, as many as a person would judge by.' },
		);
	}
	refuseTwins.call(
		this,
		criteria.map(({ name }) => name),
		'Criteria',
		itemIndex,
	);
	const passMark = this.getNodeParameter('passMark', itemIndex, 70);
	return { criteria, passMark: numberIn.call(this, passMark, 'Pass Mark', [0, 100], itemIndex) };
}
