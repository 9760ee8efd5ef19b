import { MULAW_BYTES_PER_MS } from '../../audio/constants.ts';
import { DelayEstimate } from './delay-estimate.ts';

export interface PlaybackLedgerOptions {
  /**
   * What a message takes to Twilio, until marks have told.
   * @defaultValue 40 ms
   */
  readonly initialOneWayMs: number;
}

export const defaultPlaybackLedgerOptions = {
  initialOneWayMs: 40,
} as const satisfies PlaybackLedgerOptions;

/** What a mark stands for; `timing` marks only correct the clock. */
export type MarkKind = 'first' | 'end' | 'timing';

export interface ReturnedMark {
  readonly kind: MarkKind;
  readonly itemId: string | undefined;
}

/** Audio that plays without a gap, as far as we know. */
interface Run {
  readonly startByte: number;
  endByte: number;
  /** When its first audio was sent. */
  readonly sentMs: number;
  /** The buffer was surely empty before it: its marks tell the round trip. */
  readonly afterSilence: boolean;
  /** Each mark's return, taken back to the moment at which the run began; the newest last. */
  readonly beginnings: number[];
  /** The first of them, which is asked for with everything that is sent; undefined without any. */
  earliestMs: number | undefined;
}

interface PendingMark extends ReturnedMark {
  readonly position: number;
  readonly sentMs: number;
  readonly run: Run | undefined;
  /** What its return will measure. */
  readonly measures: 'playback' | 'round-trip' | 'nothing';
}

/** So many marks of a run count: older ones would hide a gap or a drift of the clocks. */
const KEPT_BEGINNINGS = 16;
/** Runs that are kept apart; older ones have been played, and nobody asks when. */
const KEPT_RUNS = 32;
/** So long after its end a run was played, if no mark of it is still out that may tell otherwise. */
const SETTLED_AFTER_MS = 5000;
/** A buffer with less audio than this may have run dry without our knowing. */
const DRY_MARGIN_MS = 40;
/** What is sent so close together travels together. */
const TOGETHER_MS = 5;
/** Beyond any jitter: what is so far off cannot be a matter of timing. */
const CERTAIN_MARGIN_MS = 500;

/**
 * What the caller has heard: a clock on the audio that was sent, corrected by the marks that come
 * back. Pure: the time is an argument, in ms of one monotonic clock.
 *
 * Audio plays without a gap while Twilio's buffer has some. A mark comes back one way late, and
 * jitter only ever makes it later, so the earliest of several marks is the truest. One way is taken
 * as half of the shortest round trip, which no measurement from one end can do better.
 */
export class PlaybackLedger {
  readonly #delay: DelayEstimate;
  readonly #items = new Map<string, { readonly startByte: number; endByte: number }>();
  readonly #marks = new Map<string, PendingMark>();
  /** Marks that a clear sends back, and when it was sent, if their return measures the round trip. */
  readonly #cleared = new Map<string, number | undefined>();
  #runs: Run[] = [];
  /** Everything before the first run was played or cleared, by this time. */
  #settledByte = 0;
  #settledMs = Number.NEGATIVE_INFINITY;
  #sentByte = 0;
  #confirmedByte = 0;

  constructor(options: Partial<PlaybackLedgerOptions> = {}) {
    const { initialOneWayMs } = { ...defaultPlaybackLedgerOptions, ...options };
    if (!(initialOneWayMs >= 0)) throw new RangeError('initialOneWayMs is not negative');
    this.#delay = new DelayEstimate(initialOneWayMs);
  }

  /** The best estimate of what a message takes to Twilio, in ms. */
  get oneWayMs(): number {
    return this.#delay.oneWayMs;
  }

