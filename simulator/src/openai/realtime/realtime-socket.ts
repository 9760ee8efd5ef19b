import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Faults } from '../../faults/faults.ts';
import type { Lexicon } from '../../recognition/lexicon.ts';
import type { Recognizer } from '../../recognition/contract.ts';
import { createRecordingRecognizer } from '../../recognition/recording.ts';
import type { EspeakVoices } from '../../voices/espeak-voices.ts';
import { OpenAiError } from '../openai-error.ts';
import { systemClock, type RealtimeClock } from './clock.ts';
import { newId } from './items.ts';
import type { OpenAiProject } from './project.ts';
import { RealtimeSession } from './session.ts';
import { checkSession } from './session-schema.ts';
import { Settings } from './settings.ts';
import { noSuchCall } from './sip-calls.ts';
import { SipSessions } from './sip-sessions.ts';
import { agreedProtocol, authorize, refuseBeta } from './socket-auth.ts';
import { Speech } from './speech.ts';
import { Wire } from './wire.ts';

export interface RealtimeSocketsOptions {
  /** @defaultValue `/openai/v1/realtime` */
  readonly path?: string;
  readonly apiKeys: readonly string[];
  readonly project: OpenAiProject;
  readonly voices: Pick<EspeakVoices, 'speak' | 'voiceFor'> & { readonly lexicon: Lexicon };
  readonly recognizer: Recognizer;
  readonly faults: Faults;
  /** @defaultValue the system's */
  readonly clock?: RealtimeClock;
}

/** 15 MiB of audio in base64, and the event around it. */
const MAX_MESSAGE_BYTES = 21 * 1024 * 1024;

/**
 * The Realtime API over WebSocket, on any number of HTTP servers.
 * https://developers.openai.com/api/docs/guides/realtime-websocket
 */
