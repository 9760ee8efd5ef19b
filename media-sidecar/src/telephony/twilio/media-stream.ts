import type WebSocket from 'ws';
import type { RawData } from 'ws';
import { FRAME_BYTES, MULAW_BYTES_PER_MS } from '../../audio/constants.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import { silentLogger, type Logger } from '../../kernel/logger.ts';
import { noMetrics, type Metrics } from '../../kernel/metrics.ts';
import type { HeardItem, PhoneLeg, PhoneLegListener } from '../contract.ts';
import { HeldEvents } from './held-events.ts';
import { InboundAudio } from './inbound-audio.ts';
import { OutboundQueue } from './outbound-queue.ts';
import { PlaybackLedger, type MarkKind } from './playback-ledger.ts';
import {
  clearMessage,
  markMessage,
  MAX_MESSAGE_BYTES,
  mediaMessage,
  MediaStreamError,
  parseTwilioMessage,
  type MediaStreamErrorCode,
  type StreamStart,
  type TwilioMessage,
} from './wire.ts';

/** What the stream uses of a `ws` WebSocket. */
export type MediaSocket = Pick<
  WebSocket,
  'send' | 'close' | 'terminate' | 'on' | 'off' | 'bufferedAmount' | 'readyState'
>;

export interface TwilioMediaStreamOptions {
  /**
   * How far audio may be ahead of what is heard; the rest waits here. Twilio's own limit is
   * undocumented (31930 tells of an overflow).
   * @defaultValue 10000 ms
   */
  readonly maxAheadMs: number;
  /**
   * Audio between two marks. Each mark makes the ledger more exact and costs 100 bytes.
   * @defaultValue 200 ms
   */
  readonly markIntervalMs: number;
  /**
   * Sending waits while the socket holds more than this.
   * @defaultValue 262144 bytes
   */
  readonly maxSocketBufferBytes: number;
  /**
   * Twilio sends 50 messages a second: a socket that is silent for so long is half open.
   * @defaultValue 30000 ms
   */
  readonly idleTimeoutMs: number;
  /**
   * So long after an item must have been heard, it counts as heard even without its mark.
   * @defaultValue 3000 ms
   */
  readonly markPatienceMs: number;
  /**
   * Messages that make no sense are counted and passed over, up to here.
   * @defaultValue 20
   */
  readonly maxProtocolErrors: number;
  /** @defaultValue 5000 ms of silence at most for one gap */
  readonly maxGapFillMs: number;
}

export const defaultTwilioMediaStreamOptions = {
  maxAheadMs: 10_000,
  markIntervalMs: 200,
  maxSocketBufferBytes: 262_144,
  idleTimeoutMs: 30_000,
  markPatienceMs: 3000,
  maxProtocolErrors: 20,
  maxGapFillMs: 5000,
} as const satisfies TwilioMediaStreamOptions;

export interface TwilioMediaStreamDependencies {
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
}

export interface MediaStreamStats {
  readonly framesReceived: number;
  /** Frames that the phone's clock says were there, but never came. */
  readonly framesLost: number;
  readonly framesSent: number;
  /** Chunks that came twice or out of order. */
  readonly chunksDropped: number;
  readonly protocolErrors: number;
  readonly unknownEvents: number;
  /** Items that counted as heard although their mark did not come back. */
  readonly marksMissing: number;
}

type EndReason = Parameters<PhoneLegListener['onEnded']>[0];

