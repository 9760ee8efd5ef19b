import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { errorOfItem } from '../../../shared/operations';
import { fail } from '../../shared/fail';
import { chosenVoice } from '../../shared/voices';
import { mostCachedCharacters, requireSidecar, sidecarVoice } from '../../synthesis/phraseCache';
import { readTenant } from '../../synthesis/tenant';
import {
	awaitWarmings,
	beginWarmings,
	reportOf,
	type Phrase,
	type WarmingReport,
} from '../../synthesis/warmings';

export { description } from './warmFields';

/** What the items of one tenant ask for together. */
interface Group {
	tenant: string;
	items: number[];
	/** By text, voice and rate: each is spoken once. */
	phrases: Map<string, Phrase>;
}

export async function executeAll(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
	requireSidecar(this);
	const results: INodeExecutionData[] = [];
	const refuse = (error: unknown, items: number[]) => {
		if (!this.continueOnFail()) throw errorOfItem(this, error, items[0] ?? 0);
		for (const item of items) {
			results.push({ json: { error: (error as Error).message }, pairedItem: { item } });
		}
	};
	const groups = new Map<string, Group>();
	for (let itemIndex = 0; itemIndex < this.getInputData().length; itemIndex++) {
		try {
			addItem(this, itemIndex, groups);
		} catch (error) {
			refuse(error, [itemIndex]);
		}
	}
	for (const group of groups.values()) {
		try {
			results.push({
				json: await warm(this, group),
				pairedItem: group.items.map((item) => ({ item })),
			});
		} catch (error) {
			refuse(error, group.items);
		}
	}
	return results;
}

function addItem(context: IExecuteFunctions, itemIndex: number, groups: Map<string, Group>): void {
	const tenant = readTenant(context, itemIndex);
	const voices = readVoices(context, itemIndex);
	const texts = readPhrases(context, itemIndex);
	const group: Group = groups.get(tenant) ?? { tenant, items: [], phrases: new Map() };
	group.items.push(itemIndex);
	for (const text of texts) {
		for (const voice of voices) group.phrases.set(JSON.stringify([text, voice]), { text, voice });
	}
	groups.set(tenant, group);
}

async function warm(
	context: IExecuteFunctions,
	{ tenant, items, phrases }: Group,
): Promise<IDataObject> {
	const itemIndex = items[0] ?? 0;
	const begun = await beginWarmings(context, itemIndex, [...phrases.values()], tenant);
	const report = context.getNodeParameter('wait', itemIndex, true)
		? await awaitWarmings(context, itemIndex, begun, {
				mostMs: Number(context.getNodeParameter('waitSeconds', itemIndex, 600)) * 1000,
				onProgress: ({ done, total }) => {
					context.sendMessageToUI(`Warming the phrase cache: ${String(done)} of ${String(total)}`);
				},
			})
		: reportOf(begun);
	failWhenNoneIsThere(context, itemIndex, report);
	if (report.failed > 0) {
		context.addExecutionHints({
			location: 'outputPane',
			message: `${String(report.failed)} of ${String(report.total)} phrases could not be warmed: see errors.`,
		});
	}
	return { tenant: tenant || null, ...report };
}

function failWhenNoneIsThere(
	context: IExecuteFunctions,
	itemIndex: number,
	{ status, total, errors: [first] }: WarmingReport,
): void {
	if (status !== 'failed') return;
	throw new NodeOperationError(
		context.getNode(),
		`None of the ${String(total)} phrases could be warmed`,
		{
			itemIndex,
			description: first
				? `The first one, by ${first.voice}: ${first.message} (${first.code}).`
				: 'Check the voices, and the Google credentials of the sidecar.',
		},
	);
}

function readVoices(context: IExecuteFunctions, itemIndex: number): IDataObject[] {
	const { values } = context.getNodeParameter('voices', itemIndex, {}) as {
		values?: Array<{ voice?: unknown; speakingRate?: number }>;
	};
	const language = String(context.getNodeParameter('language', itemIndex, ''));
	const voices = (values ?? []).map(({ voice, speakingRate }) => {
		const rate = speakingRate === undefined ? 1 : Number(speakingRate);
		if (!(rate >= 0.25 && rate <= 2)) {
			fail(context, itemIndex, 'A Speaking Rate is out of range', 'Give a number from 0.25 to 2.');
		}
		const chosen = chosenVoice(context, itemIndex, valueOf(voice), language);
		return sidecarVoice(chosen, rate === 1 ? undefined : rate);
	});
	if (voices.length > 0) return voices;
	return fail(context, itemIndex, 'There is no voice', 'Add a voice in the field Voices.');
}

/** Within a collection n8n leaves locators as they are. */
function valueOf(locator: unknown): unknown {
	return typeof locator === 'object' && locator !== null
		? (locator as { value?: unknown }).value
		: locator;
}

/** One phrase per line, or a list of them. */
function readPhrases(context: IExecuteFunctions, itemIndex: number): string[] {
	const value: unknown = context.getNodeParameter('phrases', itemIndex, '');
	const list: unknown[] = Array.isArray(value) ? value : String(value ?? '').split('\n');
	const phrases = list.map((one, index) => {
		if (typeof one === 'string' || typeof one === 'number') return String(one).trim();
		return fail(
			context,
			itemIndex,
			`Phrase ${String(index + 1)} is not a text`,
			'Give a list of texts in the field Phrases, for example {{ $json.phrases.map((one) => one.text) }}.',
		);
	});
	const long = phrases.find(({ length }) => length > mostCachedCharacters);
	if (long) {
		fail(
			context,
			itemIndex,
			`A phrase is longer than ${String(mostCachedCharacters)} characters`,
			`It begins with "${long.slice(0, 40)}". The cache keeps short phrases: divide it as it will be said.`,
		);
	}
	const said = phrases.filter(Boolean);
	if (said.length > 0) return said;
	return fail(
		context,
		itemIndex,
		'The field Phrases is empty',
		'Write one phrase per line, or check that the expression of the field gives a list.',
	);
}
