import type { Clock } from '../../kernel/clock.ts';

/** The words of a turn come seconds after it: nobody tells those of one that lies further back. */
const MAX_TURNS = 16;
/** Words that have not come so long after their turn will not come, in ms. */
const WORDS_WITHIN_MS = 10_000;

/** The caller's turns, and their words while they come in pieces. */
export class CallerWords {
  readonly #clock: Clock;
  /** null: everything was told. */
  readonly #turns = new Map<string, string | null>();
  /** Turns whose words are not told, and when they were complete, monotonic ms. */
  readonly #untold = new Map<string, number>();
  #isSpeaking = false;
  /** Ends the turn that the caller is in; set when no more audio follows. @returns the event id */
  #commit: (() => string) | undefined;
  /** Event id of that request, until it is answered. */
  #commitId: string | undefined;
  /** No turn is of interest any more. */
  #isLast = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Nothing is still to be told. */
  get areTold(): boolean {
    const fromMs = this.#clock.monotonicMs() - WORDS_WITHIN_MS;
    const isAwaited = [...this.#untold.values()].some((completeMs) => completeMs > fromMs);
    return this.#commitId === undefined && !isAwaited;
  }

  /**
   * No more audio follows: a turn that has begun is to end, and is the last one.
   * @param commit asks for its end, and returns the event id of that request
   */
  finish(commit: () => string): void {
    this.#commit = commit;
    if (this.#isSpeaking) this.#end();
  }

  speechStarted(): void {
    this.#isSpeaking = true;
    // Told behind the last turn, it is no silence that our request makes a turn of.
    this.#isLast = false;
    if (this.#commit) this.#end();
  }

  /** A request was refused: if it was for the end of the turn, there is none to wait for. */
  commitRefused(eventId: string | null | undefined, code: string | null | undefined): void {
    const isIt = eventId === this.#commitId || code === 'input_audio_buffer_commit_empty';
    if (isIt) this.#commitId = undefined;
  }

  /**
   * A turn is complete. Its words may have come before.
   * @returns false for one that is of no interest: where the provider has ended the last turn by itself,
   *   our request makes another one, of the silence behind it
   */
  committed(itemId: string): boolean {
    if (this.#isLast) {
      this.#set(itemId, null);
      return false;
    }
    this.#isSpeaking = false;
    if (this.#commitId !== undefined) this.#isLast = true;
    this.#commitId = undefined;
    if (this.#turns.get(itemId) !== null) this.#untold.set(itemId, this.#clock.monotonicMs());
    const [oldest] = this.#untold.keys();
    if (this.#untold.size > MAX_TURNS && oldest !== undefined) this.#untold.delete(oldest);
    return true;
  }

  /** All words of the turn so far; undefined for a piece that comes behind the end. */
  add(itemId: string, delta: string): string | undefined {
    const before = this.#turns.get(itemId);
    if (before === null) return undefined;
    const text = (before ?? '') + delta;
    this.#set(itemId, text);
    return text;
  }

  /** False for a turn whose end was told. */
  told(itemId: string): boolean {
    this.#untold.delete(itemId);
    if (this.#turns.get(itemId) === null) return false;
    this.#set(itemId, null);
    return true;
  }

  #end(): void {
    if (!this.#isLast && this.#commitId === undefined) this.#commitId = this.#commit?.();
  }

  #set(itemId: string, text: string | null): void {
    this.#turns.set(itemId, text);
    if (this.#turns.size <= MAX_TURNS) return;
    for (const oldest of this.#turns.keys()) {
      this.#turns.delete(oldest);
      break;
    }
  }
}
