import { MULAW_TO_LINEAR } from '../../audio/mulaw.ts';
import type { TurnDetection } from './settings.ts';

/** Loudness is judged on stretches of 10 ms. */
const BLOCK_SAMPLES = 80;
const BLOCK_MS = 10;
/** Voice shorter than this is a click. */
const BLOCKS_TO_START = 4;
/** `semantic_vad` has no padding to choose; the audio of a turn begins as early as `server_vad`'s. */
const SEMANTIC_PADDING_MS = 300;

const SQUARES = Float64Array.from(MULAW_TO_LINEAR, (linear) => (linear / 32_768) ** 2);

/** The longest that `semantic_vad` waits for somebody who has not finished (reference), ms. */
const LONGEST_WAIT_MS = { low: 8_000, medium: 4_000, auto: 4_000, high: 2_000 } as const;
/** How long it waits after what reads as finished; the API gives no figure. */
const SHORTEST_WAIT_MS = { low: 1_200, medium: 700, auto: 700, high: 400 } as const;

const UNFINISHED =
  /(?:[,…]|\.\.\.)$|(?:^|\s)(?:y|e|o|u|pero|que|porque|de|del|la|el|los|las|un|una|con|para|por|en|a|al|mi|su|si|como|cuando|es|eh|em|este|and|or|but|the|an?|of|to|with|for|because|if|uh|um|er)$/iu;

export type TurnChange =
  | { readonly type: 'started'; /** With the padding. */ readonly audioStartMs: number }
  | { readonly type: 'stopped'; readonly audioEndMs: number };

/** Whether words sound as if more were to come. */
export const isUnfinished = (words: string): boolean => UNFINISHED.test(words.trim());

/**
 * Finds turns in audio, by its loudness. Time is counted in the audio that was fed: while none
 * arrives, no silence passes, as with the real one.
 */
export class TurnDetector {
  readonly #settings: TurnDetection;
  readonly #heard: (fromMs: number, toMs: number) => string;
  #blockEnergy = 0;
  #blockSamples = 0;
  #positionMs: number;
  #run = 0;
  #speechStartMs: number | undefined;
  #lastVoiceMs = 0;

  /**
   * @param positionMs where in the session's audio this begins
   * @param heard the words in a stretch of it, for `semantic_vad`
   */
  constructor(
    settings: TurnDetection,
    positionMs: number,
    heard: (fromMs: number, toMs: number) => string,
  ) {
    this.#settings = settings;
    this.#positionMs = positionMs;
    this.#heard = heard;
  }

  get speaking(): boolean {
    return this.#speechStartMs !== undefined;
  }

  get paddingMs(): number {
    return this.#settings.type === 'server_vad'
      ? (this.#settings.prefix_padding_ms ?? 300)
      : SEMANTIC_PADDING_MS;
  }

  /** @returns the change that the last of these bytes made; feed it at most 10 ms at a time */
  feed(mulaw: Uint8Array): TurnChange | undefined {
    let change: TurnChange | undefined;
    for (const byte of mulaw) {
      this.#blockEnergy += SQUARES[byte]!;
      if (++this.#blockSamples === BLOCK_SAMPLES) change = this.#block() ?? change;
    }
    return change;
  }

  /** The turn is over by decision of the client. */
  reset(): void {
    this.#speechStartMs = undefined;
    this.#run = 0;
  }

  #block(): TurnChange | undefined {
    const voiced = this.#blockEnergy / BLOCK_SAMPLES >= this.#threshold();
    this.#blockEnergy = 0;
    this.#blockSamples = 0;
    this.#positionMs += BLOCK_MS;
    this.#run = voiced ? this.#run + 1 : 0;
    if (voiced) this.#lastVoiceMs = this.#positionMs;
    if (this.#speechStartMs === undefined) {
      if (this.#run < BLOCKS_TO_START) return undefined;
      this.#speechStartMs = this.#positionMs - this.#run * BLOCK_MS;
      return {
        type: 'started',
        audioStartMs: Math.max(0, this.#speechStartMs - this.paddingMs),
      };
    }
    if (voiced || this.#positionMs - this.#lastVoiceMs < this.#waitMs()) return undefined;
    this.#speechStartMs = undefined;
    return { type: 'stopped', audioEndMs: this.#positionMs };
  }

  /** 0.5 is -45 dBFS, and the range is 40 dB: the API's own scale is that of a model. */
  #threshold(): number {
    const threshold =
      this.#settings.type === 'server_vad' ? (this.#settings.threshold ?? 0.5) : 0.5;
    return 10 ** ((-65 + 40 * threshold) / 10);
  }

  #waitMs(): number {
    const settings = this.#settings;
    if (settings.type === 'server_vad') return settings.silence_duration_ms ?? 500;
    const eagerness = settings.eagerness ?? 'auto';
    const words = this.#heard(this.#speechStartMs ?? 0, this.#positionMs);
    const longest = LONGEST_WAIT_MS[eagerness];
    if (words === '') return longest / 2;
    return isUnfinished(words) ? longest : SHORTEST_WAIT_MS[eagerness];
  }
}
