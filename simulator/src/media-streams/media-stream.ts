import tls from 'node:tls';
import WebSocket from 'ws';
import { SILENT_FRAME } from '../telephone-network/line-audio.ts';
import type { FrameSource, Line, LineListener } from '../telephone-network/line.ts';
import { signRequest } from '../twilio/signature.ts';
import { newSid } from '../twilio/sids.ts';
import { OutboundBuffer } from './outbound-buffer.ts';
import { parseServerMessage, StreamMessageError, StreamWriter } from './messages.ts';

export interface MediaStreamLimits {
  /** Audio that may wait to be played, ms; more is discarded (31930). @defaultValue 600000 */
  readonly outboundBufferMs: number;
  /** Unsent bytes on the socket above which caller audio is discarded (31930). @defaultValue 262144 */
  readonly congestionBytes: number;
  /** Ms to open the socket (31901). @defaultValue 10000 */
  readonly connectTimeoutMs: number;
}

export const defaultMediaStreamLimits = {
  outboundBufferMs: 600_000,
  congestionBytes: 262_144,
  connectTimeoutMs: 10_000,
} as const satisfies MediaStreamLimits;

export interface MediaStreamOptions {
  readonly url: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly line: Line;
  readonly bidirectional: boolean;
  readonly tracks: readonly ('inbound' | 'outbound')[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly trustedCaPem?: string | undefined;
  readonly limits?: Partial<MediaStreamLimits> | undefined;
  /** Warnings and errors with Twilio's codes. */
  onProblem(code: number, message: string): void;
}

export interface StreamEnding {
  readonly reason: 'server-closed' | 'stopped' | 'call-ended' | 'failed';
  /** Twilio's, where it failed. */
  readonly errorCode?: number;
  readonly errorMessage?: string;
}

const silentPayload = Buffer.from(SILENT_FRAME).toString('base64');

/** Twilio's end of one Media Stream: a WebSocket client that carries a line to an application. */
export class MediaStream implements FrameSource, LineListener {
  readonly sid = newSid('MZ');
  readonly stats = {
    mediaSent: 0,
    mediaReceived: 0,
    discarded: 0,
    clearsAtMs: [] as number[],
    marksReturned: 0,
  };
  readonly over: Promise<StreamEnding>;
  readonly #options: MediaStreamOptions;
  readonly #limits: MediaStreamLimits;
  readonly #writer: StreamWriter;
  readonly #buffer: OutboundBuffer;
  readonly #warned = new Set<number>();
  #resolveEnded!: (ending: StreamEnding) => void;
  #ending: StreamEnding | undefined;
  #socket: WebSocket | undefined;
  #live = false;
  #startedAtMs = 0;
  #unlisten: (() => void) | undefined;

  constructor(options: MediaStreamOptions) {
    this.#options = options;
    this.#limits = { ...defaultMediaStreamLimits, ...options.limits };
    this.#writer = new StreamWriter(this.sid);
    this.#buffer = new OutboundBuffer(this.#limits.outboundBufferMs, {
      mark: (name) => {
        if (!this.#live) return;
        this.stats.marksReturned++;
        this.#socket?.send(this.#writer.mark(name));
      },
    });
    this.over = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  get underruns(): number {
    return this.#buffer.underruns;
  }

