import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { listTenants } from '../shared/tenants';

export async function searchTenants(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const wanted = filter?.toLowerCase() ?? '';
	const tenants = await listTenants(this);
	return {
		results: tenants
			.map(({ name, slug }) => ({ name: `${String(name)} (${String(slug)})`, value: String(slug) }))
			.filter(({ name }) => name.toLowerCase().includes(wanted)),
	};
}
