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
  /** It has said something, or ended a response in order. */
  hasAnswered: boolean;
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
  /** Since then no session is of use: ready, and not given up before it ever answered. */
  #uselessSinceMs: number;
  #timer: Timer | undefined;
  #closed = false;

  constructor(deps: SessionLineDeps, host: SessionLineHost) {
    this.#deps = deps;
    this.#host = host;
    this.#uselessSinceMs = deps.clock.monotonicMs();
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

  /** The session has said something, or ended a response in order. */
  answered(): void {
    if (this.#current) this.#current.hasAnswered = true;
  }

  /** Gives up a session that does not answer, as if it had been lost. */
  giveUp(error: ProviderError): void {
    this.#lose(error, this.#current?.hasAnswered);
  }

  /** Opens a session beside the present one; one that fails is forgotten. */
  openNext(): void {
    if (!this.#closed && this.#ready && !this.#next) {
      this.#next = { ...this.#start(), ready: false };
    }
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

  /**
   * Closes when what is under way has come to its end: `news` is told of it, and nothing else is.
   * @returns resolves when it is closed, and never rejects; undefined when it is already
   */
  finish(news: SessionNews): Promise<void> | undefined {
    const current = this.#current;
    this.#current = undefined;
    this.close();
    current?.events.connect(news);
    return current?.session.finish()?.finally(() => current.events.silence());
  }

  /** One that was opened beside the lost one takes its place; it may be ready. */
  #open(): void {
    const { clock, model, options } = this.#deps;
    const next = this.#next;
    this.#next = undefined;
    this.#timer = clock.schedule(options.readyWithinMs, () => {
      const message = 'the session was not ready in time';
      this.#lose(new ProviderError(model.name, 'timeout', message, { retryable: true }));
    });
    this.#talkTo(next ?? this.#start());
    if (next?.ready) this.#becameReady();
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
        else if (this.#current?.events === events) this.#lose(error);
      },
    });
    const session = model.open(this.#host.settings(), events);
    return { session, events, openedMs: clock.monotonicMs(), hasAnswered: false };
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

  #lose(error: ProviderError, wasOfUse = true): void {
    this.#drop(wasOfUse);
    this.#failed(error);
  }

  #drop(wasOfUse = true): void {
    this.#timer?.cancel();
    if (this.#ready && wasOfUse) this.#uselessSinceMs = this.#deps.clock.monotonicMs();
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
    if (this.#closed) return;
    // A session that is ready is there without an attempt.
    const pauseMs = this.nextIsReady ? 0 : this.#pauseBeforeAttempt(error);
    if (pauseMs === undefined) {
      this.#host.onGone(error);
      return;
    }
    if (!this.#lost) {
      this.#lost = true;
      this.#host.onLost(error);
      if (this.#closed) return;
    }
    this.#timer = this.#deps.clock.schedule(pauseMs, () => this.#open());
  }

  /** Undefined: another attempt is of no use. */
  #pauseBeforeAttempt(error: ProviderError): number | undefined {
    const { clock, model, options } = this.#deps;
    const tooLong = clock.monotonicMs() - this.#uselessSinceMs > options.attemptsWithinMs;
    if (!error.retryable || model.isOpen || tooLong) return undefined;
    const pauseMs = options.reconnectDelaysMs[this.#attempts];
    this.#attempts += 1;
    return pauseMs;
  }
}
