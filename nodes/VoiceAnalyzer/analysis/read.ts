import type { Kind } from '../redaction/find';
import { verifiedQuote, type Quote } from '../transcript/quotes';
import { callerTurns, type Turn } from '../transcript/turn';
import type { AnalysisRequest, Findings } from './contract';
import { criterionKey, questionKey } from './schema';

/** The answer as the schema describes it. */
interface Raw {
	sentiment?: { overall: number; turns: Array<{ turn: number; score: number }> };
	frustration?: number;
	satisfaction?: number;
	intent?: { name: string; confidence: number; evidence: Quote[] };
	topics?: string[];
	escalation?: {
		asks_for_human: Quote[];
		instructed: Array<{ reason: string; evidence: Quote[] }>;
	};
	summary?: string;
	handover?: { caller_needs: string; already_done: string[]; open_points: string[] };
	action_items?: Array<{ task: string; owner: string; due: string | null; evidence: Quote[] }>;
	quality?: Record<string, { score: number | null; comment: string; evidence: Quote[] }>;
	answers?: Record<string, { answer: string | number | boolean | null; evidence: Quote[] }>;
	personal_data?: Array<{ kind: Kind; text: string }>;
}

/** What the schema cannot say: each turn of the caller once, and quotes that were really said. */
export function mistakesIn(answer: unknown, turns: readonly Turn[]): string[] {
	const raw = answer as Raw;
	const mistakes: string[] = [];
	if (raw.sentiment) {
		const scored = new Set(raw.sentiment.turns.map(({ turn }) => turn));
		const missing = callerTurns(turns).filter(({ index }) => !scored.has(index));
		if (missing.length > 0) {
			const named = missing.slice(0, 10).map(({ index }) => index);
			mistakes.push(`answer.sentiment.turns has no score for turn ${named.join(', ')}`);
		}
	}
	for (const quote of quotesIn(answer)) {
		if (!verifiedQuote(quote, turns)) {
			mistakes.push(
				`turn ${quote.turn} does not say "${quote.quote}": copy the words as they stand`,
			);
		}
	}
	return mistakes.slice(0, 10);
}

function quotesIn(value: unknown): Quote[] {
	if (Array.isArray(value)) return value.flatMap(quotesIn);
	if (typeof value !== 'object' || value === null) return [];
	const { turn, quote } = value as Partial<Quote>;
	if (typeof turn === 'number' && typeof quote === 'string') return [{ turn, quote }];
	return Object.values(value).flatMap(quotesIn);
}

const mostQuotes = 5;

/** Findings from an answer that fits the schema. Quotes that nobody said are dropped and counted. */
export function findingsFrom(
	answer: unknown,
	turns: readonly Turn[],
	request: AnalysisRequest,
): Findings {
	const raw = answer as Raw;
	let droppedQuotes = 0;
	const verified = (quotes: readonly Quote[]) =>
		quotes.slice(0, mostQuotes).flatMap((quote) => {
			const found = verifiedQuote(quote, turns);
			if (!found) droppedQuotes++;
			return found ?? [];
		});
	const ofCaller = new Set(callerTurns(turns).map(({ index }) => index));
	const findings: Omit<Findings, 'droppedQuotes'> = {
		...(raw.sentiment
			? {
					sentiment: {
						overall: raw.sentiment.overall,
						turns: oncePerTurn(raw.sentiment.turns).filter(({ turn }) => ofCaller.has(turn)),
					},
				}
			: {}),
		...(raw.frustration === undefined ? {} : { frustration: raw.frustration }),
		...(raw.satisfaction === undefined ? {} : { satisfaction: raw.satisfaction }),
		...(raw.intent ? { intent: { ...raw.intent, evidence: verified(raw.intent.evidence) } } : {}),
		...(raw.topics ? { topics: [...new Set(raw.topics)].slice(0, request.topics?.most) } : {}),
		...(raw.escalation
			? {
					escalation: {
						asksForHuman: verified(raw.escalation.asks_for_human)[0],
						instructed: request.escalation?.instructions
							? raw.escalation.instructed.map(({ reason, evidence }) => ({
									reason,
									evidence: verified(evidence),
								}))
							: [],
					},
				}
			: {}),
		...(raw.summary === undefined ? {} : { summary: raw.summary }),
		...(raw.handover
			? {
					handover: {
						callerNeeds: raw.handover.caller_needs,
						alreadyDone: raw.handover.already_done,
						openPoints: raw.handover.open_points,
					},
				}
			: {}),
		...(raw.action_items
			? {
					actionItems: raw.action_items.map(({ task, owner, due, evidence }) => ({
						task,
						owner,
						due,
						evidence: verified(evidence),
					})),
				}
			: {}),
		...(raw.quality
			? {
					quality: (request.quality?.criteria ?? []).map((_criterion, place) => {
						const found = raw.quality?.[criterionKey(place)];
						return {
							score: found?.score ?? null,
							comment: found?.comment ?? '',
							evidence: verified(found?.evidence ?? []),
						};
					}),
				}
			: {}),
		...(raw.answers
			? {
					answers: (request.questions ?? []).map((_question, place) => {
						const found = raw.answers?.[questionKey(place)];
						return { answer: found?.answer ?? null, evidence: verified(found?.evidence ?? []) };
					}),
				}
			: {}),
		...(raw.personal_data
			? { personalData: raw.personal_data.filter(({ text }) => isSaid(text, turns)) }
			: {}),
	};
	return { ...findings, droppedQuotes };
}

const isSaid = (words: string, turns: readonly Turn[]) =>
	words.trim().length >= 2 && turns.some(({ text }) => text.includes(words.trim()));

function oncePerTurn(scores: ReadonlyArray<{ turn: number; score: number }>) {
	const byTurn = new Map(scores.map(({ turn, score }) => [turn, score]));
	return [...byTurn].map(([turn, score]) => ({ turn, score })).sort((a, b) => a.turn - b.turn);
}
