import type { HandsetEnding, HandsetEvents } from '../telephone-network/handset.ts';
import { Line } from '../telephone-network/line.ts';
import type { LineConditions } from '../telephone-network/line-path.ts';
import { waitMs } from '../telephone-network/waiting.ts';
import type { MediaStream } from '../media-streams/media-stream.ts';
import { keyTones } from '../telephone-network/tones.ts';
import { playAudio } from '../twiml/playback.ts';
import { runDocument, runTwiml } from '../twiml/runner.ts';
import type { DocumentOutcome } from '../twiml/verb.ts';
import type { Account } from './account.ts';
import { startAnsweringMachineDetection, type DetectionOptions } from './answering-machine.ts';
import type {
  AnsweredBy,
  CallDirection,
  CallEvent,
  CallStatus,
  FinalStatus,
  StatusCallback,
  TwimlSource,
} from './call-data.ts';
import { recordCall, type RecordingOptions } from './recording.ts';
import { CallForks } from './call-streams.ts';
import { StatusCallbacks } from './status-callbacks.ts';
import type { Exchange } from './exchange.ts';
import { countryOf } from './phone-numbers.ts';
import { newSid } from './sids.ts';
import { inviteTo, statusOfSip, type OutboundInvite } from './sip-invite.ts';

export interface CallOptions {
  readonly account: Account;
  readonly exchange: Exchange;
  readonly direction: CallDirection;
  readonly from: string;
  readonly to: string;
  /** Where `to` is found, if it has parameters; and what is shown there instead of `from`. */
  readonly place?: string;
  readonly callerId?: string | undefined;
  readonly parent?: CallSession;
  readonly phoneNumberSid?: string;
  readonly queueTimeMs?: number;
  /** Of the telephone that dials; those of a telephone that is called come when it answers. */
  readonly events?: HandsetEvents;
  readonly conditions?: Partial<LineConditions> | undefined;
  readonly fallback?: { readonly url: string; readonly method: 'GET' | 'POST' } | undefined;
  readonly statusCallback?: StatusCallback | undefined;
  readonly detection?: DetectionOptions | undefined;
  readonly recording?: RecordingOptions | undefined;
  /** @defaultValue 14400000 */
  readonly timeLimitMs?: number;
}

/**
 * One call leg as Twilio knows it: its resource, its line, and the TwiML that runs on it.
 *
 * Invariants: the line ends once; `status` is final from then on, and `ended` resolves after it.
 */
export class CallSession {
  readonly sid = newSid('CA');
  readonly options: CallOptions;
  readonly account: Account;
  readonly exchange: Exchange;
  readonly line: Line;
  readonly createdAtMs = Date.now();
  readonly events: CallEvent[] = [];
  /** Every Media Stream of the call, also those that are over. */
  readonly streams: MediaStream[] = [];
  readonly forks = new CallForks(this);
  readonly ended: Promise<void>;
  status: CallStatus = 'queued';
  updatedAtMs = this.createdAtMs;
  startedAtMs: number | undefined;
  answeredAtMs: number | undefined;
  endedAtMs: number | undefined;
  answeredBy: AnsweredBy | undefined;
  /** Somebody listens for an answering machine beside what the call does. */
  isDetecting = false;
  /** Over SIP: the INVITE that was sent, and its final response once there is one. */
  invite: OutboundInvite | undefined;
  sipStatus: number | undefined;
  /** Decides on a REFER of the telephone; the answer is its SIP response. */
  onRefer: ((referTo: string) => number) | undefined;
  /** The last error that ended a document, Twilio's code. */
  errorCode: number | undefined;
  fallback: CallOptions['fallback'];
  /** It was part of another call's doings and has been sent to a document of its own. */
  isIndependent = false;
  readonly #callbacks: StatusCallbacks;
  readonly #lifetime = new AbortController();
  #resolveEnded!: () => void;
  #runsDocuments = false;
  #document = new AbortController();
  #redirect: TwimlSource | undefined;
  #timeLimitMs: number;
  #timeLimit = new AbortController();

