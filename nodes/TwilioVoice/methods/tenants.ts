import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { listTenants } from '../../VoiceAgent/shared/tenants';

/** For a list of several tenants, by their slugs. */
export async function getTenants(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const tenants = await listTenants(this);
	return tenants.map(({ name, slug }) => ({
		name: `${String(name)} (${String(slug)})`,
		value: String(slug),
	}));
}
