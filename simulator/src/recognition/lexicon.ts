import type { Utterance } from '../voices/contract.ts';
import { encodeMulaw, MULAW_TO_LINEAR } from '../audio/mulaw.ts';

/** Samples in a window that is looked up: 4 ms. */
export const WINDOW_SAMPLES = 32;
/** Every tenth millisecond of an utterance can be found. */
const ANCHOR_STRIDE_SAMPLES = 80;
/** A window with fewer different bytes could be anything's hum. */
const DISTINCT_BYTES_IN_ANCHOR = 12;
/** Samples quieter than this (16-bit) carry no evidence of a word. */
const AUDIBLE_LINEAR = 60;
const SAMPLES_PER_MS = 8;
/** 512 KiB; a power of two. */
const FILTER_BITS = 1 << 22;
export const HASH_BASE = 0x01_00_01_93;

/** 1 for each µ-law byte that is loud enough to tell words apart. */
export const AUDIBLE: Uint8Array = Uint8Array.from(MULAW_TO_LINEAR, (linear) =>
  Math.abs(linear) >= AUDIBLE_LINEAR ? 1 : 0,
);

export function windowHash(bytes: Uint8Array, from: number): number {
  let hash = 0;
  for (let i = from; i < from + WINDOW_SAMPLES; i++)
    hash = (Math.imul(hash, HASH_BASE) + bytes[i]!) | 0;
  return hash;
}

export interface LexiconWord {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  /** Audible samples from start to end: the evidence that there can be. */
  readonly audible: number;
}

/** An utterance as it sounds on a line; places are counted in samples. */
export interface LexiconEntry {
  /** Who said it. */
  readonly voice: string;
  readonly mulaw: Uint8Array;
  readonly words: readonly LexiconWord[];
  /** One past the last audible sample. */
  readonly lastAudible: number;
}

export interface Anchor {
  readonly entry: LexiconEntry;
  readonly position: number;
}

function toEntry(utterance: Utterance): LexiconEntry {
  const mulaw = encodeMulaw(utterance.pcm8k);
  let lastAudible = mulaw.length;
  while (lastAudible > 0 && AUDIBLE[mulaw[lastAudible - 1]!] === 0) lastAudible--;
  const words = utterance.words.map(({ word, startMs, endMs }) => {
    const start = Math.max(0, Math.round(startMs * SAMPLES_PER_MS));
    const end = Math.min(mulaw.length, Math.round(endMs * SAMPLES_PER_MS));
    let audible = 0;
    for (let i = start; i < end; i++) audible += AUDIBLE[mulaw[i]!]!;
    return { word, start, end, audible };
  });
  return {
    voice: utterance.voice,
    mulaw,
    words: words.filter((word) => word.audible > 0),
    lastAudible,
  };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.length).equals(b);
}

/** How everything sounds that was ever said, ready to be found in the audio of a line. */
export class Lexicon {
  readonly #anchors = new Map<number, Anchor[]>();
  /** One bit for hashes alike: most sounds are unknown, and this says so faster than a Map. */
  readonly #maybe = new Uint32Array(FILTER_BITS / 32);
  readonly #byWords = new Map<string, LexiconEntry[]>();
  readonly #entries: LexiconEntry[] = [];

  /** Everything that was taken, in that order; it only grows. */
  get entries(): readonly LexiconEntry[] {
    return this.#entries;
  }

  /** Number of different utterances. */
  get size(): number {
    return this.#entries.length;
  }

  /** An utterance that sounds exactly as a known one with the same words is not taken again. */
  add(utterance: Utterance): void {
    const entry = toEntry(utterance);
    if (entry.words.length === 0) return;
    const key = entry.words.map((word) => word.word).join(' ');
    const alike = this.#byWords.get(key) ?? [];
    if (alike.some((known) => sameBytes(known.mulaw, entry.mulaw))) return;
    this.#byWords.set(key, [...alike, entry]);
    this.#entries.push(entry);
    const last = entry.lastAudible - WINDOW_SAMPLES;
    for (let position = 0; position <= last; position += ANCHOR_STRIDE_SAMPLES) {
      if (!this.#distinctive(entry.mulaw, position)) continue;
      const hash = windowHash(entry.mulaw, position);
      const bit = hash & (FILTER_BITS - 1);
      this.#maybe[bit >>> 5]! |= 1 << (bit & 31);
      const anchors = this.#anchors.get(hash);
      if (anchors) anchors.push({ entry, position });
      else this.#anchors.set(hash, [{ entry, position }]);
    }
  }

  /** Places whose window has this hash; the caller compares the bytes. */
  anchorsAt(hash: number): readonly Anchor[] | undefined {
    const bit = hash & (FILTER_BITS - 1);
    if ((this.#maybe[bit >>> 5]! & (1 << (bit & 31))) === 0) return undefined;
    return this.#anchors.get(hash);
  }

  #distinctive(mulaw: Uint8Array, from: number): boolean {
    const seen = new Set<number>();
    for (let i = from; i < from + WINDOW_SAMPLES; i++) {
      const byte = mulaw[i]!;
      if (AUDIBLE[byte] === 1) seen.add(byte);
    }
    return seen.size >= DISTINCT_BYTES_IN_ANCHOR;
  }
}
