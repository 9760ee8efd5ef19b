import type { RecognizedSpeech } from '../recognition/contract.ts';
import type { ListeningConfig } from './speech-config.ts';

export type ActivityEvent = 'BEGIN' | 'END' | 'TIMEOUT';

export function toDuration(ms: number): { seconds: string; nanos: number } {
  const whole = Math.floor(ms / 1_000);
  return { seconds: String(whole), nanos: Math.round((ms - whole * 1_000) * 1e6) };
}

/** A word as it is written without automatic punctuation. Marks inside numbers and times stay. */
const withoutPunctuation = (word: string): string =>
  word.replace(/[¿¡"“”«»()]|[.,;:?!…—–-]+(?=\s|$)/gu, '').trim();

const SENTENCE_END = /[.?!…]["”»)]*$/u;

/** The words of an utterance in the spelling that was asked for. */
export function wordsAsWritten(
  words: readonly { readonly word: string }[],
  punctuation: boolean,
): string[] {
  if (punctuation) return words.map(({ word }) => word);
  return words.map(({ word }, index) => {
    const bare = withoutPunctuation(word);
    const before = words[index - 1]?.word;
    const startsSentence = before === undefined || SENTENCE_END.test(before);
    // A capital that only the start of a sentence gave goes; an acronym keeps its own.
    const capital = startsSentence && /^\p{Lu}(\p{Ll}|$)/u.test(bare);
    return capital ? bare.charAt(0).toLowerCase() + bare.slice(1) : bare;
  });
}

/** Results in the field names of the version that the client speaks. */
export class SpeechResults {
  readonly #config: ListeningConfig;

  constructor(config: ListeningConfig) {
    this.#config = config;
  }

  #time(v1Name: string, v2Name: string, ms: number): object {
    return { [this.#config.version === 'v1' ? v1Name : v2Name]: toDuration(ms) };
  }

  get #languageCode(): string {
    const { version, languageCode } = this.#config;
    return version === 'v1' ? languageCode.toLowerCase() : languageCode;
  }

  interim(speech: RecognizedSpeech): object {
    const words = wordsAsWritten(speech.words, this.#config.punctuation);
    const end = this.#time('resultEndTime', 'resultEndOffset', speech.endMs);
    const result = (transcript: string, stability: number): object => ({
      alternatives: [{ transcript, confidence: 0, words: [] }],
      isFinal: false,
      stability,
      languageCode: this.#languageCode,
      ...end,
    });
    if (!this.#config.splitsInterims || words.length < 3) {
      return { results: [result(words.join(' '), words.length < 3 ? 0.01 : 0.9)] };
    }
    return {
      results: [result(words.slice(0, -1).join(' '), 0.9), result(` ${words.at(-1)!}`, 0.01)],
    };
  }

  #finalResult(speech: RecognizedSpeech): object {
    const { punctuation, wordTimes, wordConfidence } = this.#config;
    const written = wordsAsWritten(speech.words, punctuation);
    const words = speech.words.map(({ startMs, endMs }, index) => ({
      word: written[index]!,
      ...(wordTimes ? this.#time('startTime', 'startOffset', startMs) : {}),
      ...(wordTimes ? this.#time('endTime', 'endOffset', endMs) : {}),
      confidence: wordConfidence ? speech.confidence : 0,
    }));
    return {
      alternatives: [
        {
          transcript: written.join(' '),
          confidence: speech.confidence,
          words: wordTimes || wordConfidence ? words : [],
        },
      ],
      isFinal: true,
      stability: 0,
      languageCode: this.#languageCode,
      ...this.#time('resultEndTime', 'resultEndOffset', speech.endMs),
    };
  }

  final(speech: RecognizedSpeech): object {
    return { results: [this.#finalResult(speech)] };
  }

  activity(event: ActivityEvent, atMs: number): object {
    return {
      results: [],
      speechEventType: `SPEECH_ACTIVITY_${event}`,
      ...this.#time('speechEventTime', 'speechEventOffset', atMs),
    };
  }

  endOfSingleUtterance(atMs: number): object {
    return {
      results: [],
      speechEventType: 'END_OF_SINGLE_UTTERANCE',
      ...this.#time('speechEventTime', 'speechEventOffset', atMs),
    };
  }

  /** Audio is billed in whole seconds (cloud.google.com/speech-to-text/pricing). */
  billing(audioMs: number): object {
    const billed = toDuration(Math.ceil(audioMs / 1_000) * 1_000);
    return this.#config.version === 'v1'
      ? { totalBilledTime: billed }
      : { metadata: { totalBilledDuration: billed } };
  }
}
