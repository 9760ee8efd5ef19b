import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions } from 'n8n-workflow';

import { retirementOf } from './retirement';

/** Refuses a model that OpenAI has shut down, and warns of one that it will. */
export function requireModel(this: IExecuteFunctions, model: string, itemIndex: number): void {
	if (!model) {
		throw new NodeOperationError(this.getNode(), 'The field Model is empty', {
			itemIndex,
			description: 'Choose a realtime model, for example gpt-realtime-2.1.',
		});
	}
	const retirement = retirementOf(model);
	if (!retirement) return;
	const { on, replacement } = retirement;
	if (on === undefined || Date.parse(on) <= Date.now()) {
		throw new NodeOperationError(this.getNode(), `OpenAI has shut down the model ${model}`, {
			itemIndex,
			description: `Choose ${replacement} in the field Model.`,
		});
	}
	this.addExecutionHints({
		message: `OpenAI shuts down ${model} on ${on}. Choose ${replacement} before.`,
		location: 'outputPane',
	});
}
