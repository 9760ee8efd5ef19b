import { randomBytes } from 'node:crypto';
import { ProviderError } from '../../kernel/errors.ts';
import type {
  RealtimeItem,
  RealtimeListener,
  RealtimeSession,
  RealtimeSettings,
  RespondRequest,
} from '../contract.ts';
import { CallerWords } from './caller-words.ts';
import type { OpenAiRealtimeOptions } from './options.ts';
import {
  clearPlaybackRequest,
  commitRequest,
  itemRequests,
  RACE,
  sessionRequest,
  toolResultRequest,
  truncateRequest,
} from './requests.ts';
import { Responses } from './responses.ts';
import { SessionEvents } from './session-events.ts';
import { SessionLink, type LinkDependencies } from './session-link.ts';
import type { SipTuning } from './sip-tuning.ts';
import type { SocketTarget } from './socket.ts';
import { SpokenItems } from './spoken-items.ts';
import { changeToWire, controlToWire, sessionToWire, type Answering } from './wire-settings.ts';

export interface OpenAiSessionParts {
  readonly target: SocketTarget;
  /** Of a call whose audio goes another way. */
  readonly isControl: boolean;
  readonly settings: RealtimeSettings;
  readonly listener: RealtimeListener;
  readonly dependencies: LinkDependencies;
  readonly tuning: SipTuning;
  readonly options: OpenAiRealtimeOptions;
}

/** One session of OpenAI's Realtime API. */
export class OpenAiRealtimeSession implements RealtimeSession {
  readonly #isControl: boolean;
  readonly #tuning: SipTuning;
  readonly #link: SessionLink;
  readonly #responses: Responses;
  readonly #items = new SpokenItems();
  readonly #words: CallerWords;
  /** Until they are sent: instructions and tools are long, and a session may last an hour. */
  #unsent: RealtimeSettings | undefined;
  /** What goes with a later change. */
  #answering: Answering;
  /**
   * Part of our events' ids where others send to the same session, too: the controls of a call before
   * this one, whose responses and errors come to this one as well.
   */
  readonly #nonce: string;
  #requests = 0;
  #isFinishing = false;
  #finished: Promise<void> | undefined;

  constructor(parts: OpenAiSessionParts) {
    const { target, isControl, listener, dependencies, tuning, options } = parts;
    const { turnDetection, answers } = parts.settings;
    this.#isControl = isControl;
    this.#words = new CallerWords(dependencies.clock);
    this.#tuning = tuning;
    this.#unsent = parts.settings;
    this.#answering = { turnDetection, answers };
    this.#nonce = isControl ? `${randomBytes(4).toString('hex')}_` : '';
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
    this.#responses = new Responses((request) => link.send(request), this.#nonce);
    const events = new SessionEvents({
      listener,
      metrics: dependencies.metrics,
      responses: this.#responses,
      items: this.#items,
      words: this.#words,
      isControl,
      isOurSettings: (eventId) => eventId.startsWith(`session_${this.#nonce}`),
      isReady: () => link.isReady,
      isOver: () => link.isOver,
      ready: () => {
        link.ready();
        if (!link.isOver) listener.onReady();
      },
      forget: (itemId) => this.truncate(itemId, 0),
      fail: (error) =>
        link.fail(isControl && tuning.noteRefusal(error) ? withoutTuning(error) : error),
    });
  }

  start(): void {
    this.#link.start();
  }

  append(mulaw: Uint8Array): void {
    if (!this.#isControl && !this.#isFinishing) this.#link.append(mulaw);
  }

  add(items: readonly RealtimeItem[]): void {
    for (const item of items) {
      for (const request of itemRequests(item)) this.#send(request);
    }
  }

  respond(request: RespondRequest = {}): void {
    if (!this.#isOver) this.#responses.ask(request);
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#responses.cancel();
    if (this.#isControl) this.#send(clearPlaybackRequest(this.#raceId('clear')));
  }

  truncate(itemId: string, audioEndMs: number): void {
    // How long an item of a call is that goes another way, only OpenAI knows.
    const cutAtMs = this.#isControl
      ? Math.max(0, Math.floor(audioEndMs))
      : this.#items.cutAt(itemId, audioEndMs);
    if (cutAtMs === undefined) return;
    this.#send(truncateRequest(itemId, cutAtMs, this.#raceId('truncate')));
  }

  toolResult(callId: string, output: string): void {
    this.#send(toolResultRequest(callId, output));
  }

  update(change: Parameters<RealtimeSession['update']>[0]): void {
    const { turnDetection, answers } = { ...this.#answering, ...change };
    this.#answering = { turnDetection, answers };
    if (this.#unsent) this.#unsent = { ...this.#unsent, ...change };
    const session = changeToWire(change, this.#answering, this.#isTuned);
    this.#send(sessionRequest(session, this.#settingsId()));
  }

  close(): void {
    this.#link.close();
  }

  finish(): Promise<void> | undefined {
    if (this.#isControl) this.#link.close();
    if (this.#isOver) return this.#finished;
    if (this.#link.isReady) {
      this.#responses.finish();
      this.#words.finish(() => this.#endTurn());
    }
    this.#isFinishing = true;
    this.#finished = this.#link.finish(() => this.#responses.areOver && this.#words.areTold);
    return this.#finished;
  }

  /** It makes a turn, whose words are told, and no answer. @returns the event id */
  #endTurn(): string {
    const eventId = this.#raceId('commit');
    this.#link.send(commitRequest(eventId));
    return eventId;
  }

  get #isOver(): boolean {
    return this.#isFinishing || this.#link.isOver;
  }

  #send(request: string): void {
    if (!this.#isFinishing) this.#link.send(request);
  }

  get #isTuned(): boolean {
    return !this.#isControl || this.#tuning.isTaken;
  }

  #firstRequest(): string {
    const settings = this.#unsent;
    if (!settings) throw new Error('the settings were sent before');
    this.#unsent = undefined;
    const session = this.#isControl
      ? controlToWire(settings, this.#isTuned)
      : sessionToWire(settings);
    return sessionRequest(session, this.#settingsId());
  }

  #settingsId(): string {
    return `session_${this.#nonce}${++this.#requests}`;
  }

  #raceId(kind: string): string {
    return `${RACE}${kind}_${this.#nonce}${++this.#requests}`;
  }
}

/** The next control leaves the tuning out. */
function withoutTuning({ provider, code, message, cause }: ProviderError): ProviderError {
  return new ProviderError(provider, code, message, { retryable: true, cause });
}
