import type { RecognitionStream, RecognizedSpeech, Recognizer } from '../recognition/contract.ts';
import { BeepDetector } from './beep-detector.ts';
import { FRAME_MS, levelOf, SPEECH_LEVEL } from '../telephone-network/line-audio.ts';

export interface HeardSpeech {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A pause within speech that does not end it, when looking at the level only. */
const PAUSE_MS = 300;

/**
 * What a caller makes out of the earpiece: words by the recognizer, speech and silence by the level.
 * Its clock is the audio that was played, in ms.
 */
export class Ear {
  readonly heard: HeardSpeech[] = [];
  /** Stretches of audible sound; the last one may still grow. */
  readonly sounds: { readonly startMs: number; endMs: number }[] = [];
  readonly #beeps = new BeepDetector();
  readonly #recognition: RecognitionStream;
  readonly #onChange: () => void;
  #finals: RecognizedSpeech[] = [];
  #interim: RecognizedSpeech | undefined;
  #nowMs = 0;

  constructor(recognizer: Recognizer, onChange: () => void) {
    this.#onChange = onChange;
    this.#recognition = recognizer.listen({
      interim: (speech) => {
        this.#interim = speech;
      },
      final: (speech) => {
        this.#interim = undefined;
        if (speech.text === '') return;
        this.#finals.push(speech);
        const { text, startMs, endMs } = speech;
        this.heard.push({ text, startMs, endMs });
      },
    });
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get isSpeaking(): boolean {
    const last = this.sounds.at(-1);
    return last !== undefined && this.#nowMs - last.endMs < PAUSE_MS;
  }

  /** Ms since the last sound; infinite before the first. */
  get silentMs(): number {
    const last = this.sounds.at(-1);
    return last === undefined ? Number.POSITIVE_INFINITY : this.#nowMs - last.endMs;
  }

  hasBeepedSince(fromMs: number): boolean {
    return this.#beeps.endedMs > fromMs;
  }

  hasSpokenSince(fromMs: number): boolean {
    return (this.sounds.at(-1)?.endMs ?? 0) > fromMs;
  }

  feed(mulaw: Uint8Array): void {
    const startMs = this.#nowMs;
    this.#nowMs += FRAME_MS;
    if (levelOf(mulaw) >= SPEECH_LEVEL) {
      const last = this.sounds.at(-1);
      if (last !== undefined && startMs - last.endMs < PAUSE_MS) last.endMs = this.#nowMs;
      else this.sounds.push({ startMs, endMs: this.#nowMs });
    }
    this.#beeps.feed(mulaw, startMs);
    this.#recognition.feed(mulaw);
    this.#onChange();
  }

  end(): void {
    this.#recognition.end();
  }

  /** The words that began at this time or later, and where the last of them ended. */
  wordsSince(fromMs: number): { readonly text: string; readonly endMs: number } {
    const all = this.#interim ? [...this.#finals, this.#interim] : this.#finals;
    const words = all.flatMap((speech) => speech.words).filter((word) => word.startMs >= fromMs);
    return {
      text: words.map(({ word }) => word).join(' '),
      endMs: words.at(-1)?.endMs ?? fromMs,
    };
  }
}
