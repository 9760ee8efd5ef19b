import type WebSocket from 'ws';
import type { RawData } from 'ws';
import { FRAME_BYTES } from '../../audio/constants.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import { silentLogger, type Logger } from '../../kernel/logger.ts';
import { noMetrics, type Metrics } from '../../kernel/metrics.ts';
import type { HeardItem, PhoneLeg, PhoneLegCounters, PhoneLegListener } from '../contract.ts';
import { HeldEvents } from './held-events.ts';
import {
  defaultInboundAudioOptions,
  InboundAudio,
  type InboundAudioOptions,
} from './inbound-audio.ts';
import { defaultPlaybackOptions, Playback, type PlaybackOptions } from './playback.ts';
import {
  clearMessage,
  markMessage,
  mediaMessage,
  MediaStreamError,
  readTwilioMessage,
  type MediaStreamErrorCode,
  type StreamStart,
  type TwilioMessage,
} from './wire.ts';

/** What the stream uses of a `ws` WebSocket. */
export type MediaSocket = Pick<
  WebSocket,
  'send' | 'close' | 'terminate' | 'on' | 'off' | 'bufferedAmount' | 'readyState'
>;

export interface TwilioMediaStreamOptions extends PlaybackOptions, InboundAudioOptions {
  /**
   * Twilio sends 50 messages a second: a socket that is silent for so long is half open.
   * @defaultValue 30000 ms
   */
  readonly idleTimeoutMs: number;
  /**
   * Messages that make no sense are counted and passed over, up to here.
   * @defaultValue 20
   */
  readonly maxProtocolErrors: number;
}

export const defaultTwilioMediaStreamOptions = {
  ...defaultPlaybackOptions,
  ...defaultInboundAudioOptions,
  idleTimeoutMs: 30_000,
  maxProtocolErrors: 20,
} as const satisfies TwilioMediaStreamOptions;

export interface TwilioMediaStreamDependencies {
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
}

export interface MediaStreamCounters extends PhoneLegCounters {
  /** Chunks that came twice or out of order. */
  readonly chunksDropped: number;
  readonly protocolErrors: number;
  readonly unknownEvents: number;
  /** Items that counted as heard although their mark did not come back. */
  readonly marksMissing: number;
}

type EndReason = Parameters<PhoneLegListener['onEnded']>[0];

/** `readyState` of an open WebSocket. */
const OPEN = 1;
/** RFC 6455, 7.4.1 */
const CLOSE_NORMAL = 1000;
const CLOSE_PROTOCOL_ERROR = 1002;
const CLOSE_PATIENCE_MS = 5000;

/** One phone call on a Twilio media stream whose `start` has been read. */
export class TwilioMediaStream implements PhoneLeg {
  readonly callSid: string;
  readonly streamSid: string;
  readonly #socket: MediaSocket;
  readonly #options: TwilioMediaStreamOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #inbound: InboundAudio;
  readonly #playback: Playback;
  readonly #events = new HeldEvents();
  #lastMessageMs: number;
  #idleTimer: Timer | undefined;
  #ended = false;
  #protocolErrors = 0;
  #unknownEvents = 0;

