import { TextToSpeechClient } from '@google-cloud/text-to-speech';
import { WavFormatError, WavStripper } from '../../audio/wav.ts';
import type { Clock } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import { ClientPool } from '../../kernel/google/client-pool.ts';
import { googleClientOptions, type GoogleConnection } from '../../kernel/google/connection.ts';
import { googleError } from '../../kernel/google/errors.ts';
import type { SpeechRequest, SpeechUsage, TextToSpeech } from '../contract.ts';

export interface GoogleTextToSpeechOptions {
  readonly connection: GoogleConnection;
  /**
   * How long the whole of one request may take.
   * @defaultValue 15000 ms
   */
  readonly timeoutMs: number;
  /**
   * How long the first audio may take: the caller waits in silence for it.
   * @defaultValue 3000 ms
   */
  readonly firstAudioTimeoutMs: number;
  /**
   * Which voices can stream. Source: cloud.google.com/text-to-speech/docs/create-audio-text-streaming.
   * @defaultValue Chirp 3 HD
   */
  readonly streamingVoices: RegExp;
}

export const defaultGoogleTextToSpeechOptions = {
  timeoutMs: 15_000,
  firstAudioTimeoutMs: 3000,
  streamingVoices: /-Chirp3-HD-/,
} as const satisfies Omit<GoogleTextToSpeechOptions, 'connection'>;

const PROVIDER = 'google-tts';
const HOST = 'texttospeech.googleapis.com';
/** Google's limit of one request. */
const MAX_TEXT_BYTES = 5000;
const MIN_RATE = 0.25;
const MAX_RATE = 2;

type Messages = AsyncIterable<{ readonly audioContent?: Uint8Array | string | null }>;

/** A request under way: its messages, and how to end it. */
interface Synthesis {
  readonly messages: Messages;
  cancel(): void;
}

/**
 * Google Cloud Text-to-Speech over gRPC: Chirp 3 HD voices stream, the others answer as a whole. The
 * WAV header that the latter put before µ-law is taken away.
 */
export class GoogleTextToSpeech implements TextToSpeech {
  readonly name = PROVIDER;
  readonly #options: GoogleTextToSpeechOptions;
  readonly #clock: Clock;
  readonly #pool: ClientPool<TextToSpeechClient>;

  /** Opens no connection. */
  constructor(
    options: Partial<GoogleTextToSpeechOptions> & Pick<GoogleTextToSpeechOptions, 'connection'>,
    dependencies: { readonly clock: Clock },
  ) {
    this.#options = { ...defaultGoogleTextToSpeechOptions, ...options };
    this.#clock = dependencies.clock;
    const clientOptions = googleClientOptions(this.#options.connection, { host: HOST });
    this.#pool = new ClientPool(
      () => new TextToSpeechClient(clientOptions),
      (client) => client.close(),
    );
  }

