import type { Clock, Timer } from '../../kernel/clock.ts';
import type { PhraseVoice } from './phrase-voice.ts';
import type { Responses } from './responses.ts';
import type { RealtimeOptions } from './options.ts';

interface Asked {
  readonly text: string;
  readonly outOfBand: boolean;
  readonly timer: Timer;
}

/** Fixed sentences in the model's voice where it can, in another one where it is away or busy. */
export class Phrases {
  readonly #clock: Clock;
  readonly #responses: Responses;
  readonly #voice: PhraseVoice;
  readonly #audibleWithinMs: number;
  /** The model was asked for, and has not made a sound of, by tag. */
  readonly #asked = new Map<string, Asked>();

  constructor(
    clock: Clock,
    responses: Responses,
    voice: PhraseVoice,
    { audibleWithinMs }: Pick<RealtimeOptions, 'audibleWithinMs'>,
  ) {
    this.#clock = clock;
    this.#responses = responses;
    this.#voice = voice;
    this.#audibleWithinMs = audibleWithinMs;
  }

  get busy(): boolean {
    return this.#asked.size > 0 || this.#voice.busy;
  }

  /** @param instructions make the model say `text`, and nothing else */
  say(
    text: string,
    instructions: string,
    { modelIsThere, outOfBand }: { modelIsThere: boolean; outOfBand: boolean },
  ): void {
    if (!modelIsThere || this.#responses.busy) {
      this.#voice.say([text], outOfBand);
      return;
    }
    const tag = this.#responses.ask({ instructions, mayUseTools: false, outOfBand });
    const timer = this.#clock.schedule(this.#audibleWithinMs, () => this.#byVoice(tag));
    this.#asked.set(tag, { text, outOfBand, timer });
  }

  /** A response began to sound. */
  sounds(tag: string | undefined): void {
    if (tag === undefined) return;
    this.#asked.get(tag)?.timer.cancel();
    this.#asked.delete(tag);
  }

  /** A response is over; one that made no sound is made up for. */
  ended(tag: string | undefined): void {
    if (tag !== undefined && this.#asked.has(tag)) this.#byVoice(tag);
  }

  /** The model is away: what it was asked for, another voice says. */
  sessionLost(): void {
    for (const tag of [...this.#asked.keys()]) this.#byVoice(tag);
  }

  /** The answer is there: a phrase that does not sound yet is too late. */
  dropSilent(): void {
    this.#voice.dropSilent();
  }

  /** A silence need not be bridged any more: what is only for that, and does not sound yet, is not said. */
  dropAsides(): void {
    for (const [tag, { outOfBand, timer }] of [...this.#asked]) {
      if (!outOfBand) continue;
      timer.cancel();
      this.#asked.delete(tag);
      this.#responses.mute(tag);
    }
    if (!this.#voice.speaks) this.#voice.dropSilent();
  }

  stop(): void {
    for (const { timer } of this.#asked.values()) timer.cancel();
    this.#asked.clear();
    this.#voice.stop();
  }

  #byVoice(tag: string): void {
    const asked = this.#asked.get(tag);
    if (!asked) return;
    asked.timer.cancel();
    this.#asked.delete(tag);
    this.#responses.mute(tag);
    this.#voice.say([asked.text], asked.outOfBand);
  }
}
