import type { IDataObject } from 'n8n-workflow';

import { round } from '../rules/score';
import type { Turn } from '../transcript/turn';
import type { Analysed, AnalysisRequest, Criterion, Findings } from './contract';
import { escalationReasons } from './escalate';

const sentimentThreshold = 0.2;

export type Label = 'positive' | 'neutral' | 'negative';

export function labelOf(score: number): Label {
	if (score >= sentimentThreshold) return 'positive';
	return score <= -sentimentThreshold ? 'negative' : 'neutral';
}

/** What leaves the node: of each analysis that was chosen, and of no other. */
export function outputOf(
	turns: readonly Turn[],
	request: AnalysisRequest,
	{ findings, engine }: Analysed,
): IDataObject {
	const { sentiment, intent, answers } = findings;
	return {
		...(request.sentiment && sentiment
			? {
					sentiment: {
						score: sentiment.overall,
						label: labelOf(sentiment.overall),
						turns: sentiment.turns.map(({ turn, score }) => ({
							turn,
							score,
							label: labelOf(score),
						})),
					},
				}
			: {}),
		...(request.satisfaction
			? { frustration: findings.frustration, satisfaction: findings.satisfaction }
			: {}),
		...(intent ? { intent } : {}),
		...(findings.topics ? { topics: findings.topics } : {}),
		...(request.escalation ? { escalation: escalation(turns, request, findings) } : {}),
		...(findings.summary === undefined ? {} : { summary: findings.summary }),
		...(findings.handover ? { handover: findings.handover } : {}),
		...(findings.actionItems ? { actionItems: findings.actionItems } : {}),
		...(request.quality && findings.quality
			? { quality: scorecard(request.quality, findings.quality) }
			: {}),
		...(request.questions && answers
			? {
					answers: request.questions.map(({ text }, place) => ({
						question: text,
						answered: (answers[place]?.answer ?? null) !== null,
						answer: answers[place]?.answer ?? null,
						evidence: answers[place]?.evidence ?? [],
					})),
				}
			: {}),
		...(findings.droppedQuotes > 0 ? { droppedQuotes: findings.droppedQuotes } : {}),
		turnCount: turns.length,
		engine: { ...engine },
	} as IDataObject;
}

function escalation(turns: readonly Turn[], request: AnalysisRequest, findings: Findings) {
	const reasons = request.escalation ? escalationReasons(turns, request.escalation, findings) : [];
	return { escalate: reasons.length > 0, reasons };
}

const mostPoints = 10;
const percent = 100;

/** The weighted share of the points, of the criteria that applied; a critical one below the half fails all. */
export function scorecard(
	{ criteria, passMark }: { criteria: readonly Criterion[]; passMark: number },
	found: NonNullable<Findings['quality']>,
) {
	const rows = criteria.map(({ name, weight, critical }, place) => {
		const { score = null, comment = '', evidence = [] } = found[place] ?? {};
		return { name, applies: score !== null, score, weight, critical, comment, evidence };
	});
	const judged = rows.filter(({ applies }) => applies);
	const weights = judged.reduce((sum, { weight }) => sum + weight, 0);
	const points = judged.reduce((sum, { score, weight }) => sum + (score ?? 0) * weight, 0);
	const score = weights === 0 ? null : round((points / weights / mostPoints) * percent);
	const failedCritical = judged
		.filter(({ critical, score: each }) => critical && (each ?? 0) < mostPoints / 2)
		.map(({ name }) => name);
	return {
		score,
		passed: score === null ? null : score >= passMark && failedCritical.length === 0,
		failedCritical,
		criteria: rows,
	};
}
