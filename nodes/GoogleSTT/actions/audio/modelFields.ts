import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { locations, speechModels } from '../../data/models';

const shownFor = (apiVersion: string) => ({ show: { apiVersion: [apiVersion] } });

function modelsOf(apiVersion: string): INodePropertyOptions[] {
	return speechModels
		.filter((model) => model.apiVersion === apiVersion)
		.map(({ name, description }) => ({ name, value: name, description }))
		.sort((a, b) => a.name.localeCompare(b.name));
}

export const modelFields: INodeProperties[] = [
	{
		displayName: 'API',
		name: 'apiVersion',
		type: 'options',
		default: 'v1',
		options: [
			{
				name: 'Version 1',
				value: 'v1',
				description: 'Knows es-CL; an API key is enough',
			},
			{
				name: 'Version 2',
				value: 'v2',
				description: 'Chirp 3 and other newer models; needs a service account and its project',
			},
		],
		description: 'Which version of Speech-to-Text recognises the audio',
	},
	{
		displayName: 'Model',
		name: 'model',
		type: 'options',
		default: '',
		displayOptions: shownFor('v1'),
		options: [
			{ name: 'Automatic', value: '', description: 'Google chooses by the other settings' },
			...modelsOf('v1'),
		],
		description: 'What the audio is recognised with',
	},
	{
		displayName: 'Model',
		name: 'model',
		type: 'options',
		default: 'chirp_3',
		displayOptions: shownFor('v2'),
		options: modelsOf('v2'),
		description: 'What the audio is recognised with',
	},
	{
		displayName: 'Location',
		name: 'location',
		type: 'options',
		default: 'us',
		displayOptions: shownFor('v2'),
		options: [...locations].sort().map((name) => ({ name, value: name })),
		description: 'Where Google processes the audio. Not every model is everywhere.',
	},
	{
		displayName: 'Language Name or ID',
		name: 'language',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getLanguages' },
		default: 'es-CL',
		description:
			'What is spoken. When the model does not know it, others of the same language are tried (es-US, then es-ES). Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
];
