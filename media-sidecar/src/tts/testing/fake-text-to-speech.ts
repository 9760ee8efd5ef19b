import type { Clock } from '../../kernel/clock.ts';
import { sleepOn } from '../../kernel/testing/virtual-clock.ts';
import type { SpeechRequest, TextToSpeech } from '../contract.ts';

const MULAW_BYTES_PER_MS = 8;

export interface FakeSpeechTiming {
  /** @defaultValue 100 ms from the request to the first chunk */
  readonly firstByteMs: number;
  /** @defaultValue 20 ms between two chunks */
  readonly chunkGapMs: number;
  /** @defaultValue 200 ms of audio in a chunk */
  readonly chunkMs: number;
  /** @defaultValue 60 ms of audio for each character of the text */
  readonly msPerCharacter: number;
}

export const defaultFakeSpeechTiming = {
  firstByteMs: 100,
  chunkGapMs: 20,
  chunkMs: 200,
  msPerCharacter: 60,
} as const satisfies FakeSpeechTiming;

/** Speaks in virtual time; the audio is a constant byte, as long as the text asks for. */
export class FakeTextToSpeech implements TextToSpeech {
  readonly name: string;
  readonly requests: SpeechRequest[] = [];
  /** Texts whose iteration was ended by an abort. */
  readonly aborted: string[] = [];
  readonly #clock: Clock;
  readonly #timing: FakeSpeechTiming;
  readonly #faults: { readonly error: Error; readonly afterChunks: number }[] = [];

  constructor(clock: Clock, timing: Partial<FakeSpeechTiming> = {}, name = 'fake-tts') {
    this.name = name;
    this.#clock = clock;
    this.#timing = { ...defaultFakeSpeechTiming, ...timing };
  }

  /** The next request that has no fault yet fails with `error`, after so many chunks. */
  failNext(error: Error, afterChunks = 0): void {
    this.#faults.push({ error, afterChunks });
  }

  /** How much audio `text` makes, in ms; a multiple of a frame. */
  audioMs(text: string): number {
    return Math.max(20, Math.ceil((text.length * this.#timing.msPerCharacter) / 20) * 20);
  }

  async *synthesize(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    this.requests.push(request);
    const fault = this.#faults.shift();
    let leftMs = this.audioMs(request.text);
    let delayMs = this.#timing.firstByteMs;
    for (let chunks = 0; leftMs > 0; chunks += 1) {
      try {
        await sleepOn(this.#clock, delayMs, signal);
      } catch {
        this.aborted.push(request.text);
        return;
      }
      if (fault && chunks >= fault.afterChunks) throw fault.error;
      const chunkMs = Math.min(leftMs, this.#timing.chunkMs);
      leftMs -= chunkMs;
      if (chunks === 0) {
        const { text, onUsage } = request;
        onUsage?.({ provider: 'google', model: 'chirp3-hd', characters: text.length });
      }
      delayMs = this.#timing.chunkGapMs;
      yield new Uint8Array(chunkMs * MULAW_BYTES_PER_MS).fill(0x55);
    }
    if (fault) throw fault.error;
  }
}
