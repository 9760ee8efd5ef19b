import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { listOf } from '../../shared/listOf';
import type { AnalysisRequest, Intent } from '../analysis/contract';
import { refuseTwins, rowsOf, textOf } from './lists';

export const intentFields: INodeProperties[] = [
	{
		displayName: 'Intents',
		name: 'intents',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add intent',
		default: {},
		options: [
			{
				displayName: 'Intent',
				name: 'intent',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: 'book-service',
						description: 'What comes out as intent.name',
					},
					{
						displayName: 'Description',
						name: 'description',
						type: 'string',
						default: '',
						placeholder: 'Wants to book, move or cancel a service of the car',
						description: 'When it is this one',
					},
					{
						displayName: 'Keywords',
						name: 'keywords',
						type: 'string',
						default: '',
						placeholder: 'mantención, revisión, agendar',
						description:
							'Words and phrases that speak for it, separated by commas. Rules depend on them.',
					},
				],
			},
		],
		description:
			'Of which one is chosen, or "other". Without any, the engine names the intent in its own words.',
	},
];

/** @throws {NodeOperationError} for two intents of one name */
export function readIntents(
	this: IExecuteFunctions,
	itemIndex: number,
): NonNullable<AnalysisRequest['intent']> {
	const intents = rowsOf
		.call(this, 'intents', 'intent', itemIndex)
		.map((row): Intent => {
			const { name, description, keywords } = row as Record<string, unknown>;
			return {
				name: textOf(name),
				description: textOf(description),
				keywords: listOf(keywords),
			};
		})
		.filter(({ name }) => name !== '');
	refuseTwins.call(
		this,
		intents.map(({ name }) => name),
		'Intents',
		itemIndex,
	);
	return { intents };
}
