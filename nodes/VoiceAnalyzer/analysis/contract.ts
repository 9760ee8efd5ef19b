import type { Kind } from '../redaction/find';
import type { Quote } from '../transcript/quotes';
import type { Turn } from '../transcript/turn';

export interface Intent {
	name: string;
	description: string;
	keywords: readonly string[];
}

export interface Criterion {
	name: string;
	description: string;
	/** Share in the score, relative to the others. */
	weight: number;
	/** Failing it fails the call, whatever the score. */
	critical: boolean;
	/** Any of them, said by the agent, fulfils the criterion for the Rules engine. */
	phrases: readonly string[];
}

export type AnswerType = 'text' | 'yesNo' | 'number';

export interface Question {
	text: string;
	type: AnswerType;
}

export interface EscalationRules {
	keywords: readonly string[];
	/** At or above, 0 to 1; undefined is never. */
	frustration?: number;
	/** At or below, -1 to 1; undefined is never. */
	sentiment?: number;
	asksForHuman: boolean;
	/** In the builder's words; needs a language model. */
	instructions: string;
}

export type SummaryPurpose = 'record' | 'handover';

/** What is to be found out about one conversation. What is absent is not asked for. */
export interface AnalysisRequest {
	sentiment?: true;
	/** Frustration and satisfaction. */
	satisfaction?: true;
	/** An empty list is an open question. */
	intent?: { intents: readonly Intent[] };
	topics?: { most: number };
	escalation?: EscalationRules;
	summary?: { purpose: SummaryPurpose; mostWords: number };
	actionItems?: true;
	quality?: { criteria: readonly Criterion[]; passMark: number };
	questions?: readonly Question[];
	/** Names and addresses that no pattern finds. */
	personalData?: { kinds: readonly Kind[] };
	/** Of the texts that are written, e.g. "Spanish"; '' is that of the conversation. */
	language: string;
}

export interface EscalationReason {
	code: 'keyword' | 'asks-for-human' | 'frustration' | 'sentiment' | 'instructions';
	detail: string;
	/** Where it was said, when it was said somewhere. */
	turn?: number;
	quote?: string;
}

/**
 * What an engine found, before thresholds, weights and pass marks, which are ours: a number that
 * decides is compared here, not by a model.
 */
export interface Findings {
	sentiment?: { overall: number; turns: Array<{ turn: number; score: number }> };
	frustration?: number;
	satisfaction?: number;
	intent?: { name: string; confidence: number; evidence: Quote[] };
	topics?: string[];
	escalation?: {
		asksForHuman: Quote | undefined;
		instructed: Array<{ reason: string; evidence: Quote[] }>;
	};
	summary?: string;
	handover?: { callerNeeds: string; alreadyDone: string[]; openPoints: string[] };
	actionItems?: Array<{ task: string; owner: string; due: string | null; evidence: Quote[] }>;
	/** In the order of the criteria. `score` 0 to 10, null where the criterion did not apply. */
	quality?: Array<{ score: number | null; comment: string; evidence: Quote[] }>;
	/** In the order of the questions. */
	answers?: Array<{ answer: string | number | boolean | null; evidence: Quote[] }>;
	personalData?: Array<{ kind: Kind; text: string }>;
	/** Quotes that nobody said, even after the repair. They are left out. */
	droppedQuotes: number;
}

export interface Usage {
	inputTokens: number;
	outputTokens: number;
	/** Part of the output that nobody reads. */
	reasoningTokens: number;
	totalTokens: number;
}

/** Who found it, and what it took. */
export interface EngineReport {
	name: 'gemini' | 'openAi' | 'rules';
	model: string | null;
	/** Requests that were sent: 2 after a repair, 0 for Rules. */
	requests: number;
	repaired: boolean;
	usage: Usage | null;
	/** Why Rules answered in place of the chosen engine. */
	fallbackReason: string | null;
}

export interface Analysed {
	findings: Findings;
	engine: EngineReport;
}

export interface Conversation {
	turns: readonly Turn[];
	callId: string | null;
	callSid: string | null;
}
