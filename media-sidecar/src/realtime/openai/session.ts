import type {
  RealtimeItem,
  RealtimeListener,
  RealtimeSession,
  RealtimeSettings,
  RespondRequest,
} from '../contract.ts';
import type { OpenAiRealtimeOptions } from './options.ts';
import {
  clearPlaybackRequest,
  itemRequests,
  RACE,
  sessionRequest,
  toolResultRequest,
  truncateRequest,
} from './requests.ts';
import { Responses } from './responses.ts';
import { SessionEvents } from './session-events.ts';
import { SessionLink, type LinkDependencies } from './session-link.ts';
import type { SocketTarget } from './socket.ts';
import { SpokenItems } from './spoken-items.ts';
import { changeToWire, controlToWire, sessionToWire } from './wire-settings.ts';

export interface OpenAiSessionParts {
  readonly target: SocketTarget;
  /** Of a call whose audio goes another way. */
  readonly isControl: boolean;
  readonly settings: RealtimeSettings;
  readonly listener: RealtimeListener;
  readonly dependencies: LinkDependencies;
  readonly options: OpenAiRealtimeOptions;
}

/** One session of OpenAI's Realtime API. */
export class OpenAiRealtimeSession implements RealtimeSession {
  readonly #isControl: boolean;
  readonly #link: SessionLink;
  readonly #responses: Responses;
  readonly #items = new SpokenItems();
  #settings: RealtimeSettings;
  #requests = 0;

  constructor(parts: OpenAiSessionParts) {
    const { target, isControl, listener, dependencies, options } = parts;
    this.#isControl = isControl;
    this.#settings = parts.settings;
    this.#link = new SessionLink(
      target,
      isControl,
      {
        onOpen: () => this.#firstRequest(),
        onText: (text) => events.onText(text),
        onBinary: () => events.onBinary(),
        onGone: (error) => listener.onClosed(error),
      },
      dependencies,
      options,
    );
    const link = this.#link;
    this.#responses = new Responses((request) => link.send(request));
    const events = new SessionEvents({
      listener,
      metrics: dependencies.metrics,
      responses: this.#responses,
      items: this.#items,
      isControl,
      isReady: () => link.isReady,
      isOver: () => link.isOver,
      ready: () => {
        link.ready();
        if (!link.isOver) listener.onReady();
      },
      fail: (error) => link.fail(error),
    });
  }

  start(): void {
    this.#link.start();
  }

  append(mulaw: Uint8Array): void {
    if (!this.#isControl) this.#link.append(mulaw);
  }

  add(items: readonly RealtimeItem[]): void {
    for (const item of items) {
      for (const request of itemRequests(item)) this.#link.send(request);
    }
  }

  respond(request: RespondRequest = {}): void {
    if (!this.#link.isOver) this.#responses.ask(request);
  }

  cancel(): void {
    if (this.#link.isOver) return;
    this.#responses.cancel();
    if (this.#isControl) this.#link.send(clearPlaybackRequest(this.#raceId('clear')));
  }

  truncate(itemId: string, audioEndMs: number): void {
    // How long an item of a call is that goes another way, only OpenAI knows.
    const cutAtMs = this.#isControl
      ? Math.max(0, Math.floor(audioEndMs))
      : this.#items.cutAt(itemId, audioEndMs);
    if (cutAtMs === undefined) return;
    this.#link.send(truncateRequest(itemId, cutAtMs, this.#raceId('truncate')));
  }

  toolResult(callId: string, output: string): void {
    this.#link.send(toolResultRequest(callId, output));
  }

  update(change: Parameters<RealtimeSession['update']>[0]): void {
    this.#settings = { ...this.#settings, ...change };
    const session = changeToWire(change, this.#settings, this.#isControl);
    this.#link.send(sessionRequest(session, `session_${++this.#requests}`));
  }

  close(): void {
    this.#link.close();
  }

  #firstRequest(): string {
    const session = this.#isControl ? controlToWire(this.#settings) : sessionToWire(this.#settings);
    return sessionRequest(session, `session_${++this.#requests}`);
  }

  #raceId(kind: string): string {
    return `${RACE}${kind}_${++this.#requests}`;
  }
}
