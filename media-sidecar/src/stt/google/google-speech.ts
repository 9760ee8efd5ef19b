import { v1, v2 } from '@google-cloud/speech';
import { mulawMs } from '../../audio/constants.ts';
import type { Clock } from '../../kernel/clock.ts';
import { ClientPool } from '../../kernel/google/client-pool.ts';
import { googleClientOptions } from '../../kernel/google/connection.ts';
import { silentLogger, type Logger } from '../../kernel/logger.ts';
import { noMetrics, type Metrics } from '../../kernel/metrics.ts';
import type {
  ListeningUsage,
  SpeechToText,
  SttListener,
  SttOptions,
  SttStream,
} from '../contract.ts';
import { defaultGoogleSpeechOptions, type GoogleSpeechOptions } from './options.ts';
import { parseResults, type Recognition, type RecognitionListener } from './recognition.ts';
import { v1ConfigRequest, v2ConfigRequest, type RequestSettings } from './requests.ts';
import { PROVIDER, RollingStream } from './rolling-stream.ts';

export interface GoogleSpeechDependencies {
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
}

const HOST = 'speech.googleapis.com';

type SpeechClient = v1.SpeechClient | v2.SpeechClient;

/** What both versions' streams have in common; the published types name neither messages. */
interface DuplexCall {
  write(message: object): boolean;
  end(): void;
  destroy(): void;
  readonly destroyed: boolean;
  on(event: 'data', listener: (message: unknown) => void): this;
  on(event: 'error', listener: (error: unknown) => void): this;
  on(event: 'end', listener: () => void): this;
}

/** Google Cloud Speech-to-Text, v1 or v2, over gRPC. */
export class GoogleSpeech implements SpeechToText {
  readonly name = PROVIDER;
  readonly #options: GoogleSpeechOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #pool: ClientPool<SpeechClient>;
  /** Languages that the model turned out not to know, so that only one call finds out. */
  readonly #unknownLanguages = new Set<string>();

  /** @throws RangeError for options that cannot work; opens no connection */
  constructor(
    options: Partial<GoogleSpeechOptions> & Pick<GoogleSpeechOptions, 'connection'>,
    dependencies: GoogleSpeechDependencies,
  ) {
    this.#options = { ...defaultGoogleSpeechOptions, ...options };
    if (this.#options.api === 'v2' && !this.#options.connection.projectId) {
      throw new RangeError('version 2 of Google Speech needs a project');
    }
    this.#clock = dependencies.clock;
    this.#logger = dependencies.logger ?? silentLogger;
    this.#metrics = dependencies.metrics ?? noMetrics;
    const clientOptions = googleClientOptions(this.#options.connection, { host: HOST });
    this.#pool = new ClientPool<SpeechClient>(
      () =>
        this.#options.api === 'v1'
          ? new v1.SpeechClient(clientOptions)
          : new v2.SpeechClient(clientOptions),
      (client) => client.close(),
    );
  }

  open(options: SttOptions, listener: SttListener): SttStream {
    const { languageCode } = options;
    const model = options.model ?? this.#options.model ?? this.#defaultModel();
    const fallback = this.#options.languageFallbacks[languageCode];
    const known = (code: string) => !this.#unknownLanguages.has(`${model} ${code}`);
    const languages = [languageCode, ...(fallback === undefined ? [] : [fallback])];
    const [first = languageCode, ...others] = languages.filter(known);
    return new RollingStream(
      (code, recognitionListener) => {
        if (code !== languageCode) this.#unknownLanguages.add(`${model} ${languageCode}`);
        return this.#recognize({ stt: options, languageCode: code, model }, recognitionListener);
      },
      [first, ...others],
      {
        onInterim: (transcript) => listener.onInterim(transcript),
        onFinal: (transcript) => listener.onFinal(transcript),
        onError: (error) => {
          this.#metrics.count('provider_errors', { provider: PROVIDER, code: error.code });
          this.#logger.warn({ provider: PROVIDER, code: error.code }, 'a speech stream failed');
          listener.onError(error);
        },
      },
      this.#clock,
      this.#options,
    );
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

  /** Ends all streams and connections. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  #defaultModel(): string {
    return this.#options.api === 'v1' ? 'default' : 'long';
  }

  #recognize(settings: RequestSettings, listener: RecognitionListener): Recognition {
    const { api, location, connection } = this.#options;
    let sentBytes = 0;
    const lease = this.#pool.lease();
    const call = lease.client._streamingRecognize() as unknown as DuplexCall;
    let over = false;
    const end = (report: () => void) => {
      if (over) return;
      over = true;
      lease.release();
      if (sentBytes > 0) settings.stt.onUsage?.(usageOf(api, sentBytes));
      report();
    };
    // Must stay: after its first error, a write may make the stream emit another one.
    call.on('error', (error) => end(() => listener.onError(error)));
    call.on('end', () => end(() => listener.onEnd()));
    call.on('data', (message) => {
      if (over) return;
      const results = parseResults(message);
      if (results) listener.onResults(results);
      else this.#metrics.count('provider_unknown_events', { provider: PROVIDER });
    });
    call.write(
      api === 'v1'
        ? v1ConfigRequest(settings)
        : v2ConfigRequest(settings, { projectId: connection.projectId ?? '', location }),
    );
    return {
      write: (mulaw) => {
        if (over || call.destroyed) return;
        call.write(api === 'v1' ? { audioContent: mulaw } : { audio: mulaw });
        sentBytes += mulaw.length;
      },
      end: () => {
        if (!over && !call.destroyed) call.end();
      },
      cancel: () => {
        end(() => undefined);
        call.destroy();
      },
    };
  }
}

/** Google's price depends on the version of the API, not on the model. */
function usageOf(api: GoogleSpeechOptions['api'], mulawBytes: number): ListeningUsage {
  return { provider: 'google', model: `speech-${api}`, seconds: mulawMs(mulawBytes) / 1000 };
}