  constructor(options: CallOptions) {
    this.options = options;
    this.account = options.account;
    this.exchange = options.exchange;
    this.fallback = options.fallback;
    this.#timeLimitMs = options.timeLimitMs ?? 14_400_000;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#callbacks = new StatusCallbacks(this, options.statusCallback);
    this.line = new Line(this.sid, options.exchange.beat, options.events ?? {}, options.conditions);
    this.line.listen({ ended: (ending) => this.#onLineEnded(ending) });
    this.account.calls.set(this.sid, this);
  }

  get isActive(): boolean {
    return this.endedAtMs === undefined;
  }

  /** Takes up one of the account's concurrent calls. */
  get isOnNetwork(): boolean {
    return (
      this.isActive && (this.options.direction === 'inbound' || this.startedAtMs !== undefined)
    );
  }

  get isInProgress(): boolean {
    return this.status === 'in-progress';
  }

  /** Aborted when the call is over. */
  get lifetime(): AbortSignal {
    return this.#lifetime.signal;
  }

  /** Aborted when the call is over, or is sent elsewhere. */
  get occupation(): AbortSignal {
    return AbortSignal.any([this.lifetime, this.#document.signal]);
  }

  get durationMs(): number {
    return this.answeredAtMs === undefined ? 0 : (this.endedAtMs ?? Date.now()) - this.answeredAtMs;
  }

  log(type: string, details: Readonly<Record<string, unknown>> = {}): void {
    const event = { atMs: Date.now(), type, details };
    this.events.push(event);
    this.exchange.onCallEvent?.(this, event);
  }

  /** A line in Twilio's debugger. */
  warn(code: number, message: string): void {
    this.log('warning', { code, message });
  }

  /** The leg that a `<Dial>` of this call makes; it does not ring yet. */
  createChild(
    options: Pick<
      CallOptions,
      'from' | 'to' | 'place' | 'statusCallback' | 'detection' | 'timeLimitMs'
    >,
  ): CallSession {
    const { account, exchange } = this;
    return new CallSession({
      ...options,
      account,
      exchange,
      direction: 'outbound-dial',
      parent: this,
    });
  }

  /** What every request about this call carries. */
  params(): Record<string, string> {
    const { from, to, direction, parent } = this.options;
    const place = (name: string, number: string): Record<string, string> => ({
      [name]: number,
      [`${name}City`]: '',
      [`${name}Country`]: countryOf(number),
      [`${name}State`]: '',
      [`${name}Zip`]: '',
    });
    return {
      AccountSid: this.account.sid,
      ApiVersion: '2010-04-01',
      CallSid: this.sid,
      CallStatus: this.status,
      Direction: direction,
      ...place('From', from),
      ...place('Caller', from),
      ...place('To', to),
      ...place('Called', to),
      ...(parent ? { ParentCallSid: parent.sid } : {}),
    };
  }

  setStatus(status: CallStatus): void {
    this.status = status;
    this.updatedAtMs = Date.now();
    this.log('status', { status });
  }

  /** Picks up an inbound call; nothing to do where it was picked up before. */
  answer(events?: HandsetEvents): void {
    if (this.line.state === 'answered' || this.line.state === 'ended') return;
    this.answeredAtMs = Date.now();
    this.setStatus('in-progress');
    if (this.options.recording) recordCall(this, this.options.recording);
    this.#callbacks.send('answered', 'in-progress');
    this.#watchTimeLimit();
    this.line.answer(events);
  }

  /** From now on this URL is told, when the call ends; without one, nobody is. */
  setStatusCallback(target: Pick<StatusCallback, 'url' | 'method'> | undefined): void {
    this.#callbacks.target = target && { ...target, events: new Set(['completed']) };
  }

  /** Since the answer. A call that has lasted longer ends at once. */
  setTimeLimit(limitMs: number): void {
    this.#timeLimitMs = limitMs;
    if (this.isInProgress) this.#watchTimeLimit();
  }

  end(status: FinalStatus, endedBy: HandsetEnding['endedBy'], errorCode?: number): void {
    this.line.end({ status, endedBy, ...(errorCode === undefined ? {} : { errorCode }) });
  }

  /** An inbound call: rings, asks the application what to do, and does it. */
  async runInbound(source: TwimlSource): Promise<void> {
    this.startedAtMs = Date.now();
    this.setStatus('ringing');
    this.line.ring();
    await this.runDocuments(source);
  }

  /**
   * Calls a telephone of the outside world.
   * @returns whether it was answered
   */
  async ringOutside(timeoutMs: number): Promise<boolean> {
    if (!this.isActive) return false;
    this.startedAtMs = Date.now();
    this.#callbacks.send('initiated', 'initiated');
    const { to, callerId, from: ownFrom } = this.options;
    const from = callerId ?? ownFrom;
    const isSip = /^sips?:/i.test(to);
    this.invite = isSip
      ? inviteTo(to, { sid: this.sid, accountSid: this.account.sid, from })
      : undefined;
    for (const { code, message } of this.invite?.warnings ?? []) this.warn(code, message);
    const telephone = this.exchange.telephoneFor(this.options.place ?? to);
    if (telephone === undefined || (isSip && this.invite === undefined)) {
      this.end('failed', 'network');
      return false;
    }
    this.setStatus('ringing');
    this.line.ring();
    this.#callbacks.send('ringing', 'ringing');
    const picked = new AbortController();
    const over = AbortSignal.any([picked.signal, this.lifetime]);
    const refuse = (sipStatus: number): void => {
      if (over.aborted) return;
      if (this.invite) this.sipStatus = sipStatus;
      this.end(statusOfSip(sipStatus), 'other-side');
    };
    telephone.ring({
      callSid: this.sid,
      from,
      to,
      invite: this.invite,
      cancelled: this.lifetime,
      busy: () => refuse(486),
      fail: () => refuse(404),
      reject: refuse,
      // Where no `<Dial>` waits for one. The code is from memory.
      refer: (referTo) => (this.isActive ? (this.onRefer?.(referTo) ?? 603) : 481),
      answer: (events) => {
        // Later, so that whoever answers holds the handset before its first event.
        queueMicrotask(() => {
          if (over.aborted) {
            events.ended?.(this.line.ending ?? { status: 'canceled', endedBy: 'network' });
            return;
          }
          if (this.invite) this.sipStatus = 200;
          this.answer(events);
          picked.abort();
        });
        return this.line.handset;
      },
    });
    if (await waitMs(this.exchange.beat, timeoutMs, over)) this.end('no-answer', 'network');
    return this.isInProgress;
  }

  /** What follows an answered outbound call: keys, who answered, and then the document. */
  async runAnswered(source: TwimlSource, sendDigits?: string): Promise<void> {
    const { detection } = this.options;
    this.#runsDocuments = true;
    if (sendDigits) await playAudio(this.line, keyTones(sendDigits), this.lifetime);
    else if (detection) {
      const result = startAnsweringMachineDetection(this, detection);
      if (!detection.asynchronous) await result;
    }
    if (this.isActive) await this.runDocuments(source);
  }

  /** Beside whatever the call does. */
  detectAnsweringMachine(): void {
    if (this.options.detection) void startAnsweringMachineDetection(this, this.options.detection);
  }

  /**
   * What the answering side of a `<Dial>` gets before it is joined: keys, and its own document.
   * @returns whether it is still there
   */
  async prepareBridge(before: {
    readonly sendDigits: string | undefined;
    readonly source: TwimlSource | undefined;
    readonly parentSignal: AbortSignal;
  }): Promise<boolean> {
    const { sendDigits, source, parentSignal } = before;
    this.detectAnsweringMachine();
    const signal = AbortSignal.any([this.occupation, parentSignal]);
    if (sendDigits) await playAudio(this.line, keyTones(sendDigits), signal);
    let next = source;
    while (next !== undefined && this.isActive && !signal.aborted)
      next = await runTwiml(this, next, signal);
    return !signal.aborted;
  }

  /**
   * Runs one document beside, or within, what the call does.
   * @param allowed the verbs that it may have
   * @throws TwimlError or WebhookError
   */
  runDocument(
    source: TwimlSource,
    signal: AbortSignal,
    allowed: ReadonlySet<string>,
  ): Promise<DocumentOutcome> {
    return runDocument(this, source, signal, { allowed });
  }

  /** Runs documents until the call is over. */
  async runDocuments(first: TwimlSource): Promise<void> {
    this.#runsDocuments = true;
    let next: TwimlSource | undefined = this.#redirect ?? first;
    this.#redirect = undefined;
    while (next !== undefined && this.isActive) {
      this.#document = new AbortController();
      const signal = AbortSignal.any([this.lifetime, this.#document.signal]);
      const following: TwimlSource | undefined = await runTwiml(this, next, signal);
      next = this.#redirect ?? following;
      this.#redirect = undefined;
    }
    if (!this.isActive) return;
    // A document without a verb is answered, too, and hung up.
    this.answer();
    this.end('completed', 'other-side');
  }

  /** Drops what the call is doing and runs another document: an update through the API. */
  redirect(source: TwimlSource): void {
    if (this.#runsDocuments) {
      this.#redirect = source;
      this.#document.abort();
      return;
    }
    // The other end of a `<Dial>`, or somebody in a conference, goes its own way from here.
    this.isIndependent = true;
    this.#document.abort();
    this.exchange.supervise(this, this.runDocuments(source));
  }

  #watchTimeLimit(): void {
    this.#timeLimit.abort();
    this.#timeLimit = new AbortController();
    const leftMs = Math.max(0, this.#timeLimitMs - this.durationMs);
    const given = AbortSignal.any([this.lifetime, this.#timeLimit.signal]);
    void waitMs(this.exchange.beat, leftMs, given).then((elapsed) => {
      if (elapsed) this.end('completed', 'network');
    });
  }

  #onLineEnded(ending: HandsetEnding): void {
    this.endedAtMs = Date.now();
    this.errorCode = ending.errorCode ?? this.errorCode;
    this.setStatus(ending.status === 'completed' && !this.answeredAtMs ? 'failed' : ending.status);
    this.#lifetime.abort();
    this.#callbacks.send('completed', this.status);
    this.#resolveEnded();
  }
}
