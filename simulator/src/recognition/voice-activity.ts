import { MULAW_TO_LINEAR } from '../audio/mulaw.ts';

/** Activity is judged on stretches of 10 ms. */
export const BLOCK_SAMPLES = 80;
/** Mean energy of a block at -45 dBFS. */
const VOICED_ENERGY = (32_768 * 10 ** (-45 / 20)) ** 2 * BLOCK_SAMPLES;
const BLOCKS_TO_START = 3;
const SILENT_SAMPLES_TO_END = 4_000;

const SQUARES = Float64Array.from(MULAW_TO_LINEAR, (linear) => linear * linear);

export interface VoiceActivityEvents {
  started(atSample: number): void;
  ended(atSample: number): void;
}

/** Tells speech (or any noise as loud) from silence by energy. Places are samples of the stream. */
export class VoiceActivity {
  readonly #events: VoiceActivityEvents;
  #energy = 0;
  #samples = 0;
  #position = 0;
  #run = 0;
  #speaking = false;
  /** One past the last voiced block. */
  lastVoiced = 0;

  constructor(events: VoiceActivityEvents) {
    this.#events = events;
  }

  get silentSamples(): number {
    return this.#position - this.lastVoiced;
  }

  /** At most up to the end of a block: the caller cuts there. */
  feed(bytes: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#energy += SQUARES[bytes[i]!]!;
    this.#samples += to - from;
    this.#position += to - from;
    if (this.#samples < BLOCK_SAMPLES) return;
    const voiced = this.#energy >= VOICED_ENERGY;
    this.#samples = 0;
    this.#energy = 0;
    this.#run = voiced ? this.#run + 1 : 0;
    if (voiced) {
      this.lastVoiced = this.#position;
      if (!this.#speaking && this.#run >= BLOCKS_TO_START) {
        this.#speaking = true;
        this.#events.started(this.#position - this.#run * BLOCK_SAMPLES);
      }
    } else if (this.#speaking && this.silentSamples >= SILENT_SAMPLES_TO_END) {
      this.end();
    }
  }

  /** No more audio comes. */
  end(): void {
    if (!this.#speaking) return;
    this.#speaking = false;
    this.#events.ended(this.lastVoiced);
  }
}
