import type { IDataObject } from 'n8n-workflow';

import type { RequestContext } from '../../shared/request';
import { sidecarRequest } from '../../shared/sidecar';

/** All tenants that the API key sees. */
export async function listTenants(
	context: RequestContext,
	itemIndex?: number,
): Promise<IDataObject[]> {
	const tenants: IDataObject[] = [];
	let cursor: string | undefined;
	do {
		const page = await sidecarRequest(context, {
			method: 'GET',
			path: '/v1/tenants',
			...(cursor === undefined ? {} : { qs: { cursor } }),
			...(itemIndex === undefined ? {} : { itemIndex }),
		});
		tenants.push(...((page.data ?? page.tenants ?? []) as IDataObject[]));
		cursor = typeof page.nextCursor === 'string' ? page.nextCursor : undefined;
	} while (cursor !== undefined);
	return tenants;
}
