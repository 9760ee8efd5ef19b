import type { RawData } from 'ws';
import { SAMPLE_RATE_HZ } from '../../audio/constants.ts';
import { TwilioListenStream, type TwilioListenStreamOptions } from './listen-stream.ts';
import {
  TwilioMediaStream,
  type MediaSocket,
  type TwilioMediaStreamDependencies,
  type TwilioMediaStreamOptions,
} from './media-stream.ts';
import { MediaStreamError, readTwilioMessage, type StreamStart } from './wire.ts';

export interface AcceptOptions extends TwilioMediaStreamDependencies {
  /**
   * How long `start` may take after the upgrade.
   * @defaultValue 5000 ms
   */
  readonly startTimeoutMs?: number;
  /** Only streams of this account are taken; any account when absent. */
  readonly accountSid?: string;
  readonly stream?: Partial<TwilioMediaStreamOptions>;
  readonly listening?: Partial<TwilioListenStreamOptions>;
}

/** A stream is for what its `<Parameter>`s name: a conversation, or a transcription. */
export type AcceptedStream =
  | { readonly kind: 'conversation'; readonly start: StreamStart; readonly leg: TwilioMediaStream }
  | {
      readonly kind: 'transcription';
      readonly start: StreamStart;
      readonly leg: TwilioListenStream;
    };

/** WebSocket close code for a peer that does not keep the rules (RFC 6455, 7.4.1). */
const POLICY_VIOLATION = 1008;

/**
 * Waits for `connected` and `start` on a fresh socket. The leg holds everything that follows until
 * somebody attaches.
 * @throws MediaStreamError, having closed the socket
 */
export function acceptMediaStream(
  socket: MediaSocket,
  options: AcceptOptions,
): Promise<AcceptedStream> {
  return new Promise((resolve, reject) => {
    let connected = false;

    const onMessage = (data: RawData, isBinary: boolean): void => {
      try {
        const start = read(data, isBinary);
        if (!start) return;
        settle();
        resolve(
          isTranscription(start)
            ? {
                kind: 'transcription',
                start,
                leg: new TwilioListenStream(socket, start, options, options.listening),
              }
            : {
                kind: 'conversation',
                start,
                leg: new TwilioMediaStream(socket, start, options, options.stream),
              },
        );
      } catch (error) {
        fail(error);
      }
    };
    const onClose = () => fail(new MediaStreamError('closed', 'the socket closed before `start`'));
    // `ws` emits `close` afterwards; without a listener the error would end the process.
    const onError = () => undefined;
    const timer = options.clock.schedule(options.startTimeoutMs ?? 5000, () =>
      fail(new MediaStreamError('start-timeout', '`start` did not come in time')),
    );

    function read(data: RawData, isBinary: boolean): StreamStart | undefined {
      const message = readTwilioMessage(data, isBinary);
      if (!connected && message.event === 'connected') {
        connected = true;
        return undefined;
      }
      if (!connected || message.event !== 'start') {
        throw new MediaStreamError('wrong-order', 'a stream begins with `connected`, then `start`');
      }
      check(message.start, options);
      return message.start;
    }

    function settle(): void {
      timer.cancel();
      socket.off('message', onMessage);
      socket.off('close', onClose);
    }

    function fail(error: unknown): void {
      settle();
      socket.close(POLICY_VIOLATION);
      reject(error);
    }

    socket.on('message', onMessage);
    socket.on('close', onClose);
    socket.on('error', onError);
  });
}

function check(start: StreamStart, options: AcceptOptions): void {
  const isPhoneAudio =
    start.encoding === 'audio/x-mulaw' &&
    start.sampleRateHz === SAMPLE_RATE_HZ &&
    start.channels === 1;
  if (!isPhoneAudio) {
    throw new MediaStreamError('wrong-format', 'the stream is not µ-law of 8,000 Hz, mono');
  }
  if (options.accountSid !== undefined && start.accountSid !== options.accountSid) {
    throw new MediaStreamError('wrong-account', 'the stream belongs to another account');
  }
  const { sessionId, transcriptionId, token } = start.customParameters;
  if (!token || !(sessionId || transcriptionId)) {
    throw new MediaStreamError('missing-parameters', 'a required <Parameter> is missing');
  }
}

function isTranscription({ customParameters }: StreamStart): boolean {
  return Boolean(customParameters['transcriptionId']);
}
