import type { Clock, Timer } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type {
  RealtimeItem,
  RealtimeListener,
  RealtimeModel,
  RealtimeSession,
  RealtimeSettings,
  RespondRequest,
} from '../../realtime/contract.ts';
import { sipRealtimeOptions } from './options.ts';
import { SipEvents } from './sip-events.ts';
import type { SipLeg } from './sip-leg.ts';
import type { SpeechPace } from './speech-pace.ts';

export interface SipSessionParts {
  readonly model: RealtimeModel;
  /** The provider's, `rtc_…` */
  readonly callId: string;
  readonly leg: SipLeg;
  readonly pace: SpeechPace;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** It takes the place of another one, which was given up: the provider has the conversation. */
  readonly takesOver: boolean;
}

/** What was asked of a call that has no control. */
interface Waiting {
  /** For an answer, where it is one. */
  readonly request: RespondRequest | undefined;
  readonly send: (control: RealtimeSession) => void;
}

/** Pauses before each attempt to have the control of the call back, in ms. */
const ATTACH_AGAIN_AFTER_MS = [0, 500, 1500, 3000];
/** No such attempt begins later after the loss: one that nobody answers takes 7 s, in ms. */
const ATTACH_AGAIN_WITHIN_MS = 15_000;
/** Pause before a call that the provider does not know is looked for once more, twice as long each time, in ms. */
const LOOK_AGAIN_AFTER_MS = { first: 500, longest: 2000 } as const;
/** A control that lasted this long was a good one: its loss has all attempts again, in ms. */
const GOOD_AFTER_MS = 10_000;

/**
 * The session of a call over SIP, for as long as the call lasts: one control socket after the other.
 * The provider has the conversation, and goes on with it while none is attached; what is asked of it
 * meanwhile waits.
 */
export class SipSession implements RealtimeSession {
  readonly #parts: SipSessionParts;
  readonly #listener: RealtimeListener;
  readonly #events: SipEvents;
  #settings: RealtimeSettings;
  #control: RealtimeSession | undefined;
  /** Takes requests; what it was asked before would be lost with it. */
  #isReady = false;
  #wasReady = false;
  /** Still to be told what the provider knows. */
  #isTold: boolean;
  #readyMs = 0;
  /** Since then no control is ready. */
  #unreadySinceMs: number;
  #attempts = 0;
  /** How often the provider said that it does not know the call. */
  #unknown = 0;
  #waiting: Waiting[] = [];
  #timer: Timer | undefined;
  #closed = false;

