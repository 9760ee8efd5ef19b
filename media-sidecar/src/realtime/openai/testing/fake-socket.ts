import { VirtualClock } from '../../../kernel/testing/virtual-clock.ts';
import type { Metrics } from '../../../kernel/metrics.ts';
import type { RealtimeSettings } from '../../contract.ts';
import { RecordingListener } from '../../testing/recording-listener.ts';
import { OpenAiRealtime } from '../openai-realtime.ts';
import type { OpenAiRealtimeOptions } from '../options.ts';
import type { SipTuning } from '../sip-tuning.ts';
import type { Connect, RealtimeSocket, SocketHandlers, SocketTarget } from '../socket.ts';

type SentEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

/** A socket whose other end is a test. */
export class FakeSocket implements RealtimeSocket {
  bufferedAmount = 0;
  readonly sent: SentEvent[] = [];
  pings = 0;
  /** Code with which we closed it. */
  closedWith: number | undefined;
  terminated = false;
  /** Whether pings are answered. */
  answersPings = true;
  readonly target: SocketTarget;
  readonly handlers: SocketHandlers;
  #events = 0;

  constructor(target: SocketTarget, handlers: SocketHandlers) {
    this.target = target;
    this.handlers = handlers;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as SentEvent);
  }

  ping(): void {
    this.pings += 1;
    if (this.answersPings) this.handlers.onPong();
  }

  close(code: number): void {
    this.closedWith = code;
  }

  terminate(): void {
    this.terminated = true;
  }

  of(type: string): SentEvent[] {
    return this.sent.filter((event) => event.type === type);
  }

  get types(): string[] {
    return this.sent.map(({ type }) => type);
  }

  /** Sends an event of the provider, with an id of its own where it has none. */
  tells(type: string, fields: object = {}): void {
    this.#events += 1;
    this.says(JSON.stringify({ type, event_id: `event_${this.#events}`, ...fields }));
  }

  /** Sends a text as it is. */
  says(text: string): void {
    this.handlers.onMessage(Buffer.from(text), false);
  }

  /** Opens, and takes the settings. */
  becomesReady(): void {
    this.handlers.onOpen();
    this.tells('session.created', { session: {} });
    this.tells('session.updated', { session: {} });
  }

  createsResponse(id: string, metadata: object | null = null): void {
    this.tells('response.created', { response: { id, status: 'in_progress', metadata } });
  }

  /** The response to the request that was sent last. */
  answersLastRequest(id: string): void {
    const request = this.of('response.create').at(-1);
    const { metadata } = request?.['response'] as { metadata: object };
    this.createsResponse(id, metadata);
  }

  sendsAudio(responseId: string, itemId: string, ms: number): void {
    this.tells('response.output_audio.delta', {
      response_id: responseId,
      item_id: itemId,
      output_index: 0,
      content_index: 0,
      delta: Buffer.alloc(ms * 8, 0x55).toString('base64'),
    });
  }

  endsAudio(responseId: string, itemId: string): void {
    this.tells('response.output_audio.done', { response_id: responseId, item_id: itemId });
  }

  endsResponse(id: string, fields: object = {}): void {
    this.tells('response.done', { response: { id, status: 'completed', output: [], ...fields } });
  }

  refuses(error: object): void {
    this.tells('error', { error: { type: 'invalid_request_error', ...error } });
  }
}

export const settings: RealtimeSettings = {
  model: 'gpt-realtime-2.1',
  instructions: 'Eres Ana.',
  voice: 'marin',
  languageCode: 'es-CL',
  tools: [],
  turnDetection: { type: 'semantic_vad' },
  transcriptionModel: 'gpt-4o-mini-transcribe',
  answers: 'by-itself',
};

/** Counters by name and reason. */
export class CountingMetrics implements Metrics {
  readonly counts: Record<string, number> = {};

  count(name: string, labels: Record<string, string> = {}, by = 1): void {
    const key = labels['reason'] === undefined ? name : `${name} ${labels['reason']}`;
    this.counts[key] = (this.counts[key] ?? 0) + by;
  }

  observeMs(): void {}
  gauge(): void {}
}

export interface RigOptions extends Partial<OpenAiRealtimeOptions> {
  readonly settings?: Partial<RealtimeSettings>;
  /** Attaches to this call in place of opening a session. */
  readonly callId?: string;
  /** What is known of the tuning over SIP. @defaultValue nothing */
  readonly tuning?: SipTuning;
  /** Thrown by the making of the socket. */
  readonly connectError?: Error;
}

/** A session over a fake socket, in virtual time. */
export function startRig(options: RigOptions = {}) {
  const { settings: changes, callId, connectError, tuning, ...timing } = options;
  const clock = new VirtualClock();
  const metrics = new CountingMetrics();
  const told = new RecordingListener();
  const sockets: FakeSocket[] = [];
  const connect: Connect = (target, handlers) => {
    if (connectError) throw connectError;
    const socket = new FakeSocket(target, handlers);
    sockets.push(socket);
    return socket;
  };
  const connection = { apiKey: 'sk-a-key-of-tests', projectId: 'proj_1', organization: 'org-1' };
  const dependencies = { clock, metrics, connect, ...(tuning && { tuning }) };
  const model = new OpenAiRealtime(connection, dependencies, timing);
  const wanted = { ...settings, ...changes };
  const session =
    callId === undefined
      ? model.open(wanted, told.listener)
      : model.control(callId, wanted, told.listener);
  return {
    clock,
    metrics,
    told,
    session,
    get socket(): FakeSocket {
      const [socket] = sockets;
      if (!socket) throw new Error('no socket was opened');
      return socket;
    },
  };
}

/** The same, ready, with what was sent until then forgotten. */
export function startReadyRig(options: RigOptions = {}) {
  const rig = startRig(options);
  rig.socket.becomesReady();
  rig.socket.sent.length = 0;
  rig.told.events.length = 0;
  return rig;
}
