import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { serviceRequest } from '../../shared/serviceRequest';
import { gemini } from '../engines/gemini';
import { openAi } from '../engines/openAi';

const fits = (name: string, filter: string | undefined) =>
	name.toLowerCase().includes((filter ?? '').trim().toLowerCase());

const named = (name: string) => ({ name, value: name });

const notForText =
	/embedding|image|tts|audio|live|realtime|transcribe|search|robotics|computer-use|veo|imagen|lyria|instruct|moderation|codex|deep-research/;

/** Models of Gemini that write text. */
export async function searchGeminiModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const names: string[] = [];
	let pageToken: string | undefined;
	do {
		const page = await serviceRequest(this, gemini, {
			method: 'GET',
			path: '/models',
			qs: { pageSize: 1000, ...(pageToken === undefined ? {} : { pageToken }) },
		});
		for (const model of (page.models ?? []) as IDataObject[]) {
			const methods = (model.supportedGenerationMethods ?? []) as string[];
			const name = String(model.name ?? '').replace(/^models\//, '');
			if (methods.includes('generateContent') && !notForText.test(name)) names.push(name);
		}
		pageToken = typeof page.nextPageToken === 'string' ? page.nextPageToken : undefined;
	} while (pageToken !== undefined && pageToken !== '');
	return { results: names.filter((name) => fits(name, filter)).map(named) };
}

/** Models of OpenAI that write text with structured outputs: GPT-4o and later. */
export async function searchOpenAiModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const list = await serviceRequest(this, openAi, { method: 'GET', path: '/models' });
	const names = ((list.data ?? []) as IDataObject[])
		.map(({ id }) => String(id ?? ''))
		.filter((id) => /^(?:gpt-(?:4o|4\.1|[5-9])|o[134])/.test(id) && !notForText.test(id));
	// The newest generation first.
	return {
		results: names
			.filter((name) => fits(name, filter))
			.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
			.map(named),
	};
}
