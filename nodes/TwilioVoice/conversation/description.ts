import type { ExpressionString, NodeHint } from 'n8n-workflow';

import { outputsExpression } from './outputs';

/** The outputs depend on the operation; everything but a conversation has one. */
export const outputs: ExpressionString = `={{ ${outputsExpression} }}`;

const inConversation = '$parameter["resource"] === "conversation"';

export const hints: NodeHint[] = [
	{
		message:
			'The call waits for an answer of this execution. End each path with Hang Up: where the workflow ends without it, the caller hears an error.',
		displayCondition: `={{ ${inConversation} && !["hangUp", "reject"].includes($parameter["operation"]) }}`,
		whenToDisplay: 'beforeExecution',
		location: 'inputPane',
		type: 'info',
	},
	{
		message:
			'Only the first answer to a call can refuse it. After a word was said, it is a hang-up.',
		displayCondition: `={{ ${inConversation} && $parameter["operation"] === "reject" }}`,
		whenToDisplay: 'beforeExecution',
		location: 'inputPane',
		type: 'info',
	},
];

/** n8n's rules ask for them; a waiting execution has nothing to register. */
export const webhookMethods = {
	default: {
		async checkExists(): Promise<boolean> {
			return true;
		},
		async create(): Promise<boolean> {
			return true;
		},
		async delete(): Promise<boolean> {
			return true;
		},
	},
};
