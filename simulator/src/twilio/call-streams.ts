import { MediaStream, type StreamEnding } from '../media-streams/media-stream.ts';
import type { CallSession } from './call-session.ts';

/** https://www.twilio.com/docs/voice/media-streams: at most four forks of the audio of one call. */
export const MAX_FORKS = 4;

export interface StreamOptions {
  readonly url: string;
  readonly name?: string | undefined;
  readonly tracks: readonly ('inbound' | 'outbound')[];
  readonly parameters: Readonly<Record<string, string>>;
  /** Who is told of its start and its end. */
  readonly callback?: { readonly url: string; readonly method: 'GET' | 'POST' } | undefined;
}

export interface Fork {
  readonly stream: MediaStream;
  readonly name: string | undefined;
  /** Ms since the epoch, of the start or the end. */
  readonly updatedAtMs: number;
  readonly isRunning: boolean;
}

/** The copies of a call's audio that go to applications, beside whatever the call does. */
export class CallForks {
  readonly #session: CallSession;
  readonly #forks: { -readonly [K in keyof Fork]: Fork[K] }[] = [];

  constructor(session: CallSession) {
    this.#session = session;
  }

  /** Asynchronous detection of answering machines needs one, too. */
  get isFull(): boolean {
    const detecting = this.#session.isDetecting ? 1 : 0;
    return this.#forks.filter(({ isRunning }) => isRunning).length + detecting >= MAX_FORKS;
  }

  /** What runs, by its SID or its name. */
  find(sidOrName: string): Fork | undefined {
    return this.#forks.find(
      ({ stream, name, isRunning }) =>
        isRunning && (stream.sid === sidOrName || name === sidOrName),
    );
  }

  /** Its name must be free, and there must be room. */
  start(options: StreamOptions): Fork {
    const session = this.#session;
    const stream = createStream(session, options, false);
    const fork = { stream, name: options.name, updatedAtMs: Date.now(), isRunning: true };
    this.#forks.push(fork);
    session.lifetime.addEventListener('abort', () => stream.stop('call-ended'), { once: true });
    void runStream(session, stream, options).then(() => {
      fork.isRunning = false;
      fork.updatedAtMs = Date.now();
    });
    return fork;
  }
}

export function createStream(
  session: CallSession,
  { url, tracks, parameters }: StreamOptions,
  bidirectional: boolean,
): MediaStream {
  const stream = new MediaStream({
    url,
    accountSid: session.account.sid,
    authToken: session.account.authToken,
    line: session.line,
    bidirectional,
    tracks,
    parameters,
    trustedCaPem: session.exchange.trustedCaPem,
    limits: session.exchange.streamLimits,
    onProblem: (code, message) => session.warn(code, message),
  });
  session.streams.push(stream);
  return stream;
}

/** From the socket to the end, with what is told about both. */
export async function runStream(
  session: CallSession,
  stream: MediaStream,
  { name, callback }: StreamOptions,
): Promise<StreamEnding> {
  const tell = async (event: string, details: Record<string, string> = {}): Promise<void> => {
    session.log(event, { streamSid: stream.sid, ...details });
    if (callback === undefined) return;
    await session.exchange.notify(session, callback.url, callback.method, {
      AccountSid: session.account.sid,
      CallSid: session.sid,
      StreamSid: stream.sid,
      StreamName: name ?? stream.sid,
      StreamEvent: event,
      Timestamp: new Date().toISOString(),
      ...details,
    });
  };
  // One after the other, without holding the call up.
  let told = Promise.resolve();
  if (await stream.start()) told = tell('stream-started');
  const ending = await stream.over;
  void told.then(() =>
    ending.reason === 'failed'
      ? tell('stream-error', {
          StreamError: ending.errorMessage ?? '',
          StreamErrorCode: String(ending.errorCode),
        })
      : tell('stream-stopped'),
  );
  return ending;
}
