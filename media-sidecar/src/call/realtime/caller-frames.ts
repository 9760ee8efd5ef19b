import { FRAME_MS, MULAW_SILENCE, silentFrame } from '../../audio/constants.ts';
import { FrameQueue } from '../../audio/frame-queue.ts';
import { isQuiet } from '../../audio/level.ts';
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
const TRIM_EVERY = 25;
/** How often what waits is sent, and a gap is looked for, in ms. */
const BEAT_MS = 200;
/** A timer may come a little too early: what is so close was the beat. */
const EARLY_MS = 5;
/**
 * So long after the last sound the caller may be in the middle of something, in ms: by then the model
 * has told that it hears speech, if it takes the sound for that.
 */
const AFTER_SOUND_MS = 600;

export type CallerFramesOptions = Pick<
  RealtimeOptions,
  'gapMs' | 'maxPaddingMs' | 'holdsQuietFrames'
>;

/**
 * The caller's frames on their way to the model. What is said goes there as it comes. Quiet frames go
 * several at a time while the caller listens: nobody waits for them, and to send a message costs more
 * than everything else that is done for a frame. All calls send theirs in the same moment, because many
 * messages in a row cost less than each by itself.
 *
 * Where the phone's audio has a gap, silence stands in, so that turn detection can end a turn. What no
 * answer has come of yet is kept, so that a session that takes the place of a lost one hears it.
 *
 * Positions are in the audio of the present session, in ms since its begin.
 */
export class CallerFrames {
  readonly #clock: Clock;
  readonly #options: CallerFramesOptions;
  readonly #hearsSpeech: () => boolean;
  #session: RealtimeSession | undefined;
  /** The last one ends at `#positionMs`. */
  readonly #kept = new FrameQueue();
  #positionMs = 0;
  /** The newest frames of what is kept that wait for others to be sent with. */
  #waiting = 0;
  /** End of the last frame in which something sounded. */
  #soundEndMs = 0;
  /** Nobody is sure to hear what comes: none of it is let go. */
  #holding = true;
  /** Where the speech begins that is kept whatever its age. */
  #keepFromMs: number | undefined;
  /** What lies before this was dealt with. */
  #doneMs = 0;
  /** Up to when it is known whether the phone's audio came; not before its first frame. */
  #listenedUntilMs: number | undefined;
  /** How long nothing has come although we listened. */
  #silentMs = 0;
  /** Silence that stands in for the gap that there is now. */
  #gapFrames = 0;
  /** Silence that the leg may fill in once more. */
  #paddedFrames = 0;
  #timer: Timer | undefined;

  /** @param hearsSpeech whether the model hears the caller speak */
  constructor(clock: Clock, options: CallerFramesOptions, hearsSpeech: () => boolean) {
    this.#clock = clock;
    this.#options = options;
    this.#hearsSpeech = hearsSpeech;
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
    this.#waiting = 0;
    this.#doneMs = 0;
    if (this.#keepFromMs !== undefined) this.#keepFromMs = 0;
    for (const frame of this.#kept.toArray()) {
      session.append(frame);
      this.#positionMs += FRAME_MS;
    }
    // It may have been speech.
    this.#soundEndMs = this.#positionMs;
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
    this.#listenedUntilMs = this.#clock.monotonicMs();
    this.#silentMs = 0;
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
    this.#kept.push(frame);
    this.#positionMs += FRAME_MS;
    this.#waiting += 1;
    if (!isQuiet(frame)) this.#soundEndMs = this.#positionMs;
    if (!this.#mayWait) this.#send(frame);
    if (this.#kept.length % TRIM_EVERY === 0) this.#trim();
  }

  /** What a turn ends with is waited for; what comes between turns is not. */
  get #mayWait(): boolean {
    if (this.#holding || !this.#options.holdsQuietFrames) return false;
    return this.#positionMs - this.#soundEndMs > AFTER_SOUND_MS && !this.#hearsSpeech();
  }

  /** @param newest the last of those that wait */
  #send(newest?: Uint8Array): void {
    const alone = this.#waiting === 1 ? newest : undefined;
    this.#session?.append(alone ?? this.#kept.newest(this.#waiting));
    this.#waiting = 0;
  }

  #trim(): void {
    const fromMs = this.#keepFromMs ?? this.#positionMs - KEPT_IN_SILENCE_MS;
    const spanMs = this.#positionMs - Math.max(fromMs, this.#doneMs);
    const needed = this.#holding ? this.#kept.length : Math.max(0, Math.ceil(spanMs / FRAME_MS));
    const wanted = Math.min(MAX_KEPT_FRAMES, Math.max(needed, this.#waiting));
    this.#kept.keepNewest(wanted);
  }

  /** One coarse timer a call, which all calls have in the same moment: one a frame would cost more. */
  #watch(): void {
    const fromMs = this.#clock.monotonicMs();
    const dueMs = (Math.floor((fromMs + EARLY_MS) / BEAT_MS) + 1) * BEAT_MS;
    this.#timer = this.#clock.schedule(Math.ceil(dueMs - fromMs), () => {
      this.#watch();
      if (this.#waiting > 0) this.#send();
      if (this.#session) this.#fillGap();
    });
  }

  #fillGap(): void {
    if (this.#listenedUntilMs === undefined) return;
    const { gapMs, maxPaddingMs } = this.#options;
    const nowMs = this.#clock.monotonicMs();
    // A late look means that we were busy and did not listen: what came meanwhile is still to be read.
    this.#silentMs += Math.min(nowMs - this.#listenedUntilMs, BEAT_MS);
    this.#listenedUntilMs = nowMs;
    if (this.#silentMs <= gapMs) return;
    const due = Math.floor(Math.min(this.#silentMs, maxPaddingMs) / FRAME_MS);
    for (; this.#gapFrames < due; this.#gapFrames += 1) {
      this.#paddedFrames += 1;
      this.#append(silentFrame());
    }
  }
}

function isSilence(frame: Uint8Array): boolean {
  return frame.every((byte) => byte === MULAW_SILENCE);
}
