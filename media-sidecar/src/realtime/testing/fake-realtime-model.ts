import type { Clock } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { RealtimeListener, RealtimeModel, RealtimeSettings } from '../contract.ts';
import { FakeRealtimeSession } from './fake-realtime-session.ts';

export {
  FakeRealtimeSession,
  type SessionCall,
  type SpeakOptions,
} from './fake-realtime-session.ts';

export interface FakeRealtimeModelOptions {
  /** From `open` to `onReady`; null: a test calls `session.ready()`. @defaultValue 100 */
  readonly readyAfterMs?: number | null;
  readonly name?: string;
}

/**
 * A realtime model whose every event is made by a test: `model.session.speaks('item_1', 'Hola', 800)`.
 * What the sessions were asked is in `session.calls` and `session.frames`.
 */
export class FakeRealtimeModel implements RealtimeModel {
  readonly name: string;
  /** In the order in which they were opened, also those that have ended. */
  readonly sessions: FakeRealtimeSession[] = [];
  /** Whether the circuit breaker is open: a session that is opened now fails at once. */
  isOpen = false;
  /** Runs with each session that is opened, before anything is told to its listener. */
  onOpen: (session: FakeRealtimeSession) => void = () => undefined;
  /** Errors that the next sessions end with in place of becoming ready, one each. */
  readonly failures: ProviderError[] = [];
  readonly #clock: Clock;
  /** Of the sessions that are opened from here on; null: never. */
  readyAfterMs: number | null;

  constructor(clock: Clock, options: FakeRealtimeModelOptions = {}) {
    this.#clock = clock;
    this.name = options.name ?? 'fake-realtime';
    this.readyAfterMs = options.readyAfterMs === undefined ? 100 : options.readyAfterMs;
  }

  /** The session that was opened last. */
  get session(): FakeRealtimeSession {
    const session = this.sessions.at(-1);
    if (!session) throw new Error('no session was opened');
    return session;
  }

  /** The next session that is opened ends with this, in place of becoming ready. */
  failNext(error: ProviderError = failure(this.name)): void {
    this.failures.push(error);
  }

  open(settings: RealtimeSettings, listener: RealtimeListener): FakeRealtimeSession {
    return this.#open(settings, listener);
  }

  control(
    callId: string,
    settings: RealtimeSettings,
    listener: RealtimeListener,
  ): FakeRealtimeSession {
    return this.#open(settings, listener, callId);
  }

  #open(settings: RealtimeSettings, listener: RealtimeListener, callId?: string) {
    const session = new FakeRealtimeSession(this.#clock, settings, listener, callId);
    this.sessions.push(session);
    this.onOpen(session);
    const refusal = this.isOpen ? failure(this.name, false) : this.failures.shift();
    if (refusal) {
      const delayMs = this.isOpen ? 0 : (this.readyAfterMs ?? 0);
      this.#clock.schedule(delayMs, () => session.dies(refusal));
    } else if (this.readyAfterMs !== null) {
      this.#clock.schedule(this.readyAfterMs, () => session.ready());
    }
    return session;
  }
}

function failure(provider: string, retryable = true): ProviderError {
  return new ProviderError(provider, 'unavailable', 'scripted failure', { retryable });
}
