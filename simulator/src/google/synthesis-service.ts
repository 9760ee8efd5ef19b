import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerDuplexStream, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { z } from 'zod';
import type { Faults } from '../faults/faults.ts';
import { GoogleError } from './google-error.ts';
import { synthesizeSpeech } from './speech-synthesis.ts';
import type { SynthesisVoices } from './speech-synthesis.ts';
import { SynthesisStream, synthesisSettings } from './synthesis-stream.ts';
import { listVoices } from './voice-catalogue.ts';

type Message = Record<string, unknown>;
type StreamCall = ServerDuplexStream<Message, object>;
type UnaryCall = ServerUnaryCall<Message, object>;

export interface SynthesisServiceParts {
  readonly voices: SynthesisVoices;
  readonly faults: Faults;
  /** @throws GoogleError */
  authenticate(call: StreamCall | UnaryCall): unknown;
}

const asGoogleError = (error: unknown): GoogleError => {
  if (error instanceof GoogleError) return error;
  if (error instanceof z.ZodError)
    return GoogleError.invalid('Request contains an invalid argument.');
  return new GoogleError('INTERNAL', error instanceof Error ? error.message : String(error));
};

/** @throws GoogleError as a test has asked */
export function throwPlannedFailure(faults: Faults): void {
  const failure = faults.takeFailure('textToSpeech');
  if (failure) throw GoogleError.planned(failure);
}

/**
 * `SynthesizeSpeech` with its delays and faults, for gRPC and REST.
 * @throws GoogleError
 */
export async function answerSynthesis(
  parts: Pick<SynthesisServiceParts, 'voices' | 'faults'>,
  request: unknown,
): Promise<Uint8Array> {
  throwPlannedFailure(parts.faults);
  const { stallMs, firstByteDelayMs } = parts.faults.current.textToSpeech;
  const due = sleep(Math.max(stallMs, firstByteDelayMs), undefined, { ref: false });
  const audio = await synthesizeSpeech(parts.voices, request);
  await due;
  return audio;
}

function streamingSynthesize(parts: SynthesisServiceParts) {
  return (call: StreamCall): void => {
    const { endStreamAfterMs, endStreamCode } = parts.faults.current.textToSpeech;
    let stream: SynthesisStream | undefined;
    let over = false;
    const stop = (): void => {
      over = true;
      clearTimeout(breakdown);
      stream?.close();
    };
    const fail = (error: GoogleError): void => {
      if (over) return;
      stop();
      call.emit('error', error.toServiceError());
    };
    const breakdown =
      endStreamAfterMs === null
        ? undefined
        : setTimeout(() => fail(GoogleError.fromCode(endStreamCode)), endStreamAfterMs);

    function begin(message: Message): SynthesisStream {
      if (message['streamingRequest'] !== 'streamingConfig') {
        throw GoogleError.invalid(
          'The first message of the stream must contain the streaming_config.',
        );
      }
      throwPlannedFailure(parts.faults);
      return new SynthesisStream(
        synthesisSettings(message['streamingConfig']),
        parts.voices,
        parts.faults,
        {
          write: (audioContent) => void call.write({ audioContent }),
          fail,
          end: () => {
            stop();
            call.end();
          },
        },
      );
    }

    call.on('data', (message: Message) => {
      if (over) return;
      try {
        if (!stream) {
          stream = begin(message);
        } else if (message['streamingRequest'] === 'input') {
          stream.input(message['input']);
        } else {
          throw GoogleError.invalid(
            'Only the first message of the stream may contain a streaming_config.',
          );
        }
      } catch (error) {
        fail(asGoogleError(error));
      }
    });
    call.on('end', () => {
      if (over) return;
      if (stream) stream.finish();
      else
        fail(
          GoogleError.invalid('The first message of the stream must contain the streaming_config.'),
        );
    });
    call.on('cancelled', stop);
    call.on('close', stop);
    try {
      parts.authenticate(call);
    } catch (error) {
      fail(asGoogleError(error));
    }
  };
}

/** Handlers of `google.cloud.texttospeech.v1.TextToSpeech`. */
export function synthesisHandlers(parts: SynthesisServiceParts) {
  return {
    listVoices(call: UnaryCall, callback: sendUnaryData<object>): void {
      try {
        parts.authenticate(call);
        throwPlannedFailure(parts.faults);
        callback(null, { voices: listVoices(String(call.request['languageCode'] ?? '')) });
      } catch (error) {
        callback(asGoogleError(error).toServiceError());
      }
    },
    synthesizeSpeech(call: UnaryCall, callback: sendUnaryData<object>): void {
      const answer = async (): Promise<object> => {
        parts.authenticate(call);
        return { audioContent: await answerSynthesis(parts, call.request) };
      };
      answer().then(
        (response) => callback(null, response),
        (error: unknown) => callback(asGoogleError(error).toServiceError()),
      );
    },
    streamingSynthesize: streamingSynthesize(parts),
  };
}
