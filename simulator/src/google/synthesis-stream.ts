import { z } from 'zod';
import type { Faults } from '../faults/faults.ts';
import { GoogleError } from './google-error.ts';
import { SentenceSplitter } from './sentences.ts';
import {
  checkedRate,
  checkedSampleRate,
  encodeBare,
  synthesize,
  voiceOf,
  voiceSelectionSchema,
  withoutPauseTags,
} from './speech-synthesis.ts';
import type { BareEncoding, SynthesisVoices } from './speech-synthesis.ts';
import type { GoogleVoice } from './voice-catalogue.ts';

const configSchema = z.object({
  voice: voiceSelectionSchema.nullish(),
  streamingAudioConfig: z
    .object({
      audioEncoding: z.string(),
      sampleRateHertz: z.number().int(),
      speakingRate: z.number(),
    })
    .nullish(),
});

const inputSchema = z.object({ text: z.string().optional(), markup: z.string().optional() });

const MOST_INPUT_BYTES = 5_000;
const BARE_ENCODINGS: readonly BareEncoding[] = ['PCM', 'MULAW', 'ALAW'];

export interface SynthesisSink {
  write(audio: Uint8Array): void;
  fail(error: GoogleError): void;
  end(): void;
}

export interface SynthesisSettings {
  readonly voice: GoogleVoice;
  readonly encoding: BareEncoding;
  readonly rate: number;
  readonly sampleRateHz: number;
}

/** @throws GoogleError */
export function synthesisSettings(raw: unknown): SynthesisSettings {
  const { voice: selection, streamingAudioConfig: audio } = configSchema.parse(raw);
  const voice = voiceOf(selection);
  if (voice.family !== 'Chirp3-HD') {
    throw GoogleError.invalid(
      'Currently, only Chirp 3: HD voices are supported for streaming synthesis.',
    );
  }
  const encodingName = audio?.audioEncoding ?? 'AUDIO_ENCODING_UNSPECIFIED';
  if (encodingName === 'OGG_OPUS') {
    throw new GoogleError('UNIMPLEMENTED', 'The simulator does not encode OGG_OPUS.');
  }
  // Without an encoding the service streams 16-bit samples at the voice's own rate.
  const wanted = encodingName === 'AUDIO_ENCODING_UNSPECIFIED' ? 'PCM' : encodingName;
  const encoding = BARE_ENCODINGS.find((each) => each === wanted);
  if (!encoding) {
    throw GoogleError.invalid(
      `Unsupported audio encoding for streaming synthesis: ${encodingName}. Use PCM, ALAW, MULAW or OGG_OPUS.`,
    );
  }
  return {
    voice,
    encoding,
    rate: checkedRate(audio?.speakingRate ?? 0),
    sampleRateHz: checkedSampleRate(audio?.sampleRateHertz ?? 0, voice.naturalSampleRateHz),
  };
}

/** A stream after its configuration: text in, sentence by sentence audio out, faster than it plays. */
export class SynthesisStream {
  readonly #settings: SynthesisSettings;
  readonly #voices: SynthesisVoices;
  readonly #faults: Faults;
  readonly #sink: SynthesisSink;
  readonly #splitter = new SentenceSplitter();
  readonly #startedAt = performance.now();
  readonly #closing = new AbortController();
  #work: Promise<void> = Promise.resolve();
  #pendingSentences = 0;
  #inputTimer: NodeJS.Timeout | undefined;
  #halfClosed = false;

  constructor(
    settings: SynthesisSettings,
    voices: SynthesisVoices,
    faults: Faults,
    sink: SynthesisSink,
  ) {
    this.#settings = settings;
    this.#voices = voices;
    this.#faults = faults;
    this.#sink = sink;
    this.#expectInput();
  }

  /** @throws GoogleError */
  input(raw: unknown): void {
    const { text, markup } = inputSchema.parse(raw);
    const piece = text ?? (markup === undefined ? undefined : withoutPauseTags(markup));
    if (piece === undefined)
      throw GoogleError.invalid('Invalid input: text or markup must be set.');
    if (Buffer.byteLength(piece) > MOST_INPUT_BYTES) {
      throw GoogleError.invalid('Input is longer than the limit of 5000 bytes.');
    }
    for (const sentence of this.#splitter.push(piece)) this.#speak(sentence);
    this.#expectInput();
  }

  finish(): void {
    if (this.#halfClosed) return;
    this.#halfClosed = true;
    clearTimeout(this.#inputTimer);
    for (const sentence of this.#splitter.flush()) this.#speak(sentence);
    void this.#work.then(() => {
      if (!this.#closing.signal.aborted) this.#sink.end();
    });
  }

  close(): void {
    clearTimeout(this.#inputTimer);
    this.#closing.abort();
  }

  #expectInput(): void {
    clearTimeout(this.#inputTimer);
    if (this.#halfClosed || this.#pendingSentences > 0) return;
    this.#inputTimer = setTimeout(() => {
      this.#sink.fail(
        new GoogleError(
          'ABORTED',
          'Stream aborted due to long duration elapsed without input sent.',
        ),
      );
    }, this.#faults.current.textToSpeech.inputTimeoutMs);
  }

  #speak(sentence: string): void {
    this.#pendingSentences++;
    const askedAt = performance.now();
    const { voice, rate, sampleRateHz } = this.#settings;
    // Made while the sentence before it is still being sent.
    const pcm = synthesize(this.#voices, sentence, voice, rate, sampleRateHz);
    pcm.catch(() => undefined);
    this.#work = this.#work
      .then(async () => this.#send(await pcm, askedAt))
      .catch((error: unknown) => {
        if (this.#closing.signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        this.#sink.fail(new GoogleError('INTERNAL', message));
      })
      .finally(() => {
        this.#pendingSentences--;
        if (!this.#closing.signal.aborted) this.#expectInput();
      });
  }

  async #send(pcm: Int16Array, askedAt: number): Promise<void> {
    const { firstByteDelayMs, stallMs, chunkMs, chunkIntervalMs } =
      this.#faults.current.textToSpeech;
    const { encoding, sampleRateHz } = this.#settings;
    await this.#waitUntil(Math.max(askedAt + firstByteDelayMs, this.#startedAt + stallMs));
    const chunkSamples = Math.max(1, Math.round((chunkMs * sampleRateHz) / 1_000));
    for (let at = 0; at < pcm.length; at += chunkSamples) {
      if (this.#closing.signal.aborted) return;
      if (at > 0) await this.#waitUntil(performance.now() + chunkIntervalMs);
      if (this.#closing.signal.aborted) return;
      this.#sink.write(encodeBare(pcm.subarray(at, at + chunkSamples), encoding));
    }
  }

  #waitUntil(time: number): Promise<void> {
    const { signal } = this.#closing;
    const ms = time - performance.now();
    if (ms <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    });
  }
}
