import type {
  RecognitionEvents,
  RecognitionStream,
  RecognizedSpeech,
  Recognizer,
} from './contract.ts';
import type { Alignment, FoundWord } from './alignment.ts';
import { AUDIBLE } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import { Search } from './search.ts';
import { BLOCK_SAMPLES, VoiceActivity } from './voice-activity.ts';

const SAMPLES_PER_MS = 8;
/** Silence after a whole known utterance that makes it final. */
const COMPLETE_SILENCE_SAMPLES = 800;
/** Silence that makes final whatever was heard. */
const PAUSE_SAMPLES = 4_000;
/** Unknown sounds after the last word that make it final. */
const UNKNOWN_SAMPLES = 12_000;

/** Listeners that know how everything in the lexicon sounds, and nothing else. */
export function createRecognizer(lexicon: Lexicon): Recognizer {
  return { listen: (events) => new Listener(lexicon, events) };
}

function better(a: Alignment, b: Alignment): Alignment {
  if (a.matched !== b.matched) return a.matched > b.matched ? a : b;
  return b.complete && !a.complete ? b : a;
}

class Listener implements RecognitionStream {
  readonly #events: RecognitionEvents;
  readonly #search: Search;
  readonly #activity: VoiceActivity;
  /** What is being heard now, each as good as the others so far; some may have been left already. */
  #alignments: Alignment[] = [];
  /** Words of the current speech from audio that is behind us. */
  #settled: FoundWord[] = [];
  /** The last words that were settled end a whole utterance. */
  #settledComplete = false;
  /** Place in the stream up to which finals have told everything. */
  #toldUntil = 0;
  #lastInterim = '';
  #ended = false;

  constructor(lexicon: Lexicon, events: RecognitionEvents) {
    this.#events = events;
    this.#search = new Search(lexicon);
    this.#activity = new VoiceActivity({
      started: (at) => events.speechStarted?.(at / SAMPLES_PER_MS),
      ended: (at) => events.speechEnded?.(at / SAMPLES_PER_MS),
    });
  }

  feed(mulaw: Uint8Array): void {
    if (this.#ended) throw new Error('the stream has ended');
    let from = 0;
    while (from < mulaw.length) {
      const room = BLOCK_SAMPLES - (this.#search.position % BLOCK_SAMPLES);
      const to = Math.min(mulaw.length, from + room);
      this.#listen(mulaw, from, to);
      this.#activity.feed(mulaw, from, to);
      this.#judge();
      from = to;
    }
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#finish();
    this.#activity.end();
  }

  #listen(mulaw: Uint8Array, from: number, to: number): void {
    const tracking = this.#alignments.length > 0;
    if (!tracking && !this.#anyAudible(mulaw, from, to)) {
      for (let i = from; i < to; i++) this.#search.remember(mulaw[i]!);
      return;
    }
    for (let i = from; i < to; i++) {
      const byte = mulaw[i]!;
      if (this.#alignments.length === 0) {
        const found = this.#search.look(byte, this.#toldUntil);
        if (found) this.#begin(found);
        continue;
      }
      this.#search.remember(byte);
      let running = false;
      for (const alignment of this.#alignments) {
        if (alignment.lost || alignment.complete) continue;
        alignment.accept(byte);
        running ||= !alignment.lost && !alignment.complete;
      }
      if (!running) this.#settle();
    }
  }

  #anyAudible(mulaw: Uint8Array, from: number, to: number): boolean {
    for (let i = from; i < to; i++) if (AUDIBLE[mulaw[i]!] === 1) return true;
    return false;
  }

  #begin(found: Alignment[]): void {
    const best = found.reduce(better);
    // The new idea explains this stretch better than what was settled about it.
    const kept = this.#settled.filter((word) => word.start < best.startedAt);
    if (kept.length < this.#settled.length) this.#settledComplete = false;
    this.#settled = kept;
    if (this.#settledComplete) this.#finish();
    this.#alignments = found;
    if (found.every((alignment) => alignment.complete)) this.#settle();
  }

  #best(): Alignment | undefined {
    return this.#alignments.length > 0 ? this.#alignments.reduce(better) : undefined;
  }

  /** Decides for the best idea of what was heard; the next sound is looked up anew. */
  #settle(): void {
    const best = this.#best();
    if (!best) return;
    this.#alignments = [];
    this.#settled.push(...best.words);
    if (best.complete) this.#settledComplete = true;
    else if (best.words.length > 0) this.#settledComplete = false;
  }

  #judge(): void {
    this.#tellInterim();
    const silent = this.#activity.silentSamples;
    if (silent >= PAUSE_SAMPLES) return this.#finish();
    if (this.#alignments.length > 0 || this.#settled.length === 0) return;
    if (this.#settledComplete && silent >= COMPLETE_SILENCE_SAMPLES) return this.#finish();
    if (this.#search.position - this.#settled.at(-1)!.end >= UNKNOWN_SAMPLES) this.#finish();
  }

  #words(): readonly FoundWord[] {
    const best = this.#best();
    return best && best.words.length > 0 ? [...this.#settled, ...best.words] : this.#settled;
  }

  #tellInterim(): void {
    if (!this.#events.interim) return;
    const words = this.#words();
    if (words.length === 0) return;
    const last = words.at(-1)!;
    const key = `${words.length} ${last.start} ${last.word}`;
    if (key === this.#lastInterim) return;
    this.#lastInterim = key;
    this.#events.interim(toSpeech(words));
  }

  #finish(): void {
    this.#settle();
    const words = this.#settled;
    this.#settled = [];
    this.#settledComplete = false;
    this.#lastInterim = '';
    if (words.length === 0) return;
    this.#toldUntil = words.at(-1)!.end;
    this.#events.final(toSpeech(words));
  }
}

function toSpeech(found: readonly FoundWord[]): RecognizedSpeech {
  let matched = 0;
  let wrong = 0;
  for (const word of found) {
    matched += word.matched;
    wrong += word.wrong;
  }
  const words = found.map(({ word, start, end }) => ({
    word,
    startMs: start / SAMPLES_PER_MS,
    endMs: end / SAMPLES_PER_MS,
  }));
  return {
    text: words.map(({ word }) => word).join(' '),
    words,
    startMs: words[0]?.startMs ?? 0,
    endMs: words.at(-1)?.endMs ?? 0,
    confidence: matched / (matched + wrong),
  };
}
