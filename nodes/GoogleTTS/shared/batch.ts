import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	JsonObject,
} from 'n8n-workflow';

/** An operation that looks at all items at once, to work on several of them at a time. */
export interface BatchOperation {
	description: INodeProperties[];
	executeAll(this: IExecuteFunctions): Promise<INodeExecutionData[]>;
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
