import { FRAME_MS, mulawMs } from '../../audio/constants.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { noMetrics, type Metrics } from '../../kernel/metrics.ts';
import type { AudioTrack, ListenLeg, ListenLegListener } from '../contract.ts';
import {
  defaultInboundAudioOptions,
  InboundAudio,
  type InboundAudioOptions,
} from './inbound-audio.ts';
import {
  defaultStreamSocketOptions,
  StreamSocket,
  type MediaSocket,
  type StreamEndReason,
  type StreamSocketDependencies,
  type StreamSocketOptions,
} from './stream-socket.ts';
import type { MediaMessage, StreamStart } from './wire.ts';

export interface TwilioListenStreamOptions extends InboundAudioOptions, StreamSocketOptions {
  /**
   * Missing audio of the inbound track is told from here on. The outbound one has pauses of its own:
   * nothing is lost while nothing is played.
   * @defaultValue 1000 ms
   */
  readonly minGapMs: number;
}

export const defaultTwilioListenStreamOptions = {
  ...defaultInboundAudioOptions,
  ...defaultStreamSocketOptions,
  minGapMs: 1000,
} as const satisfies TwilioListenStreamOptions;

/** 30 s of two tracks: more than a claim takes. */
const MAX_HELD = 3000;

type Delivery = (listener: ListenLegListener) => void;

/** The unidirectional stream of a call (`<Start><Stream>`), whose `start` has been read. */
export class TwilioListenStream implements ListenLeg {
  readonly callSid: string;
  readonly streamSid: string;
  readonly tracks: readonly AudioTrack[];
  readonly #options: TwilioListenStreamOptions;
  readonly #dependencies: StreamSocketDependencies;
  readonly #metrics: Metrics;
  readonly #audio: Readonly<Record<AudioTrack, InboundAudio>>;
  readonly #socket: StreamSocket;
  #held: Delivery[] = [];
  #listener: ListenLegListener | undefined;

  /** Takes the socket over at once, so that nothing that follows `start` is missed. */
  constructor(
    socket: MediaSocket,
    start: StreamStart,
    dependencies: StreamSocketDependencies,
    options: Partial<TwilioListenStreamOptions> = {},
  ) {
    this.#options = { ...defaultTwilioListenStreamOptions, ...options };
    this.callSid = start.callSid;
    this.streamSid = start.streamSid;
    this.tracks = start.tracks;
    this.#dependencies = dependencies;
    this.#metrics = dependencies.metrics ?? noMetrics;
    this.#audio = {
      inbound: new InboundAudio(this.#options),
      outbound: new InboundAudio(this.#options),
    };
    this.#socket = new StreamSocket(
      socket,
      start,
      { onMedia: (message) => this.#onMedia(message), onEnd: (reason) => this.#onEnd(reason) },
      dependencies,
      this.#options,
    );
  }

  attach(listener: ListenLegListener): void {
    if (this.#listener) throw new Error('a listening leg has one listener');
    this.#listener = listener;
    for (const deliver of this.#held) deliver(listener);
    this.#held = [];
  }

  counters(): { readonly framesReceived: number; readonly framesLost: number } {
    const { inbound, outbound } = this.#audio;
    return {
      framesReceived: inbound.framesReceived + outbound.framesReceived,
      framesLost: inbound.framesLost,
    };
  }

  close(): void {
    this.#socket.end('closed-by-us');
  }

  refuse(): void {
    this.#socket.refuse();
  }

  #onMedia(message: MediaMessage): void {
    const { track } = message;
    const audio = this.#audio[track];
    const lostBefore = audio.framesLost;
    const frames = audio.push(message);
    if (!frames) return this.#socket.countProtocolError('bad-message');
    const missingMs = (audio.framesLost - lostBefore) * FRAME_MS;
    const { timestampMs } = message;
    if (track === 'inbound' && missingMs >= this.#options.minGapMs) {
      this.#deliver((listener) => listener.onGap(track, timestampMs - missingMs, timestampMs));
    }
    let atMs = audio.endMs - frames.reduce((sum, frame) => sum + mulawMs(frame.length), 0);
    for (const frame of frames) {
      const frameAtMs = atMs;
      this.#deliver((listener) => listener.onAudio(track, frame, frameAtMs));
      atMs += FRAME_MS;
    }
  }

  #deliver(delivery: Delivery): void {
    if (this.#listener) delivery(this.#listener);
    else if (this.#held.push(delivery) > MAX_HELD) this.#held.shift();
  }

  #onEnd(reason: StreamEndReason): void {
    const { framesReceived, framesLost } = this.counters();
    this.#metrics.count('media_frames_received', {}, framesReceived);
    this.#metrics.count('media_frames_lost', {}, framesLost);
    const logger = this.#dependencies.logger ?? silentLogger;
    const fields = { callSid: this.callSid, reason, framesReceived, framesLost };
    logger.info(fields, 'listening stream ended');
    const told = reason === 'stopped' ? 'stream-stopped' : reason;
    this.#deliver((listener) => listener.onEnded(told));
  }
}