/** How long sending rests while the socket is congested; `ws` has no event for the end of it. */
const CONGESTION_PAUSE_MS = 50;
const CLOSE_PATIENCE_MS = 5000;
const KEPT_PAST_ITEMS = 128;
const OPEN = 1;

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
  readonly #ledger = new PlaybackLedger();
  readonly #queue = new OutboundQueue();
  readonly #events: HeldEvents;
  /** Items on their way: handed in, not yet heard to the end nor cleared. */
  readonly #items = new Map<string, { queuedBytes: number }>();
  /** What was heard of items that are over; the oldest are forgotten. */
  readonly #past = new Map<string, number>();
  /** End marks that have not come back, with the timer that stops waiting for them. */
  readonly #awaitedEnds = new Map<string, Timer>();
  #marks = 0;
  #bytesSent = 0;
  #sinceMarkBytes = 0;
  #lastMessageMs: number;
  #pumpTimer: Timer | undefined;
  #idleTimer: Timer | undefined;
  #ended = false;
  #protocolErrors = 0;
  #unknownEvents = 0;
  #marksMissing = 0;

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
    this.#inbound = new InboundAudio({ maxGapFillMs: this.#options.maxGapFillMs });
    this.#events = new HeldEvents();
    this.#lastMessageMs = this.#clock.monotonicMs();
    socket.on('message', this.#onMessage);
    socket.on('close', this.#onClose);
    socket.on('error', this.#onError);
    this.#watchIdle(this.#options.idleTimeoutMs);
  }

  get stats(): MediaStreamStats {
    return {
      framesReceived: this.#inbound.framesReceived,
      framesLost: this.#inbound.framesLost + this.#events.framesDropped,
      framesSent: Math.ceil(this.#bytesSent / FRAME_BYTES),
      chunksDropped: this.#inbound.chunksDropped,
      protocolErrors: this.#protocolErrors,
      unknownEvents: this.#unknownEvents,
      marksMissing: this.#marksMissing,
    };
  }

  attach(listener: PhoneLegListener): void {
    this.#events.attach(listener);
  }

  play(itemId: string, mulaw: Uint8Array): void {
    if (this.#ended || mulaw.length === 0) return;
    const item = this.#items.get(itemId);
    if (item) item.queuedBytes += mulaw.length;
    else this.#items.set(itemId, { queuedBytes: mulaw.length });
    this.#past.delete(itemId);
    this.#queue.add(itemId, mulaw);
    this.#pump();
  }

  finishItem(itemId: string): void {
    // The end of an item that a clear has removed in the meantime is of no interest.
    if (this.#ended || this.#past.has(itemId)) return;
    if (!this.#items.has(itemId)) this.#items.set(itemId, { queuedBytes: 0 });
    this.#queue.finish(itemId);
    this.#pump();
  }

  clear(): readonly HeardItem[] {
    const heardMs = this.#ledger.clear(this.#clock.monotonicMs());
    const heard = [...this.#items].map(([itemId, { queuedBytes }]) => ({
      itemId,
      heardMs: heardMs.get(itemId) ?? 0,
      queuedMs: queuedBytes / MULAW_BYTES_PER_MS,
    }));
    if (!this.#ended) this.#send(clearMessage(this.streamSid));
    for (const item of heard) this.#remember(item.itemId, item.heardMs);
    this.#queue.clear();
    this.#forgetTimers();
    this.#sinceMarkBytes = 0;
    return heard;
  }

  heardMs(itemId: string): number {
    return this.#past.get(itemId) ?? this.#ledger.heardMs(itemId, this.#clock.monotonicMs());
  }

  close(): void {
    this.#end('closed-by-us');
  }

  readonly #onMessage = (data: RawData, isBinary: boolean): void => {
    this.#lastMessageMs = this.#clock.monotonicMs();
    try {
      if (isBinary) throw new MediaStreamError('binary-message', 'a message is binary');
      this.#handle(parseTwilioMessage(textOf(data)));
    } catch (error) {
      if (!(error instanceof MediaStreamError)) throw error;
      this.#countProtocolError(error.code);
    }
  };

  readonly #onClose = (): void => this.#end('connection-lost');

  /** `ws` emits `close` after each error; without a listener the error would end the process. */
  readonly #onError = (): void => {
    this.#logger.debug({ callSid: this.callSid }, 'media socket failed');
  };

  #handle(message: TwilioMessage): void {
    if ('streamSid' in message && message.streamSid !== this.streamSid) {
      throw new MediaStreamError('wrong-stream', 'a message belongs to another stream');
    }
    switch (message.event) {
      case 'media':
        for (const frame of this.#inbound.push(message)) this.#events.audio(frame);
        return;
      case 'mark':
        this.#onMark(message.name);
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
        throw new MediaStreamError('wrong-order', 'the stream has started already');
    }
  }

  #onMark(name: string): void {
    const mark = this.#ledger.markReturned(name, this.#clock.monotonicMs());
    if (mark?.itemId !== undefined) {
      const itemId = mark.itemId;
      if (mark.kind === 'first') {
        this.#events.deliver((listener) => listener.onFirstPlayed(itemId));
      }
      if (mark.kind === 'end') this.#itemPlayed(itemId);
    }
    this.#pump();
  }

  #itemPlayed(itemId: string): void {
    this.#awaitedEnds.get(itemId)?.cancel();
    this.#awaitedEnds.delete(itemId);
    const item = this.#items.get(itemId);
    if (!item) return;
    this.#remember(itemId, item.queuedBytes / MULAW_BYTES_PER_MS);
    this.#ledger.forget(itemId);
    this.#events.deliver((listener) => listener.onItemPlayed(itemId));
  }

  /** Sends what may be sent now, and plans to go on when more may be. */
  #pump(): void {
    this.#pumpTimer?.cancel();
    this.#pumpTimer = undefined;
    while (!this.#ended) {
      const ended = this.#queue.takeEnded();
      if (ended) {
        this.#endItem(ended.itemId);
        continue;
      }
      if (!this.#queue.hasAudio) return;
      const waitMs = this.#waitMs();
      if (waitMs > 0) {
        this.#pumpTimer = this.#clock.schedule(waitMs, () => this.#pump());
        return;
      }
      this.#sendPart();
    }
  }

  #waitMs(): number {
    if (this.#socket.bufferedAmount > this.#options.maxSocketBufferBytes) {
      return CONGESTION_PAUSE_MS;
    }
    const excessMs = this.#ledger.aheadMs(this.#clock.monotonicMs()) - this.#options.maxAheadMs;
    return excessMs < 0 ? 0 : excessMs + this.#options.markIntervalMs;
  }

  #sendPart(): void {
    const intervalBytes = this.#options.markIntervalMs * MULAW_BYTES_PER_MS;
    const nowMs = this.#clock.monotonicMs();
    // A mark that meets an empty buffer comes back at once, and tells the round trip.
    if (this.#ledger.aheadMs(nowMs) === 0) this.#mark('timing', undefined);
    const starting = this.#sinceMarkBytes === 0;
    const part = this.#queue.takePart(intervalBytes - this.#sinceMarkBytes);
    if (!part) return;
    let { mulaw } = part;
    if (part.first && mulaw.length > FRAME_BYTES) {
      this.#sendAudio(part.itemId, mulaw.subarray(0, FRAME_BYTES));
      mulaw = mulaw.subarray(FRAME_BYTES);
      this.#mark('first', part.itemId);
      this.#sendAudio(part.itemId, mulaw);
    } else {
      this.#sendAudio(part.itemId, mulaw);
      if (part.first) this.#mark('first', part.itemId);
    }
    this.#sinceMarkBytes = (starting ? 0 : this.#sinceMarkBytes) + part.mulaw.length;
    if (this.#sinceMarkBytes >= intervalBytes) {
      this.#sinceMarkBytes = 0;
      this.#mark('timing', part.itemId);
    }
  }

  #sendAudio(itemId: string, mulaw: Uint8Array): void {
    this.#ledger.sent(itemId, mulaw.length, this.#clock.monotonicMs());
    this.#bytesSent += mulaw.length;
    this.#send(mediaMessage(this.streamSid, mulaw));
  }

  #mark(kind: MarkKind, itemId: string | undefined): void {
    this.#marks += 1;
    const name = `${kind}-${this.#marks}`;
    this.#ledger.markSent(name, kind, itemId, this.#clock.monotonicMs());
    this.#send(markMessage(this.streamSid, name));
  }

  #endItem(itemId: string): void {
    this.#sinceMarkBytes = 0;
    this.#mark('end', itemId);
    const untilEndMs = this.#ledger.endsAtMs() - this.#clock.monotonicMs();
    const patienceMs = Math.max(0, untilEndMs) + this.#options.markPatienceMs;
    const timer = this.#clock.schedule(patienceMs, () => {
      this.#marksMissing += 1;
      this.#logger.warn({ callSid: this.callSid }, 'the mark of an item did not come back');
      this.#itemPlayed(itemId);
    });
    this.#awaitedEnds.set(itemId, timer);
  }

  #send(message: string): void {
    if (this.#socket.readyState === OPEN) this.#socket.send(message);
  }

  #remember(itemId: string, heardMs: number): void {
    this.#items.delete(itemId);
    this.#past.set(itemId, heardMs);
    if (this.#past.size <= KEPT_PAST_ITEMS) return;
    for (const oldest of this.#past.keys()) {
      this.#past.delete(oldest);
      return;
    }
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
      if (leftMs > 0) {
        this.#watchIdle(leftMs);
        return;
      }
      this.#end('connection-lost');
    });
  }

  #end(reason: EndReason): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#idleTimer?.cancel();
    this.#forgetTimers();
    this.#queue.clear();
    this.#socket.off('message', this.#onMessage);
    this.#socket.off('close', this.#onClose);
    this.#closeSocket(reason);
    const { framesReceived, framesLost, framesSent } = this.stats;
    this.#metrics.count('media_frames_received', {}, framesReceived);
    this.#metrics.count('media_frames_lost', {}, framesLost);
    this.#metrics.count('media_frames_sent', {}, framesSent);
    this.#events.deliver((listener) => listener.onEnded(reason));
  }

  #closeSocket(reason: EndReason): void {
    if (reason === 'connection-lost') {
      this.#socket.terminate();
      return;
    }
    this.#socket.close(reason === 'protocol-error' ? 1002 : 1000);
    // A peer that does not answer the closing handshake must not keep the socket.
    const timer = this.#clock.schedule(CLOSE_PATIENCE_MS, () => this.#socket.terminate());
    this.#socket.on('close', () => timer.cancel());
  }

  #forgetTimers(): void {
    this.#pumpTimer?.cancel();
    this.#pumpTimer = undefined;
    for (const timer of this.#awaitedEnds.values()) timer.cancel();
    this.#awaitedEnds.clear();
  }
}

function textOf(data: RawData): string {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
  if (bytes.length > MAX_MESSAGE_BYTES) {
    throw new MediaStreamError('oversized-message', 'a message is longer than any of Twilio');
  }
  return bytes.toString('utf8');
}
