import { FRAME_MS, MULAW_SILENCE, silentFrame } from '../../audio/constants.ts';
import { FrameRing } from '../../audio/frame-ring.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { RealtimeSession } from '../../realtime/contract.ts';
import type { RealtimeOptions } from './options.ts';

/** Audio before a speech that was noticed late, in ms. */
const BEFORE_SPEECH_MS = 300;
/** What is kept while nobody speaks: a beginning that no turn detection has told of yet, in ms. */
const KEPT_IN_SILENCE_MS = 1000;
/** The most that is kept, in frames: 60 s. */
const MAX_KEPT_FRAMES = 3000;
/** Frames between two trims. */
const TRIM_EVERY = 50;
/** How often a gap is looked for, in ms. */
const LOOK_EVERY_MS = 100;

/**
 * The caller's frames on their way to the model. Each goes there as it comes; where the phone's
 * audio has a gap, silence stands in, so that turn detection can end a turn. What no answer has come
 * of yet is kept, so that a session that takes the place of a lost one hears it.
 *
 * Positions are in the audio of the present session, in ms since its begin.
 */
export class CallerFrames {
  readonly #clock: Clock;
  readonly #options: Pick<RealtimeOptions, 'gapMs' | 'maxPaddingMs'>;
  #session: RealtimeSession | undefined;
  /** The last one ends at `#positionMs`. */
  readonly #kept = new FrameRing();
  #positionMs = 0;
  /** Nobody is sure to hear what comes: none of it is let go. */
  #holding = false;
  /** Where the speech begins that is kept whatever its age. */
  #keepFromMs: number | undefined;
  /** What lies before this was dealt with. */
  #doneMs = 0;
  #heardUntilMs: number | undefined;
  /** Silence that stands in for the gap that there is now. */
  #gapFrames = 0;
  /** Silence that the leg may fill in once more. */
  #paddedFrames = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, options: Pick<RealtimeOptions, 'gapMs' | 'maxPaddingMs'>) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Frames that no answer has come of, in order. */
  get kept(): readonly Uint8Array[] {
    this.#trim();
    return this.#kept.toArray();
  }

  /** From now on this session hears the caller: first what is kept. */
  attach(session: RealtimeSession): void {
    this.#trim();
    this.#session = session;
    this.#positionMs = 0;
    this.#doneMs = 0;
    if (this.#keepFromMs !== undefined) this.#keepFromMs = 0;
    for (const frame of this.#kept.toArray()) {
      session.append(frame);
      this.#positionMs += FRAME_MS;
    }
    if (!this.#timer) this.#watch();
  }

  /** No session hears the caller; everything is kept until one surely does. */
  detach(): void {
    this.#trim();
    this.#session = undefined;
    this.#holding = true;
  }

  /** The session that was attached is ready. */
  isHeard(): void {
    this.#holding = false;
  }

  push(frame: Uint8Array): void {
    this.#heardUntilMs = this.#clock.monotonicMs();
    this.#gapFrames = 0;
    if (this.#paddedFrames > 0) {
      // The leg fills the same gap with silence of its own: once is enough.
      if (isSilence(frame)) {
        this.#paddedFrames -= 1;
        return;
      }
      this.#paddedFrames = 0;
    }
    this.#append(frame);
  }

  /** The moment of a position, monotonic ms. */
  momentOf(positionMs: number): number {
    return this.#clock.monotonicMs() - Math.max(0, this.#positionMs - positionMs);
  }

  /** Speech began that is to be kept until `done`. */
  speechBegan(positionMs: number): void {
    this.#keepFromMs ??= Math.max(0, positionMs - BEFORE_SPEECH_MS);
  }

  /** Of what is kept, only this speech needs to be heard by somebody else. */
  keepOnly(positionMs: number): void {
    this.#keepFromMs = Math.max(0, positionMs - BEFORE_SPEECH_MS);
    this.#doneMs = this.#keepFromMs;
  }

  /** What lies before a position needs to be heard by nobody else. */
  done(positionMs: number): void {
    this.#keepFromMs = undefined;
    this.#doneMs = Math.max(this.#doneMs, positionMs);
  }

  close(): void {
    this.#timer?.cancel();
    this.#session = undefined;
    this.#kept.clear();
  }

  #append(frame: Uint8Array): void {
    this.#session?.append(frame);
    this.#kept.push(frame);
    this.#positionMs += FRAME_MS;
    if (this.#kept.length % TRIM_EVERY === 0) this.#trim();
  }

  #trim(): void {
    const fromMs = this.#keepFromMs ?? this.#positionMs - KEPT_IN_SILENCE_MS;
    const spanMs = this.#positionMs - Math.max(fromMs, this.#doneMs);
    const needed = this.#holding ? this.#kept.length : Math.max(0, Math.ceil(spanMs / FRAME_MS));
    const wanted = Math.min(MAX_KEPT_FRAMES, needed);
    this.#kept.keepNewest(wanted);
  }

  /** One coarse timer a call: a timer a frame would cost more than the frame. */
  #watch(): void {
    const { gapMs, maxPaddingMs } = this.#options;
    const dueMs = this.#clock.monotonicMs() + LOOK_EVERY_MS;
    this.#timer = this.#clock.schedule(LOOK_EVERY_MS, () => {
      this.#watch();
      if (this.#heardUntilMs === undefined || !this.#session) return;
      const nowMs = this.#clock.monotonicMs();
      // It is we who were busy: what came meanwhile is read before the next look.
      if (nowMs - dueMs >= LOOK_EVERY_MS) return;
      const silentMs = nowMs - this.#heardUntilMs;
      if (silentMs <= gapMs) return;
      const due = Math.floor(Math.min(silentMs, maxPaddingMs) / FRAME_MS);
      for (; this.#gapFrames < due; this.#gapFrames += 1) {
        this.#paddedFrames += 1;
        this.#append(silentFrame());
      }
    });
  }
}

function isSilence(frame: Uint8Array): boolean {
  return frame.every((byte) => byte === MULAW_SILENCE);
}
