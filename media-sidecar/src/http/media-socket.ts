import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type {
  ClaimedSession,
  ClaimedTranscription,
  SessionGate,
  TranscriptionGate,
} from '../call/ports.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { TranscriptionRegistry } from '../call/transcription/registry.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Metrics } from '../kernel/metrics.ts';
import type { TrustedProxies } from './client-address.ts';

/** Whose socket can be closed as one that does not keep the rules. */
type PhoneLeg = Parameters<CallRegistry['start']>[0] & Pick<ListenLeg, 'refuse'>;
type ListenLeg = Parameters<TranscriptionRegistry['start']>[0];

/** A media stream that has said which call it carries, and what for. */
export type StartedStream = StreamIdentity &
  (
    | { readonly kind: 'conversation'; readonly leg: PhoneLeg }
    | { readonly kind: 'transcription'; readonly leg: ListenLeg }
  );

interface StreamIdentity {
  readonly callSid: string;
  readonly streamSid: string;
  /** The `<Parameter>`s of the `<Stream>`. */
  readonly customParameters: Readonly<Record<string, string>>;
}

export interface MediaSocketParts {
  /** Whether the signature fits the public address of the socket. */
  readonly verifySignature: (signature: string | readonly string[] | undefined) => boolean;
  /**
   * Waits until the stream has said which call it carries. A stream that does not, or not by the
   * rules, is refused with a short reason, and its socket is closed.
   */
  readonly accept: (
    socket: WebSocket,
    connection: Duplex,
  ) => Promise<StartedStream | { readonly refused: string }>;
  readonly conversations: {
    readonly gate: SessionGate;
    /** Begins the conversation. @throws when it cannot; the leg is untouched then */
    readonly begin: (leg: PhoneLeg, session: ClaimedSession) => void;
  };
  readonly transcriptions: {
    readonly gate: TranscriptionGate;
    /** Begins to write down. @throws when it cannot; the leg is untouched then */
    readonly begin: (leg: ListenLeg, transcription: ClaimedTranscription) => void;
  };
  /** Whether there is room for another call. */
  readonly hasRoom: () => boolean;
  readonly trustedProxies: TrustedProxies;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface MediaSocketOptions {
  /** Sockets that have not shown a token. @defaultValue 32 */
  readonly maxUnauthenticated?: number;
  /** Of one address. @defaultValue half of `maxUnauthenticated` */
  readonly maxUnauthenticatedPerAddress?: number;
}

const path = '/twilio/media';

/**
 * Longer than this a socket is closed (1009) before anybody sees the message. What is merely longer than
 * anything of Twilio's is counted, and the call goes on.
 */
const maxMessageBytes = 1024 * 1024;

type RefusalReason =
  'not-found' | 'signature' | 'full' | 'too-many-unauthenticated' | 'too-many-of-address';

/** The media WebSocket: from the upgrade of a connection to the start of its conversation. */
export class MediaSocket {
  readonly #parts: MediaSocketParts;
  readonly #maxUnauthenticated: number;
  readonly #maxPerAddress: number;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    // A broken message is counted; it does not end the call.
    skipUTF8Validation: true,
    clientTracking: true,
  });
  /** How many sockets of each address have not shown a token yet. */
  readonly #waiting = new Map<string, number>();
  #waitingCount = 0;

  constructor(parts: MediaSocketParts, options: MediaSocketOptions = {}) {
    this.#parts = parts;
    this.#maxUnauthenticated = options.maxUnauthenticated ?? 32;
    this.#maxPerAddress =
      options.maxUnauthenticatedPerAddress ?? Math.max(1, Math.ceil(this.#maxUnauthenticated / 2));
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => {
      // Without a listener a connection that is reset during the handshake would end the process.
      socket.on('error', (error) =>
        this.#parts.logger.debug({ reason: error.message }, 'media socket lost in its handshake'),
      );
      this.#upgrade(request, socket, head);
    });
  }

  /** Cuts whatever is still connected. */
  close(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { trustedProxies, hasRoom } = this.#parts;
    if (request.url !== path) return this.#refuse(socket, 404, 'not-found');
    // First: whoever cannot sign learns nothing else, and takes nobody's place.
    if (!this.#parts.verifySignature(request.headers['x-twilio-signature'])) {
      return this.#refuse(socket, 403, 'signature');
    }
    if (!hasRoom()) return this.#refuse(socket, 503, 'full');
    const address = trustedProxies.clientOf(request);
    if (this.#waitingCount >= this.#maxUnauthenticated) {
      return this.#refuse(socket, 429, 'too-many-unauthenticated');
    }
    if ((this.#waiting.get(address) ?? 0) >= this.#maxPerAddress) {
      return this.#refuse(socket, 429, 'too-many-of-address');
    }
    const shown = this.#wait(address);
    // A handshake that fails calls nobody back: the end of the connection gives its place free.
    socket.once('close', shown);
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      void this.#serve(webSocket, socket, shown);
    });
  }

  async #serve(socket: WebSocket, connection: Duplex, shown: () => void): Promise<void> {
    const { accept, metrics, logger } = this.#parts;
    try {
      const started = await accept(socket, connection);
      if ('refused' in started) {
        metrics.count('media_sockets_refused', { reason: started.refused });
        return;
      }
      await (started.kind === 'conversation'
        ? this.#converse(started, started.leg)
        : this.#transcribe(started, started.leg));
    } catch (error) {
      metrics.count('media_sockets_refused', { reason: 'failed' });
      logger.error({ err: error }, 'media stream could not be served');
      socket.terminate();
    } finally {
      shown();
    }
  }

  async #converse(stream: StreamIdentity, leg: PhoneLeg): Promise<void> {
    const { gate, begin } = this.#parts.conversations;
    const { callSid, streamSid, customParameters } = stream;
    const { sessionId = '', token = '' } = customParameters;
    const claimed = await gate.claim({ sessionId, token, callSid, streamSid });
    if ('refused' in claimed) {
      this.#tellRefusal(callSid, claimed.refused);
      leg.refuse();
      return;
    }
    try {
      begin(leg, claimed);
    } catch (error) {
      this.#parts.metrics.count('media_sockets_refused', { reason: 'cannot-begin' });
      const { callId } = claimed;
      this.#parts.logger.error({ err: error, callId }, 'conversation could not begin');
      leg.close();
    }
  }

  async #transcribe(stream: StreamIdentity, leg: ListenLeg): Promise<void> {
    const { gate, begin } = this.#parts.transcriptions;
    const { callSid, streamSid, customParameters } = stream;
    const { transcriptionId = '', token = '' } = customParameters;
    const { tracks } = leg;
    const claimed = await gate.claim({ transcriptionId, token, callSid, streamSid, tracks });
    if ('refused' in claimed) {
      this.#tellRefusal(callSid, claimed.refused);
      leg.refuse();
      return;
    }
    try {
      begin(leg, claimed);
    } catch (error) {
      this.#parts.metrics.count('media_sockets_refused', { reason: 'cannot-begin' });
      this.#parts.logger.error({ err: error, transcriptionId }, 'transcription could not begin');
      leg.close();
    }
  }

  #tellRefusal(callSid: string, reason: string): void {
    this.#parts.metrics.count('media_sockets_refused', { reason });
    this.#parts.logger.warn({ callSid, reason }, 'media stream refused');
  }

  /** Counts a socket as unauthenticated. @returns how to end that, once */
  #wait(address: string): () => void {
    this.#count(address, 1);
    let waiting = true;
    return () => {
      if (!waiting) return;
      waiting = false;
      this.#count(address, -1);
    };
  }

  #count(address: string, by: 1 | -1): void {
    this.#waitingCount += by;
    const ofAddress = (this.#waiting.get(address) ?? 0) + by;
    if (ofAddress > 0) this.#waiting.set(address, ofAddress);
    else this.#waiting.delete(address);
    this.#parts.metrics.gauge('sockets_unauthenticated', this.#waitingCount);
  }

  #refuse(socket: Duplex, status: number, reason: RefusalReason): void {
    this.#parts.metrics.count('media_sockets_refused', { reason });
    const text = STATUS_CODES[status] ?? '';
    socket.end(
      `HTTP/1.1 ${String(status)} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
  }
}
