import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	ExpressionString,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { propertiesOf, runOperations } from '../shared/operations';
import { operations } from './actions/operations';
import { searchCalls } from './methods/calls';
import { searchGeminiModels, searchOpenAiModels } from './methods/models';

/** Whether the operation decides on an escalation: then the node has an output for either decision. */
const decides =
	'$parameter["operation"] === "decideEscalation" || ($parameter["operation"] === "analyze" && ($parameter["analyses"] || []).includes("escalation"))';

const outputsExpression: ExpressionString = `={{ ${decides} ? [{ type: "${NodeConnectionTypes.Main}", displayName: "Continue" }, { type: "${NodeConnectionTypes.Main}", displayName: "Escalate" }] : [{ type: "${NodeConnectionTypes.Main}" }] }}`;

export class VoiceAnalyzer implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Voice Analyzer',
		name: 'voiceAnalyzer',
		icon: { light: 'file:voiceAnalyzer.svg', dark: 'file:voiceAnalyzer.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["engine"] }}',
		description:
			'Read what was said on the phone: sentiment, intent, summary, quality, escalation, personal data',
		defaults: { name: 'Voice Analyzer' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsExpression,
		credentials: [
			{
				name: 'voiceGeminiApi',
				required: true,
				displayOptions: { show: { engine: ['gemini'] } },
			},
			{
				name: 'voiceOpenAiApi',
				required: true,
				displayOptions: { show: { engine: ['openAi'] } },
			},
			{
				name: 'voiceSidecarApi',
				required: true,
				displayOptions: { show: { source: ['call'] } },
			},
		],
		hints: [
			{
				message:
					'Rules know word lists in Spanish and English only, and no sarcasm: good for a running call and as a safety net, not for a verdict.',
				type: 'info',
				location: 'outputPane',
				whenToDisplay: 'afterExecution',
				displayCondition:
					'={{ $parameter["engine"] === "rules" && $parameter["resource"] === "conversation" }}',
			},
		],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				default: 'conversation',
				options: [
					{ name: 'Conversation', value: 'conversation' },
					{ name: 'Personal Data', value: 'personalData' },
				],
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['conversation'] } },
				default: 'analyze',
				options: [
					{
						name: 'Analyze',
						value: 'analyze',
						action: 'Analyze a conversation',
						description: 'Find out several things about a conversation in one request',
					},
					{
						name: 'Answer Questions',
						value: 'answerQuestions',
						action: 'Answer questions about a conversation',
						description: 'Answer your own questions from what was said, with evidence',
					},
					{
						name: 'Decide Escalation',
						value: 'decideEscalation',
						action: 'Decide whether a person should take over a conversation',
						description: 'Two outputs, Continue and Escalate, by thresholds and keywords',
					},
					{
						name: 'Score Quality',
						value: 'scoreQuality',
						action: 'Score the quality of a conversation',
						description: "Judge the agent's work by your criteria, with evidence",
					},
					{
						name: 'Summarize',
						value: 'summarize',
						action: 'Summarize a conversation',
						description: 'For the record, or for the person who takes over',
					},
				],
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['personalData'] } },
				default: 'redact',
				options: [
					{
						name: 'Redact',
						value: 'redact',
						action: 'Redact personal data in a conversation',
						description: 'Replace telephone numbers, identity numbers, cards, names and the like',
					},
				],
			},
			...propertiesOf(operations),
		],
	};

	methods = { listSearch: { searchCalls, searchGeminiModels, searchOpenAiModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperations.call(this, operations, outputCount.call(this));
	}
}

function outputCount(this: IExecuteFunctions): number {
	const operation = this.getNodeParameter('operation', 0);
	if (operation === 'decideEscalation') return 2;
	const analyses = this.getNodeParameter('analyses', 0, []) as string[];
	return operation === 'analyze' && analyses.includes('escalation') ? 2 : 1;
}
