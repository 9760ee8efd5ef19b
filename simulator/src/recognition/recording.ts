import type { RecordedSpeech, RecordedWord, RecordingRecognizer } from './contract.ts';
import { refinedPlace, wordLikeness } from './correlation.ts';
import { FINGERPRINT_BITS, FingerprintIndex, fingerprintsOf, ones } from './fingerprints.ts';
import type { Fingerprints, KnownSound } from './fingerprints.ts';
import type { Lexicon } from './lexicon.ts';
import { FRAME_SAMPLES, HOP_SAMPLES } from './spectrum.ts';

const SAMPLES_PER_MS = 8;
/** Audio that is worked through before others get their turn: 2 s. */
const WINDOW_SAMPLES = 16_384;
/** What a window needs of the one before: the fingerprints of its first frames look back. */
const OVERLAP_SAMPLES = FRAME_SAMPLES * 4;
/** Frames around a match that have to agree too, on each side: 128 ms. */
const CONTEXT_FRAMES = 16;
/** Share of wrong bits up to which two stretches may be the same; unlike ones have half. */
const MOST_WRONG = 0.3;
/** Places in the lexicon that are tried for one frame. */
const MOST_CANDIDATES = 512;
/** A place that was tried in vain is tried again this many frames later. */
const RETRY_FRAMES = 32;
/** Silence that separates two results; less than that where another one begins to speak. */
const PAUSE_MS = 500;

interface Found extends RecordedWord {
  readonly voice: string;
  readonly alignment: Alignment;
}

/** "This utterance begins here", and the words of it that are truly there. */
interface Alignment {
  readonly sound: KnownSound;
  readonly origin: number;
  readonly words: Found[];
  /** Samples of the words. */
  readonly weight: number;
}

/** A number for "this utterance, beginning at this frame", which may be before the recording. */
const diagonalOf = (index: number, frame: number): number => index * 2 ** 25 + frame + 2 ** 20;

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createRecordingRecognizer(lexicon: Lexicon): RecordingRecognizer {
  const index = new FingerprintIndex(lexicon);
  return {
    async recognize(pcm) {
      while (index.learnOne()) await breathe();
      const search = new RecordingSearch(index, pcm);
      for (let at = 0; at < pcm.length; at += WINDOW_SAMPLES) {
        search.window(at, Math.min(pcm.length, at + WINDOW_SAMPLES));
        await breathe();
      }
      return toSpeech(chosen(search.alignments));
    },
  };
}

class RecordingSearch {
  readonly alignments: Alignment[] = [];
  readonly #index: FingerprintIndex;
  readonly #pcm: Int16Array;
  readonly #bits: Uint32Array;
  readonly #audible: Uint8Array;
  /** Frame until which a diagonal (one utterance at one place) needs no other look. */
  readonly #settledUntil = new Map<number, number>();
  /** Frame up to which a whole utterance was found: nothing explains that better. */
  #explainedUntil = 0;

  constructor(index: FingerprintIndex, pcm: Int16Array) {
    this.#index = index;
    this.#pcm = pcm;
    const frames = Math.ceil(pcm.length / HOP_SAMPLES);
    this.#bits = new Uint32Array(frames);
    this.#audible = new Uint8Array(frames);
  }

