import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { readLimit } from '../../shared/paging';
import type { RequestContext } from '../../shared/request';
import { sidecarRequest } from '../../shared/sidecar';

/** What the sidecar gives at once, at most. */
const pageSize = 200;

/** What a list gives, up to the fields Return All and Limit. */
export async function listed(
	this: IExecuteFunctions,
	path: string,
	qs: IDataObject,
	itemIndex: number,
): Promise<IDataObject[]> {
	const limit = readLimit.call(this, itemIndex);
	const found: IDataObject[] = [];
	let cursor: string | undefined;
	do {
		const query = { ...qs, limit: Math.min(pageSize, limit - found.length), cursor };
		const page = await pageOf(this, path, query, itemIndex);
		found.push(...page.data);
		cursor = page.nextCursor;
	} while (cursor !== undefined && found.length < limit);
	return found.slice(0, limit);
}

/** One page of a list. */
export async function pageOf(
	context: RequestContext,
	path: string,
	qs: IDataObject,
	itemIndex?: number,
): Promise<{ data: IDataObject[]; nextCursor: string | undefined }> {
	const page = await sidecarRequest(context, {
		method: 'GET',
		path,
		qs,
		...(itemIndex === undefined ? {} : { itemIndex }),
	});
	return {
		data: (page.data ?? []) as IDataObject[],
		nextCursor: typeof page.nextCursor === 'string' ? page.nextCursor : undefined,
	};
}