  constructor(parts: SipSessionParts, settings: RealtimeSettings, listener: RealtimeListener) {
    this.#parts = parts;
    this.#settings = settings;
    this.#listener = listener;
    this.#events = new SipEvents({ ...parts, listener });
    this.#isTold = parts.takesOver;
    this.#unreadySinceMs = parts.clock.monotonicMs();
    if (parts.takesOver) this.#events.lost();
    parts.leg.silenceWith(() => {
      if (!this.#isCutByProvider) this.cancel();
    });
  }

  /** Attaches to the call. */
  start(): void {
    const { callId, model } = this.#parts;
    this.#control = model.control(callId, this.#settings, {
      ...this.#events.news,
      onReady: () => this.#ready(),
      onClosed: (error) => this.#lost(error),
    });
  }

  /** The carrier does. */
  append(): void {}

  /** A session that takes the place of another one is told the conversation first. */
  add(items: readonly RealtimeItem[]): void {
    if (this.#isTold) this.#isTold = false;
    else this.#ask((control) => control.add(items));
  }

  respond(request: RespondRequest = {}): void {
    const { instructions } = request;
    if (instructions !== undefined) {
      // Asked for once more, as the control is late: it is said once, to who asked last.
      this.#waiting = this.#waiting.filter((one) => one.request?.instructions !== instructions);
    }
    this.#ask((control) => {
      this.#events.asked(request);
      control.respond(request);
    }, request);
  }

  cancel(): void {
    this.#waiting = this.#waiting.filter(({ request }) => !request);
    this.#events.cancelled();
    this.#ask((control) => control.cancel());
  }

  /** Where the provider has stopped by itself, it has cut the item, too, and knows better where. */
  truncate(itemId: string, audioEndMs: number): void {
    if (this.#isCutByProvider) return;
    this.#ask((control) => control.truncate(itemId, audioEndMs));
  }

  toolResult(callId: string, output: string): void {
    this.#ask((control) => control.toolResult(callId, output));
  }

  update(change: Parameters<RealtimeSession['update']>[0]): void {
    this.#settings = { ...this.#settings, ...change };
    // The control that is there, ready or not, was given older ones.
    this.#ask((control) => control.update(change));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    this.#events.close();
    this.#waiting = [];
    this.#control?.close();
  }

  /** The session ends with the call, and tells no more of it. */
  finish(): undefined {
    this.close();
  }

  /** A control of the call was ready before, of this session or of the one before it. */
  get #wasControlled(): boolean {
    return this.#wasReady || this.#parts.takesOver;
  }

  get #isCutByProvider(): boolean {
    return this.#events.isTellingSpeech && this.#settings.answers === 'by-itself';
  }

  #ask(send: Waiting['send'], request?: RespondRequest): void {
    if (this.#closed) return;
    if (this.#isReady && this.#control) send(this.#control);
    else this.#waiting.push({ request, send });
  }

  #ready(): void {
    const control = this.#control;
    if (!control) return;
    this.#isReady = true;
    this.#readyMs = this.#parts.clock.monotonicMs();
    for (const { send } of this.#waiting.splice(0)) send(control);
    if (this.#wasControlled) this.#events.back();
    if (!this.#wasReady) this.#listener.onReady();
    this.#wasReady = true;
  }

  #lost(error: ProviderError): void {
    const { clock, leg, logger, metrics } = this.#parts;
    if (this.#closed) return;
    const wasReady = this.#isReady;
    const nowMs = clock.monotonicMs();
    this.#control = undefined;
    this.#isReady = false;
    if (wasReady) {
      this.#unreadySinceMs = nowMs;
      if (nowMs - this.#readyMs > GOOD_AFTER_MS) this.#attempts = 0;
    }
    const isUnknown = error.code === 'not-found';
    if (isUnknown && this.#wasControlled) {
      // The provider knows the call no more: it was hung up.
      leg.callEnded();
      return;
    }
    const delayMs = isUnknown ? this.#pauseBeforeLook() : this.#pauseBeforeAttempt(error);
    const longestMs = isUnknown ? sipRealtimeOptions.readyWithinMs : ATTACH_AGAIN_WITHIN_MS;
    if (delayMs === undefined || nowMs + delayMs - this.#unreadySinceMs >= longestMs) {
      this.close();
      this.#listener.onClosed(forGood(error));
      return;
    }
    if (wasReady) {
      metrics.count('realtime_sessions', { event: 'lost' });
      this.#events.lost();
    }
    const { code, provider } = error;
    metrics.count('provider_errors', { source: 'realtime', code });
    logger.warn({ source: 'realtime', code, provider }, 'the control of a SIP call was lost');
    this.#timer = clock.schedule(delayMs, () => this.start());
  }

  /**
   * A call that was accepted this moment may not be known everywhere, and goes on while nobody speaks:
   * that it is not known is no proof that the caller has left. It is looked for until the conversation
   * gives up, which hangs up and has the carrier take a message from whoever is still there.
   */
  #pauseBeforeLook(): number {
    const { first, longest } = LOOK_AGAIN_AFTER_MS;
    return Math.min(longest, first * 2 ** this.#unknown++);
  }

  /** Undefined: another attempt is of no use. */
  #pauseBeforeAttempt(error: ProviderError): number | undefined {
    // Beyond the provider's time limit there is no call any more.
    const isLimit = error.code === 'stream-limit';
    if (!error.retryable || isLimit || this.#parts.model.isOpen) return undefined;
    const delayMs = ATTACH_AGAIN_AFTER_MS[this.#attempts];
    this.#attempts += 1;
    return delayMs;
  }
}

function forGood(error: ProviderError): ProviderError {
  const { code, message, provider } = error;
  return new ProviderError(provider, code, message, { retryable: false, cause: error });
}
