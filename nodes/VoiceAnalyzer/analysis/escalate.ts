import { keywordIn, wantsHuman } from '../rules/escalation';
import type { Turn } from '../transcript/turn';
import type { EscalationReason, EscalationRules, Findings } from './contract';

/**
 * Compares with the builder's thresholds. Keywords and the wish for a person are looked up in the
 * transcript whatever the engine says, so that none of them can be talked away.
 */
export function escalationReasons(
	turns: readonly Turn[],
	rules: EscalationRules,
	findings: Findings,
): EscalationReason[] {
	const reasons: EscalationReason[] = [];
	const keyword = keywordIn(turns, rules.keywords);
	if (keyword) {
		reasons.push({
			code: 'keyword',
			detail: `The caller says "${keyword.keyword}"`,
			turn: keyword.turn,
			quote: keyword.quote,
		});
	}
	const asked = rules.asksForHuman
		? (wantsHuman(turns) ?? findings.escalation?.asksForHuman)
		: undefined;
	if (asked) {
		reasons.push({ code: 'asks-for-human', detail: 'The caller asks for a person', ...asked });
	}
	const { frustration, sentiment } = findings;
	if (
		rules.frustration !== undefined &&
		frustration !== undefined &&
		frustration >= rules.frustration
	) {
		reasons.push({
			code: 'frustration',
			detail: `Frustration ${frustration} is at or above ${rules.frustration}`,
		});
	}
	if (rules.sentiment !== undefined && sentiment && sentiment.overall <= rules.sentiment) {
		reasons.push({
			code: 'sentiment',
			detail: `Sentiment ${sentiment.overall} is at or below ${rules.sentiment}`,
		});
	}
	for (const { reason, evidence } of findings.escalation?.instructed ?? []) {
		reasons.push({ code: 'instructions', detail: reason, ...evidence[0] });
	}
	return reasons;
}
