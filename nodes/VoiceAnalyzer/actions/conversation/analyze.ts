import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { shownWhen } from '../../../shared/shownWhen';
import { escalationFields, readEscalation } from '../../fields/escalation';
import { intentFields, readIntents } from '../../fields/intents';
import { qualityFields, readQuality } from '../../fields/quality';
import { questionFields, readQuestions } from '../../fields/questions';
import { furtherKinds, readRedaction, redactionFields } from '../../fields/redaction';
import { readSummary, summaryFields } from '../../fields/summary';
import { engineFields } from '../../shared/engineFields';
import { optionsField } from '../../shared/options';
import { outputFor } from '../../shared/outputs';
import { perform } from '../../shared/perform';
import { sourceFields } from '../../shared/sourceFields';

const mostTopics = 8;

export const description: INodeProperties[] = [
	...sourceFields,
	...engineFields('gemini'),
	{
		displayName: 'Analyses',
		name: 'analyses',
		type: 'multiOptions',
		required: true,
		default: ['sentiment', 'intent', 'summary'],
		options: [
			{
				name: 'Action Items',
				value: 'actionItems',
				description: 'What was promised or asked for, by whom and until when',
			},
			{
				name: 'Answers to Questions',
				value: 'questions',
				description: 'Your own questions, answered from the conversation',
			},
			{
				name: 'Escalation',
				value: 'escalation',
				description: 'Whether a person should take over, and why; adds the output Escalate',
			},
			{
				name: 'Frustration and Satisfaction',
				value: 'satisfaction',
				description: "The caller's, from 0 to 1",
			},
			{ name: 'Intent', value: 'intent', description: 'What the caller wants' },
			{
				name: 'Personal Data',
				value: 'redaction',
				description: 'Puts out the conversation without it, and keeps it out of all results',
			},
			{
				name: 'Quality Scorecard',
				value: 'quality',
				description: "The agent's work, by criteria, with evidence",
			},
			{
				name: 'Sentiment',
				value: 'sentiment',
				description: "The caller's, per turn and overall, from -1 to 1",
			},
			{ name: 'Summary', value: 'summary', description: 'For the record, or for who takes over' },
			{ name: 'Topics', value: 'topics', description: 'What it was about, in key words' },
		],
		description: 'What to find out; all of it in one request to the engine',
	},
	...shownWhen({ analyses: ['intent'] }, intentFields),
	...shownWhen({ analyses: ['escalation'] }, escalationFields),
	...shownWhen({ analyses: ['summary'] }, summaryFields),
	...shownWhen({ analyses: ['quality'] }, qualityFields),
	...shownWhen({ analyses: ['questions'] }, questionFields),
	...shownWhen({ analyses: ['redaction'] }, redactionFields),
	optionsField,
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const chosen = new Set(this.getNodeParameter('analyses', itemIndex, []) as string[]);
	const fail = (message: string, advice: string) =>
		new NodeOperationError(this.getNode(), message, { itemIndex, description: advice });
	if (chosen.size === 0) {
		throw fail('No analysis is chosen', 'Choose at least one under Analyses.');
	}
	const rules = this.getNodeParameter('engine', itemIndex) === 'rules';
	if (rules && chosen.has('questions')) {
		throw fail(
			'Rules cannot answer questions',
			'Choose Gemini or OpenAI as the Engine, or take Answers to Questions out of Analyses.',
		);
	}
	const redaction = chosen.has('redaction') ? readRedaction.call(this, itemIndex) : undefined;
	const further = furtherKinds(redaction?.kinds ?? []);
	return await perform.call(this, itemIndex, {
		request: {
			...(chosen.has('sentiment') ? { sentiment: true } : {}),
			...(chosen.has('satisfaction') ? { satisfaction: true } : {}),
			...(chosen.has('intent') ? { intent: readIntents.call(this, itemIndex) } : {}),
			...(chosen.has('topics') ? { topics: { most: mostTopics } } : {}),
			...(chosen.has('escalation') ? { escalation: readEscalation.call(this, itemIndex) } : {}),
			...(chosen.has('summary') ? { summary: readSummary.call(this, itemIndex) } : {}),
			...(chosen.has('actionItems') ? { actionItems: true } : {}),
			...(chosen.has('quality') ? { quality: readQuality.call(this, itemIndex) } : {}),
			...(chosen.has('questions') ? { questions: readQuestions.call(this, itemIndex) } : {}),
			...(further.length > 0 ? { personalData: { kinds: further } } : {}),
		},
		...(redaction ? { redaction } : {}),
	});
}

export const output = outputFor;

export { concurrency } from '../../shared/options';
