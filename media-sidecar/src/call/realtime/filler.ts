import type { Clock, Timer } from '../../kernel/clock.ts';
import type { FillerOptions } from '../../turn/options.ts';

/** Fills the silence that the agent itself makes: while a tool runs, or the model thinks. */
export class Filler {
  readonly #clock: Clock;
  readonly #options: FillerOptions;
  readonly #say: (index: number) => boolean;
  #waitsFor: 'tool' | 'model' | undefined;
  #said = 0;
  #timer: Timer | undefined;

  /** @param say says one of the fillers; false when it is not silent */
  constructor(clock: Clock, options: FillerOptions, say: (index: number) => boolean) {
    this.#clock = clock;
    this.#options = options;
    this.#say = say;
  }

  /** The caller waits for an answer, from now on. */
  start(waitsFor: 'tool' | 'model'): void {
    if (this.#waitsFor === undefined) this.#said = 0;
    this.#waitsFor = waitsFor;
    this.#arm();
  }

  /** It is silent again. */
  drained(): void {
    if (this.#waitsFor !== undefined) this.#arm();
  }

  /** The answer is there, or nobody waits for it. */
  stop(): void {
    this.#waitsFor = undefined;
    this.#timer?.cancel();
  }

  #arm(): void {
    const { afterMs, maxPerAnswer, repeatAfterMs, thinkingAfterMs } = this.#options;
    this.#timer?.cancel();
    if (this.#said >= maxPerAnswer) return;
    const firstMs = this.#waitsFor === 'tool' ? afterMs : thinkingAfterMs;
    this.#timer = this.#clock.schedule(this.#said > 0 ? repeatAfterMs : firstMs, () => {
      if (this.#say(this.#said)) this.#said += 1;
    });
  }
}
