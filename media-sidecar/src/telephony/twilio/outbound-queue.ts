import { MULAW_BYTES_PER_MS } from '../../audio/constants.ts';

interface QueuedItem {
  readonly itemId: string;
  readonly parts: Uint8Array[];
  queuedBytes: number;
  sentBytes: number;
  finished: boolean;
}

/** The part of an item that is to be sent next. */
export interface OutboundPart {
  readonly itemId: string;
  readonly mulaw: Uint8Array;
  /** Nothing of the item was sent before. */
  readonly first: boolean;
}

/**
 * Audio that waits to be sent. Items go out one after the other, in the order of their first audio;
 * a later item waits until the earlier one is finished, also when its audio was there sooner.
 */
export class OutboundQueue {
  #items: QueuedItem[] = [];

  add(itemId: string, mulaw: Uint8Array): void {
    if (mulaw.length === 0) return;
    const item = this.#itemOf(itemId);
    item.parts.push(mulaw);
    item.queuedBytes += mulaw.length;
  }

  finish(itemId: string): void {
    this.#itemOf(itemId).finished = true;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Whether more audio waits for its turn. */
  get hasAudio(): boolean {
    return (this.#items[0]?.parts.length ?? 0) > 0;
  }

  /** What has left of the item whose turn it is. */
  get sentBytesOfNext(): number {
    return this.#items[0]?.sentBytes ?? 0;
  }

  /** The item whose turn it is, if all of it was sent: its end can be marked. Leaves the queue. */
  takeEnded(): { readonly itemId: string; readonly sentBytes: number } | undefined {
    const head = this.#items[0];
    if (!head?.finished || head.parts.length > 0) return undefined;
    this.#items.shift();
    return head;
  }

  /** Up to `maxBytes` of the item whose turn it is. */
  takePart(maxBytes: number): OutboundPart | undefined {
    const head = this.#items[0];
    const part = head?.parts[0];
    if (!head || !part) return undefined;
    const mulaw = part.subarray(0, maxBytes);
    if (mulaw.length === part.length) head.parts.shift();
    else head.parts[0] = part.subarray(maxBytes);
    const first = head.sentBytes === 0;
    head.sentBytes += mulaw.length;
    return { itemId: head.itemId, mulaw, first };
  }

  /** Forgets everything; tells what was queued of each item that had not left. */
  clear(): readonly { readonly itemId: string; readonly queuedMs: number }[] {
    const left = this.#items.map(({ itemId, queuedBytes }) => ({
      itemId,
      queuedMs: queuedBytes / MULAW_BYTES_PER_MS,
    }));
    this.#items = [];
    return left;
  }

  #itemOf(itemId: string): QueuedItem {
    let item = this.#items.find((each) => each.itemId === itemId);
    if (!item) {
      item = { itemId, parts: [], queuedBytes: 0, sentBytes: 0, finished: false };
      this.#items.push(item);
    }
    return item;
  }
}
