import type { AnalysisRequest, Findings } from '../analysis/contract';
import { callerTurns, type Turn } from '../transcript/turn';
import { keywordIn, wantsHuman } from './escalation';
import { round, scoreTurn } from './score';
import { ranked } from './stems';
import { subjects } from './subjects';
import { commitments, extract } from './summary';

const noWordKnown = 0;
/** How much of the peak stays although the caller has calmed down since. */
const rememberedPeak = 0.6;
const newestShare = 0.5;

/**
 * Everything that can be told without a language model, in one pass, without a request. What cannot
 * (free questions, criteria without phrases) comes back as not answered.
 */
export function analyzeWithRules(turns: readonly Turn[], request: AnalysisRequest): Findings {
	const caller = callerTurns(turns);
	const scores = caller.map(({ index, text }) => ({ turn: index, ...scoreTurn(text) }));
	const said = caller.map(({ text }) => text).join('\n');
	const mood = moodOf(scores);
	return {
		droppedQuotes: 0,
		...(request.sentiment || request.escalation?.sentiment !== undefined
			? {
					sentiment: {
						overall: mood.sentiment,
						turns: scores.map(({ turn, sentiment }) => ({ turn, score: sentiment })),
					},
				}
			: {}),
		...(request.satisfaction || request.escalation?.frustration !== undefined
			? { frustration: mood.frustration, satisfaction: mood.satisfaction }
			: {}),
		...(request.intent ? { intent: intentOf(said, caller, request.intent.intents) } : {}),
		...(request.topics
			? {
					topics: ranked(said, subjects)
						.slice(0, request.topics.most)
						.map(({ name }) => name),
				}
			: {}),
		...(request.escalation
			? { escalation: { asksForHuman: wantsHuman(turns), instructed: [] } }
			: {}),
		...summaryOf(turns, request),
		...(request.actionItems ? { actionItems: actionItemsOf(turns) } : {}),
		...(request.quality
			? { quality: request.quality.criteria.map((each) => criterionOf(turns, each.phrases)) }
			: {}),
		...(request.questions
			? { answers: request.questions.map(() => ({ answer: null, evidence: [] })) }
			: {}),
		...(request.personalData ? { personalData: [] } : {}),
	};
}

interface Scored {
	sentiment: number;
	frustration: number;
	known: boolean;
}

function moodOf(scores: readonly Scored[]) {
	const known = scores.filter((each) => each.known);
	if (known.length === 0) {
		return { sentiment: noWordKnown, frustration: 0, satisfaction: 0.5 };
	}
	// The end of a call says more about it than its beginning.
	const weights = known.map((_, place) => 1 + place / known.length);
	const total = weights.reduce((sum, each) => sum + each, 0);
	const sentiment =
		known.reduce((sum, each, place) => sum + each.sentiment * (weights[place] ?? 1), 0) / total;
	const peak = Math.max(...scores.map((each) => each.frustration));
	const now = scores.reduce(
		(so, each) => (each.known ? so * (1 - newestShare) + each.frustration * newestShare : so),
		0,
	);
	const latest = scores.findLast((each) => each.known)?.frustration ?? 0;
	const frustration = Math.max(now, latest, peak * rememberedPeak);
	return {
		sentiment: round(sentiment),
		frustration: round(Math.min(1, frustration)),
		satisfaction: round(clamp(0.5 + sentiment / 2 - frustration * 0.3)),
	};
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));

function intentOf(
	said: string,
	caller: readonly Turn[],
	intents: NonNullable<AnalysisRequest['intent']>['intents'],
) {
	const candidates = intents.length > 0 ? intents : subjects;
	const [best, second] = ranked(said, candidates);
	if (!best) return { name: 'other', confidence: 0, evidence: [] };
	const named = candidates.filter(({ name }) => name === best.name);
	const turn = caller.find(({ text }) => ranked(text, named).length > 0);
	return {
		name: best.name,
		confidence: round(best.score / (best.score + (second?.score ?? 0) + 1)),
		evidence: turn ? [{ turn: turn.index, quote: turn.text }] : [],
	};
}

function summaryOf(turns: readonly Turn[], { summary }: AnalysisRequest): Partial<Findings> {
	if (!summary) return {};
	const { about, last, agreed } = extract(turns);
	const parts = [about && `Caller: ${about}`, ...agreed, last && `Agent, at the end: ${last}`];
	return {
		summary: parts.filter(Boolean).join('\n'),
		...(summary.purpose === 'handover'
			? { handover: { callerNeeds: about, alreadyDone: agreed, openPoints: [] } }
			: {}),
	};
}

const actionItemsOf = (turns: readonly Turn[]) =>
	commitments(turns).map(({ turn, role, quote }) => ({
		task: quote,
		owner: role,
		due: null,
		evidence: [{ turn, quote }],
	}));

function criterionOf(turns: readonly Turn[], phrases: readonly string[]) {
	if (phrases.length === 0) {
		return {
			score: null,
			comment: 'Rules judge a criterion by its phrases, and it has none.',
			evidence: [],
		};
	}
	const found = keywordIn(turns, phrases, 'agent');
	return found
		? {
				score: 10,
				comment: `The agent says "${found.keyword}".`,
				evidence: [{ turn: found.turn, quote: found.quote }],
			}
		: { score: 0, comment: 'The agent says none of the phrases.', evidence: [] };
}
