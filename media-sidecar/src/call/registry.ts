import type { Agent } from '../agents/contract.ts';
import type { RealtimeModel } from '../realtime/contract.ts';
import type { PhoneLeg } from '../telephony/contract.ts';
import { LiveCall, type LiveCallDeps } from './live-call.ts';
import type { RegistryOptions } from './options.ts';
import type { CallEndReason, CallSubject, ClaimedSession } from './ports.ts';

export interface CallRegistryDeps extends LiveCallDeps {
  /** Makes the agent that the session names. @throws when there is none of that name. */
  readonly agentFor: (session: ClaimedSession) => Agent;
  readonly registry: RegistryOptions;
}

/** What the request to the `action` URL of `<Connect>` should be answered with. */
export type AfterStream =
  | { readonly action: 'hang-up' }
  /** The conversation broke: say `text`, then record. */
  | { readonly action: 'take-message'; readonly text: string; readonly language: string }
  | Transfer
  /** This process never had the call, or has forgotten it: the record knows. */
  | { readonly action: 'unknown' };

/** A person takes the call over: dial that number. */
export interface Transfer {
  readonly action: 'transfer';
  /** E.164 */
  readonly number: string;
  /** E.164 of the number through which the call came or went out. */
  readonly callerId?: string;
  /** What that person should know. */
  readonly summary?: string;
  readonly call: CallSubject;
}

export class CallRefusedError extends Error {
  override readonly name = 'CallRefusedError';
  readonly reason: 'capacity' | 'draining' | 'duplicate';

  constructor(reason: CallRefusedError['reason']) {
    super(`the call was refused: ${reason}`);
    this.reason = reason;
  }
}

/** Ends after which the caller is still owed something. */
const BROKEN: ReadonlySet<CallEndReason> = new Set([
  'provider-failure',
  'connection-lost',
  'drained',
]);

/** The calls of this process. */
export class CallRegistry {
  readonly #deps: CallRegistryDeps;
  readonly #calls = new Map<string, { readonly call: LiveCall; readonly agent: Agent }>();
  /** Calls whose record is not complete; some are over, and the caller's last words still to be told. */
  readonly #unrecorded = new Set<LiveCall>();
  /** Answers for calls that ended, oldest first. */
  readonly #ended = new Map<string, { readonly answer: AfterStream; readonly untilMs: number }>();
  #draining = false;

  constructor(deps: CallRegistryDeps) {
    this.#deps = deps;
    // A series that appears with the first call only cannot be told from one that is missing.
    this.#reportSize();
  }

  get size(): number {
    return this.#calls.size;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** False while another call would be refused. */
  get hasRoom(): boolean {
    return !this.#draining && this.#calls.size < this.#deps.registry.maxCalls;
  }

  /**
   * Begins the conversation. The leg is not touched when the call is refused.
   * @param sipModel of a call over SIP, whose audio goes from the carrier to that model
   * @throws CallRefusedError; and what `agentFor`, voice activity or recognition throw.
   */
  start(leg: PhoneLeg, session: ClaimedSession, sipModel?: RealtimeModel): LiveCall {
    if (this.#draining) throw new CallRefusedError('draining');
    if (this.#calls.size >= this.#deps.registry.maxCalls) throw new CallRefusedError('capacity');
    if (this.#calls.has(leg.callSid)) throw new CallRefusedError('duplicate');
    const agent = this.#deps.agentFor(session);
    const logger = this.#deps.logger.child({ callId: session.callId, tenantId: session.tenant.id });
    const call = new LiveCall({ ...this.#deps, logger }, leg, session, agent, sipModel);
    this.#calls.set(leg.callSid, { call, agent });
    this.#unrecorded.add(call);
    this.#reportSize();
    void call.over.then(() => this.#forget(leg.callSid, call, agent));
    void call.ended.then(() => this.#unrecorded.delete(call));
    try {
      call.start();
    } catch (error) {
      this.#calls.delete(leg.callSid);
      this.#unrecorded.delete(call);
      this.#reportSize();
      throw error;
    }
    return call;
  }

  /** By Twilio's call SID. */
  get(callSid: string): LiveCall | undefined {
    return this.#calls.get(callSid)?.call;
  }

  /** Our ids of the calls. */
  get callIds(): string[] {
    return [...this.#calls.values()].map(({ call }) => call.session.callId);
  }

  /**
   * Ends a conversation; the caller hears nothing more, and after `drained` is asked for a message.
   * @returns false when it is not here
   */
  end(callId: string, reason: 'drained' | 'ended-by-request' = 'ended-by-request'): boolean {
    const live = [...this.#calls.values()].find(({ call }) => call.session.callId === callId);
    live?.call.stop(reason);
    return live !== undefined;
  }

  /** Twilio may ask before we notice that the socket is gone: a call that still lives has broken. */
  afterStream(callSid: string): AfterStream {
    const live = this.#calls.get(callSid);
    if (live) return answerFor(live.call.endReason ?? 'connection-lost', live.call, live.agent);
    this.#dropForgotten();
    return this.#ended.get(callSid)?.answer ?? { action: 'unknown' };
  }

  /** Takes no more calls and waits for those there are; what still lives then is ended. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    this.#deps.metrics.gauge('draining', 1);
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#deps.clock.schedule(timeoutMs, resolve);
    const calls = [...this.#unrecorded].map((call) => call.ended);
    await Promise.race([Promise.all(calls), late]);
    timer.cancel();
    await this.closeAll();
    await this.#deps.recorder.flush();
  }

  /** Ends every call at once; their callers are asked for a message. */
  async closeAll(): Promise<void> {
    const calls = [...this.#unrecorded];
    for (const call of calls) call.stop('drained');
    await Promise.all(calls.map((call) => call.ended));
  }

  #forget(callSid: string, call: LiveCall, agent: Agent): void {
    this.#calls.delete(callSid);
    this.#reportSize();
    this.#dropForgotten();
    this.#ended.set(callSid, {
      answer: answerFor(call.endReason ?? 'connection-lost', call, agent),
      untilMs: this.#deps.clock.monotonicMs() + this.#deps.registry.rememberEndMs,
    });
  }

  #dropForgotten(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const [callSid, { untilMs }] of this.#ended) {
      if (untilMs > nowMs) return;
      this.#ended.delete(callSid);
    }
  }

  #reportSize(): void {
    this.#deps.metrics.gauge('calls_active', this.#calls.size);
  }
}

function answerFor(reason: CallEndReason, call: LiveCall, agent: Agent): AfterStream {
  if (call.transfer) return transferOf(call.session, call.transfer.summary);
  if (!BROKEN.has(reason)) return { action: 'hang-up' };
  const { language } = call.session.tenant;
  return { action: 'take-message', text: agent.phrase('take-message', 0), language };
}

/** Who the caller is to be connected with. Nobody: the conversation is over. */
export function transferOf(
  call: CallSubject,
  summary: string | undefined,
): Transfer | { readonly action: 'hang-up' } {
  const number = call.tenant.escalationNumber;
  if (number === undefined) return { action: 'hang-up' };
  const callerId = call.direction === 'inbound' ? call.to : call.from;
  return {
    action: 'transfer',
    number,
    ...(callerId !== undefined && { callerId }),
    ...(summary !== undefined && { summary }),
    call,
  };
}
