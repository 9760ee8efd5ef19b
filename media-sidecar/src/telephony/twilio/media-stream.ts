import { FRAME_BYTES } from '../../audio/constants.ts';
import { silentLogger } from '../../kernel/logger.ts';
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
  defaultStreamSocketOptions,
  StreamSocket,
  type MediaSocket,
  type StreamEndReason,
  type StreamSocketDependencies,
  type StreamSocketOptions,
} from './stream-socket.ts';
import {
  clearMessage,
  markMessage,
  mediaMessage,
  type MediaMessage,
  type StreamStart,
} from './wire.ts';

export type { MediaSocket } from './stream-socket.ts';

export interface TwilioMediaStreamOptions
  extends PlaybackOptions, InboundAudioOptions, StreamSocketOptions {}

export const defaultTwilioMediaStreamOptions = {
  ...defaultPlaybackOptions,
  ...defaultInboundAudioOptions,
  ...defaultStreamSocketOptions,
} as const satisfies TwilioMediaStreamOptions;

export type TwilioMediaStreamDependencies = StreamSocketDependencies;

export interface MediaStreamCounters extends PhoneLegCounters {
  /** Chunks that came twice or out of order. */
  readonly chunksDropped: number;
  readonly protocolErrors: number;
  readonly unknownEvents: number;
  /** Items that counted as heard although their mark did not come back. */
  readonly marksMissing: number;
}

/** One phone call on a Twilio media stream whose `start` has been read. */
export class TwilioMediaStream implements PhoneLeg {
  readonly callSid: string;
  readonly streamSid: string;
  readonly #dependencies: TwilioMediaStreamDependencies;
  readonly #metrics: Metrics;
  readonly #inbound: InboundAudio;
  readonly #playback: Playback;
  readonly #events = new HeldEvents();
  readonly #socket: StreamSocket;

  /** Takes the socket over at once, so that nothing that follows `start` is missed. */
  constructor(
    socket: MediaSocket,
    start: StreamStart,
    dependencies: TwilioMediaStreamDependencies,
    options: Partial<TwilioMediaStreamOptions> = {},
  ) {
    const settings = { ...defaultTwilioMediaStreamOptions, ...options };
    this.callSid = start.callSid;
    this.streamSid = start.streamSid;
    this.#dependencies = dependencies;
    this.#metrics = dependencies.metrics ?? noMetrics;
    this.#inbound = new InboundAudio(settings);
    this.#socket = new StreamSocket(
      socket,
      start,
      {
        onMedia: (message) => this.#onMedia(message),
        onMark: (name) => this.#playback.markReturned(name),
        onDtmf: (digit) => this.#events.deliver((listener) => listener.onDtmf(digit)),
        onEnd: (reason) => this.#onEnd(reason),
      },
      dependencies,
      settings,
    );
    this.#playback = this.#createPlayback(settings);
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
      protocolErrors: this.#socket.protocolErrors,
      unknownEvents: this.#socket.unknownEvents,
      marksMissing: this.#playback.marksMissing,
    };
  }

  close(): void {
    this.#socket.end('closed-by-us');
  }

  refuse(): void {
    this.#socket.refuse();
  }

  #onMedia(message: MediaMessage): void {
    const frames = this.#inbound.push(message);
    if (!frames) this.#socket.countProtocolError('bad-message');
    else for (const frame of frames) this.#events.audio(frame);
  }

  #createPlayback(options: PlaybackOptions): Playback {
    const { streamSid } = this;
    const socket = this.#socket;
    return new Playback(
      {
        audio: (mulaw) => socket.send(mediaMessage(streamSid, mulaw)),
        mark: (name) => socket.send(markMessage(streamSid, name)),
        clear: () => socket.send(clearMessage(streamSid)),
        together: (work) => socket.together(work),
        get bufferedBytes() {
          return socket.bufferedBytes;
        },
      },
      {
        firstPlayed: (itemId) => this.#events.deliver((listener) => listener.onFirstPlayed(itemId)),
        itemPlayed: (itemId) => this.#events.deliver((listener) => listener.onItemPlayed(itemId)),
      },
      this.#dependencies.clock,
      options,
    );
  }

  #onEnd(reason: StreamEndReason): void {
    this.#playback.close();
    const { framesReceived, framesLost, framesSent, marksMissing } = this.counters();
    this.#metrics.count('media_frames_received', {}, framesReceived);
    this.#metrics.count('media_frames_lost', {}, framesLost);
    this.#metrics.count('media_frames_sent', {}, framesSent);
    const fields = { reason, framesReceived, framesLost, framesSent, marksMissing };
    const logger = this.#dependencies.logger ?? silentLogger;
    logger.info({ callSid: this.callSid, ...fields }, 'media stream ended');
    const told = reason === 'stopped' ? 'caller-hung-up' : reason;
    this.#events.deliver((listener) => listener.onEnded(told));
  }
}
