import type { IDataObject } from 'n8n-workflow';

import type { Question, Reason } from './question';
import { understand, type Heard } from './understand';

export type Verdict =
	| { kind: 'answered'; answer: IDataObject }
	| { kind: 'again'; reason: Reason }
	| { kind: 'given-up'; answer: IDataObject };

/** What `<Gather>` told, or nothing in silence. */
export function heardFrom(params: Record<string, string>): Heard | undefined {
	const { Digits: digits, SpeechResult: speech, Confidence: confidence } = params;
	if (digits) return { input: 'digits', raw: digits, confidence: null };
	if (!speech) return undefined;
	const value = Number.parseFloat(confidence ?? '');
	return { input: 'speech', raw: speech, confidence: Number.isNaN(value) ? null : value };
}

/** Whether the answer will do, or what follows. @param attempt 1 for the first time */
export function judge(
	question: Question,
	heard: Heard | undefined,
	attempt: number,
	now: Date,
): Verdict {
	const { expected, minConfidence, maxAttempts } = question;
	const isDoubtful =
		heard?.confidence !== null && heard !== undefined && heard.confidence < minConfidence;
	const value = heard && !isDoubtful ? understand(expected, heard, now) : undefined;
	const answer: IDataObject = {
		raw: heard?.raw ?? '',
		value: value ?? null,
		type: expected.type,
		input: heard?.input ?? null,
		confidence: heard?.confidence ?? null,
		attempts: attempt,
	};
	if (value !== undefined) return { kind: 'answered', answer };
	const reason: Reason = heard ? 'not-understood' : 'silence';
	if (attempt < maxAttempts) return { kind: 'again', reason };
	return { kind: 'given-up', answer: { ...answer, reason } };
}
