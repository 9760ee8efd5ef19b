import type { ModelReport } from './reports.ts';

/** What the model writes down about one session. Times are of the shared clock, in ms. */
export class SessionRecord {
  readonly #receivedAtMs: number[] = [];
  readonly #deltas: number[] = [];
  readonly #speechStartedAtMs: number[] = [];
  readonly #truncations: ModelReport['truncations'][number][] = [];
  readonly #errors: string[] = [];
  #phone: number | undefined;
  #latestFrame = -1;
  #outOfOrder = 0;
  #doubled = 0;

  frameCame(phone: number, frame: number, atMs: number): void {
    this.#phone ??= phone;
    if (this.#receivedAtMs[frame] !== undefined) this.#doubled += 1;
    else this.#receivedAtMs[frame] = atMs;
    if (frame < this.#latestFrame) this.#outOfOrder += 1;
    this.#latestFrame = Math.max(this.#latestFrame, frame);
  }

  speechStarted(atMs: number): void {
    this.#speechStartedAtMs.push(atMs);
  }

  audioSent(item: number, startByte: number, atMs: number): void {
    this.#deltas.push(item, startByte, atMs);
  }

  truncated(truncation: ModelReport['truncations'][number]): void {
    this.#truncations.push(truncation);
  }

  refused(code: string): void {
    this.#errors.push(code);
  }

  report(answers: number): ModelReport {
    return {
      phone: this.#phone,
      // A frame that never came is a hole in the array.
      receivedAtMs: Float64Array.from(this.#receivedAtMs, (atMs) => atMs ?? Number.NaN),
      outOfOrder: this.#outOfOrder,
      doubled: this.#doubled,
      deltas: Float64Array.from(this.#deltas),
      speechStartedAtMs: this.#speechStartedAtMs,
      truncations: this.#truncations,
      answers,
      errors: this.#errors,
    };
  }
}
