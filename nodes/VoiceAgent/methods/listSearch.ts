import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';

import { label, minute } from '../../shared/listLabels';
import { pageOf } from '../shared/list';

const pageSize = 50;

interface List {
	path: string;
	qs: IDataObject;
	item(entry: IDataObject): INodeListSearchItems;
	/** Whether the sidecar looks for the filter by itself. */
	searches: boolean;
}

async function search(
	this: ILoadOptionsFunctions,
	{ path, qs, item, searches }: List,
	filter: string | undefined,
	cursor: string | undefined,
): Promise<INodeListSearchResult> {
	const wanted = filter?.trim() ?? '';
	const query = { ...qs, limit: pageSize, cursor, ...(searches ? { search: wanted } : {}) };
	const { data, nextCursor } = await pageOf(this, path, query);
	const results = data.map(item);
	return {
		results: searches
			? results
			: results.filter(({ name, value }) =>
					`${name} ${String(value)}`.toLowerCase().includes(wanted.toLowerCase()),
				),
		...(nextCursor === undefined ? {} : { paginationToken: nextCursor }),
	};
}

/** The tenant that is chosen in the same panel. */
function chosenTenant(this: ILoadOptionsFunctions): { tenant: string } {
	const tenant = this.getCurrentNodeParameter('tenant', { extractValue: true });
	return { tenant: String(tenant ?? '').trim() };
}

export async function searchCalls(
	this: ILoadOptionsFunctions,
	filter?: string,
	cursor?: string,
): Promise<INodeListSearchResult> {
	const item = ({ id, from, to, status, startedAt }: IDataObject) => ({
		name: label(`${String(from ?? '?')} → ${String(to ?? '?')}`, status, minute(startedAt)),
		value: String(id),
	});
	const list = { path: '/v1/calls', qs: {}, item, searches: false };
	return await search.call(this, list, filter, cursor);
}

export async function searchTranscriptions(
	this: ILoadOptionsFunctions,
	filter?: string,
	cursor?: string,
): Promise<INodeListSearchResult> {
	const item = ({ id, callSid, status, createdAt }: IDataObject) => ({
		name: label(callSid, status, minute(createdAt)),
		value: String(id),
	});
	const list = { path: '/v1/transcriptions', qs: {}, item, searches: false };
	return await search.call(this, list, filter, cursor);
}

export async function searchContacts(
	this: ILoadOptionsFunctions,
	filter?: string,
	cursor?: string,
): Promise<INodeListSearchResult> {
	const item = ({ id, name, phoneNumber, company }: IDataObject) => ({
		name: label(name, phoneNumber, company),
		value: String(id),
	});
	const list = { path: '/v1/contacts', qs: chosenTenant.call(this), item, searches: true };
	return await search.call(this, list, filter, cursor);
}

export async function searchDocuments(
	this: ILoadOptionsFunctions,
	filter?: string,
	cursor?: string,
): Promise<INodeListSearchResult> {
	const item = ({ id, title, externalId }: IDataObject) => ({
		name: label(title, externalId),
		value: String(id),
	});
	const path = '/v1/knowledge/documents';
	const list = { path, qs: chosenTenant.call(this), item, searches: true };
	return await search.call(this, list, filter, cursor);
}