  /** Takes the socket over at once, so that nothing that follows `start` is missed. */
  constructor(
    socket: MediaSocket,
    start: StreamStart,
    dependencies: TwilioMediaStreamDependencies,
    options: Partial<TwilioMediaStreamOptions> = {},
  ) {
    this.callSid = start.callSid;
    this.streamSid = start.streamSid;
    this.#socket = socket;
    this.#options = { ...defaultTwilioMediaStreamOptions, ...options };
    this.#clock = dependencies.clock;
    this.#logger = dependencies.logger ?? silentLogger;
    this.#metrics = dependencies.metrics ?? noMetrics;
    this.#inbound = new InboundAudio(this.#options);
    this.#playback = this.#createPlayback();
    this.#lastMessageMs = this.#clock.monotonicMs();
    socket.on('message', this.#onMessage);
    socket.on('close', this.#onClose);
    socket.on('error', this.#onError);
    this.#watchIdle(this.#options.idleTimeoutMs);
  }

  attach(listener: PhoneLegListener): void {
    this.#events.attach(listener);
  }

  play(itemId: string, mulaw: Uint8Array): void {
    this.#playback.play(itemId, mulaw);
  }

  finishItem(itemId: string): void {
    this.#playback.finish(itemId);
  }

  clear(): readonly HeardItem[] {
    return this.#playback.clear();
  }

  heardMs(itemId: string): number {
    return this.#playback.heardMs(itemId);
  }

  counters(): MediaStreamCounters {
    return {
      framesReceived: this.#inbound.framesReceived,
      framesLost: this.#inbound.framesLost + this.#events.framesDropped,
      framesSent: Math.ceil(this.#playback.bytesSent / FRAME_BYTES),
      chunksDropped: this.#inbound.chunksDropped,
      protocolErrors: this.#protocolErrors,
      unknownEvents: this.#unknownEvents,
      marksMissing: this.#playback.marksMissing,
    };
  }

  close(): void {
    this.#end('closed-by-us');
  }

  readonly #onMessage = (data: RawData, isBinary: boolean): void => {
    this.#lastMessageMs = this.#clock.monotonicMs();
    let message: TwilioMessage;
    try {
      message = readTwilioMessage(data, isBinary);
      if ('streamSid' in message && message.streamSid !== this.streamSid) {
        throw new MediaStreamError('wrong-stream', 'a message belongs to another stream');
      }
    } catch (error) {
      if (!(error instanceof MediaStreamError)) throw error;
      this.#countProtocolError(error.code);
      return;
    }
    this.#handle(message);
  };

  readonly #onClose = (): void => this.#end('connection-lost');

  /** `ws` emits `close` after each error; without a listener the error would end the process. */
  readonly #onError = (): void => {
    this.#logger.debug({ callSid: this.callSid }, 'media socket failed');
  };

  #handle(message: TwilioMessage): void {
    switch (message.event) {
      case 'media': {
        const frames = this.#inbound.push(message);
        if (!frames) this.#countProtocolError('bad-message');
        else for (const frame of frames) this.#events.audio(frame);
        return;
      }
      case 'mark':
        this.#playback.markReturned(message.name);
        return;
      case 'dtmf':
        this.#events.deliver((listener) => listener.onDtmf(message.digit));
        return;
      case 'stop':
        this.#end('caller-hung-up');
        return;
      case 'unknown':
        this.#unknownEvents += 1;
        this.#metrics.count('provider_unknown_events', { provider: 'twilio' });
        return;
      case 'connected':
      case 'start':
        this.#countProtocolError('wrong-order');
    }
  }

  #createPlayback(): Playback {
    const { streamSid } = this;
    const socket = this.#socket;
    const send = (message: string) => {
      if (socket.readyState === OPEN) socket.send(message);
    };
    return new Playback(
      {
        audio: (mulaw) => send(mediaMessage(streamSid, mulaw)),
        mark: (name) => send(markMessage(streamSid, name)),
        clear: () => send(clearMessage(streamSid)),
        get bufferedBytes() {
          return socket.bufferedAmount;
        },
      },
      {
        firstPlayed: (itemId) => this.#events.deliver((listener) => listener.onFirstPlayed(itemId)),
        itemPlayed: (itemId) => this.#events.deliver((listener) => listener.onItemPlayed(itemId)),
      },
      this.#clock,
      this.#options,
    );
  }

  #countProtocolError(code: MediaStreamErrorCode): void {
    this.#protocolErrors += 1;
    this.#metrics.count('media_protocol_errors', { code });
    this.#logger.warn({ callSid: this.callSid, code }, 'a media message was passed over');
    if (this.#protocolErrors > this.#options.maxProtocolErrors) this.#end('protocol-error');
  }

  #watchIdle(delayMs: number): void {
    this.#idleTimer = this.#clock.schedule(delayMs, () => {
      const idleMs = this.#clock.monotonicMs() - this.#lastMessageMs;
      const leftMs = this.#options.idleTimeoutMs - idleMs;
      if (leftMs > 0) this.#watchIdle(leftMs);
      else this.#end('connection-lost');
    });
  }

  #end(reason: EndReason): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#idleTimer?.cancel();
    this.#playback.close();
    this.#socket.off('message', this.#onMessage);
    this.#socket.off('close', this.#onClose);
    this.#closeSocket(reason);
    const { framesReceived, framesLost, framesSent, marksMissing } = this.counters();
    this.#metrics.count('media_frames_received', {}, framesReceived);
    this.#metrics.count('media_frames_lost', {}, framesLost);
    this.#metrics.count('media_frames_sent', {}, framesSent);
    this.#logger.info(
      { callSid: this.callSid, reason, framesReceived, framesLost, framesSent, marksMissing },
      'media stream ended',
    );
    this.#events.deliver((listener) => listener.onEnded(reason));
  }

  #closeSocket(reason: EndReason): void {
    if (reason === 'connection-lost') {
      this.#socket.terminate();
      return;
    }
    // A peer that does not answer the closing handshake must not keep the socket.
    const timer = this.#clock.schedule(CLOSE_PATIENCE_MS, () => this.#socket.terminate());
    this.#socket.on('close', () => timer.cancel());
    this.#socket.close(reason === 'protocol-error' ? CLOSE_PROTOCOL_ERROR : CLOSE_NORMAL);
  }
}
