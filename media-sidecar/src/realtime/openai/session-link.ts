import type { RawData } from 'ws';
import type { Clock, Timer } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import { closeError, connectionError, httpError, PROVIDER, timeoutError } from './errors.ts';
import { HeldRequests } from './held-requests.ts';
import type { OpenAiRealtimeOptions } from './options.ts';
import { appendRequest } from './requests.ts';
import type { Connect, RealtimeSocket, SocketTarget } from './socket.ts';

export interface LinkDependencies {
  readonly connect: Connect;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

export interface LinkHandlers {
  /** The socket is open: what is returned is sent at once, before everything that is held. */
  onOpen(): string;
  onText(text: string): void;
  /** A frame that is no text. */
  onBinary(): void;
  /** The socket is gone; nothing follows. */
  onGone(error: ProviderError): void;
}

const CLOSE_NORMAL = 1000;
const CLOSE_PATIENCE_MS = 2000;
/** What came while this process was busy is read before a socket counts as dead. */
const LAST_LOOK_MS = 100;

/** One socket of a session: how it comes about, what waits for it, whether it lives, how it ends. */
export class SessionLink {
  readonly #target: SocketTarget;
  readonly #isControl: boolean;
  readonly #handlers: LinkHandlers;
  readonly #deps: LinkDependencies;
  readonly #options: OpenAiRealtimeOptions;
  readonly #held: HeldRequests;
  #socket: RealtimeSocket | undefined;
  /** `session.update` was answered: requests go out at once. */
  #isReady = false;
  #isOver = false;
  #isAlive = false;
  #timer: Timer | undefined;
  /** It closes as soon as nothing is under way. */
  #finishing: { readonly isDone: () => boolean; readonly closed: () => void } | undefined;

  constructor(
    target: SocketTarget,
    isControl: boolean,
    handlers: LinkHandlers,
    deps: LinkDependencies,
    options: OpenAiRealtimeOptions,
  ) {
    this.#target = target;
    this.#isControl = isControl;
    this.#handlers = handlers;
    this.#deps = deps;
    this.#options = options;
    this.#held = new HeldRequests(options.maxHeldAudioMs);
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  start(): void {
    const { clock, connect } = this.#deps;
    const { connectTimeoutMs, controlConnectTimeoutMs } = this.#options;
    const timeoutMs = this.#isControl ? controlConnectTimeoutMs : connectTimeoutMs;
    this.#timer = clock.schedule(timeoutMs, () =>
      this.fail(timeoutError('the session did not become ready in time')),
    );
    try {
      this.#socket = connect(this.#target, {
        onOpen: () => this.#onOpen(),
        onMessage: (data, isBinary) => this.#onMessage(data, isBinary),
        onPong: () => {
          this.#isAlive = true;
        },
        onRefused: (status, retryAfter, body) => this.fail(httpError(status, retryAfter, body)),
        onClose: (code, reason, error) => this.#onClose(code, reason, error),
      });
    } catch (error) {
      this.#timer.cancel();
      // Never in the tick of `open`.
      this.#timer = clock.schedule(0, () => this.fail(unusable(error)));
    }
  }

  /** Sends what was held, in order, and everything else at once from here on. */
  ready(): void {
    if (this.#isOver) return;
    this.#timer?.cancel();
    this.#isReady = true;
    for (const request of this.#held.take()) this.#socket?.send(request);
    this.#keepAlive(this.#options.pingIntervalMs);
  }

  send(request: string): void {
    if (this.#isOver) return;
    if (!this.#isReady) this.#held.hold(request);
    else this.#write(request);
  }

  /** Frames of the caller. */
  append(mulaw: Uint8Array): void {
    if (this.#isOver) return;
    const request = appendRequest(mulaw);
    if (this.#isReady) {
      this.#write(request);
      return;
    }
    const dropped = this.#held.holdAudio(request, mulaw.length);
    if (dropped > 0) {
      this.#deps.metrics.count('realtime_frames_dropped', { provider: PROVIDER }, dropped);
    }
  }

  /** Gives the socket up, and tells so. */
  fail(error: ProviderError): void {
    if (this.#isOver) return;
    this.#end();
    this.#socket?.terminate();
    this.#handlers.onGone(error);
  }

  /**
   * Ends in order as soon as nothing is under way, or a while later.
   * @param isDone asked behind each message
   * @returns resolves when it has ended; undefined when it has already
   */
  finish(isDone: () => boolean): Promise<void> | undefined {
    if (this.#isOver) return undefined;
    if (!this.#isReady || isDone()) {
      this.close();
      return undefined;
    }
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.schedule(this.#options.finishWithinMs, () => this.close());
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#finishing = { isDone, closed: resolve };
    return promise;
  }

  /** Ends in order; nothing is told. */
  close(): void {
    if (this.#isOver) return;
    this.#end();
    const socket = this.#socket;
    if (!socket) return;
    // A peer that does not answer the closing handshake must not keep the socket.
    this.#timer = this.#deps.clock.schedule(CLOSE_PATIENCE_MS, () => socket.terminate());
    socket.close(CLOSE_NORMAL);
  }

  #write(request: string): void {
    const socket = this.#socket;
    if (!socket) return;
    if (socket.bufferedAmount <= this.#options.maxBufferedBytes) {
      socket.send(request);
      return;
    }
    this.#countDead('backpressure');
    const message = 'OpenAI does not read what is sent to it';
    this.fail(new ProviderError(PROVIDER, 'unavailable', message, { retryable: true }));
  }

  #onOpen(): void {
    if (!this.#isOver) this.#socket?.send(this.#handlers.onOpen());
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#isOver) return;
    this.#isAlive = true;
    // ws hands out one Buffer, as its `binaryType` is left alone.
    if (isBinary || !Buffer.isBuffer(data)) this.#handlers.onBinary();
    else this.#handlers.onText(data.toString());
    if (this.#finishing?.isDone()) this.close();
  }

  #onClose(code: number, reason: string, error: Error | undefined): void {
    if (this.#isOver) {
      this.#timer?.cancel();
      return;
    }
    this.fail(error ? connectionError(error) : closeError(code, reason, this.#isControl));
  }

  #keepAlive(delayMs: number): void {
    const { clock } = this.#deps;
    const { pingIntervalMs, pongTimeoutMs } = this.#options;
    this.#timer = clock.schedule(delayMs, () => {
      this.#isAlive = false;
      this.#socket?.ping();
      this.#timer = clock.schedule(pongTimeoutMs, () => {
        if (this.#isAlive) this.#keepAlive(Math.max(0, pingIntervalMs - pongTimeoutMs));
        else this.#timer = clock.schedule(LAST_LOOK_MS, () => this.#lastLook());
      });
    });
  }

  #lastLook(): void {
    if (this.#isAlive) {
      this.#keepAlive(this.#options.pingIntervalMs);
      return;
    }
    this.#countDead('no-pong');
    this.fail(timeoutError('the socket is dead: no answer to a ping'));
  }

  #countDead(reason: string): void {
    this.#deps.metrics.count('realtime_dead_sockets', { provider: PROVIDER, reason });
  }

  #end(): void {
    this.#isOver = true;
    this.#isReady = false;
    this.#timer?.cancel();
    this.#held.take();
    this.#finishing?.closed();
  }
}

/** An address or a key that no request can be made with. Its text may hold the key. */
function unusable(error: unknown): ProviderError {
  const kind = error instanceof Error ? error.name : 'unknown';
  const message = `the address or the key of OpenAI cannot be used (${kind})`;
  return new ProviderError(PROVIDER, 'invalid-request', message, { retryable: false });
}
