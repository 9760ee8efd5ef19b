import type { ServerDuplexStream, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { z } from 'zod';
import type { Recognizer } from '../recognition/contract.ts';
import type { Faults } from '../faults/faults.ts';
import { GoogleError } from './google-error.ts';
import type { RecordingService } from './recording-service.ts';
import type { Principal } from './service-accounts.ts';
import { checkEndpoint, recognizerOf } from './resource-names.ts';
import { v1StreamingConfig, v2StreamingConfig } from './speech-config.ts';
import type { ListeningConfig } from './speech-config.ts';
import { SpeechStream } from './speech-stream.ts';
import { STREAM_LIMITS } from './stream-limits.ts';

type Message = Record<string, unknown>;
type StreamCall = ServerDuplexStream<Message, object>;
type UnaryCall = ServerUnaryCall<Message, object>;

export interface SpeechServiceParts {
  readonly recognizer: Recognizer;
  readonly faults: Faults;
  readonly random: () => number;
  readonly recordings: RecordingService;
  /** @throws GoogleError */
  authenticate(call: StreamCall | UnaryCall): Principal | undefined;
}

const MOST_STREAM_BYTES = { v1: 25_600, v2: 15_360 } as const;

const v1Message = z.object({
  streamingRequest: z.enum(['streamingConfig', 'audioContent']).optional(),
  streamingConfig: z.unknown().optional(),
  audioContent: z.instanceof(Uint8Array).optional(),
});
const v2Message = z.object({
  recognizer: z.string().default(''),
  streamingRequest: z.enum(['streamingConfig', 'audio']).optional(),
  streamingConfig: z.unknown().optional(),
  audio: z.instanceof(Uint8Array).optional(),
});

interface StreamMessage {
  readonly config?: (() => ListeningConfig) | undefined;
  readonly audio?: Uint8Array | undefined;
}

function readMessage(
  version: 'v1' | 'v2',
  raw: Message,
  { recognizer, host }: { readonly recognizer: string; readonly host: string },
): StreamMessage {
  if (version === 'v1') {
    const { streamingRequest, streamingConfig, audioContent } = v1Message.parse(raw);
    if (streamingRequest === 'streamingConfig') {
      return { config: () => v1StreamingConfig(streamingConfig) };
    }
    return { audio: audioContent };
  }
  const { streamingRequest, streamingConfig, audio } = v2Message.parse(raw);
  if (streamingRequest === 'streamingConfig') {
    return { config: () => v2StreamingConfig(streamingConfig, recognizer, host) };
  }
  return { audio };
}

const asGoogleError = (error: unknown): GoogleError => {
  if (error instanceof GoogleError) return error;
  if (error instanceof z.ZodError)
    return GoogleError.invalid('Request contains an invalid argument.');
  return new GoogleError('INTERNAL', error instanceof Error ? error.message : String(error));
};

function streamingRecognize(version: 'v1' | 'v2', parts: SpeechServiceParts) {
  return (call: StreamCall): void => {
    const { faults } = parts;
    let stream: SpeechStream | undefined;
    let over = false;
    const stop = (): void => {
      over = true;
      clearTimeout(limit);
      clearTimeout(breakdown);
      stream?.close();
    };
    const fail = (error: GoogleError): void => {
      if (over) return;
      stop();
      call.emit('error', error.toServiceError());
    };
    const { streamLimitMs, endStreamAfterMs, endStreamCode, audioTimeoutMs } =
      faults.current.speech;
    const { longestMs, tooLong, noAudio } = STREAM_LIMITS[version];
    const limitMs = Math.min(streamLimitMs, longestMs);
    const limit = setTimeout(() => fail(tooLong(limitMs)), limitMs);
    const breakdown =
      endStreamAfterMs === null
        ? undefined
        : setTimeout(() => fail(GoogleError.fromCode(endStreamCode)), endStreamAfterMs);
    const silent = setTimeout(() => {
      if (!stream) fail(noAudio());
    }, audioTimeoutMs);

    function begin(message: StreamMessage): void {
      clearTimeout(silent);
      if (!message.config) {
        throw GoogleError.invalid(
          'Malordered Data Received. Expected audio_content none was set. Send exactly one config, followed by audio data.',
        );
      }
      const failure = faults.takeFailure('speech');
      if (failure) throw GoogleError.planned(failure);
      stream = new SpeechStream({
        config: message.config(),
        recognizer: parts.recognizer,
        faults,
        random: parts.random,
        sink: {
          write: (response) => void call.write(response),
          fail,
          end: () => {
            stop();
            call.end();
          },
        },
      });
    }

    let recognizer: string | undefined;
    call.on('data', (raw: Message) => {
      if (over) return;
      try {
        recognizer ??= typeof raw['recognizer'] === 'string' ? raw['recognizer'] : '';
        const message = readMessage(version, raw, { recognizer, host: call.getHost() });
        if (!stream) {
          begin(message);
          return;
        }
        if (!message.audio) {
          throw GoogleError.invalid(
            'Malordered Data Received. Expected audio_content none was set. Send exactly one config, followed by audio data.',
          );
        }
        if (message.audio.length > MOST_STREAM_BYTES[version]) {
          throw GoogleError.invalid(
            `Audio chunk can be of a a maximum of ${MOST_STREAM_BYTES[version]} bytes, got ${message.audio.length}.`,
          );
        }
        stream.audio(message.audio);
      } catch (error) {
        fail(asGoogleError(error));
      }
    });
    call.on('end', () => {
      clearTimeout(silent);
      if (over) return;
      if (stream) stream.finish();
      else fail(GoogleError.invalid('Request must contain a streaming_config.'));
    });
    call.on('cancelled', () => {
      clearTimeout(silent);
      stop();
    });
    call.on('close', () => {
      clearTimeout(silent);
      stop();
    });
    try {
      parts.authenticate(call);
    } catch (error) {
      clearTimeout(silent);
      fail(asGoogleError(error));
    }
  };
}

function recognize(version: 'v1' | 'v2', { authenticate, recordings }: SpeechServiceParts) {
  return (call: UnaryCall, callback: sendUnaryData<object>): void => {
    const answer = async (): Promise<object> => {
      const caller = { email: authenticate(call)?.email };
      if (version === 'v1') return recordings.recognize(call.request, caller);
      const { recognizer } = v2Message.parse(call.request);
      checkEndpoint(call.getHost(), recognizerOf(recognizer).location);
      return recordings.recognizeV2(call.request, caller);
    };
    answer().then(
      (response) => callback(null, response),
      (error: unknown) => callback(asGoogleError(error).toServiceError()),
    );
  };
}

/** Handlers of `google.cloud.speech.{v1,v2}.Speech`. */
export function speechHandlers(version: 'v1' | 'v2', parts: SpeechServiceParts) {
  return {
    streamingRecognize: streamingRecognize(version, parts),
    recognize: recognize(version, parts),
  };
}
