import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	ExpressionString,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { propertiesOf, runOperations } from '../shared/operations';
import * as conversation from './actions/conversation/resource';
import { operations } from './actions/operations';
import * as personalData from './actions/personalData/resource';
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
				options: [conversation.resource, personalData.resource],
			},
			conversation.operation,
			personalData.operation,
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
