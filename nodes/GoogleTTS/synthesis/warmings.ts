import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { pause } from '../../shared/googleSpeech';
import { given } from '../../shared/request';
import { patientRequest, readWarming, type Warming } from './phraseCache';

export interface Phrase {
	text: string;
	voice: IDataObject;
}

/** docs/contracts.md: how much one request takes. */
const mostPhrases = 1000;
const firstPollMs = 500;
const longestPollMs = 3000;

/** What became of the phrases of one tenant, over as many requests as it took. */
export interface WarmingReport {
	status: Warming['status'];
	total: number;
	done: number;
	synthesized: number;
	alreadyCached: number;
	failed: number;
	warmings: string[];
	/** The phrases that could not be had: the first hundred of each request. */
	errors: Array<{ text: string; voice: string; code: string; message: string }>;
}

interface Begun {
	id: string;
	phrases: Phrase[];
	state: Warming;
}

/** Hands the phrases over to the sidecar, which begins at once. */
export async function beginWarmings(
	context: IExecuteFunctions,
	itemIndex: number,
	phrases: Phrase[],
	tenant: string,
): Promise<Begun[]> {
	const begun: Begun[] = [];
	for (let from = 0; from < phrases.length; from += mostPhrases) {
		const some = phrases.slice(from, from + mostPhrases);
		const { id, total } = await patientRequest(context, {
			method: 'POST',
			path: '/v1/phrases/warmings',
			body: { ...given({ tenant }), phrases: some as unknown as IDataObject[] },
			itemIndex,
		});
		begun.push({ id: String(id), phrases: some, state: notYet(String(id), Number(total)) });
	}
	return begun;
}

/**
 * Asks for the progress until everything is done or the time is over.
 * @param onProgress is told the sums after each round
 */
export async function awaitWarmings(
	context: IExecuteFunctions,
	itemIndex: number,
	begun: Begun[],
	{ mostMs, onProgress }: { mostMs: number; onProgress(report: WarmingReport): void },
): Promise<WarmingReport> {
	const endMs = Date.now() + mostMs;
	for (let pollMs = firstPollMs; ; pollMs = Math.min(pollMs * 2, longestPollMs)) {
		for (const one of begun.filter(({ state }) => state.status === 'running')) {
			one.state = await readWarming(context, one.id, itemIndex);
		}
		const report = reportOf(begun);
		onProgress(report);
		const leftMs = endMs - Date.now();
		if (report.status !== 'running' || leftMs <= 0) return report;
		await pause(context, Math.min(pollMs, leftMs));
	}
}

export function reportOf(begun: Begun[]): WarmingReport {
	const states = begun.map(({ state }) => state);
	const sum = (name: 'alreadyCached' | 'done' | 'failed' | 'synthesized' | 'total') =>
		states.reduce((total, state) => total + state[name], 0);
	const isRunning = states.some(({ status }) => status === 'running');
	const hasFailed = states.every(({ status }) => status === 'failed');
	return {
		status: isRunning ? 'running' : hasFailed ? 'failed' : 'completed',
		total: sum('total'),
		done: sum('done'),
		synthesized: sum('synthesized'),
		alreadyCached: sum('alreadyCached'),
		failed: sum('failed'),
		warmings: begun.map(({ id }) => id),
		errors: begun.flatMap(({ phrases, state }) =>
			state.errors.map(({ index, code, message }) => ({
				text: phrases[index]?.text ?? '',
				voice: String(phrases[index]?.voice.name ?? ''),
				code,
				message,
			})),
		),
	};
}

const notYet = (id: string, total: number): Warming => ({
	id,
	status: 'running',
	total,
	done: 0,
	synthesized: 0,
	alreadyCached: 0,
	failed: 0,
	errors: [],
});