  /** Says that audio of an item was sent. The bytes of one item follow each other without others. */
  sent(itemId: string, bytes: number, nowMs: number): void {
    const endMs = this.#endMs();
    const arrivalMs = nowMs + this.#delay.oneWayMs;
    const last = this.#runs.at(-1);
    const together = last !== undefined && nowMs - last.sentMs < TOGETHER_MS;
    if (last && (together || arrivalMs < endMs - DRY_MARGIN_MS)) {
      last.endByte += bytes;
    } else {
      this.#runs.push({
        startByte: this.#sentByte,
        endByte: this.#sentByte + bytes,
        sentMs: nowMs,
        afterSilence: arrivalMs > endMs + DRY_MARGIN_MS,
        beginnings: [],
        earliestMs: undefined,
      });
      this.#settleOldRuns(nowMs);
    }
    const item = this.#items.get(itemId);
    if (item) item.endByte += bytes;
    else this.#items.set(itemId, { startByte: this.#sentByte, endByte: this.#sentByte + bytes });
    this.#sentByte += bytes;
  }

  /** Says that a mark was sent behind everything before it. */
  markSent(name: string, kind: MarkKind, itemId: string | undefined, nowMs: number): void {
    const leadMs = this.#endMs() - (nowMs + this.#delay.oneWayMs);
    let measures: PendingMark['measures'] = 'nothing';
    if (leadMs > DRY_MARGIN_MS) measures = 'playback';
    // An empty buffer sends a mark back at once.
    else if (leadMs < -CERTAIN_MARGIN_MS) measures = 'round-trip';
    else if (this.#justBegun(nowMs)) measures = 'playback';
    this.#marks.set(name, {
      kind,
      itemId,
      position: this.#sentByte,
      sentMs: nowMs,
      run: this.#runs.at(-1),
      measures,
    });
  }

  /**
   * Takes a mark that came back. Undefined when it proves nothing: unknown, a repetition, or sent
   * back by a clear.
   */
  markReturned(name: string, nowMs: number): ReturnedMark | undefined {
    const mark = this.#marks.get(name);
    if (!mark) {
      const clearedMs = this.#cleared.get(name);
      this.#cleared.delete(name);
      if (clearedMs !== undefined) this.#delay.addRoundTrip(nowMs - clearedMs);
      return undefined;
    }
    this.#marks.delete(name);
    this.#confirmedByte = Math.max(this.#confirmedByte, mark.position);
    if (mark.measures === 'round-trip') this.#delay.addRoundTrip(nowMs - mark.sentMs);
    if (mark.measures === 'playback' && mark.run) this.#observe(mark.run, mark.position, nowMs);
    return { kind: mark.kind, itemId: mark.itemId };
  }

  /** How much of an item was played at `nowMs`, in ms; never more than was sent. */
  heardMs(itemId: string, nowMs: number): number {
    const item = this.#items.get(itemId);
    if (!item) return 0;
    const played = Math.min(this.#playedBytes(nowMs), item.endByte) - item.startByte;
    return Math.max(0, Math.floor(played)) / MULAW_BYTES_PER_MS;
  }

  /** How much audio was sent but not played at `nowMs`, in ms. */
  aheadMs(nowMs: number): number {
    return (this.#sentByte - this.#playedBytes(nowMs)) / MULAW_BYTES_PER_MS;
  }

  /** When everything that was sent will have been played. */
  endsAtMs(): number {
    return this.#endMs();
  }

  /** An item of which nothing more will be asked. */
  forget(itemId: string): void {
    this.#items.delete(itemId);
  }

  /**
   * Says that `clear` was sent. What plays until it arrives is still heard: returns, for each item,
   * how much, in ms. All pending marks become worthless.
   */
  clear(nowMs: number): ReadonlyMap<string, number> {
    const stopsMs = nowMs + this.#delay.oneWayMs;
    const heard = new Map<string, number>();
    for (const itemId of this.#items.keys()) heard.set(itemId, this.heardMs(itemId, stopsMs));
    const playedByte = this.#playedBytes(stopsMs);
    this.#cleared.clear();
    for (const [name, mark] of this.#marks) {
      // Of a mark that would soon have come back anyway, nobody can tell what sent it back.
      const leadMs = (mark.position - playedByte) / MULAW_BYTES_PER_MS;
      this.#cleared.set(name, leadMs > CERTAIN_MARGIN_MS ? nowMs : undefined);
    }
    this.#marks.clear();
    this.#items.clear();
    this.#runs = [];
    this.#settledByte = this.#sentByte;
    this.#confirmedByte = this.#sentByte;
    this.#settledMs = stopsMs;
    return heard;
  }

  #observe(run: Run, position: number, nowMs: number): void {
    const beginningMs = nowMs - (position - run.startByte) / MULAW_BYTES_PER_MS;
    run.beginnings.push(beginningMs);
    if (run.beginnings.length > KEPT_BEGINNINGS) run.beginnings.shift();
    run.earliestMs = Math.min(...run.beginnings);
    const latenessMs = beginningMs - run.earliestMs;
    this.#delay.addLateness(latenessMs);
    // The slower marks of a run can teach nothing more, and would push out what others taught.
    if (run.afterSilence && latenessMs === 0) this.#delay.addRoundTrip(beginningMs - run.sentMs);
  }

  /** The first frames of a run have had no time to play when their mark follows them at once. */
  #justBegun(nowMs: number): boolean {
    const run = this.#runs.at(-1);
    return run !== undefined && nowMs - run.sentMs < TOGETHER_MS;
  }

  #beginningMs(run: Run, previousEndMs: number): number {
    const arrivalMs = run.sentMs + this.#delay.oneWayMs;
    if (run.earliestMs === undefined) return Math.max(arrivalMs, previousEndMs);
    // The audio began no later than its quickest mark says, whatever was thought of the run before.
    const latestMs = run.earliestMs - this.#delay.oneWayMs;
    const likelyMs = latestMs - this.#delay.expectedLatenessMs(run.beginnings.length);
    return Math.max(arrivalMs, likelyMs, Math.min(previousEndMs, latestMs));
  }

  #playedBytes(atMs: number): number {
    let played = this.#settledByte;
    let endMs = this.#settledMs;
    for (const run of this.#runs) {
      const beginningMs = this.#beginningMs(run, endMs);
      const bytes = run.endByte - run.startByte;
      played += Math.max(0, Math.min(bytes, (atMs - beginningMs) * MULAW_BYTES_PER_MS));
      endMs = beginningMs + bytes / MULAW_BYTES_PER_MS;
    }
    return Math.max(this.#confirmedByte, played);
  }

  #endMs(): number {
    let endMs = this.#settledMs;
    for (const run of this.#runs) endMs = this.#runEndMs(run, endMs);
    return endMs;
  }

  #runEndMs(run: Run, previousEndMs: number): number {
    const bytes = run.endByte - run.startByte;
    return this.#beginningMs(run, previousEndMs) + bytes / MULAW_BYTES_PER_MS;
  }

  #settleOldRuns(nowMs: number): void {
    for (;;) {
      const [oldest] = this.#runs;
      if (!oldest || this.#runs.length === 1) return;
      const [mark] = this.#marks.values();
      const endMs = this.#runEndMs(oldest, this.#settledMs);
      const isOpen = mark?.run === oldest || endMs + SETTLED_AFTER_MS > nowMs;
      if (isOpen && this.#runs.length <= KEPT_RUNS) return;
      this.#runs.shift();
      this.#settledMs = endMs;
      this.#settledByte = oldest.endByte;
    }
  }
}
