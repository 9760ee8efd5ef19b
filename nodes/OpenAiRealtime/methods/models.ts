import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { openAiRequest } from '../transport/openAi';

/** Realtime models of the key, the newest first, those that end last, with the day on which they do. */
export async function searchRealtimeModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const list = await openAiRequest(this, { method: 'GET', path: '/models' });
	const wanted = (filter ?? '').trim().toLowerCase();
	return {
		results: ((list.data ?? []) as IDataObject[])
			.map(({ id, shutdown_date: ends }) => ({
				id: String(id ?? ''),
				ends: typeof ends === 'string' ? ends : undefined,
			}))
			.filter(
				({ id }) =>
					/^gpt-realtime/.test(id) &&
					!/whisper|translate|transcribe/.test(id) &&
					id.includes(wanted),
			)
			.sort(
				(a, b) =>
					Number(a.ends !== undefined) - Number(b.ends !== undefined) ||
					b.id.localeCompare(a.id, 'en', { numeric: true }),
			)
			.map(({ id, ends }) => ({ name: ends ? `${id} (ends on ${ends})` : id, value: id })),
	};
}
