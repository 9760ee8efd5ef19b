import type { Clock, Timer } from '../../kernel/clock.ts';
import type { Dialogue } from '../dialogue.ts';
import { RecentMap } from '../recent-map.ts';
import type { TurnLog } from '../turn-log.ts';
import { wallClockAt } from '../wall-clock.ts';

/** Stands in the record and before the model for words that nobody could tell. */
export const INAUDIBLE = '[inaudible]';

export interface CallerTurnsListener {
  /** A turn has its place; its words are not known. */
  onTurn(turnId: string): void;
  /** @param text all words so far. @param final no others come */
  onWords(turnId: string, text: string, final: boolean): void;
  /** Nobody will tell any of its words. @param speechMs how long it was; 0 where that is not known */
  onLost(turnId: string, speechMs: number): void;
  /** The words did not come in time. */
  onOverdue(turnId: string): void;
}

interface PendingTurn {
  readonly turnId: string;
  readonly speechMs: number;
  text: string;
  timer: Timer;
}

/**
 * The caller's turns as the model tells of them: the place first, the words later, perhaps never.
 * Each becomes one line of record and dialogue, at its place.
 */
export class CallerTurns {
  readonly #clock: Clock;
  readonly #log: TurnLog;
  readonly #dialogue: Dialogue;
  readonly #wordsWithinMs: number;
  readonly #listener: CallerTurnsListener;
  readonly #seen = new RecentMap<true>();
  readonly #speech = new RecentMap<{ readonly startedMs: number; stoppedMs?: number }>();
  /** The speech that has not stopped. */
  #speaking: string | undefined;
  #audioEndedMs: number | undefined;
  /** Words that came before their turn; undefined: that they are lost. */
  readonly #early = new RecentMap<{ readonly text: string | undefined; readonly final: boolean }>();
  /** Turns whose words are not final. */
  readonly #pending = new Map<string, PendingTurn>();
  /** A turn that a new session hears once more, and under which of its ids it did: one a session. */
  #heardAgain: string | undefined;
  readonly #names = new Map<string, string>();
  #keys = 0;
  /** The latest turn. */
  lastTurnId: string | undefined;
  /** End of the latest speech, monotonic ms. */
  speechEndedMs: number | undefined;

  constructor(
    { clock, log, dialogue }: { clock: Clock; log: TurnLog; dialogue: Dialogue },
    wordsWithinMs: number,
    listener: CallerTurnsListener,
  ) {
    this.#clock = clock;
    this.#log = log;
    this.#dialogue = dialogue;
    this.#wordsWithinMs = wordsWithinMs;
    this.#listener = listener;
  }

  /** Words of an earlier turn are still to come. */
  get awaitsWords(): boolean {
    return this.#pending.size > 0;
  }

  isInaudible(text: string): boolean {
    return text === INAUDIBLE;
  }

  /** Nobody knows yet, for sure and in full, what the caller said last. */
  get lastIsOpen(): boolean {
    return this.lastTurnId !== undefined && this.#pending.has(this.lastTurnId);
  }

