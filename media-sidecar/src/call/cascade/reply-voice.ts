import type { Clock } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type { PhoneLeg } from '../../telephony/contract.ts';
import type { SpeechUsage, TextToSpeech, VoiceSettings } from '../../tts/contract.ts';
import type { CallOptions } from '../options.ts';
import type { ReplyDelays } from '../reply-delays.ts';
import { guarded } from '../stall-guard.ts';
import {
  audioMsOf,
  bytesToMs,
  newUtterance,
  rewind,
  wordsHeard,
  type Utterance,
} from './utterance.ts';

export interface ReplyVoiceListener {
  /** Sound begins after silence. */
  onAudible(): void;
  /** Everything so far was heard, more is to come. */
  onDrained(): void;
  /** Everything was heard and nothing more comes. */
  onPlayed(): void;
  /** The last sentence that must be heard was heard. */
  onRequiredPlayed(): void;
  onFailed(error: unknown, partlySpoken: boolean): void;
  onUsage(usage: SpeechUsage): void;
}

export interface ReplyVoiceDeps {
  readonly leg: PhoneLeg;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly options: CallOptions;
  readonly tts: TextToSpeech;
  readonly fallbackTts?: TextToSpeech;
  readonly voice: VoiceSettings;
  /** The tenant, for the cache of phrases. */
  readonly owner: string;
  readonly delays: ReplyDelays;
}

/**
 * Turns a reply's sentences into sound, in order: the next are prepared while one plays, and what
 * was not heard is kept so that the reply can go on after a false interruption.
 */
export class ReplyVoice {
  readonly #deps: ReplyVoiceDeps;
  readonly #listener: ReplyVoiceListener;
  readonly #replyId: string;
  /** All that is to be heard; those before `#head` were handed to the phone completely. */
  readonly #utterances: Utterance[] = [];
  /** Everything that ever was to be said, for the record. */
  readonly #said: string[] = [];
  #head = 0;
  #made = 0;
  /** Items on the phone whose end was not heard yet. */
  readonly #unheard = new Map<string, Utterance>();
  #gate: 'closed' | 'prepare' | 'open' = 'closed';
  #held = false;
  #inputEnded = false;
  #stopped = false;
  #useFallback = false;
  #told = false;

  constructor(deps: ReplyVoiceDeps, replyId: string, listener: ReplyVoiceListener) {
    this.#deps = deps;
    this.#replyId = replyId;
    this.#listener = listener;
  }

  get anySent(): boolean {
    return this.#deps.delays.firstAudioSentAtMs !== undefined;
  }

  get anySaid(): boolean {
    return this.#said.length > 0;
  }

  get generatedText(): string {
    return this.#said.join(' ');
  }

