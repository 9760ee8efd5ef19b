import type { IExecuteFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { fromList } from '../../shared/fromList';
import type { Engine, ModelOptions } from '../engines/contract';
import { geminiEngine } from '../engines/gemini';
import { openAiEngine } from '../engines/openAi';

export const defaultGeminiModel = 'gemini-3.8-flash';
export const defaultOpenAiModel = 'gpt-6-luna';

const gemini: INodePropertyOptions = {
	name: 'Gemini',
	value: 'gemini',
	description: "Google's language model; needs an API key of Google AI Studio",
};
const openAi: INodePropertyOptions = {
	name: 'OpenAI',
	value: 'openAi',
	description: "OpenAI's language model; needs an API key of a project",
};
const rules: INodePropertyOptions = {
	name: 'Rules (No Cloud)',
	value: 'rules',
	description: 'Word lists in Spanish and English: at once, free, nothing leaves n8n, knows less',
};

type EngineName = 'gemini' | 'openAi' | 'rules';

const model = (
	name: string,
	engine: EngineName,
	searchListMethod: string,
	value: string,
): INodeProperties => ({
	displayName: 'Model',
	name,
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value, cachedResultName: value },
	displayOptions: { show: { engine: [engine] } },
	description: 'A small and fast model is enough for most analyses',
	modes: [
		fromList(searchListMethod),
		{ displayName: 'By Name', name: 'id', type: 'string', placeholder: value },
	],
});

/** Who analyses. `withRules` where word lists can do the work at all. */
export const engineFields = (
	defaultEngine: EngineName,
	{ withRules = true, description = 'Who analyses the conversation' } = {},
): INodeProperties[] => [
	{
		displayName: 'Engine',
		name: 'engine',
		type: 'options',
		noDataExpression: true,
		default: defaultEngine,
		options: withRules ? [gemini, openAi, rules] : [gemini, openAi],
		description,
	},
	model('geminiModel', 'gemini', 'searchGeminiModels', defaultGeminiModel),
	model('openAiModel', 'openAi', 'searchOpenAiModels', defaultOpenAiModel),
];

/** The chosen engine; undefined is Rules. @throws {NodeOperationError} without a model */
export function engineOf(
	this: IExecuteFunctions,
	itemIndex: number,
	options: Omit<ModelOptions, 'model'>,
): Engine | undefined {
	const name = this.getNodeParameter('engine', itemIndex) as EngineName;
	if (name === 'rules') return undefined;
	const field = name === 'gemini' ? 'geminiModel' : 'openAiModel';
	const chosen = String(
		this.getNodeParameter(field, itemIndex, '', { extractValue: true }) ?? '',
	).trim();
	if (chosen === '') {
		throw new NodeOperationError(this.getNode(), 'The field Model is empty', {
			itemIndex,
			description: 'Choose a Model, or check that its expression finds a name in the item.',
		});
	}
	const create = name === 'gemini' ? geminiEngine : openAiEngine;
	return create(this, { ...options, model: chosen }, itemIndex);
}
