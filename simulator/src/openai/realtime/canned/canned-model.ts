import type { CannedAnswers } from '../../../faults/openai-realtime.ts';
import { decodeMulaw } from '../../../audio/mulaw.ts';
import { bytesPerMs, encodeSpeech, type AudioFormat } from '../audio-format.ts';
import type { SpokenChunk } from '../speech.ts';
import { markAt, writeMarks } from './marks.ts';

/** What became of one answer. Times are ms since the epoch, with fractions. */
export interface CannedAnswer {
  /** As its audio tells it. */
  readonly number: number;
  readonly itemId: string;
  readonly firstSentAtMs: number;
  lastSentAtMs: number;
  /** Audio that was sent, ms. */
  sentMs: number;
  /** Where the client cut it, and when; null while it is whole. */
  truncated: { readonly audioEndMs: number; readonly atMs: number } | null;
}

/** A marked millisecond of a caller that arrived at the model. */
export interface HeardMark {
  readonly number: number;
  readonly ms: number;
  readonly atMs: number;
}

const KEEP = 100_000;
/** One mark of a caller in so many is written down. */
const HEARD_EVERY_MS = 20;

const epochMs = (): number => performance.timeOrigin + performance.now();

/**
 * Answers without voices or ears, for benchmarks of whatever stands between the model and the phone:
 * marked audio of a fixed length, in whose place nothing is synthesized, and nothing recognized.
 */
export class CannedModel {
  readonly #answers = new Map<string, CannedAnswer>();
  readonly #heard: HeardMark[] = [];
  #number = 0;

  get answers(): readonly CannedAnswer[] {
    return [...this.#answers.values()];
  }

  /** At each 20 ms of marked audio that callers sent. */
  get heard(): readonly HeardMark[] {
    return this.#heard;
  }

  forget(): void {
    this.#answers.clear();
    this.#heard.length = 0;
  }

  /**
   * The next answer. Its transcript tells the places of its audio in ms, where there are no words.
   * @param words that the script wants said; they are spread over the audio
   */
  *say(
    itemId: string,
    words: string,
    { answerMs, deltaMs }: CannedAnswers,
    format: AudioFormat,
  ): Generator<SpokenChunk> {
    const number = ++this.#number;
    const tokens = words.match(/\s*\S+/gu) ?? [];
    const deltas = Math.ceil(answerMs / deltaMs);
    let told = 0;
    let answer: CannedAnswer | undefined;
    for (let index = 0; index < deltas; index++) {
      const fromMs = index * deltaMs;
      const durationMs = Math.min(deltaMs, answerMs - fromMs);
      const audio = encode(writeMarks(number, durationMs, fromMs), format);
      const until = Math.ceil((tokens.length * (index + 1)) / deltas);
      const text =
        tokens.length > 0 ? tokens.slice(told, until).join('') : `${index > 0 ? ' ' : ''}${fromMs}`;
      told = until;
      const firstSentAtMs = epochMs();
      answer ??= this.#begin({
        ...{ number, itemId, firstSentAtMs, lastSentAtMs: firstSentAtMs },
        ...{ sentMs: 0, truncated: null },
      });
      yield { audio, durationMs, text };
      // Whoever takes the next delta has sent this one.
      answer.lastSentAtMs = epochMs();
      answer.sentMs += durationMs;
    }
  }

  truncated(itemId: string, audioEndMs: number): void {
    const answer = this.#answers.get(itemId);
    if (answer) answer.truncated = { audioEndMs, atMs: epochMs() };
  }

  /** Audio of a caller has arrived, in one piece. */
  arrived(audio: Uint8Array, format: AudioFormat): void {
    if (format !== 'audio/pcmu') return;
    const stepBytes = HEARD_EVERY_MS * bytesPerMs(format);
    for (let at = 0; at < audio.length; at += stepBytes) {
      const mark = markAt(audio, at);
      if (mark) this.#heard.push({ ...mark, atMs: epochMs() });
    }
    if (this.#heard.length > 2 * KEEP) this.#heard.splice(0, KEEP);
  }

  #begin(answer: CannedAnswer): CannedAnswer {
    this.#answers.set(answer.itemId, answer);
    for (const id of this.#answers.keys()) {
      if (this.#answers.size <= KEEP) break;
      this.#answers.delete(id);
    }
    return answer;
  }
}

/** Marks are µ-law; in another format they are audio of the same length, and no marks. */
function encode(mulaw: Buffer, format: AudioFormat): Buffer {
  return format === 'audio/pcmu' ? mulaw : encodeSpeech(decodeMulaw(mulaw), format);
}
