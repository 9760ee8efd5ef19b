import { once } from 'node:events';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { startSimulator, type SimulatorOptions } from '../../../index.ts';
import { testCertificate } from '../../../google/testing/clients.ts';

export const OPENAI_KEY = 'sk-simulated-openai-key-0001';
export const CALLER_VOICE = 'es-419+f2';

interface Testing {
  after(done: () => Promise<void> | void): void;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look deep into events, and a wrong look fails them
export type RealtimeEvent = { readonly type: string } & Record<string, any>;

/** The simulator with its Realtime API over TLS. */
export async function startCloud(t: Testing, options: Partial<SimulatorOptions> = {}) {
  const certificate = await testCertificate();
  const simulator = await startSimulator({
    port: 0,
    grpcPort: 0,
    accounts: [{ accountSid: `AC${'0'.repeat(32)}`, authToken: 'simulated-auth-token' }],
    googleApiKey: 'simulated-google-key',
    geminiApiKey: 'simulated-gemini-key',
    controlKey: 'simulated-control-key',
    openAiApiKey: OPENAI_KEY,
    openAiTls: certificate,
    ...options,
  });
  t.after(() => simulator.close());
  simulator.faults.set({
    openAiRealtime: { firstAudioDelayMs: 0, deltaIntervalMs: 0, transcriptionDelayMs: 0 },
  });
  return { simulator, certificate };
}

export type Cloud = Awaited<ReturnType<typeof startCloud>>;

/** OpenAI's own client, connected; `next` waits for events in the order of their arrival. */
export async function connect(
  t: Testing,
  { simulator, certificate }: Cloud,
  props: { model?: string; callID?: string; apiKey?: string } = {},
) {
  const { apiKey = OPENAI_KEY, callID, model = 'gpt-realtime-2.1' } = props;
  const client = new OpenAI({ apiKey, baseURL: simulator.openai.baseUrl });
  const socket = new OpenAIRealtimeWS(
    { ...(callID === undefined ? { model } : { callID }), options: { ca: certificate.certPem } },
    client,
  );
  const inbox = new Inbox();
  const errors: Error[] = [];
  socket.on('event', (event) => inbox.push(event as RealtimeEvent));
  socket.on('error', (error) => errors.push(error));
  t.after(() => socket.socket.terminate());
  const closed = once(socket.socket, 'close') as Promise<[number, Buffer]>;
  const send = (event: object): void => socket.socket.send(JSON.stringify(event));
  return { socket, inbox, errors, closed, send, next: inbox.next.bind(inbox) };
}

export type Connection = Awaited<ReturnType<typeof connect>>;

/** Events as they came. */
export class Inbox {
  readonly all: RealtimeEvent[] = [];
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  push(event: RealtimeEvent): void {
    this.all.push(event);
    for (const look of this.#waiting) look();
  }

  /** The first event of that type that was not asked for yet. */
  next(type: string): Promise<RealtimeEvent> {
    const place = this.#taken.get(type) ?? 0;
    this.#taken.set(type, place + 1);
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.of(type)[place];
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  of(type: string): RealtimeEvent[] {
    return this.all.filter((event) => event.type === type);
  }

  types(): string[] {
    return this.all.map(({ type }) => type);
  }
}
