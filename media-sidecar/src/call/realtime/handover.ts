import type { Clock, Timer } from '../../kernel/clock.ts';
import type { RealtimeOptions } from './options.ts';
import type { SessionLine } from './session-line.ts';

/** How often a quiet moment is looked for, in ms. */
const LOOK_EVERY_MS = 250;
/** Pause between two attempts to open a further session, in ms. */
const TRY_EVERY_MS = 5000;

/**
 * Moves a call to a new session before the provider ends the present one: at a moment at which
 * nobody speaks and nothing is owed, so that nobody notices.
 */
export class Handover {
  readonly #clock: Clock;
  readonly #options: RealtimeOptions;
  readonly #line: SessionLine;
  readonly #isQuiet: () => boolean;
  readonly #onMoving: (quiet: boolean) => void;
  #timer: Timer | undefined;
  #triedMs = -Infinity;

  constructor(
    clock: Clock,
    options: RealtimeOptions,
    line: SessionLine,
    host: {
      isQuiet: () => boolean;
      /** The call is about to move, perhaps in the middle of something. */
      onMoving: (quiet: boolean) => void;
    },
  ) {
    this.#clock = clock;
    this.#options = options;
    this.#line = line;
    this.#isQuiet = host.isQuiet;
    this.#onMoving = host.onMoving;
  }

  /** Begins to count for the present session. */
  start(): void {
    this.#timer?.cancel();
    const { handoverBeforeMs, sessionLimitMs } = this.#options;
    const delayMs = sessionLimitMs - handoverBeforeMs - this.#line.ageMs;
    this.#timer = this.#clock.schedule(Math.max(0, delayMs), () => this.#look());
  }

  close(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const { handoverLatestMs, sessionLimitMs } = this.#options;
    this.#timer = this.#clock.schedule(LOOK_EVERY_MS, () => this.#look());
    if (!this.#line.nextIsReady) {
      const nowMs = this.#clock.monotonicMs();
      if (nowMs - this.#triedMs < TRY_EVERY_MS) return;
      this.#triedMs = nowMs;
      this.#line.openNext();
      return;
    }
    const quiet = this.#isQuiet();
    if (!quiet && this.#line.ageMs < sessionLimitMs - handoverLatestMs) return;
    this.#timer.cancel();
    this.#onMoving(quiet);
    this.#line.switchToNext();
  }
}