  speechStarted(itemId: string, atMs: number): void {
    if (!this.#speech.has(itemId)) this.#speech.set(itemId, { startedMs: atMs });
    this.#speaking = itemId;
  }

  speechStopped(itemId: string, atMs: number): void {
    const speech = this.#speech.get(itemId);
    if (speech) speech.stoppedMs = atMs;
    this.speechEndedMs = atMs;
    this.#speaking = undefined;
  }

  /** @returns false for a turn that was told before */
  committed(itemId: string): boolean {
    if (this.#seen.has(itemId)) return false;
    this.#seen.set(itemId, true);
    const early = this.#early.get(itemId);
    this.#early.delete(itemId);
    if (this.#heardAgain !== undefined) {
      this.#names.set(itemId, this.#heardAgain);
      this.#heardAgain = undefined;
    } else {
      this.#open(itemId);
    }
    if (early?.text !== undefined) this.words(itemId, early.text, early.final);
    else if (early) this.lost(itemId);
    return true;
  }

  words(itemId: string, text: string, final: boolean): void {
    if (!this.#seen.has(itemId)) {
      this.#early.set(itemId, { text, final });
      return;
    }
    const turn = this.#pending.get(this.#names.get(itemId) ?? itemId);
    if (!turn) return;
    turn.text = text.trim();
    this.#dialogue.correct(turn.turnId, turn.text || INAUDIBLE);
    if (final) this.#settle(turn, true);
    else this.#listener.onWords(turn.turnId, turn.text, false);
  }

  /** Nobody will tell these words. */
  lost(itemId: string): void {
    if (!this.#seen.has(itemId)) this.#early.set(itemId, { text: undefined, final: true });
    const turn = this.#pending.get(this.#names.get(itemId) ?? itemId);
    if (turn) this.#settle(turn);
  }

  /** No more audio comes: whatever is told of speech from here on has stopped now. */
  audioEnded(): void {
    this.#audioEndedMs = this.#clock.monotonicMs();
    const itemId = this.#speaking;
    if (itemId !== undefined) this.speechStopped(itemId, this.#audioEndedMs);
  }

  /** A turn that was typed on the phone's keys. */
  pressed(text: string): void {
    const turnId = `keys-${this.#keys++}`;
    const atMs = this.#clock.nowMs();
    this.lastTurnId = turnId;
    this.speechEndedMs = undefined;
    this.#dialogue.callerSaid(turnId, text);
    this.#log.callerSpoke({ turnId, text, settled: true, startedAtMs: atMs, endedAtMs: atMs });
  }

  /**
   * The session is gone that would have told the words. The last turn may be heard again by the
   * next one: then its words come from there, and are waited for as long as at first.
   */
  sessionLost(hearLastAgain: boolean): void {
    this.#speech.clear();
    this.#speaking = undefined;
    this.#early.clear();
    this.#names.clear();
    this.#heardAgain = hearLastAgain ? this.lastTurnId : undefined;
    for (const turn of [...this.#pending.values()]) {
      if (turn.turnId !== this.#heardAgain) this.#settle(turn);
      else {
        turn.timer.cancel();
        turn.timer = this.#awaitWords(turn.turnId);
      }
    }
  }

  /** Another conversation hears the turn again, and has its words. @returns which, if there is one */
  handOver(): string | undefined {
    const turn = this.#heardAgain === undefined ? undefined : this.#pending.get(this.#heardAgain);
    if (!turn) return undefined;
    turn.timer.cancel();
    this.#pending.delete(turn.turnId);
    return turn.turnId;
  }

  /** The turn that the session hears again, until it did. */
  get heardAgain(): string | undefined {
    return this.#heardAgain;
  }

  close(): void {
    for (const turn of [...this.#pending.values()]) this.#settle(turn);
  }

  #open(turnId: string): void {
    const { startedMs, stoppedMs = this.#audioEndedMs } = this.#speech.get(turnId) ?? {};
    this.#speech.delete(turnId);
    this.lastTurnId = turnId;
    const turn: PendingTurn = {
      turnId,
      speechMs: (stoppedMs ?? 0) - (startedMs ?? stoppedMs ?? 0),
      text: '',
      timer: this.#awaitWords(turnId),
    };
    this.#pending.set(turnId, turn);
    this.#listener.onTurn(turnId);
    this.#dialogue.callerSaid(turnId, INAUDIBLE);
    this.#log.callerSpoke({
      turnId,
      text: INAUDIBLE,
      settled: false,
      awaitsWords: true,
      startedAtMs: wallClockAt(this.#clock, startedMs ?? stoppedMs),
      endedAtMs: wallClockAt(this.#clock, stoppedMs),
    });
  }

  #awaitWords(turnId: string): Timer {
    return this.#clock.schedule(this.#wordsWithinMs, () => this.#listener.onOverdue(turnId));
  }

  /** @param told it has no other words, perhaps none at all */
  #settle(turn: PendingTurn, told = false): void {
    turn.timer.cancel();
    if (!this.#pending.delete(turn.turnId)) return;
    const text = turn.text || INAUDIBLE;
    this.#dialogue.correct(turn.turnId, text);
    this.#log.correct(turn.turnId, text);
    if (told || turn.text) this.#listener.onWords(turn.turnId, turn.text, true);
    else this.#listener.onLost(turn.turnId, turn.speechMs);
  }
}
