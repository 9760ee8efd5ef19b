import type { SpeakRequest, Utterance, Voices } from './contract.ts';
import { SpeechWorker } from './speech-worker.ts';
import { espeakVoiceFor } from './voice-names.ts';
import { Lexicon } from '../recognition/lexicon.ts';

export interface VoicesOptions {
  /**
   * How much finished speech is kept ready to be said again, in bytes of samples. What falls out
   * stays in the lexicon and is made again, the same, when asked for.
   * @defaultValue 67_108_864
   */
  readonly cacheBytes?: number;
  /** @defaultValue an empty one */
  readonly lexicon?: Lexicon;
}

export const defaultVoicesOptions = {
  cacheBytes: 64 * 1024 * 1024,
} as const satisfies VoicesOptions;

export interface EspeakVoices extends Voices {
  /** Every utterance that was ever made. */
  readonly lexicon: Lexicon;
  /**
   * The espeak-ng voice for a voice name of Google's or Twilio's.
   * @throws RangeError where no voice speaks the language
   */
  voiceFor(voiceName: string, languageCode: string): string;
  /** Ends the worker; speech that is still being made fails. */
  close(): Promise<void>;
}

const SAMPLES_PER_MS = 8;
/** Google's and Twilio's range; espeak-ng itself goes no slower than 0.46. */
const MINIMUM_RATE = 0.25;
const MAXIMUM_RATE = 4;
const MOST_SEMITONES = 20;

/** @throws if espeak-ng cannot be loaded */
export async function createVoices(options: VoicesOptions = {}): Promise<EspeakVoices> {
  const { cacheBytes, lexicon = new Lexicon() } = { ...defaultVoicesOptions, ...options };
  const worker = await SpeechWorker.start();
  const cache = new Map<string, Utterance>();
  const pending = new Map<string, Promise<Utterance>>();
  let usedBytes = 0;

  function checked(request: SpeakRequest): Required<SpeakRequest> {
    const text = request.text.trim();
    const { voice, rate = 1, pitch = 0 } = request;
    if (!/[\p{L}\p{N}]/u.test(text)) throw new RangeError('there is nothing to say in the text');
    if (!(rate >= MINIMUM_RATE && rate <= MAXIMUM_RATE)) {
      throw new RangeError(`a rate is between ${MINIMUM_RATE} and ${MAXIMUM_RATE}`);
    }
    if (!(Math.abs(pitch) <= MOST_SEMITONES)) {
      throw new RangeError(`a pitch is between -${MOST_SEMITONES} and ${MOST_SEMITONES} semitones`);
    }
    const [language = '', variant] = voice.split('+');
    if (
      !worker.languages.includes(language) ||
      (variant !== undefined && !worker.variants.includes(variant))
    ) {
      throw new RangeError(`unknown voice ${voice}`);
    }
    return { text, voice, rate, pitch };
  }

  function keep(key: string, utterance: Utterance): void {
    cache.set(key, utterance);
    usedBytes += utterance.pcm8k.byteLength;
    // A Map iterates in order of insertion, so the first is the one that was not used for longest.
    for (const [oldKey, old] of cache) {
      if (usedBytes <= cacheBytes || oldKey === key) break;
      cache.delete(oldKey);
      usedBytes -= old.pcm8k.byteLength;
    }
  }

  async function make(key: string, request: Required<SpeakRequest>): Promise<Utterance> {
    const { text, voice, rate, pitch } = request;
    const { pcm8k, words } = await worker.speak(text, voice, rate, pitch);
    const utterance: Utterance = {
      text,
      voice,
      pcm8k,
      words,
      durationMs: pcm8k.length / SAMPLES_PER_MS,
    };
    lexicon.add(utterance);
    keep(key, utterance);
    return utterance;
  }

  return {
    lexicon,
    async speak(request) {
      const valid = checked(request);
      const key = `${valid.voice}\u0000${valid.rate}\u0000${valid.pitch}\u0000${valid.text}`;
      const known = cache.get(key);
      if (known) {
        cache.delete(key);
        cache.set(key, known);
        return known;
      }
      const running = pending.get(key);
      if (running) return running;
      const making = make(key, valid).finally(() => pending.delete(key));
      pending.set(key, making);
      return making;
    },
    voiceFor: (voiceName, languageCode) =>
      espeakVoiceFor(voiceName, languageCode, worker.languages),
    close: () => worker.close(),
  };
}
