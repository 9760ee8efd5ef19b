import type { RecordedSpeech, RecordedWord } from '../recognition/contract.ts';
import { withoutProfanity } from './profanity.ts';
import type { RecordingConfig } from './recording-config.ts';
import { toDuration, wordsAsWritten } from './speech-results.ts';

/** Silence between two results. */
const PAUSE_MS = 500;
/** Times come in steps: v1 documents 100 ms. */
const STEP_MS = { v1: 100, v2: 10 } as const;

interface Spoken extends RecordedWord {
  readonly written: string;
  readonly voice: string;
}

/** Words without a pause between them. */
interface Stretch {
  readonly words: readonly Spoken[];
  /** From 1; 0 unless channels are told apart. */
  readonly channel: number;
  readonly languageCode: string;
  readonly endMs: number;
}

/** The fields of `SpeechRecognitionResult` of either version, all results of a recording. */
export class RecordingResults {
  readonly #config: RecordingConfig;
  readonly #speakers = new Map<string, number>();

  constructor(config: RecordingConfig) {
    this.#config = config;
  }

  /** @param channels what was heard on each channel that was listened to */
  all(channels: readonly (readonly RecordedSpeech[])[]): object[] {
    const stretches = channels
      .flatMap((speech, index) =>
        this.#stretches(speech, this.#config.separateChannels ? index + 1 : 0),
      )
      .sort((a, b) => a.endMs - b.endMs);
    const results = stretches.map((stretch, index) => this.#result(stretch, index));
    const { version, mostSpeakers } = this.#config;
    if (version === 'v1' && mostSpeakers !== undefined && stretches.length > 0) {
      results.push(this.#speakersOf(stretches));
    }
    return results;
  }

  #stretches(speech: readonly RecordedSpeech[], channel: number): Stretch[] {
    const stretches: { words: Spoken[]; channel: number; languageCode: string; endMs: number }[] =
      [];
    for (const { words, voice, endMs } of speech) {
      const languageCode = this.#languageOf(voice);
      if (languageCode === undefined) continue;
      const written = wordsAsWritten(words, this.#config.punctuation);
      const spoken = words.map((word, i) => ({
        ...word,
        written: this.#config.profanityFilter ? withoutProfanity(written[i]!) : written[i]!,
        voice,
      }));
      const last = stretches.at(-1);
      const goesOn =
        last?.languageCode === languageCode && spoken[0]!.startMs - last.endMs < PAUSE_MS;
      if (goesOn) {
        last.words.push(...spoken);
        last.endMs = endMs;
      } else stretches.push({ words: spoken, channel, languageCode, endMs });
    }
    return stretches;
  }

  /** The first of the wanted languages that the voice speaks; nothing else is understood. */
  #languageOf(voice: string): string | undefined {
    const spoken = voice.split(/[-+]/)[0];
    return this.#config.languages
      .map((code) => (code === 'auto' ? (spoken === 'es' ? 'es-US' : 'en-US') : code))
      .find((code) => code.split('-')[0]!.toLowerCase() === spoken);
  }

  #result({ words, channel, languageCode, endMs }: Stretch, index: number): object {
    const { version, mostSpeakers, wordTimes, wordConfidence } = this.#config;
    const v1 = version === 'v1';
    const wanted = wordTimes || wordConfidence || (!v1 && mostSpeakers !== undefined);
    const before = index === 0 ? '' : ' ';
    const alternatives = this.#hypotheses(words).map((hypothesis, rank) => ({
      transcript: before + hypothesis.map(({ written }) => written).join(' '),
      confidence: rank === 0 ? meanConfidence(hypothesis) : 0,
      words: rank === 0 && wanted ? hypothesis.map((word) => this.#word(word, wordTimes)) : [],
    }));
    return {
      alternatives,
      channelTag: channel,
      languageCode: v1 ? languageCode.toLowerCase() : languageCode,
      ...this.#time('resultEndTime', 'resultEndOffset', endMs),
    };
  }

  /** The best one, and then ones that missed the words of which it was least sure. */
  #hypotheses(words: readonly Spoken[]): (readonly Spoken[])[] {
    const doubtful = words
      .map((_, index) => index)
      .sort((a, b) => words[a]!.confidence - words[b]!.confidence);
    const others = doubtful.slice(0, Math.min(this.#config.mostAlternatives, words.length) - 1);
    return [words, ...others.map((missed) => words.filter((_, index) => index !== missed))];
  }

  #word(word: Spoken, times: boolean, speaker = this.#config.version === 'v2'): object {
    const { wordConfidence, mostSpeakers } = this.#config;
    const tag = speaker && mostSpeakers !== undefined ? this.#speaker(word.voice) : 0;
    return {
      word: word.written,
      ...(times ? this.#time('startTime', 'startOffset', word.startMs) : {}),
      ...(times ? this.#time('endTime', 'endOffset', word.endMs) : {}),
      confidence: wordConfidence ? word.confidence : 0,
      speakerTag: tag,
      speakerLabel: tag === 0 ? '' : String(tag),
    };
  }

  /** Numbers in order of appearance; who comes after the last allowed one is taken for that one. */
  #speaker(voice: string): number {
    const known = this.#speakers.get(voice);
    if (known !== undefined) return known;
    const tag = Math.min(this.#speakers.size + 1, this.#config.mostSpeakers ?? 1);
    this.#speakers.set(voice, tag);
    return tag;
  }

  /**
   * v1 tells speakers only in the last result, which has every word and no transcript
   * (RecognitionConfig.diarization_config of google/cloud/speech/v1/cloud_speech.proto).
   */
  #speakersOf(stretches: readonly Stretch[]): object {
    const words = stretches.flatMap((stretch) => stretch.words);
    const last = stretches.at(-1)!;
    return {
      alternatives: [{ words: words.map((word) => this.#word(word, true, true)) }],
      languageCode: last.languageCode.toLowerCase(),
      ...this.#time('resultEndTime', 'resultEndOffset', last.endMs),
    };
  }

  #time(v1Name: string, v2Name: string, ms: number): object {
    const step = STEP_MS[this.#config.version];
    const rounded = Math.round(ms / step) * step;
    return { [this.#config.version === 'v1' ? v1Name : v2Name]: toDuration(rounded) };
  }
}

function meanConfidence(words: readonly Spoken[]): number {
  const sum = words.reduce((total, { confidence }) => total + confidence, 0);
  return words.length === 0 ? 0 : sum / words.length;
}
