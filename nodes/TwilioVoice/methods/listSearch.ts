import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';

import { label, minute } from '../../shared/listLabels';
import { isSid } from '../shared/checks';
import { isoTime } from '../shared/callOutput';
import { twilioPage } from '../transport/twilio';

const pageSize = 50;

interface List {
	key: string;
	path: string;
	qs?: IDataObject;
	item(entry: IDataObject): INodeListSearchItems;
}

/** One page per request: an account may have millions of calls. */
async function search(
	this: ILoadOptionsFunctions,
	{ key, path, qs, item }: List,
	filter: string | undefined,
	page: string | undefined,
): Promise<INodeListSearchResult> {
	const { entries, next } = await twilioPage(this, key, {
		path,
		qs: { ...qs, PageSize: pageSize },
		...(page ? { page } : {}),
	});
	const wanted = (filter ?? '').toLowerCase();
	return {
		results: entries
			.map(item)
			.filter(({ name, value }) => `${name} ${String(value)}`.toLowerCase().includes(wanted)),
		...(next ? { paginationToken: next } : {}),
	};
}

export async function searchCalls(
	this: ILoadOptionsFunctions,
	filter?: string,
	page?: string,
): Promise<INodeListSearchResult> {
	return await search.call(
		this,
		{
			key: 'calls',
			path: '/Calls.json',
			item: ({ sid, from, to, status, start_time: start, date_created: created }) => ({
				name: label(`${String(from)} → ${String(to)}`, status, minute(isoTime(start ?? created))),
				value: String(sid),
			}),
		},
		filter,
		page,
	);
}

export async function searchRecordings(
	this: ILoadOptionsFunctions,
	filter?: string,
	page?: string,
): Promise<INodeListSearchResult> {
	return await search.call(
		this,
		{
			key: 'recordings',
			path: '/Recordings.json',
			item: ({ sid, duration, status, start_time: start, date_created: created }) => ({
				name: label(
					minute(isoTime(start ?? created)),
					Number(duration) > 0 ? `${String(duration)} s` : status,
					sid,
				),
				value: String(sid),
			}),
		},
		filter,
		page,
	);
}

/** Those that are going on: nothing can be done in one that has ended. */
export async function searchConferences(
	this: ILoadOptionsFunctions,
	filter?: string,
	page?: string,
): Promise<INodeListSearchResult> {
	return await search.call(
		this,
		{
			key: 'conferences',
			path: '/Conferences.json',
			qs: { Status: 'in-progress' },
			item: ({ sid, friendly_name: name, date_created: created }) => ({
				name: label(name, minute(isoTime(created))),
				value: String(sid),
			}),
		},
		filter,
		page,
	);
}

/** Of the conference that is chosen in the same panel. */
export async function searchParticipants(
	this: ILoadOptionsFunctions,
	filter?: string,
	page?: string,
): Promise<INodeListSearchResult> {
	const conference = String(
		this.getCurrentNodeParameter('conferenceSid', { extractValue: true }) ?? '',
	);
	if (!isSid('Conference', conference)) return { results: [] };
	return await search.call(
		this,
		{
			key: 'participants',
			path: `/Conferences/${conference}/Participants.json`,
			item: ({ call_sid: sid, label: name, status }) => ({
				name: label(name, sid, status),
				value: String(sid),
			}),
		},
		filter,
		page,
	);
}
