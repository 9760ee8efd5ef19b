import type { Duplex } from 'node:stream';
import type WebSocket from 'ws';
import type { RawData } from 'ws';
import { Allowance } from '../../kernel/allowance.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import { silentLogger, type Logger } from '../../kernel/logger.ts';
import { noMetrics, type Metrics } from '../../kernel/metrics.ts';
import {
  MediaStreamError,
  readTwilioMessage,
  type MediaMessage,
  type MediaStreamErrorCode,
  type StreamStart,
  type TwilioMessage,
} from './wire.ts';

/** What a stream uses of a `ws` WebSocket. */
export type MediaSocket = Pick<
  WebSocket,
  'send' | 'close' | 'terminate' | 'on' | 'off' | 'bufferedAmount' | 'readyState'
>;

export interface StreamSocketOptions {
  /**
   * Twilio sends 50 messages a second: a socket that is silent for so long is half open.
   * @defaultValue 30000 ms
   */
  readonly idleTimeoutMs: number;
  /**
   * Messages that make no sense are counted and passed over: so many at once, and one more each
   * `protocolErrorEveryMs`.
   * @defaultValue 20
   */
  readonly maxProtocolErrors: number;
  /** @defaultValue 10000 ms */
  readonly protocolErrorEveryMs: number;
  /**
   * So many messages may come in one moment: what a network, or we, held up for 30 s with both sides of
   * the call. More is a flood.
   * @defaultValue 3000
   */
  readonly maxMessagesAtOnce: number;
  /**
   * Time that brings one more, in ms. Twilio sends one each 20 ms for each side of the call, and a few
   * marks and keys.
   * @defaultValue 5
   */
  readonly messageEveryMs: number;
}

export const defaultStreamSocketOptions = {
  idleTimeoutMs: 30_000,
  maxProtocolErrors: 20,
  protocolErrorEveryMs: 10_000,
  maxMessagesAtOnce: 3000,
  messageEveryMs: 5,
} as const satisfies StreamSocketOptions;

/** The connection below a WebSocket. */
export type MediaConnection = Pick<Duplex, 'cork' | 'uncork'>;

export interface StreamSocketDependencies {
  readonly clock: Clock;
  /** Without it each message is a write of its own. */
  readonly connection?: MediaConnection;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
}

/** What a stream makes of the messages that follow its `start`. */
export interface StreamHandlers {
  onMedia(message: MediaMessage): void;
  onMark?(name: string): void;
  onDtmf?(digit: string): void;
  /** Told once, when the socket is no longer ours. `stopped`: Twilio said so. */
  onEnd(reason: StreamEndReason): void;
}

export type StreamEndReason = 'stopped' | 'closed-by-us' | 'connection-lost' | 'protocol-error';

/** `readyState` of an open WebSocket. */
const OPEN = 1;
/** RFC 6455, 7.4.1 */
const CLOSE_NORMAL = 1000;
const CLOSE_PROTOCOL_ERROR = 1002;
const CLOSE_POLICY_VIOLATION = 1008;
const CLOSE_PATIENCE_MS = 5000;

/** The socket of a media stream whose `start` has been read: its rules, its silence and its end. */
export class StreamSocket {
  readonly #socket: MediaSocket;
  readonly #start: StreamStart;
  readonly #options: StreamSocketOptions;
  readonly #clock: Clock;
  readonly #connection: MediaConnection | undefined;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #handlers: StreamHandlers;
  readonly #messages: Allowance;
  readonly #errors: Allowance;
  #lastMessageMs: number;
  #idleTimer: Timer | undefined;
  #ended = false;
  #protocolErrors = 0;
  #unknownEvents = 0;

