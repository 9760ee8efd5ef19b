import type { IExecuteFunctions } from 'n8n-workflow';

import type { GoogleReply } from '../../shared/googleSpeech';
import { refusesLanguage } from './errors';
import type { Settings } from './settings';

/**
 * Which language a model is asked in. What a model refuses once it refuses always: all pieces and all items
 * of an execution that want the same share one choice.
 */
export class LanguageChoice {
	readonly #candidates: string[];

	#at = 0;

	private constructor({ language, fallbacks }: Settings) {
		this.#candidates = [language, ...fallbacks.filter((code) => code !== language)];
	}

	static readonly #choices = new WeakMap<object, Map<string, LanguageChoice>>();

	static of(context: IExecuteFunctions, settings: Settings): LanguageChoice {
		const choices = LanguageChoice.#choices.get(context) ?? new Map<string, LanguageChoice>();
		LanguageChoice.#choices.set(context, choices);
		const { apiVersion, model, location, language, fallbacks } = settings;
		const key = [apiVersion, model, location, language, ...fallbacks].join(' ');
		const choice = choices.get(key) ?? new LanguageChoice(settings);
		choices.set(key, choice);
		return choice;
	}

	/** Sends with the wanted language, and with the next one as long as the model refuses it. */
	async send(
		request: (language: string) => Promise<GoogleReply>,
	): Promise<{ reply: GoogleReply; language: string }> {
		for (let tried = this.#at; ; tried = Math.max(tried + 1, this.#at)) {
			const language = this.#candidates[tried] ?? '';
			const reply = await request(language);
			const isLast = tried >= this.#candidates.length - 1;
			if (reply.ok || isLast || !refusesLanguage(reply.failure)) return { reply, language };
			this.#at = Math.max(this.#at, tried + 1);
		}
	}
}
