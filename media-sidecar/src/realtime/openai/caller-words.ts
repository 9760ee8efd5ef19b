/** The words of a turn come seconds after it: nobody tells those of one that lies further back. */
const MAX_TURNS = 16;

/** The words of the caller's turns while they come in pieces. */
export class CallerWords {
  /** null: everything was told. */
  readonly #turns = new Map<string, string | null>();

  /** All words of the turn so far; undefined for a piece that comes behind the end. */
  add(itemId: string, delta: string): string | undefined {
    const before = this.#turns.get(itemId);
    if (before === null) return undefined;
    const text = (before ?? '') + delta;
    this.#set(itemId, text);
    return text;
  }

  /** False for a turn whose end was told. */
  finish(itemId: string): boolean {
    if (this.#turns.get(itemId) === null) return false;
    this.#set(itemId, null);
    return true;
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