export class RealtimeSockets {
  readonly #options: RealtimeSocketsOptions;
  readonly #path: string;
  readonly #clock: RealtimeClock;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    // A frozen socket answers no ping.
    autoPong: false,
    handleProtocols: (offered) => agreedProtocol(offered),
  });
  readonly #shared;
  readonly #sipSessions: SipSessions;
  /** Over WebSocket, and open. */
  #sessions = 0;

  constructor(options: RealtimeSocketsOptions) {
    this.#options = options;
    this.#path = options.path ?? '/openai/v1/realtime';
    this.#clock = options.clock ?? systemClock;
    const { voices, recognizer, project, faults } = options;
    this.#shared = {
      clock: this.#clock,
      recognizer,
      recordings: createRecordingRecognizer(voices.lexicon),
      speech: new Speech(voices),
      script: project.realtimeScript,
      canned: project.canned,
      faults: () => faults.current.openAiRealtime,
    };
    this.#sipSessions = new SipSessions(project, this.#shared);
  }

  /** Takes the sockets of a server; the answer takes that back. */
  serve(server: Server): () => void {
    const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      const url = new URL(request.url ?? '/', 'ws://localhost');
      if (url.pathname === this.#path) return this.#upgrade(request, url, socket, head);
      // Another part of the server may own this address, and answers at once if it does.
      setImmediate(() => {
        if ('bytesWritten' in socket && socket.bytesWritten === 0) refuse(socket, plain(404));
      });
    };
    server.on('upgrade', upgrade);
    return () => server.off('upgrade', upgrade);
  }

  close(): void {
    this.#sipSessions.close();
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #upgrade(request: IncomingMessage, url: URL, socket: Duplex, head: Buffer): void {
    const { faults } = this.#options;
    const failure = faults.takeFailure('openAiRealtime');
    if (failure) return refuse(socket, plain(failure.status), failure.retryAfterMs);
    const { connectDelayMs, maxSessions, notFoundDelayMs } = faults.current.openAiRealtime;
    const callId = url.searchParams.get('call_id');
    if (callId !== null && !this.#options.project.calls.isActive(callId)) {
      const refuseIt = (): void => refuse(socket, noSuchCall(callId));
      return this.#later(notFoundDelayMs, socket, refuseIt);
    }
    if (callId === null && maxSessions !== null && this.#sessions >= maxSessions) {
      return refuse(socket, plain(429));
    }
    const open = (): void =>
      this.#server.handleUpgrade(request, socket, head, (opened) =>
        this.#opened(opened, request, url),
      );
    this.#later(connectDelayMs, socket, open);
  }

  /** Answers an upgrade, unless whoever asked has gone meanwhile. */
  #later(delayMs: number, socket: Duplex, answer: () => void): void {
    if (delayMs === 0) return answer();
    // An error closes the socket; what was asked for is of no interest any more then.
    const ignore = (): void => undefined;
    socket.on('error', ignore);
    const forget = this.#clock.after(delayMs, () => {
      socket.off('close', forget);
      socket.off('error', ignore);
      answer();
    });
    socket.once('close', forget);
  }

  /** Wrong keys and models are told over the open socket, which is closed then, as the real API does. */
  #opened(socket: WebSocket, request: IncomingMessage, url: URL): void {
    const faults = () => this.#options.faults.current.openAiRealtime;
    const wire = new Wire(socket, faults, this.#clock);
    // `close` follows each error of a socket; an oversized message is one, closed with 1009 by ws.
    socket.on('error', () => undefined);
    socket.on('ping', (data: Buffer) => {
      if (!wire.frozen) socket.pong(data);
    });
    try {
      const { receive, end } = this.#talk(wire, request, url);
      socket.on('message', (data, isBinary) => {
        if (wire.frozen) return;
        if (isBinary) wire.close(1003, 'Binary messages are not supported.');
        else receive(String(data));
      });
      socket.on('close', end);
    } catch (error) {
      if (!(error instanceof OpenAiError)) throw error;
      const { type, code, message, param, status } = error;
      wire.send({
        type: 'error',
        event_id: newId('event'),
        error: { type, code, message, param, event_id: null },
      });
      wire.close(status === 401 ? 3000 : 4000, code === null ? type : `${type}.${code}`);
    }
  }

  /** @throws OpenAiError */
  #talk(wire: Wire, request: IncomingMessage, url: URL): Conversing {
    const { apiKeys, project } = this.#options;
    const brought = authorize(request, apiKeys, project);
    refuseBeta(request);
    const callId = url.searchParams.get('call_id');
    if (callId !== null) {
      const { receive, detach } = this.#sipSessions.attach(callId, wire);
      return { receive, end: detach };
    }
    const model = brought?.model ?? url.searchParams.get('model');
    if (model === null) {
      throw OpenAiError.invalid(
        'You must provide a model parameter.',
        'model',
        'missing_required_parameter',
      );
    }
    checkSession({ type: 'realtime', model }, '');
    const { sessionLimitMs } = this.#options.faults.current.openAiRealtime;
    const settings = new Settings(model, Math.floor((this.#clock.now() + sessionLimitMs) / 1000));
    if (brought) settings.update({ ...brought, model });
    const session = new RealtimeSession({
      ...this.#shared,
      settings,
      line: undefined,
      send: (event) => wire.send(event),
      close: (code, reason) => wire.close(code, reason),
    });
    wire.send(session.created());
    this.#sessions++;
    const end = (): void => {
      this.#sessions--;
      session.end();
    };
    return { receive: (text) => session.receive(text), end };
  }
}

interface Conversing {
  receive(text: string): void;
  /** The socket has closed. */
  end(): void;
}

function plain(status: number): OpenAiError {
  return new OpenAiError(status, `${status} ${STATUS_CODES[status] ?? ''}`);
}

function refuse(socket: Duplex, error: OpenAiError, retryAfterMs?: number): void {
  const { status } = error;
  const body = JSON.stringify(error.toBody());
  const retry =
    retryAfterMs === undefined ? '' : `Retry-After: ${Math.ceil(retryAfterMs / 1000)}\r\n`;
  socket.on('error', () => undefined);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n${retry}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
