import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Conversation', value: 'conversation' };

export const operation: INodeProperties = {
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
};
