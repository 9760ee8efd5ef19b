import type { Clock } from '../../kernel/clock.ts';
import { noMetrics, type Metrics } from '../../kernel/metrics.ts';
import type {
  RealtimeListener,
  RealtimeModel,
  RealtimeSession,
  RealtimeSettings,
} from '../contract.ts';
import { PROVIDER } from './errors.ts';
import {
  baseUrlOf,
  defaultOpenAiRealtimeOptions,
  headersOf,
  type OpenAiConnection,
  type OpenAiRealtimeOptions,
} from './options.ts';
import { OpenAiRealtimeSession } from './session.ts';
import { SipTuning } from './sip-tuning.ts';
import { connectWebSocket, type Connect } from './socket.ts';

export interface OpenAiRealtimeDependencies {
  readonly clock: Clock;
  readonly metrics?: Metrics;
  /** @defaultValue a WebSocket of `ws` */
  readonly connect?: Connect;
  /** Shared with who accepts the calls. @defaultValue one that knows of no accept */
  readonly tuning?: SipTuning;
}

/**
 * OpenAI's Realtime API over WebSocket, the generally available one.
 * https://developers.openai.com/api/docs/guides/realtime-websocket
 */
export class OpenAiRealtime implements RealtimeModel {
  readonly name = PROVIDER;
  readonly isOpen = false;
  readonly #connection: OpenAiConnection;
  readonly #dependencies;
  readonly #tuning: SipTuning;
  readonly #options: OpenAiRealtimeOptions;

  constructor(
    connection: OpenAiConnection,
    dependencies: OpenAiRealtimeDependencies,
    options: Partial<OpenAiRealtimeOptions> = {},
  ) {
    this.#connection = connection;
    this.#dependencies = {
      clock: dependencies.clock,
      metrics: dependencies.metrics ?? noMetrics,
      connect: dependencies.connect ?? connectWebSocket,
    };
    this.#tuning = dependencies.tuning ?? new SipTuning();
    this.#options = { ...defaultOpenAiRealtimeOptions, ...options };
  }

  open(settings: RealtimeSettings, listener: RealtimeListener): RealtimeSession {
    return this.#open({ model: settings.model }, false, settings, listener);
  }

  control(callId: string, settings: RealtimeSettings, listener: RealtimeListener): RealtimeSession {
    return this.#open({ call_id: callId }, true, settings, listener);
  }

  #open(
    query: Record<string, string>,
    isControl: boolean,
    settings: RealtimeSettings,
    listener: RealtimeListener,
  ): RealtimeSession {
    const connection = this.#connection;
    const base = baseUrlOf(connection).replace(/^http/, 'ws');
    const session = new OpenAiRealtimeSession({
      target: {
        url: `${base}/realtime?${new URLSearchParams(query)}`,
        headers: headersOf(connection),
        caPem: connection.caPem,
      },
      isControl,
      settings,
      listener,
      dependencies: this.#dependencies,
      tuning: this.#tuning,
      options: this.#options,
    });
    session.start();
    return session;
  }
}
