import { bytesPerMs, type AudioFormat } from './audio-format.ts';

/** Received audio that no item has taken yet. Places are ms since the session's first audio. */
export class InputBuffer {
  readonly format: AudioFormat;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #startMs: number;

  /** @param startMs where in the session's audio this begins */
  constructor(format: AudioFormat, startMs: number) {
    this.format = format;
    this.#startMs = startMs;
  }

  get startMs(): number {
    return this.#startMs;
  }

  get endMs(): number {
    return this.#startMs + this.durationMs;
  }

  get durationMs(): number {
    return this.#bytes / bytesPerMs(this.format);
  }

  push(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
  }

  /** What lies between the two, as far as it is here. */
  slice(fromMs: number, toMs: number): Buffer {
    const at = (ms: number): number =>
      Math.max(0, Math.round(ms - this.#startMs) * bytesPerMs(this.format));
    return this.#whole().subarray(at(fromMs), at(toMs));
  }

  /** Gives up what is older. */
  dropBefore(ms: number): void {
    const perMs = bytesPerMs(this.format);
    const drop = Math.min(this.#bytes, Math.floor(ms - this.#startMs) * perMs);
    if (drop <= 0) return;
    let left = drop;
    while (left > 0) {
      const first = this.#chunks[0]!;
      if (first.length > left) this.#chunks[0] = first.subarray(left);
      else this.#chunks.shift();
      left -= first.length;
    }
    this.#bytes -= drop;
    this.#startMs += drop / perMs;
  }

  #whole(): Buffer {
    const whole = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return whole;
  }
}
