import type { VoiceActivity } from '../voice-activity.ts';

const FRAME_MS = 20;
/** A word may begin so far before its voice does, and its end be placed so far behind it. */
const TOLERANCE_MS = 100;
/** A recogniser does not make one utterance of what is further apart. */
const LONGEST_PAUSE_MS = 2000;

interface Speech {
  readonly startMs: number;
  endMs: number;
}

/** Remembers when somebody spoke: a recogniser tells when words end, not when they begin. */
export class SpeechStarts {
  readonly #activity: VoiceActivity;
  #framesHeard = 0;
  /** In ms of the stream, oldest first. The last one may be going on. */
  #speeches: Speech[] = [];

  constructor(activity: VoiceActivity) {
    this.#activity = activity;
  }

  /** @param atMs where the frame begins in the stream */
  hear(frame: Uint8Array, atMs: number): void {
    this.#framesHeard += 1;
    const change = this.#activity.process(frame);
    if (!change) return;
    const agoMs = this.#framesHeard * FRAME_MS - change.atMs;
    const whenMs = atMs + FRAME_MS - agoMs;
    const last = this.#speeches.at(-1);
    if (change.type === 'speech-started') {
      this.#speeches.push({ startMs: whenMs, endMs: Number.POSITIVE_INFINITY });
    } else if (last) {
      last.endMs = whenMs;
    }
  }

  /**
   * Where the words began that end at `endMs`. What was spoken without a pause after `sinceMs`, the
   * end of what was said before, begins there.
   */
  take(sinceMs: number, endMs: number): number {
    let startMs = endMs;
    for (const speech of this.#speeches.toReversed()) {
      if (speech.startMs >= endMs) continue;
      if (startMs - speech.endMs > LONGEST_PAUSE_MS || speech.endMs <= sinceMs) break;
      startMs = speech.startMs;
    }
    this.#speeches = this.#speeches.filter((speech) => speech.endMs > endMs - TOLERANCE_MS);
    return Math.round(Math.min(endMs, Math.max(sinceMs, startMs)));
  }

  close(): void {
    this.#activity.close();
  }
}
