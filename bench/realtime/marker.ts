import { Buffer } from 'node:buffer';

/** Begins a mark in µ-law audio: quiet samples that occur nowhere else in it. */
export const SYNC = Buffer.from([0x7e, 0xfe, 0x7d]);
/** A number is written four bits at a time, in bytes that are quiet, too. */
export const NIBBLES = 0xf0;

export function readNibbles(audio: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let index = at; index < at + count; index += 1) {
    value = value * 16 + ((audio[index] ?? 0) & 15);
  }
  return value;
}

export function writeNibbles(audio: Uint8Array, at: number, count: number, value: number): void {
  for (let index = at + count - 1, rest = value; index >= at; index -= 1, rest >>= 4) {
    audio[index] = NIBBLES | (rest & 15);
  }
}
