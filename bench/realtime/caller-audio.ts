import { Buffer } from 'node:buffer';
import { NIBBLES, SYNC, readNibbles } from './marker.ts';

/**
 * The caller's frames: 20 ms of µ-law that begin with a mark, the phone and the frame's number, so
 * that the model knows which frame of whom it got. All of the mark is near silence.
 */
export const FRAME_BYTES = 160;
export const FRAME_MS = 20;
/** 3 bytes of mark, 3 of the phone, 6 of the frame: 12, so that the rest is base64 of its own. */
const HEAD_BYTES = 12;
const MAX_PHONES = 4096;

const SYNC_TEXT = SYNC.toString('base64');
/** Base64 of each three nibbles. */
const TRIPLETS = Array.from({ length: 4096 }, (_, value) =>
  Buffer.from([
    NIBBLES | (value >> 8),
    NIBBLES | ((value >> 4) & 15),
    NIBBLES | (value & 15),
  ]).toString('base64'),
);
const QUIET = Buffer.alloc(FRAME_BYTES - HEAD_BYTES, 0xff).toString('base64');
/** A square wave of 500 Hz at half of full scale. */
const LOUD = Buffer.from(
  Array.from({ length: FRAME_BYTES - HEAD_BYTES }, (_, at) => (at % 16 < 8 ? 0x90 : 0x10)),
).toString('base64');

/** Base64 of a frame; nothing but look-ups, because there are 50 in a second and call. */
export function callerPayload(phone: number, frame: number, loud: boolean): string {
  const head = SYNC_TEXT + TRIPLETS[phone % MAX_PHONES] + TRIPLETS[(frame >> 12) & 4095];
  return head + TRIPLETS[frame & 4095] + (loud ? LOUD : QUIET);
}

export interface CallerFrame {
  readonly phone: number;
  readonly frame: number;
  readonly loud: boolean;
}

/** Calls back for each frame that is found, wherever a bridge has put it. @returns how many */
export function readCallerFrames(audio: Buffer, found: (frame: CallerFrame) => void): number {
  let count = 0;
  let at = audio.indexOf(SYNC);
  while (at !== -1 && at + HEAD_BYTES <= audio.length) {
    found({
      phone: readNibbles(audio, at + 3, 3),
      frame: readNibbles(audio, at + 6, 6),
      loud: isLoud(audio[at + 100]),
    });
    count += 1;
    at = audio.indexOf(SYNC, at + FRAME_BYTES);
  }
  return count;
}

/** By the exponent of one µ-law byte. */
function isLoud(byte: number | undefined): boolean {
  return byte !== undefined && ((~byte >> 4) & 7) > 3;
}