  add(text: string, step?: number, required = false): void {
    if (this.#stopped || this.#inputEnded) return;
    this.#said.push(text);
    this.#utterances.push(newUtterance(this.#nextItemId(), text, step, required));
    this.#pump();
  }

  /** Says a phrase before everything that does not sound yet. */
  addNext(text: string): void {
    if (this.#stopped || this.#inputEnded) return;
    const head = this.#utterances[this.#head];
    const at = head && head.sentBytes > 0 ? this.#head + 1 : this.#head;
    this.#said.push(text);
    this.#utterances.splice(at, 0, newUtterance(this.#nextItemId(), text, undefined, false));
    this.#pump();
  }

  /** Nothing more will be added. */
  end(): void {
    this.#inputEnded = true;
    this.#tellIfPlayed();
  }

  /** Lets sentences be prepared, but not be heard. */
  prepare(): void {
    if (this.#gate === 'closed') this.#gate = 'prepare';
    this.#pump();
  }

  open(): void {
    this.#gate = 'open';
    this.#pump();
  }

  /** Silence now; `resume` goes on. */
  hold(): void {
    if (this.#held || this.#stopped) return;
    this.#held = true;
    this.#deps.delays.disturbed = true;
    this.#silence();
  }

  resume(): void {
    if (!this.#held || this.#stopped) return;
    this.#held = false;
    this.#head = this.#utterances.findIndex(({ played }) => !played);
    if (this.#head < 0) this.#head = this.#utterances.length;
    for (const utterance of this.#utterances.slice(this.#head)) {
      if (utterance.stoppedAtMs === undefined) continue;
      rewind(utterance, this.#deps.options.resumeBackMs);
      utterance.stoppedAtMs = undefined;
    }
    this.#pump();
  }

  /** Silence for good. */
  stop(): void {
    if (this.#stopped) return;
    this.#silence();
    this.#stopped = true;
    for (const utterance of this.#utterances) {
      utterance.abort?.abort();
      utterance.chunks = [];
    }
  }

  /** Gives up what does not sound yet, to say something else. */
  dropUnsent(): void {
    const head = this.#utterances[this.#head];
    const from = head && head.sentBytes > head.itemStartBytes ? this.#head + 1 : this.#head;
    for (const utterance of this.#utterances.splice(from)) utterance.abort?.abort();
    this.#inputEnded = false;
    if (!head || from === this.#head || head.synthesis === 'done') return;
    head.abort?.abort();
    head.synthesis = 'done';
    head.truncated = true;
    this.#play();
  }

  /** Some of this step of the model was handed to the phone. */
  anySentOf(step: number): boolean {
    return this.#of(step).some(({ sentBytes }) => sentBytes > 0);
  }

  /** Forgets a step of the model of which nothing was sent. */
  dropStep(step: number): void {
    for (const utterance of this.#of(step)) {
      utterance.abort?.abort();
      this.#utterances.splice(this.#utterances.indexOf(utterance), 1);
    }
  }

  /** Tries the sentences that failed once more. */
  retry(use: 'same' | 'fallback'): void {
    if (use === 'fallback') this.#useFallback = true;
    this.#deps.delays.disturbed = true;
    for (const utterance of this.#utterances) {
      if (utterance.synthesis === 'failed') utterance.synthesis = 'waiting';
    }
    this.#pump();
  }

  /** The phone says that an item was heard to its end. */
  itemPlayed(itemId: string): void {
    const utterance = this.#unheard.get(itemId);
    if (!utterance) return;
    this.#unheard.delete(itemId);
    this.#markPlayed(utterance);
    this.#pump();
    // A reply that is over is over: nothing about its parts is news any more.
    if (this.#told) return;
    if (utterance.required && !this.#utterances.some((one) => one.required && !one.played)) {
      this.#listener.onRequiredPlayed();
    }
    if (this.#unheard.size === 0 && !this.#stopped) this.#listener.onDrained();
  }

  /** The words that were heard, of one step of the model or of the whole reply. */
  heardWords(step?: number): string {
    return this.#of(step)
      .map((utterance) => wordsHeard(utterance, this.#heardMs(utterance)))
      .filter(Boolean)
      .join(' ');
  }

  allHeard(step: number): boolean {
    return this.#of(step).every(({ played, truncated }) => played && !truncated);
  }

  #of(step: number | undefined): Utterance[] {
    return this.#utterances.filter((one) => step === undefined || one.step === step);
  }

  #heardMs(utterance: Utterance): number {
    if (utterance.stoppedAtMs !== undefined) return utterance.stoppedAtMs;
    if (utterance.played) return audioMsOf(utterance);
    const startMs = bytesToMs(utterance.itemStartBytes);
    return (
      startMs + (this.#unheard.has(utterance.itemId) ? this.#deps.leg.heardMs(utterance.itemId) : 0)
    );
  }

  #nextItemId(): string {
    return `${this.#replyId}.${this.#made++}`;
  }

  #silence(): void {
    if (this.#unheard.size === 0) return;
    for (const { itemId, heardMs } of this.#deps.leg.clear()) {
      const utterance = this.#unheard.get(itemId);
      if (utterance) utterance.stoppedAtMs = bytesToMs(utterance.itemStartBytes) + heardMs;
    }
    for (const utterance of this.#unheard.values()) {
      // What the leg did not report was heard to its end.
      const heardMs = utterance.stoppedAtMs ?? Infinity;
      if (utterance.synthesis === 'done' && heardMs >= audioMsOf(utterance)) {
        utterance.stoppedAtMs = undefined;
        this.#markPlayed(utterance);
      }
    }
    this.#unheard.clear();
  }

  #markPlayed(utterance: Utterance): void {
    utterance.played = true;
    utterance.chunks = [];
  }

  #pump(): void {
    if (this.#stopped || this.#gate === 'closed') return;
    this.#startSyntheses();
    this.#play();
    this.#tellIfPlayed();
  }

  #startSyntheses(): void {
    const { options } = this.#deps;
    let running = this.#utterances.filter(({ synthesis }) => synthesis === 'running').length;
    let aheadMs = 0;
    for (const utterance of this.#utterances) {
      if (utterance.played) continue;
      if (utterance.synthesis === 'waiting') {
        if (running >= options.parallelSentences || aheadMs > options.maxAheadMs) return;
        running += 1;
        utterance.synthesis = 'running';
        void this.#synthesize(utterance);
      }
      aheadMs += audioMsOf(utterance) - this.#heardMs(utterance);
    }
  }

  async #synthesize(utterance: Utterance): Promise<void> {
    const { clock, delays, metrics, options, owner, voice } = this.#deps;
    const tts = (this.#useFallback && this.#deps.fallbackTts) || this.#deps.tts;
    const onUsage = (usage: SpeechUsage) => this.#listener.onUsage(usage);
    const abort = new AbortController();
    utterance.abort = abort;
    const askedAtMs = clock.monotonicMs();
    delays.voiceRequestedAtMs ??= askedAtMs;
    try {
      const audio = guarded(
        (signal) => tts.synthesize({ text: utterance.text, voice, owner, onUsage }, signal),
        abort.signal,
        clock,
        { provider: tts.name, firstMs: options.voiceFirstByteMs, nextMs: options.voiceStallMs },
      );
      for await (const chunk of audio) {
        if (chunk.byteLength === 0) continue;
        if (utterance.audioBytes === 0) {
          metrics.observeMs('tts_first_byte', clock.monotonicMs() - askedAtMs);
          delays.firstAudioByteAtMs ??= clock.monotonicMs();
        }
        utterance.chunks.push(chunk);
        utterance.audioBytes += chunk.byteLength;
        this.#play();
      }
      if (abort.signal.aborted) return;
      if (utterance.audioBytes === 0) {
        throw new ProviderError(tts.name, 'protocol', 'no audio', { retryable: true });
      }
      utterance.synthesis = 'done';
      this.#pump();
    } catch (error) {
      if (abort.signal.aborted) return;
      const partlySpoken = utterance.sentBytes > 0;
      utterance.synthesis = 'failed';
      if (!partlySpoken) {
        utterance.chunks = [];
        utterance.audioBytes = 0;
      }
      this.#listener.onFailed(error, partlySpoken);
    }
  }

  /** Hands to the phone what may be heard now, strictly in order. */
  #play(): void {
    if (this.#stopped || this.#held || this.#gate !== 'open') return;
    const { clock, delays, leg, metrics } = this.#deps;
    for (; this.#head < this.#utterances.length; this.#head += 1) {
      const utterance = this.#utterances[this.#head];
      if (!utterance) return;
      if (utterance.played) continue;
      const wasSilent = this.#unheard.size === 0;
      for (; utterance.sentChunks < utterance.chunks.length; utterance.sentChunks += 1) {
        const chunk = utterance.chunks[utterance.sentChunks];
        if (!chunk) break;
        leg.play(utterance.itemId, chunk);
        utterance.sentBytes += chunk.byteLength;
        this.#unheard.set(utterance.itemId, utterance);
        if (delays.firstAudioSentAtMs === undefined) {
          delays.firstAudioSentAtMs = clock.monotonicMs();
          if (utterance.step === undefined) delays.disturbed = true;
          delays.report(metrics);
        }
      }
      if (wasSilent && this.#unheard.size > 0) this.#listener.onAudible();
      if (utterance.synthesis !== 'done') return;
      if (this.#unheard.has(utterance.itemId)) leg.finishItem(utterance.itemId);
      else this.#markPlayed(utterance);
    }
  }

  #tellIfPlayed(): void {
    if (this.#told || this.#stopped || this.#held || this.#gate !== 'open') return;
    if (!this.#inputEnded || this.#unheard.size > 0) return;
    if (this.#utterances.some(({ played }) => !played)) return;
    this.#told = true;
    this.#listener.onPlayed();
  }
}
