import { MULAW_BYTES_PER_MS } from '../../audio/constants.ts';

interface SpokenItem {
  readonly responseId: string;
  bytes: number;
  /** Some of it was passed on to be heard. */
  isPassedOn: boolean;
  isDone: boolean;
}

/** Only what is being played is cut, and what waits behind it: a response has an item or two. */
const MAX_ITEMS = 16;

/** How much audio each item of the agent has. */
export class SpokenItems {
  readonly #items = new Map<string, SpokenItem>();

  /** Also for audio that comes too late to be passed on: the provider counts it. */
  add(itemId: string, responseId: string, bytes: number, isPassedOn: boolean): void {
    let item = this.#items.get(itemId);
    if (!item) {
      item = { responseId, bytes: 0, isPassedOn: false, isDone: false };
      this.#items.set(itemId, item);
      if (this.#items.size > MAX_ITEMS) {
        for (const oldest of this.#items.keys()) {
          this.#items.delete(oldest);
          break;
        }
      }
    }
    item.bytes += bytes;
    item.isPassedOn ||= isPassedOn;
  }

  isDone(itemId: string): boolean {
    return this.#items.get(itemId)?.isDone ?? false;
  }

  /** False for an item that has no audio, or was done before. */
  finish(itemId: string): boolean {
    const item = this.#items.get(itemId);
    if (!item || item.isDone) return false;
    item.isDone = true;
    return true;
  }

  /** Finishes what a response has left open. Returns the items' ids. */
  finishAllOf(responseId: string): string[] {
    const finished: string[] = [];
    for (const [itemId, item] of this.#items) {
      if (item.responseId !== responseId || item.isDone) continue;
      item.isDone = true;
      finished.push(itemId);
    }
    return finished;
  }

  /** Ids of a response's items of which no audio was passed on, though there was some. */
  unheardOf(responseId: string): string[] {
    return [...this.#items]
      .filter(([, item]) => item.responseId === responseId && !item.isPassedOn)
      .map(([itemId]) => itemId);
  }

  /**
   * Where to cut an item of which so much was heard, in ms; undefined where nothing is to be cut:
   * the item is not known, or all of it was heard. Never beyond what has arrived: the API refuses
   * to cut beyond the end.
   */
  cutAt(itemId: string, heardMs: number): number | undefined {
    const item = this.#items.get(itemId);
    if (!item) return undefined;
    const lengthMs = Math.floor(item.bytes / MULAW_BYTES_PER_MS);
    if (item.isDone && heardMs >= lengthMs) return undefined;
    return Math.max(0, Math.min(Math.floor(heardMs), lengthMs));
  }
}
