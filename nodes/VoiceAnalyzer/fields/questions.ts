import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { AnswerType, Question } from '../analysis/contract';
import { refuseTwins, rowsOf, textOf } from './lists';

const mostQuestions = 30;

export const questionFields: INodeProperties[] = [
	{
		displayName: 'Questions',
		name: 'questions',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add question',
		default: {},
		options: [
			{
				displayName: 'Question',
				name: 'question',
				values: [
					{
						displayName: 'Question',
						name: 'text',
						type: 'string',
						default: '',
						placeholder: 'Which car does the caller have?',
					},
					{
						displayName: 'Answer',
						name: 'type',
						type: 'options',
						default: 'text',
						options: [
							{ name: 'Number', value: 'number' },
							{ name: 'Text', value: 'text' },
							{ name: 'Yes or No', value: 'yesNo', description: 'Comes out as true or false' },
						],
					},
				],
			},
		],
		description: 'Answered from the conversation only; null where it does not tell',
	},
];

/** @throws {NodeOperationError} without a question, or with too many */
export function readQuestions(this: IExecuteFunctions, itemIndex: number): Question[] {
	const questions = rowsOf
		.call(this, 'questions', 'question', itemIndex)
		.map((row): Question => {
			const { text, type } = row as { text?: unknown; type?: AnswerType };
			return { text: textOf(text), type: type ?? 'text' };
		})
		.filter(({ text }) => text !== '');
	if (questions.length === 0 || questions.length > mostQuestions) {
		throw new NodeOperationError(
			this.getNode(),
			questions.length === 0
				? 'Questions is empty'
				: `Questions has ${questions.length} rows, and ${mostQuestions} are possible`,
			{ itemIndex, description: 'Add the questions that the conversation is to answer.' },
		);
	}
	refuseTwins.call(
		this,
		questions.map(({ text }) => text),
		'Questions',
		itemIndex,
	);
	return questions;
}
