import type { Agent } from './agents/contract.ts';
import type { Logger } from './kernel/logger.ts';
import type { PhraseCache } from './tts/phrase-cache.ts';
import type { VoiceSettings } from './tts/contract.ts';

/**
 * Has the phrases of an agent spoken before they are needed: between the webhook of a call and its
 * audio lies about a second. Each voice is warmed once, and again later if it did not work.
 */
export class PhraseWarmer {
  readonly #cache: Pick<PhraseCache, 'warm'>;
  readonly #logger: Logger;
  readonly #warmed = new Set<string>();

  constructor(cache: Pick<PhraseCache, 'warm'>, logger: Logger) {
    this.#cache = cache;
    this.#logger = logger;
  }

  /** Returns at once. */
  warm(agent: Pick<Agent, 'phrases'>, voice: VoiceSettings, owner: string): void {
    const phrases = agent.phrases();
    const { name, languageCode, speakingRate } = voice;
    const key = JSON.stringify([owner, name, languageCode, speakingRate, phrases]);
    if (this.#warmed.has(key)) return;
    this.#warmed.add(key);
    this.#cache.warm(phrases, voice, owner).catch((error: unknown) => {
      this.#warmed.delete(key);
      this.#logger.warn({ err: error }, 'phrases could not be prepared');
    });
  }
}
