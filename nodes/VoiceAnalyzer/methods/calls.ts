import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { isE164 } from '../../shared/phoneNumber';
import { sidecarRequest } from '../../shared/sidecar';

/** Calls of the sidecar, newest first. A whole telephone number as the filter finds that caller's calls. */
export async function searchCalls(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const wanted = (filter ?? '').trim();
	const page = await sidecarRequest(this, {
		method: 'GET',
		path: '/v1/calls',
		qs: {
			limit: 50,
			...(isE164(wanted) ? { from: wanted } : {}),
			...(paginationToken === undefined ? {} : { cursor: paginationToken }),
		},
	});
	const results = ((page.data ?? []) as IDataObject[]).map((call) => ({
		name: [call.startedAt, call.from, call.status].map(String).join(' · '),
		value: String(call.id),
	}));
	const shown = isE164(wanted)
		? results
		: results.filter(({ name, value }) => `${name} ${value}`.includes(wanted));
	return {
		results: shown,
		...(typeof page.nextCursor === 'string' ? { paginationToken: page.nextCursor } : {}),
	};
}
