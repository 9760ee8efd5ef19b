import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { listOf } from '../../shared/listOf';
import type { EscalationRules } from '../analysis/contract';
import { numberIn, textOf } from './lists';

const defaultKeywords = 'reclamo formal, abogado, sernac, denuncia, demanda, complaint, lawyer';
const defaultFrustration = 0.7;

export const escalationFields: INodeProperties[] = [
	{
		displayName: 'Escalate at Frustration',
		name: 'frustrationThreshold',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		default: defaultFrustration,
		description:
			'From 0 (calm) to 1 (out of patience): at this value or above, the call leaves by Escalate. With 0, every call does.',
	},
	{
		displayName: 'Escalate on Keywords',
		name: 'escalationKeywords',
		type: 'string',
		default: defaultKeywords,
		description:
			'Words and phrases of the caller, separated by commas; case and accents do not matter. They are looked up in the transcript itself, whatever the engine says.',
	},
	{
		displayName: 'More Reasons to Escalate',
		name: 'escalationOptions',
		type: 'collection',
		placeholder: 'Add reason',
		default: {},
		options: [
			{
				displayName: 'Caller Asks for a Person',
				name: 'asksForHuman',
				type: 'boolean',
				default: true,
				description:
					'Whether the wish for a person is reason enough; it is, unless you turn this off',
			},
			{
				displayName: 'In Your Own Words',
				name: 'instructions',
				type: 'string',
				typeOptions: { rows: 3 },
				default: '',
				placeholder: 'The caller reports an accident, or mentions an injury.',
				description: 'When else to escalate. Needs Gemini or OpenAI; Rules ignore it.',
			},
			{
				displayName: 'Sentiment at or Below',
				name: 'sentimentThreshold',
				type: 'number',
				typeOptions: { minValue: -1, maxValue: 1, numberPrecision: 2 },
				default: -0.6,
				description: 'From -1 (very negative) to 1: the sentiment of the whole conversation',
			},
		],
	},
];

/** @throws {NodeOperationError} for a threshold out of its range */
export function readEscalation(this: IExecuteFunctions, itemIndex: number): EscalationRules {
	const more = this.getNodeParameter('escalationOptions', itemIndex, {}) as Record<string, unknown>;
	const threshold = this.getNodeParameter('frustrationThreshold', itemIndex, defaultFrustration);
	return {
		keywords: listOf(this.getNodeParameter('escalationKeywords', itemIndex, '')),
		frustration: numberIn.call(this, threshold, 'Escalate at Frustration', [0, 1], itemIndex),
		...(more.sentimentThreshold === undefined
			? {}
			: {
					sentiment: numberIn.call(
						this,
						more.sentimentThreshold,
						'Sentiment at or Below',
						[-1, 1],
						itemIndex,
					),
				}),
		asksForHuman: more.asksForHuman !== false,
		instructions: textOf(more.instructions),
	};
}
