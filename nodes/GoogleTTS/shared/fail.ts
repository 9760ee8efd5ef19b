import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions } from 'n8n-workflow';

import { positionOf, type Problem } from '../ssml/problem';

export function fail(
	context: IExecuteFunctions,
	itemIndex: number,
	message: string,
	description: string,
): never {
	throw new NodeOperationError(context.getNode(), message, { itemIndex, description });
}

/** How many problems of a text are told at once. */
const mostTold = 5;

/** Throws when there are problems: the first is the message, the others follow in the description. */
export function failOn(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
	source: string,
	problems: Problem[],
): void {
	const [first, ...others] = problems;
	if (!first) return;
	const at = ({ offset, message }: Problem) => `${positionOf(source, offset)}: ${message}`;
	const more = others.slice(0, mostTold - 1).map((one) => ` ${at(one)}. ${one.cure}`);
	const rest = others.length - more.length;
	fail(
		context,
		itemIndex,
		`${field}, ${at(first).replace(/^L/, 'l')}`,
		`${first.cure}${more.join('')}${rest > 0 ? ` And ${String(rest)} more.` : ''}`,
	);
}
