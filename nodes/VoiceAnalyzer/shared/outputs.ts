import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

/** Continue is the first output, Escalate the second. As a tool, the node has one output only. */
export function outputFor(this: IExecuteFunctions, result: IDataObject): number {
	if (this.isToolExecution?.()) return 0;
	const { escalate } = (result.escalation ?? {}) as { escalate?: boolean };
	return escalate === true ? 1 : 0;
}
