import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readLimit, returnAllOrLimit } from '../../../shared/paging';
import { languageName } from '../../data/languages';
import { catalogue } from './catalogue';
import { catalogueFields } from './fields';

export const description: INodeProperties[] = [
	...catalogueFields,
	{
		displayName: 'Model',
		name: 'modelName',
		type: 'string',
		default: '',
		placeholder: 'chirp_3',
		description: 'Only languages that this model knows. Empty: those of any model.',
	},
	...returnAllOrLimit,
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const limit = readLimit.call(this, itemIndex);
	const wanted = String(this.getNodeParameter('modelName', itemIndex, '')).trim();
	const models = new Map<string, string[]>();
	for (const { model, language } of await catalogue.call(this, itemIndex)) {
		if (wanted !== '' && model !== wanted) continue;
		models.set(language, [...(models.get(language) ?? []), model]);
	}
	return [...models]
		.sort(([a], [b]) => a.localeCompare(b))
		.slice(0, limit)
		.map(([language, names]) => ({
			language,
			name: languageName(language),
			models: names.sort(),
		}));
}
