import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { WaitingOperation } from './waiting';

interface Outputs {
	/** In order; the node's description lists them, too. */
	names: string[];
	/** Where an execution goes on whose caller is gone. */
	hungUp: number;
}

const hungUpName = 'Caller Hung Up';

const outputsOf: Record<WaitingOperation, Outputs> = {
	ask: { names: ['Answered', 'No Answer', hungUpName], hungUp: 2 },
	dial: { names: ['Connected', 'Not Connected', hungUpName], hungUp: 2 },
	enqueue: { names: ['Connected', 'Left the Queue', hungUpName], hungUp: 2 },
	hangUp: { names: ['Ended'], hungUp: 0 },
	pause: { names: ['Continue', hungUpName], hungUp: 1 },
	play: { names: ['Continue', hungUpName], hungUp: 1 },
	reject: { names: ['Ended'], hungUp: 0 },
	record: { names: ['Recorded', 'Nothing Recorded', hungUpName], hungUp: 2 },
	say: { names: ['Continue', hungUpName], hungUp: 1 },
};

export function outputCount(operation: WaitingOperation): number {
	return outputsOf[operation].names.length;
}

export function hungUpOutput(operation: WaitingOperation): number {
	return outputsOf[operation].hungUp;
}

/** What a node puts out without a wait is an item of a call that is over; what it waits with is shown. */
export function outputFor(operation: WaitingOperation) {
	return (result: IDataObject): number => (result.callEnded === true ? hungUpOutput(operation) : 0);
}

const named = Object.fromEntries(
	Object.entries(outputsOf).map(([operation, { names }]) => [operation, names]),
);

/** Evaluated by the editor too, so it stands on its own: the outputs of each operation. */
export const outputsExpression = `((names) => names ? names.map((displayName) => ({ type: "main", displayName })) : [{ type: "main" }])($parameter["resource"] === "conversation" ? (${JSON.stringify(named)})[$parameter["operation"]] : undefined)`;

/** How many outputs the chosen operation has. */
export function outputsNow(this: IExecuteFunctions): number {
	if (this.getNodeParameter('resource', 0) !== 'conversation') return 1;
	const operation = String(this.getNodeParameter('operation', 0));
	return operation in outputsOf ? outputCount(operation as WaitingOperation) : 1;
}