  async *synthesize(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    check(request);
    if (signal.aborted || request.text.trim() === '') return;
    const lease = this.#pool.lease();
    const synthesis = this.#options.streamingVoices.test(request.voice.name)
      ? this.#stream(lease.client, request)
      : this.#ask(lease.client, request);
    let isLate = false;
    const timer = this.#clock.schedule(this.#firstAudioTimeoutMs, () => {
      isLate = true;
      synthesis.cancel();
    });
    let isUsageTold = false;
    const tellUsage = () => {
      if (isUsageTold) return;
      isUsageTold = true;
      request.onUsage?.(usageOf(request));
    };
    const giveUp = () => {
      // It was sent, and Google makes the audio whether somebody takes it or not.
      tellUsage();
      synthesis.cancel();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    const stripper = new WavStripper();
    try {
      for await (const { audioContent } of synthesis.messages) {
        if (signal.aborted) return;
        const audio = stripper.push(bytesOf(audioContent));
        if (audio.length === 0) continue;
        timer.cancel();
        tellUsage();
        yield audio;
      }
      if (signal.aborted) return;
      // A cancelled stream ends in peace, without an error.
      if (isLate) throw tooLate(undefined);
      stripper.end();
    } catch (error) {
      if (signal.aborted) return;
      throw isLate ? tooLate(error) : mapped(error);
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', giveUp);
      // Also when the consumer stopped early: nobody else would end the request.
      synthesis.cancel();
      lease.release();
    }
  }

  /** Opens a connection ahead of the first call: that takes a second, mostly for code. */
  async warmUp(): Promise<void> {
    const lease = this.#pool.lease();
    try {
      await lease.client.initialize();
    } finally {
      lease.release();
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #stream(client: TextToSpeechClient, { text, voice }: SpeechRequest): Synthesis {
    const call = client.streamingSynthesize({ timeout: this.#options.timeoutMs, retry: null });
    // The iteration below takes the error, too; this one is for what comes after it has ended.
    call.on('error', () => undefined);
    call.write({
      streamingConfig: {
        voice: { name: voice.name, languageCode: voice.languageCode },
        streamingAudioConfig: {
          audioEncoding: 'MULAW',
          sampleRateHertz: 8000,
          ...(voice.speakingRate === undefined ? {} : { speakingRate: voice.speakingRate }),
        },
      },
    });
    call.write({ input: { text } });
    call.end();
    return { messages: call as Messages, cancel: () => void call.destroy() };
  }

  #ask(client: TextToSpeechClient, { text, voice }: SpeechRequest): Synthesis {
    const call = client.synthesizeSpeech(
      {
        input: { text },
        voice: { name: voice.name, languageCode: voice.languageCode },
        audioConfig: {
          audioEncoding: 'MULAW',
          sampleRateHertz: 8000,
          ...(voice.speakingRate === undefined ? {} : { speakingRate: voice.speakingRate }),
        },
      },
      // Without these the client retries a dead server for ten minutes. The first audio is all of it.
      { timeout: this.#firstAudioTimeoutMs, retry: null },
    ) as Promise<[{ audioContent?: Uint8Array | string | null }, ...unknown[]]>;
    // Taken by the iteration; an abort before that must not become an unhandled rejection.
    call.catch(() => undefined);
    // The client's promise cannot be cancelled: nobody waits for it any more, and it ends in time.
    const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
    async function* messages() {
      const answer = await Promise.race([call, cancelled]);
      if (answer) yield answer[0];
    }
    return { messages: messages(), cancel };
  }

  get #firstAudioTimeoutMs(): number {
    return Math.min(this.#options.firstAudioTimeoutMs, this.#options.timeoutMs);
  }
}

function check({ text, voice }: SpeechRequest): void {
  const rate = voice.speakingRate ?? 1;
  const problem =
    Buffer.byteLength(text) > MAX_TEXT_BYTES
      ? `a text has at most ${MAX_TEXT_BYTES} bytes`
      : !(rate >= MIN_RATE && rate <= MAX_RATE)
        ? `a speaking rate is between ${MIN_RATE} and ${MAX_RATE}`
        : undefined;
  if (problem) throw new ProviderError(PROVIDER, 'invalid-request', problem, { retryable: false });
}

/**
 * Google's price depends on the kind of the voice, which is the middle of its name: `es-US-Neural2-A`
 * is a `neural2`, `es-US-Chirp3-HD-Aoede` a `chirp3-hd`.
 */
export function usageOf({ text, voice }: SpeechRequest): SpeechUsage {
  const kind = voice.name.split('-').slice(2, -1).join('-') || voice.name;
  // Google counts characters, not UTF-16 units.
  return { provider: 'google', model: kind.toLowerCase(), characters: [...text].length };
}

function bytesOf(content: Uint8Array | string | null | undefined): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content, 'base64');
  return content ?? new Uint8Array(0);
}

function tooLate(cause: unknown): ProviderError {
  return new ProviderError(PROVIDER, 'timeout', 'the first audio did not come in time', {
    retryable: true,
    cause,
  });
}

function mapped(error: unknown): ProviderError {
  if (error instanceof WavFormatError) {
    return new ProviderError(PROVIDER, 'protocol', error.message, {
      retryable: false,
      cause: error,
    });
  }
  return googleError(PROVIDER, error);
}
