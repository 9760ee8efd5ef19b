import { MULAW_TO_LINEAR } from '../audio/mulaw.ts';
import { FRAME_MS, levelOf, SPEECH_LEVEL } from '../telephone-network/line-audio.ts';
import { BEEP_HZ } from '../telephone-network/tones.ts';

const SAMPLE_RATE_HZ = 8000;
/** Speech is never one tone for so long. */
const SHORTEST_MS = 200;
/** Share of a frame's power that lies in the tone. */
const PURE = 0.8;

/** Hears the tone before a recording, as a caller does: by its pitch, and by its length. */
export class BeepDetector {
  #lengthMs = 0;
  #endedMs = Number.NEGATIVE_INFINITY;

  /** When the last one ended, in ms; minus infinity before the first. */
  get endedMs(): number {
    return this.#endedMs;
  }

  /** One frame of 20 ms. @param startMs when it begins */
  feed(mulaw: Uint8Array, startMs: number): void {
    if (isBeep(mulaw)) {
      this.#lengthMs += FRAME_MS;
      return;
    }
    if (this.#lengthMs >= SHORTEST_MS) this.#endedMs = startMs;
    this.#lengthMs = 0;
  }
}

/** The Goertzel algorithm: the power of one frequency in the frame, against all of it. */
function isBeep(mulaw: Uint8Array): boolean {
  if (levelOf(mulaw) < SPEECH_LEVEL) return false;
  const coefficient = 2 * Math.cos((2 * Math.PI * BEEP_HZ) / SAMPLE_RATE_HZ);
  let last = 0;
  let beforeLast = 0;
  let power = 0;
  for (const byte of mulaw) {
    const sample = MULAW_TO_LINEAR[byte] ?? 0;
    const next = sample + coefficient * last - beforeLast;
    beforeLast = last;
    last = next;
    power += sample * sample;
  }
  const inTone = last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
  return (2 * inTone) / mulaw.length >= PURE * power;
}
