import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions } from 'n8n-workflow';

/** The rows of a fixed collection. */
export function rowsOf<T>(
	this: IExecuteFunctions,
	field: string,
	group: string,
	itemIndex: number,
): Array<Partial<T>> {
	const value = this.getNodeParameter(field, itemIndex, {}) as Record<string, unknown>;
	const rows = value[group];
	return Array.isArray(rows) ? (rows as Array<Partial<T>>) : [];
}

export const textOf = (value: unknown): string => String(value ?? '').trim();

/** @throws {NodeOperationError} which names the field, for a number outside of its range */
export function numberIn(
	this: IExecuteFunctions,
	value: unknown,
	label: string,
	[least, most]: readonly [number, number],
	itemIndex: number,
): number {
	const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
	if (Number.isFinite(number) && number >= least && number <= most) return number;
	throw new NodeOperationError(
		this.getNode(),
		`${label} must be a number from ${least} to ${most}`,
		{ itemIndex, description: `Correct the field ${label}, or check its expression.` },
	);
}

/** @throws {NodeOperationError} when two rows have the same name, which the answer could not tell apart */
export function refuseTwins(
	this: IExecuteFunctions,
	names: readonly string[],
	label: string,
	itemIndex: number,
): void {
	const twin = names.find((name, place) => names.indexOf(name) !== place);
	if (twin === undefined) return;
	throw new NodeOperationError(this.getNode(), `${label} has "${twin}" twice`, {
		itemIndex,
		description: `Give each row of ${label} a name of its own.`,
	});
}
