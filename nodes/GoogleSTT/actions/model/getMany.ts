import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readLimit, returnAllOrLimit } from '../../../shared/paging';
import { speechModels } from '../../data/models';
import { catalogue, inLanguage } from './catalogue';
import { catalogueFields } from './fields';

export const description: INodeProperties[] = [
	...catalogueFields,
	{
		displayName: 'Language',
		name: 'language',
		type: 'string',
		default: '',
		placeholder: 'es-CL',
		description: 'Only models that know this language; es means any Spanish. Empty: all models.',
	},
	...returnAllOrLimit,
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const limit = readLimit.call(this, itemIndex);
	const wanted = String(this.getNodeParameter('language', itemIndex, ''));
	const apiVersion = String(this.getNodeParameter('apiVersion', itemIndex));
	const location =
		apiVersion === 'v2' ? String(this.getNodeParameter('location', itemIndex)) : null;
	const models = new Map<string, { languages: string[]; features: Set<string> | null }>();
	for (const { model, language, features } of inLanguage(
		await catalogue.call(this, itemIndex),
		wanted,
	)) {
		const known = models.get(model) ?? { languages: [], features: features && new Set<string>() };
		known.languages.push(language);
		for (const feature of features ?? []) known.features?.add(feature);
		models.set(model, known);
	}
	return [...models]
		.sort(([a], [b]) => a.localeCompare(b))
		.slice(0, limit)
		.map(([model, { languages, features }]) => ({
			model,
			description: descriptionOf(model, apiVersion),
			apiVersion,
			location,
			languages: languages.sort(),
			features: features && [...features].sort(),
		}));
}

function descriptionOf(model: string, apiVersion: string): string | null {
	const known = speechModels.find((one) => one.name === model && one.apiVersion === apiVersion);
	return known?.description ?? null;
}
