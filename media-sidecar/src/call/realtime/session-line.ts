import type { Clock, Timer } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { RealtimeModel, RealtimeSession, RealtimeSettings } from '../../realtime/contract.ts';
import type { RealtimeOptions } from './options.ts';
import { SessionEvents, type SessionNews } from './session-events.ts';

export interface SessionLineDeps {
  readonly clock: Clock;
  readonly model: RealtimeModel;
  readonly options: RealtimeOptions;
}

export interface SessionLineHost {
  settings(): RealtimeSettings;
  readonly news: SessionNews;
  /** A session is there to be talked to; it may not be ready. `first`: of the call. */
  onOpened(session: RealtimeSession, first: boolean): void;
  onReady(): void;
  /** The session is gone, and another one is tried. Told once, however many attempts it takes. */
  onLost(error: ProviderError): void;
  /** No session can be had any more. */
  onGone(error: ProviderError): void;
}

interface OpenSession {
  readonly session: RealtimeSession;
  readonly events: SessionEvents;
  readonly openedMs: number;
}

/** The session of a call, opened again when it is lost, and moved before it reaches its limit. */
export class SessionLine {
  readonly #deps: SessionLineDeps;
  readonly #host: SessionLineHost;
  #current: OpenSession | undefined;
  #next: (OpenSession & { ready: boolean }) | undefined;
  #ready = false;
  /** Counts the sessions that were talked to. */
  #number = 0;
  #attempts = 0;
  #lost = false;
  /** Since then no session is ready. */
  #unreadySinceMs: number;
  #timer: Timer | undefined;
  #closed = false;

  constructor(deps: SessionLineDeps, host: SessionLineHost) {
    this.#deps = deps;
    this.#host = host;
    this.#unreadySinceMs = deps.clock.monotonicMs();
  }

  /** The session to talk to; undefined between two attempts. */
  get session(): RealtimeSession | undefined {
    return this.#current?.session;
  }

  get provider(): string {
    return this.#deps.model.name;
  }

  get isReady(): boolean {
    return this.#ready;
  }

  /** Which session it is, of those of this call. */
  get number(): number {
    return this.#number;
  }

  /** Since the session was opened, in ms. */
  get ageMs(): number {
    return this.#current ? this.#deps.clock.monotonicMs() - this.#current.openedMs : 0;
  }

  /** A session is ready to take over. */
  get nextIsReady(): boolean {
    return this.#next?.ready ?? false;
  }

  open(): void {
    this.#open();
  }

  /** Gives the session up, as if it had been lost. */
  giveUp(error: ProviderError): void {
    this.#drop();
    this.#failed(error);
  }

  /** Opens a session beside the present one; one that fails is forgotten. */
  openNext(): void {
    if (!this.#closed && !this.#next) this.#next = { ...this.#start(), ready: false };
  }

  /** Moves to the session beside it. @returns whether there was one */
  switchToNext(): boolean {
    const next = this.#next;
    if (!next?.ready || this.#closed) return false;
    this.#next = undefined;
    this.#drop();
    this.#talkTo(next);
    this.#becameReady();
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    this.#drop();
    this.#next?.events.silence();
    this.#next?.session.close();
    this.#next = undefined;
  }

  #open(): void {
    const { clock, model, options } = this.#deps;
    const opened = this.#start();
    this.#timer = clock.schedule(options.readyWithinMs, () => {
      const message = 'the session was not ready in time';
      this.giveUp(new ProviderError(model.name, 'timeout', message, { retryable: true }));
    });
    this.#talkTo(opened);
  }

  #start(): OpenSession {
    const { clock, model } = this.#deps;
    const events = new SessionEvents({
      onReady: () => {
        if (this.#next?.events === events) this.#next.ready = true;
        else if (this.#current?.events === events) this.#becameReady();
      },
      onClosed: (error) => {
        if (this.#next?.events === events) this.#next = undefined;
        else if (this.#current?.events === events) this.giveUp(error);
      },
    });
    const session = model.open(this.#host.settings(), events);
    return { session, events, openedMs: clock.monotonicMs() };
  }

  #talkTo(opened: OpenSession): void {
    const first = this.#number === 0;
    this.#current = opened;
    this.#number += 1;
    opened.events.connect(this.#host.news);
    this.#host.onOpened(opened.session, first);
  }

  #becameReady(): void {
    this.#timer?.cancel();
    this.#ready = true;
    this.#lost = false;
    this.#host.onReady();
  }

  #drop(): void {
    this.#timer?.cancel();
    if (this.#ready) this.#unreadySinceMs = this.#deps.clock.monotonicMs();
    this.#ready = false;
    const current = this.#current;
    this.#current = undefined;
    current?.events.silence();
    current?.session.close();
    if (
      current &&
      this.#deps.clock.monotonicMs() - current.openedMs > this.#deps.options.goodAfterMs
    )
      this.#attempts = 0;
  }

  #failed(error: ProviderError): void {
    const { clock, model, options } = this.#deps;
    if (this.#closed) return;
    const delayMs = options.reconnectDelaysMs[this.#attempts];
    const tooLong = clock.monotonicMs() - this.#unreadySinceMs > options.attemptsWithinMs;
    if (!error.retryable || model.isOpen || delayMs === undefined || tooLong) {
      this.#host.onGone(error);
      return;
    }
    this.#attempts += 1;
    if (!this.#lost) {
      this.#lost = true;
      this.#host.onLost(error);
      if (this.#closed) return;
    }
    this.#timer = clock.schedule(delayMs, () => this.#open());
  }
}
