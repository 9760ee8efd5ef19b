import { gather, redirect, type GatherOptions } from '../../twiml/conversationVerbs';
import { phrasesIn, sayLanguage } from '../../twiml/language';
import { play, say } from '../../twiml/verbs';
import type { Element } from '../../twiml/xml';
import type { CallEvent } from '../waiting';
import type { Expected } from './understand';

/** What is heard: a text to say, or a file to play. */
export type Prompt = { kind: 'say'; text: string; voice: string } | { kind: 'play'; url: string };

/** Why a question is asked again. */
export type Reason = 'silence' | 'not-understood';

/** A question with everything that asking it again takes. It is kept with the execution, as JSON. */
export interface Question {
	expected: Expected;
	/** BCP-47; what is recognised and, as near as `<Say>` comes to it, spoken. */
	language: string;
	maxAttempts: number;
	/** What is said with less confidence (0 to 1) counts as not understood. */
	minConfidence: number;
	prompt: Prompt;
	/** Instead of the prompt; null: an apology, and the prompt. */
	again: Record<Reason, Prompt | null>;
	gather: Omit<GatherOptions, 'action' | 'language'>;
}

/** Asks; in silence Twilio goes on with the redirection, as `<Gather>` has nothing to tell then. */
export function questionVerbs(
	question: Question,
	url: (event: CallEvent) => string,
	reason?: Reason,
): Element[] {
	const { language } = question;
	return [
		gather(
			{ ...question.gather, language, action: url('result') },
			promptsFor(question, reason).map((prompt) => promptVerb(prompt, language)),
		),
		redirect(url('silence')),
	];
}

function promptsFor({ prompt, again, language }: Question, reason?: Reason): Prompt[] {
	if (!reason) return [prompt];
	const instead = again[reason];
	if (instead) return [instead];
	const { notHeard, notUnderstood } = phrasesIn(language);
	const text = reason === 'silence' ? notHeard : notUnderstood;
	const voice = prompt.kind === 'say' ? prompt.voice : '';
	return [{ kind: 'say', text, voice }, prompt];
}

export function promptVerb(prompt: Prompt, language: string): Element {
	return prompt.kind === 'play'
		? play(prompt.url)
		: say(prompt.text, { language: sayLanguage(language), voice: prompt.voice });
}
