import { NodeOperationError, sleep } from 'n8n-workflow';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

export interface Batch {
	batchSize?: number;
	batchIntervalMs?: number;
}

export const batchingOption: INodeProperties = {
	displayName: 'Batching',
	name: 'batching',
	type: 'fixedCollection',
	placeholder: 'Add Batching',
	typeOptions: { multipleValues: false },
	default: { batch: {} },
	description: 'Spreads the calls of many items over time',
	options: [
		{
			displayName: 'Batching',
			name: 'batch',
			values: [
				{
					displayName: 'Items per Batch',
					name: 'batchSize',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: 10,
					description: 'How many calls are placed before a pause',
				},
				{
					displayName: 'Batch Interval (Ms)',
					name: 'batchIntervalMs',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 10000,
					description: 'How long each pause is',
				},
			],
		},
	],
};

/** Pauses before the first item of each batch but the first one. */
export async function waitForBatch(
	this: IExecuteFunctions,
	batch: Batch | undefined,
	itemIndex: number,
): Promise<void> {
	if (batch === undefined) return;
	const { batchSize = 10, batchIntervalMs = 10_000 } = batch;
	if (!Number.isInteger(batchSize) || batchSize < 1 || !(batchIntervalMs >= 0)) {
		throw new NodeOperationError(this.getNode(), 'The option Batching is out of range', {
			itemIndex,
			description: 'Items per Batch is at least 1, Batch Interval at least 0 milliseconds.',
		});
	}
	if (itemIndex === 0 || itemIndex % batchSize !== 0) return;
	await sleep(batchIntervalMs);
	if (this.getExecutionCancelSignal()?.aborted) {
		throw new NodeOperationError(this.getNode(), 'The execution was stopped between two batches', {
			itemIndex,
		});
	}
}
