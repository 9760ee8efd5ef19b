import type { EspeakVoices } from '../../voices/espeak-voices.ts';
import { isEnglish } from '../../gemini/words.ts';
import { bytesPerMs, encodeSpeech, type AudioFormat } from './audio-format.ts';

/** A stretch of speech, with the text that has begun to sound by its end. */
export interface SpokenChunk {
  readonly audio: Buffer;
  readonly durationMs: number;
  /** Text that begins in this chunk, with the white space before it; all of them joined are the text. */
  readonly text: string;
}

export interface Manner {
  readonly voice: string | { readonly id: string };
  readonly speed: number;
  readonly format: AudioFormat;
  readonly chunkMs: number;
}

const BETWEEN_SENTENCES = /(?<=[.!?…]["»”)]*\s+)(?=\S)/u;

/** Sentences are spoken one by one, so that the first is heard before the last is made. */
function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  for (const part of text.split(BETWEEN_SENTENCES)) {
    if (/[\p{L}\p{N}]/u.test(part)) sentences.push(part);
    else if (sentences.length > 0) sentences.push(sentences.pop()! + part);
  }
  return sentences;
}

/** Says texts with the simulator's voices. */
export class Speech {
  readonly #voices: Pick<EspeakVoices, 'speak' | 'voiceFor'>;

  constructor(voices: Pick<EspeakVoices, 'speak' | 'voiceFor'>) {
    this.#voices = voices;
  }

  /** The text as audio, piece by piece; the sentence behind is made while one is taken. */
  async *say(text: string, manner: Manner): AsyncGenerator<SpokenChunk> {
    const sentences = sentencesOf(text);
    const name = typeof manner.voice === 'string' ? manner.voice : manner.voice.id;
    const voice = this.#voices.voiceFor(name, isEnglish(text) ? 'en-US' : 'es-419');
    const speak = (sentence: string) =>
      this.#voices.speak({ text: sentence, voice, rate: manner.speed });
    let next = sentences[0] === undefined ? undefined : speak(sentences[0]);
    for (const [index, sentence] of sentences.entries()) {
      const utterance = await next!;
      const following = sentences[index + 1];
      next = following === undefined ? undefined : speak(following);
      // A failure is told when its turn comes.
      next?.catch(() => undefined);
      yield* chunksOf(sentence, utterance, manner);
    }
  }
}

function* chunksOf(
  sentence: string,
  utterance: Awaited<ReturnType<EspeakVoices['speak']>>,
  { format, chunkMs }: Manner,
): Generator<SpokenChunk> {
  const whole = encodeSpeech(utterance.pcm8k, format);
  const chunkBytes = Math.round(chunkMs) * bytesPerMs(format);
  const pieces = textByTime(sentence, utterance.words, utterance.durationMs);
  for (let at = 0; at < whole.length; at += chunkBytes) {
    const audio = whole.subarray(at, at + chunkBytes);
    const endMs = (at + audio.length) / bytesPerMs(format);
    const last = at + chunkBytes >= whole.length;
    let text = '';
    while (pieces[0] !== undefined && (last || pieces[0].startMs < endMs)) {
      text += pieces.shift()!.text;
    }
    yield { audio, durationMs: audio.length / bytesPerMs(format), text };
  }
}

/** The words of a sentence with the white space behind them, and when they begin to sound. */
function textByTime(
  sentence: string,
  words: readonly { readonly word: string; readonly startMs: number }[],
  durationMs: number,
): { text: string; startMs: number }[] {
  const tokens = sentence.match(/\s*\S+\s*$|\s*\S+/gu) ?? [sentence];
  const starts: number[] = [];
  for (const { word, startMs } of words) {
    // What is not spoken stands with the word before it.
    for (let i = word.split(/\s+/u).length; i > 0; i--) starts.push(startMs);
  }
  return tokens.map((text, index) => ({
    text,
    startMs: starts[index] ?? (durationMs * index) / tokens.length,
  }));
}
