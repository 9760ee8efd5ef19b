import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type {
	IBinaryKeyData,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	JsonObject,
} from 'n8n-workflow';

import { inParallel } from './parallel';
import { shownWhen } from './shownWhen';

/** A result that has files with it, by the name of their binary property. */
export class ResultWithFiles {
	readonly json: IDataObject;

	readonly binary: IBinaryKeyData;

	constructor(json: IDataObject, binary: IBinaryKeyData) {
		this.json = json;
		this.binary = binary;
	}
}

/** One operation of a node: what the builder sees, and what it does with one item. */
export interface Operation {
	description: INodeProperties[];
	execute(
		this: IExecuteFunctions,
		itemIndex: number,
	): Promise<IDataObject | IDataObject[] | ResultWithFiles>;
	/** How many items may be worked on at a time; one when absent. The order stays. */
	concurrency?(this: IExecuteFunctions): number;
	/** Which output of the node the result leaves by; the first one when absent. */
	output?(this: IExecuteFunctions, result: IDataObject): number;
	/** Which output an item leaves by that has failed, with "continue on fail"; the first one when absent. */
	failureOutput?: number;
}

/** resource -> operation -> how it is done */
export type Operations = Record<string, Record<string, Operation>>;

/** The properties of all operations, each shown for its own operation only. */
export function propertiesOf(
	operations: Record<string, Record<string, Pick<Operation, 'description'>>>,
): INodeProperties[] {
	return Object.entries(operations).flatMap(([resource, byName]) =>
		Object.entries(byName).flatMap(([name, operation]) =>
			shownWhen({ resource: [resource], operation: [name] }, operation.description),
		),
	);
}

/**
 * Runs the chosen operation once per item. An error names its item; with "continue on fail" it
 * becomes an item itself, on the output that the operation has for failures.
 */
export async function runOperations(
	this: IExecuteFunctions,
	operations: Operations,
	outputs = 1,
): Promise<INodeExecutionData[][]> {
	const resource = this.getNodeParameter('resource', 0);
	const name = this.getNodeParameter('operation', 0);
	const operation = operations[resource]?.[name];
	if (!operation) {
		throw new NodeOperationError(
			this.getNode(),
			`This version of the node has no operation "${name}" for "${resource}"`,
			{ description: 'Choose another operation, or update the package.' },
		);
	}
	const results: INodeExecutionData[][] = Array.from({ length: outputs }, () => []);
	const leave = (output: number, item: INodeExecutionData) => {
		results[Math.min(output, outputs - 1)]?.push(item);
	};
	const executed = await inParallel(
		this.getInputData().length,
		operation.concurrency?.call(this) ?? 1,
		async (itemIndex) => await executeItem.call(this, operation, itemIndex),
	);
	for (const one of executed.flat()) leave(one.output, one.item);
	return results;
}

async function executeItem(
	this: IExecuteFunctions,
	operation: Operation,
	itemIndex: number,
): Promise<Array<{ output: number; item: INodeExecutionData }>> {
	const pairedItem = { item: itemIndex };
	try {
		const result = await operation.execute.call(this, itemIndex);
		return (Array.isArray(result) ? result : [result]).map((one) => {
			const item = one instanceof ResultWithFiles ? { ...one } : { json: one };
			return {
				output: operation.output?.call(this, item.json) ?? 0,
				item: { ...item, pairedItem },
			};
		});
	} catch (error) {
		if (!this.continueOnFail()) throw errorOfItem(this, error, itemIndex);
		const item = { json: { error: (error as Error).message }, pairedItem };
		return [{ output: failureOutput.call(this, operation), item }];
	}
}

/**
 * As a tool, the node has one output only. With an error output of its own, n8n takes failed items
 * there from any other; on the first one "Retry On Fail" sees them, too.
 */
function failureOutput(this: IExecuteFunctions, operation: Operation): number {
	const isFirst = this.isToolExecution?.() || this.getNode().onError === 'continueErrorOutput';
	return isFirst ? 0 : (operation.failureOutput ?? 0);
}

/** An error as n8n shows it, with the item that it belongs to. */
export function errorOfItem(
	context: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) {
		error.context.itemIndex ??= itemIndex;
		return error;
	}
	return error instanceof Error
		? new NodeOperationError(context.getNode(), error, { itemIndex })
		: new NodeApiError(context.getNode(), error as JsonObject, { itemIndex });
}
