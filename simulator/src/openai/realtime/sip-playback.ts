import type { RealtimeClock } from './clock.ts';
import type { Response, ServerEvent } from './response.ts';
import type { SipLine } from './sip-line.ts';

/** Audio of one item, in the order of playing. */
interface Stretch {
  readonly responseId: string;
  readonly itemId: string;
  ms: number;
}

const BYTES_PER_MS = 8;
/** A line plays in frames, and is looked at again when it is late. */
const FRAME_MS = 20;

export interface SipPlaybackParts {
  readonly clock: RealtimeClock;
  readonly line: SipLine;
  emit(event: ServerEvent): void;
  /** The caller heard so much of the item, and spoke over the rest. */
  truncate(itemId: string, heardMs: number): void;
}

/** What a caller over SIP is hearing, as `output_audio_buffer.*` tells it: one response after another. */
export class SipPlayback {
  readonly #parts: SipPlaybackParts;
  /** From what is playing on; what was played out is gone. */
  #stretches: Stretch[] = [];
  /** Responses of which no more audio comes. */
  readonly #complete = new Set<string>();
  #playing: string | undefined;
  #stopTimer: (() => void) | undefined;

  constructor(parts: SipPlaybackParts) {
    this.#parts = parts;
  }

  /** Audio of the model, which follows what is queued. */
  play(responseId: string, itemId: string, mulaw: Uint8Array): void {
    this.#parts.line.play(mulaw);
    const ms = mulaw.length / BYTES_PER_MS;
    const last = this.#stretches.at(-1);
    if (last?.itemId === itemId) last.ms += ms;
    else this.#stretches.push({ responseId, itemId, ms });
    if (this.#playing === undefined) this.#begin(responseId);
  }

  /** No more audio comes of it. */
  responseEnded({ id }: Response): void {
    if (!this.#stretches.some(({ responseId }) => responseId === id)) return;
    this.#complete.add(id);
    this.#watch();
  }

  /** The rest is not played, because the client wants it so. */
  clear(): void {
    this.#cut();
  }

  /** The rest is not played, because the caller speaks: the conversation forgets it. */
  interrupt(): void {
    for (const { itemId, heardMs } of this.#cut()) this.#parts.truncate(itemId, heardMs);
  }

  /** The call is over. */
  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#parts.line.stop();
  }

  /** @returns the items that were not heard to their end */
  #cut(): { itemId: string; heardMs: number }[] {
    let unplayedMs = this.#parts.line.unplayedMs;
    this.stop();
    const cut: { itemId: string; heardMs: number }[] = [];
    for (const { itemId, ms } of this.#stretches.toReversed()) {
      const lostMs = Math.min(ms, unplayedMs);
      unplayedMs -= lostMs;
      if (lostMs > 0) cut.unshift({ itemId, heardMs: ms - lostMs });
    }
    this.#stretches = [];
    this.#complete.clear();
    this.#end('cleared');
    return cut;
  }

  #begin(responseId: string): void {
    this.#playing = responseId;
    this.#parts.emit({ type: 'output_audio_buffer.started', response_id: responseId });
    this.#watch();
  }

  /** Waits until what is playing is over, if it is known where it ends. */
  #watch(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const playing = this.#playing;
    if (playing === undefined || !this.#complete.has(playing)) return;
    const behind = this.#stretches.filter(({ responseId }) => responseId !== playing);
    const leftMs = this.#parts.line.unplayedMs - behind.reduce((sum, { ms }) => sum + ms, 0);
    if (leftMs > 0) {
      const waitMs = Math.max(FRAME_MS, leftMs);
      this.#stopTimer = this.#parts.clock.after(waitMs, () => this.#watch());
      return;
    }
    this.#complete.delete(playing);
    this.#stretches = behind;
    this.#end('stopped');
    const [next] = behind;
    if (next) this.#begin(next.responseId);
  }

  #end(how: 'stopped' | 'cleared'): void {
    if (this.#playing === undefined) return;
    const response_id = this.#playing;
    this.#playing = undefined;
    this.#parts.emit({ type: `output_audio_buffer.${how}`, response_id });
  }
}
