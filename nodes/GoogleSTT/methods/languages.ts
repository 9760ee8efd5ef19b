import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { languages } from '../data/languages';

/** es-CL first. What a model does not know falls back to its neighbours when it is used. */
export async function getLanguages(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return languages.map(([value, name]) => ({ name: `${name}, ${value}`, value }));
}
