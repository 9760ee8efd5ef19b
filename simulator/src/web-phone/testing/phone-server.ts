import { once } from 'node:events';
import Fastify, { type FastifyInstance } from 'fastify';
import { WebSocket, type RawData } from 'ws';
import { PHONE_PROTOCOL } from '../access.ts';
import type { ClientMessage, ServerMessage } from '../messages.ts';
import { webPhone, type WebPhoneOptions } from '../web-phone.ts';
import { FakeNetwork } from './fake-network.ts';
import { FakeRecognizer, FakeVoices } from './fake-speech.ts';

export const CONTROL_KEY = 'a-control-key-with-ñ-in-it';
export const NUMBERS = [
  { phoneNumber: '+56221234567', friendlyName: 'Automotora Andes' },
  { phoneNumber: '+34911234567', friendlyName: 'Clínica Sol' },
] as const;

/** The web phone on a server of its own, with a network, voices and ears that the test controls. */
export interface PhoneServer {
  readonly app: FastifyInstance;
  readonly url: string;
  readonly network: FakeNetwork;
  readonly voices: FakeVoices;
  readonly recognizer: FakeRecognizer;
  close(): Promise<void>;
}

export async function startPhoneServer(
  overrides: Partial<WebPhoneOptions> = {},
): Promise<PhoneServer> {
  const network = new FakeNetwork();
  const voices = new FakeVoices();
  const recognizer = new FakeRecognizer();
  const app = Fastify({ logger: false });
  await app.register(webPhone, {
    network,
    voices,
    recognizer,
    controlKey: CONTROL_KEY,
    numbers: () => NUMBERS,
    ...overrides,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, url, network, voices, recognizer, close: () => app.close() };
}

export interface ConnectOptions {
  readonly key?: string;
  readonly origin?: string | null;
  readonly protocols?: string[];
}

/** Opens the socket of the page. @throws with the HTTP status in its message when it is refused */
export async function connectPage(
  server: PhoneServer,
  options: ConnectOptions = {},
): Promise<PageSocket> {
  const key = Buffer.from(options.key ?? CONTROL_KEY).toString('base64url');
  const origin = options.origin === undefined ? server.url : options.origin;
  const socket = new WebSocket(
    `${server.url.replace('http', 'ws')}/phone/ws`,
    options.protocols ?? [PHONE_PROTOCOL, `key.${key}`],
    origin === null ? {} : { origin },
  );
  // From the beginning: the first message may come in the same packet as the reply of the handshake.
  const page = new PageSocket(socket);
  await once(socket, 'open');
  return page;
}

/** What a page sees and does, in the order in which it happened. */
export class PageSocket {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  readonly audio: Uint8Array[] = [];
  readonly #waiting: {
    matches: (m: ServerMessage) => boolean;
    found: (m: ServerMessage) => void;
  }[] = [];
  readonly #closed: Promise<[number, Buffer]>;

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.#closed = new Promise((resolve) =>
      socket.on('close', (code, reason) => resolve([code, reason])),
    );
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) return void this.audio.push(new Uint8Array(data as Buffer));
      const message = JSON.parse(data.toString()) as ServerMessage;
      this.messages.push(message);
      for (const waiting of this.#waiting.filter(({ matches }) => matches(message))) {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        waiting.found(message);
      }
    });
  }

  send(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  sendRaw(data: string | Uint8Array): void {
    this.socket.send(data);
  }

  /** The first message of this kind, already received or still to come. */
  async see<T extends ServerMessage['type']>(
    type: T,
    matches: (message: Extract<ServerMessage, { type: T }>) => boolean = () => true,
  ): Promise<Extract<ServerMessage, { type: T }>> {
    const fits = (message: ServerMessage): boolean =>
      message.type === type && matches(message as Extract<ServerMessage, { type: T }>);
    const found =
      this.messages.find(fits) ??
      (await new Promise<ServerMessage>((resolve) =>
        this.#waiting.push({ matches: fits, found: resolve }),
      ));
    return found as Extract<ServerMessage, { type: T }>;
  }

  /** Resolves with the code with which the server closes the socket. */
  async closedWith(): Promise<number> {
    const [code] = await this.#closed;
    return code;
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.#closed;
  }
}
