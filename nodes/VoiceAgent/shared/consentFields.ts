import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const consentKinds: INodePropertyOptions[] = [
	{ name: 'AI Call', value: 'ai-call', description: 'To be called by an AI agent' },
	{
		name: 'Data Processing',
		value: 'data-processing',
		description: 'That personal data is kept and used',
	},
	{ name: 'Marketing', value: 'marketing', description: 'To be told about offers' },
	{ name: 'Recording', value: 'recording', description: 'That the call is recorded' },
];

export const kindField: INodeProperties = {
	displayName: 'Kind',
	name: 'kind',
	type: 'options',
	default: 'recording',
	options: consentKinds,
	description: 'What it is about',
};

export const statusField: INodeProperties = {
	displayName: 'Status',
	name: 'status',
	type: 'options',
	default: 'granted',
	options: [
		{ name: 'Granted', value: 'granted' },
		{ name: 'Withdrawn', value: 'withdrawn' },
	],
	description: 'Whether it was given or taken back',
};
