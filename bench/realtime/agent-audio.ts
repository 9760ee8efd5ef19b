import { Buffer } from 'node:buffer';
import { readNibbles, SYNC, writeNibbles } from './marker.ts';

/**
 * The agent's audio: each 10 ms begin with a mark, the item and the number of the block, so that a
 * phone knows which byte of which item it plays, however a bridge has cut it.
 */
export const BLOCK_BYTES = 80;
export const BYTES_PER_MS = 8;
const HEAD_BYTES = 9;
/** What three nibbles can count. */
export const MAX_ITEMS = 4096;
export const MAX_ANSWER_MS = 40_960;

/** A whole answer. @param item which one of its session, from 0 */
export function agentAudio(item: number, durationMs: number): Buffer {
  if (item >= MAX_ITEMS || durationMs > MAX_ANSWER_MS) throw new RangeError('does not fit a mark');
  const audio = Buffer.alloc(durationMs * BYTES_PER_MS);
  for (let at = 0; at < audio.length; at += 1) audio[at] = at % 20 < 10 ? 0xa5 : 0x25;
  for (let at = 0; at + HEAD_BYTES <= audio.length; at += BLOCK_BYTES) {
    SYNC.copy(audio, at);
    writeNibbles(audio, at + 3, 3, item);
    writeNibbles(audio, at + 6, 3, at / BLOCK_BYTES);
  }
  return audio;
}

/** A stretch of one item, as it stands in one message. */
export interface Stretch {
  readonly item: number;
  /** Where in the item it begins. */
  readonly startByte: number;
  readonly bytes: number;
}

/** Follows the audio of one call and tells what it is. */
export class AgentAudioReader {
  /** Where the next audio would belong if it went on. */
  #item: number | undefined;
  #nextByte = 0;
  /** Bytes that are not where they belong: doubled, missing or unknown. */
  misplacedBytes = 0;

  /** @returns the stretches of a piece of audio, in order; unknown audio (a bridge's own) is left out */
  read(audio: Buffer): Stretch[] {
    const stretches: Stretch[] = [];
    let from = 0;
    let mark = audio.indexOf(SYNC);
    while (mark !== -1 && mark + HEAD_BYTES <= audio.length) {
      const item = readNibbles(audio, mark + 3, 3);
      const startByte = readNibbles(audio, mark + 6, 3) * BLOCK_BYTES;
      const lead = mark - from;
      const leadOfItem = lead < BLOCK_BYTES && startByte >= lead && from === 0;
      if (lead > 0 && leadOfItem) this.#add(stretches, item, startByte - lead, lead);
      else if (lead > 0) this.#go(stretches, lead);
      const next = audio.indexOf(SYNC, mark + BLOCK_BYTES);
      const bytes = Math.min(BLOCK_BYTES, audio.length - mark);
      this.#add(stretches, item, startByte, bytes);
      from = mark + bytes;
      mark = next;
    }
    if (from < audio.length) this.#go(stretches, audio.length - from);
    return stretches;
  }

  /** Audio without a mark of its own goes on where the last one ended. */
  #go(stretches: Stretch[], bytes: number): void {
    if (this.#item === undefined) this.misplacedBytes += bytes;
    else this.#add(stretches, this.#item, this.#nextByte, bytes);
  }

  #add(stretches: Stretch[], item: number, startByte: number, bytes: number): void {
    const goesOn = item === this.#item && startByte === this.#nextByte;
    if (item === this.#item && !goesOn) this.misplacedBytes += bytes;
    const last = stretches.at(-1);
    if (goesOn && last?.item === item) {
      stretches[stretches.length - 1] = { ...last, bytes: last.bytes + bytes };
    } else stretches.push({ item, startByte, bytes });
    this.#item = item;
    this.#nextByte = startByte + bytes;
  }
}
