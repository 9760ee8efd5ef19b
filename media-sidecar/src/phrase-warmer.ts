import type { Agent } from './agents/contract.ts';
import type { Clock } from './kernel/clock.ts';
import type { Logger } from './kernel/logger.ts';
import type { PhraseCache } from './tts/phrase-cache.ts';
import type { VoiceSettings } from './tts/contract.ts';

/** After a failure, in ms; twice as long after each further one. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 600_000;

interface Failures {
  readonly inARow: number;
  /** On the monotonic clock. */
  readonly retryAtMs: number;
}

/**
 * Has the phrases of an agent spoken before they are needed: between the webhook of a call and its
 * audio lies about a second. Each voice is warmed once, and again, after a pause, if it did not work.
 */
export class PhraseWarmer {
  readonly #cache: Pick<PhraseCache, 'warm'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #warmed = new Set<string>();
  readonly #failures = new Map<string, Failures>();

  constructor(cache: Pick<PhraseCache, 'warm'>, clock: Clock, logger: Logger) {
    this.#cache = cache;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Returns at once. */
  warm(agent: Pick<Agent, 'phrases'>, voice: VoiceSettings, owner: string): void {
    const phrases = agent.phrases();
    const { name, languageCode, speakingRate } = voice;
    const key = JSON.stringify([owner, name, languageCode, speakingRate, phrases]);
    if (this.#warmed.has(key) || this.#isPausing(key)) return;
    this.#warmed.add(key);
    this.#cache.warm(phrases, voice, owner).then(
      () => this.#failures.delete(key),
      (error: unknown) => {
        this.#warmed.delete(key);
        this.#pause(key);
        this.#logger.warn({ err: error }, 'phrases could not be prepared');
      },
    );
  }

  #isPausing(key: string): boolean {
    const failures = this.#failures.get(key);
    return failures !== undefined && this.#clock.monotonicMs() < failures.retryAtMs;
  }

  #pause(key: string): void {
    const inARow = (this.#failures.get(key)?.inARow ?? 0) + 1;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (inARow - 1), LONGEST_PAUSE_MS);
    this.#failures.set(key, { inARow, retryAtMs: this.#clock.monotonicMs() + pauseMs });
  }
}