  /** Takes the socket over at once, so that nothing that follows `start` is missed. */
  constructor(
    socket: MediaSocket,
    start: StreamStart,
    handlers: StreamHandlers,
    dependencies: StreamSocketDependencies,
    options: StreamSocketOptions,
  ) {
    this.#socket = socket;
    this.#start = start;
    this.#handlers = handlers;
    this.#options = options;
    this.#clock = dependencies.clock;
    this.#connection = dependencies.connection;
    this.#logger = dependencies.logger ?? silentLogger;
    this.#metrics = dependencies.metrics ?? noMetrics;
    this.#messages = new Allowance(options.maxMessagesAtOnce, options.messageEveryMs);
    this.#errors = new Allowance(options.maxProtocolErrors, options.protocolErrorEveryMs);
    this.#lastMessageMs = this.#clock.monotonicMs();
    socket.on('message', this.#onMessage);
    socket.on('close', this.#onClose);
    socket.on('error', this.#onError);
    this.#watchIdle(this.#options.idleTimeoutMs);
  }

  get protocolErrors(): number {
    return this.#protocolErrors;
  }

  get unknownEvents(): number {
    return this.#unknownEvents;
  }

  /** Bytes that the socket has not sent yet. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(message: string): void {
    if (this.#socket.readyState === OPEN) this.#socket.send(message);
  }

  /** Whatever `work` sends leaves in one write: a system call is most of what sending costs. */
  together(work: () => void): void {
    this.#connection?.cork();
    try {
      work();
    } finally {
      this.#connection?.uncork();
    }
  }

  /** Counts a message that makes no sense; ends the stream when there are too many. */
  countProtocolError(code: MediaStreamErrorCode): void {
    this.#protocolErrors += 1;
    this.#metrics.count('media_protocol_errors', { code });
    this.#logger.warn({ callSid: this.#start.callSid, code }, 'a media message was passed over');
    if (!this.#errors.take(this.#clock.monotonicMs())) this.end('protocol-error');
  }

  /** Closes the socket as one that does not keep the rules. */
  refuse(): void {
    this.end('closed-by-us', CLOSE_POLICY_VIOLATION);
  }

  /** @param closeCode RFC 6455; the one that fits the reason when absent */
  end(reason: StreamEndReason, closeCode?: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#idleTimer?.cancel();
    this.#socket.off('message', this.#onMessage);
    this.#socket.off('close', this.#onClose);
    this.#closeSocket(reason, closeCode);
    this.#handlers.onEnd(reason);
  }

  readonly #onMessage = (data: RawData, isBinary: boolean): void => {
    this.#lastMessageMs = this.#clock.monotonicMs();
    if (!this.#messages.take(this.#lastMessageMs)) return this.#endFlood();
    let message: TwilioMessage;
    try {
      message = readTwilioMessage(data, isBinary);
      if ('streamSid' in message && message.streamSid !== this.#start.streamSid) {
        throw new MediaStreamError('wrong-stream', 'a message belongs to another stream');
      }
    } catch (error) {
      if (!(error instanceof MediaStreamError)) throw error;
      this.countProtocolError(error.code);
      return;
    }
    this.#handle(message);
  };

  #endFlood(): void {
    this.#metrics.count('media_protocol_errors', { code: 'flood' });
    this.#logger.warn({ callSid: this.#start.callSid }, 'a flood of media messages was cut');
    this.end('protocol-error', CLOSE_POLICY_VIOLATION);
  }

  readonly #onClose = (): void => this.end('connection-lost');

  /** `ws` emits `close` after each error; without a listener the error would end the process. */
  readonly #onError = (): void => {
    this.#logger.debug({ callSid: this.#start.callSid }, 'media socket failed');
  };

  #handle(message: TwilioMessage): void {
    switch (message.event) {
      case 'media':
        return this.#handlers.onMedia(message);
      case 'mark':
        return this.#handlers.onMark?.(message.name);
      case 'dtmf':
        return this.#handlers.onDtmf?.(message.digit);
      case 'stop':
        return this.end('stopped');
      case 'unknown':
        this.#unknownEvents += 1;
        this.#metrics.count('provider_unknown_events', { provider: 'twilio' });
        return;
      case 'connected':
      case 'start':
        this.countProtocolError('wrong-order');
    }
  }

  #watchIdle(delayMs: number): void {
    this.#idleTimer = this.#clock.schedule(delayMs, () => {
      const idleMs = this.#clock.monotonicMs() - this.#lastMessageMs;
      const leftMs = this.#options.idleTimeoutMs - idleMs;
      if (leftMs > 0) this.#watchIdle(leftMs);
      else this.end('connection-lost');
    });
  }

  #closeSocket(reason: StreamEndReason, closeCode: number | undefined): void {
    if (reason === 'connection-lost') {
      this.#socket.terminate();
      return;
    }
    // A peer that does not answer the closing handshake must not keep the socket.
    const timer = this.#clock.schedule(CLOSE_PATIENCE_MS, () => this.#socket.terminate());
    this.#socket.on('close', () => timer.cancel());
    const code = reason === 'protocol-error' ? CLOSE_PROTOCOL_ERROR : CLOSE_NORMAL;
    this.#socket.close(closeCode ?? code);
  }
}