  window(from: number, to: number): void {
    const start = Math.max(0, from - OVERLAP_SAMPLES);
    const prints = fingerprintsOf(this.#pcm.subarray(start, to));
    const offset = start / HOP_SAMPLES;
    const already = start === 0 ? 0 : OVERLAP_SAMPLES / HOP_SAMPLES - CONTEXT_FRAMES - 8;
    for (let frame = already; frame < prints.bits.length; frame++) {
      this.#bits[offset + frame] = prints.bits[frame]!;
      this.#audible[offset + frame] = prints.audible[frame]!;
    }
    const end = offset + prints.bits.length;
    for (let frame = offset + already; frame < end; frame++) {
      if (frame >= this.#explainedUntil && this.#audible[frame] === 1) this.#look(frame, end);
    }
  }

  #look(frame: number, end: number): void {
    let tried = 0;
    this.#index.lookUp(this.#bits[frame]!, (sound, index, at) => {
      const diagonal = diagonalOf(index, frame - at);
      if ((this.#settledUntil.get(diagonal) ?? -1) >= frame) return true;
      const agrees = this.#agrees(sound, at, frame, end);
      this.#settledUntil.set(diagonal, frame + RETRY_FRAMES);
      if (agrees) this.#align(sound, index, at, frame);
      return ++tried < MOST_CANDIDATES;
    });
  }

  #agrees(sound: Fingerprints, at: number, frame: number, end: number): boolean {
    let wrong = 0;
    let compared = 0;
    for (let i = -CONTEXT_FRAMES; i <= CONTEXT_FRAMES; i++) {
      if (frame + i < 0 || frame + i >= end || sound.audible[at + i] !== 1) continue;
      wrong += ones(sound.bits[at + i]! ^ this.#bits[frame + i]!);
      compared++;
    }
    return compared >= CONTEXT_FRAMES / 2 && wrong <= MOST_WRONG * compared * FINGERPRINT_BITS;
  }

  #align(sound: KnownSound, index: number, at: number, frame: number): void {
    const knownAt = at * HOP_SAMPLES;
    const place = refinedPlace(sound.pcm, knownAt, this.#pcm, frame * HOP_SAMPLES, FRAME_SAMPLES);
    const origin = place - knownAt;
    const alignment: Alignment = { sound, origin, words: [], weight: 0 };
    let weight = 0;
    for (const { word, start, end } of sound.entry.words) {
      const length = end - start;
      const like = wordLikeness(sound.pcm, start, this.#pcm, origin + start, length);
      if (like === 0) continue;
      weight += length;
      alignment.words.push({
        word,
        startMs: Math.max(0, origin + start) / SAMPLES_PER_MS,
        endMs: (origin + end) / SAMPLES_PER_MS,
        confidence: Math.min(1, like),
        voice: sound.entry.voice,
        alignment,
      });
    }
    if (alignment.words.length === 0) return;
    this.alignments.push(Object.assign(alignment, { weight }));
    if (alignment.words.length === sound.entry.words.length) {
      const { end } = sound.entry.words.at(-1)!;
      this.#explainedUntil = Math.floor((origin + end - FRAME_SAMPLES) / HOP_SAMPLES);
    }
    // The whole utterance has been looked at: neither this diagonal nor its neighbours lead further.
    const last = frame - at + sound.bits.length;
    for (let aside = -1; aside <= 1; aside++) {
      this.#settledUntil.set(diagonalOf(index, frame - at + aside), last);
    }
  }
}

/** Each stretch of sound is one word only: the one of the utterance that explains most. */
function chosen(alignments: readonly Alignment[]): Found[] {
  const taken: Found[] = [];
  const strongest = [...alignments].sort((a, b) => b.weight - a.weight);
  for (const { words } of strongest) {
    for (const word of words) {
      const middle = (word.startMs + word.endMs) / 2;
      const overlaps = taken.some(
        (other) =>
          (middle > other.startMs && middle < other.endMs) ||
          (word.startMs < (other.startMs + other.endMs) / 2 &&
            word.endMs > (other.startMs + other.endMs) / 2),
      );
      if (!overlaps) taken.push(word);
    }
  }
  return taken.sort((a, b) => a.startMs - b.startMs);
}

function toSpeech(words: readonly Found[]): RecordedSpeech[] {
  const groups: Found[][] = [];
  for (const word of words) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    const goesOn = before && before.voice === word.voice && word.startMs - before.endMs < PAUSE_MS;
    if (goesOn) group!.push(word);
    else groups.push([word]);
  }
  return groups.map((group) => ({
    text: group.map(({ word }) => word).join(' '),
    voice: group[0]!.voice,
    words: group.map(({ word, startMs, endMs, confidence }) => ({
      word,
      startMs,
      endMs,
      confidence,
    })),
    startMs: group[0]!.startMs,
    endMs: group.at(-1)!.endMs,
    confidence: group.reduce((sum, { confidence }) => sum + confidence, 0) / group.length,
  }));
}