  /** Resolves when the stream has started, or rejected by the other side: see `over`. */
  start(): Promise<boolean> {
    const { url, authToken, trustedCaPem } = this.#options;
    const refusal = refuseUrl(url);
    if (refusal !== undefined) {
      this.#finish({ reason: 'failed', errorCode: 31_920, errorMessage: refusal });
      return Promise.resolve(false);
    }
    const socket = new WebSocket(url, {
      headers: {
        'x-twilio-signature': signRequest(authToken, url),
        'user-agent': 'Twilio.TmeWs/1.0',
      },
      perMessageDeflate: false,
      handshakeTimeout: this.#limits.connectTimeoutMs,
      ...(trustedCaPem ? { ca: [...tls.rootCertificates, trustedCaPem] } : {}),
    });
    this.#socket = socket;
    return new Promise((resolve) => {
      socket.on('open', () => {
        this.#begin();
        resolve(this.#live);
      });
      socket.on('unexpected-response', (request, response) => {
        response.resume();
        request.destroy();
        this.#fail(31_920, `the handshake was answered with ${response.statusCode}`);
        resolve(false);
      });
      socket.on('error', (error) => {
        const timedOut = /timed out/.test(error.message);
        if (this.#live) this.#fail(31_924, 'WebSocket protocol error or broken connection');
        else this.#fail(timedOut ? 31_901 : 31_920, `the handshake failed: ${error.message}`);
        resolve(false);
      });
      socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
      socket.on('close', (code) => {
        if (this.#ending === undefined && code === 1006) this.#fail(31_903, 'the connection broke');
        else if (this.#ending === undefined) {
          this.#options.onProblem(31_921, `the server closed the WebSocket with ${code}`);
          this.#finish({ reason: 'server-closed' });
        }
        resolve(false);
      });
    });
  }

  /** Ends the stream from Twilio's side, with a `stop` message. */
  stop(reason: 'stopped' | 'call-ended'): void {
    if (this.#ending !== undefined) return;
    const socket = this.#socket;
    if (this.#live && socket) {
      socket.send(this.#writer.stop(this.#options.accountSid, this.#options.line.callSid));
      socket.close(1000);
      setTimeout(() => socket.terminate(), 2000).unref();
    } else socket?.terminate();
    this.#finish({ reason });
  }

  pull(): Uint8Array | null {
    return this.#buffer.pull();
  }

  frame(mulaw: Uint8Array, spokenAtMs: number): void {
    if (this.#options.tracks.includes('inbound')) this.#sendMedia('inbound', mulaw, spokenAtMs);
  }

  played(mulaw: Uint8Array, atMs: number): void {
    if (this.#options.tracks.includes('outbound')) this.#sendMedia('outbound', mulaw, atMs);
  }

  /** Only streams that can answer are told about keys. */
  digit(digit: string): void {
    if (this.#live && this.#options.bidirectional) this.#socket?.send(this.#writer.dtmf(digit));
  }

  #begin(): void {
    const { accountSid, line, tracks, parameters, bidirectional } = this.#options;
    if (line.state === 'ended' || this.#ending !== undefined) {
      this.#socket?.terminate();
      this.#finish({ reason: 'call-ended' });
      return;
    }
    this.#live = true;
    this.#startedAtMs = line.nowMs;
    this.#socket?.send(this.#writer.connected);
    this.#socket?.send(
      this.#writer.start({
        accountSid,
        streamSid: this.sid,
        callSid: line.callSid,
        tracks,
        customParameters: parameters,
      }),
    );
    this.#unlisten = line.listen(this);
    if (bidirectional) line.source = this;
  }

  #sendMedia(track: 'inbound' | 'outbound', mulaw: Uint8Array, atMs: number): void {
    const socket = this.#socket;
    // What was spoken before the stream began and arrives late is no part of it.
    if (!this.#live || socket === undefined || atMs < this.#startedAtMs) return;
    if (socket.bufferedAmount > this.#limits.congestionBytes) {
      this.stats.discarded++;
      this.#warn(31_930, 'the WebSocket is congested: caller audio was discarded');
      return;
    }
    const payload =
      mulaw === SILENT_FRAME
        ? silentPayload
        : Buffer.from(mulaw.buffer, mulaw.byteOffset, mulaw.length).toString('base64');
    this.stats.mediaSent++;
    socket.send(this.#writer.media(track, atMs - this.#startedAtMs, payload));
  }

  #onMessage(data: WebSocket.RawData, isBinary: boolean): void {
    if (!this.#live) return;
    if (isBinary) return this.#warn(31_950, 'binary messages cannot be decoded');
    if (!this.#options.bidirectional)
      return this.#warn(31_951, 'a unidirectional stream takes no messages');
    try {
      const message = parseServerMessage(String(data), this.sid);
      switch (message.event) {
        case 'media':
          this.stats.mediaReceived++;
          if (!this.#buffer.push(message.audio))
            this.#warn(31_930, 'the buffer of audio to be played is full');
          break;
        case 'mark':
          this.#buffer.mark(message.name);
          break;
        case 'clear':
          this.stats.clearsAtMs.push(this.#options.line.nowMs);
          this.#buffer.clear();
      }
    } catch (error) {
      if (!(error instanceof StreamMessageError)) throw error;
      this.#warn(31_951, error.message);
    }
  }

  /** Twilio warns once per stream and code. */
  #warn(code: number, message: string): void {
    if (this.#warned.has(code)) return;
    this.#warned.add(code);
    this.#options.onProblem(code, message);
  }

  #fail(code: number, message: string): void {
    if (this.#ending !== undefined) return;
    this.#options.onProblem(code, message);
    this.#finish({ reason: 'failed', errorCode: code, errorMessage: message });
  }

  #finish(ending: StreamEnding): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#live = false;
    this.#unlisten?.();
    if (this.#options.line.source === this) this.#options.line.source = null;
    this.#resolveEnded(ending);
  }
}

/** https://www.twilio.com/docs/voice/twiml/stream#url: wss only, and no query string. */
export function refuseUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return 'the URL of the stream is not a URL';
  const { protocol, search, hash } = new URL(url);
  if (protocol !== 'wss:') return 'the URL of the stream must begin with wss://';
  if (search !== '' || hash !== '' || url.includes('?'))
    return 'the URL of the stream may not have a query string';
  return undefined;
}
