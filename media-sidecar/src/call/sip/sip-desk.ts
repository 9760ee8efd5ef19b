import type { Agent } from '../../agents/contract.ts';
import type { Clock } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type { RealtimeModel, SipCalls } from '../../realtime/contract.ts';
import { BuiltInTools, type BuiltInToolsDeps } from '../built-in-tools.ts';
import type { LiveCall } from '../live-call.ts';
import type { CallEndReason, CallRecorder, ClaimedSession } from '../ports.ts';
import type { RealtimeDefaults } from '../realtime/options.ts';
import { realtimeSettings } from '../realtime/settings.ts';
import { CallRefusedError, type CallRegistry } from '../registry.ts';
import { SipLeg } from './sip-leg.ts';
import { SipModel } from './sip-model.ts';
import { SipRelease } from './sip-release.ts';

export interface SipDeskDeps extends Omit<BuiltInToolsDeps, 'session'> {
  readonly sipCalls: SipCalls;
  readonly model: RealtimeModel;
  readonly defaults: RealtimeDefaults;
  readonly registry: Pick<CallRegistry, 'hasRoom' | 'draining' | 'start'>;
  readonly agentFor: (session: ClaimedSession) => Agent;
  readonly recorder: Pick<CallRecorder, 'callStarted' | 'callEnded'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Twilio follows the `action` of its `<Dial>` when such a call ends, and asks us what comes next. */
const TWILIO_CALL = /^CA/;
/** The caller hears it ring meanwhile; so does whoever announced the call and waits for an answer. */
const ACCEPT_WITHIN_MS = 10_000;

/** Takes the calls that reach the provider over SIP, and ends them. */
export class SipDesk {
  readonly #deps: SipDeskDeps;
  readonly #release: SipRelease;

  constructor(deps: SipDeskDeps) {
    this.#deps = deps;
    this.#release = new SipRelease(deps);
  }

  /**
   * Accepts the call with the session's settings, and begins the conversation.
   * @returns `gone` when the caller has left
   * @throws ProviderError when it is not taken for another reason; it is hung up then, in case it was
   * @throws CallRefusedError when this process takes no more calls
   */
  async answer(session: ClaimedSession, callId: string): Promise<'answered' | 'gone'> {
    const { agentFor, clock, defaults, logger, metrics, model, registry, sipCalls } = this.#deps;
    // Before it is accepted: then the carrier still knows what to do with the caller.
    if (!registry.hasRoom) {
      throw new CallRefusedError(registry.draining ? 'draining' : 'capacity');
    }
    const agent = agentFor(session);
    const builtIn = new BuiltInTools({ ...this.#deps, session }, agent.builtInTools);
    const settings = realtimeSettings({ agent, builtIn, clock, session }, defaults, 'when-asked');
    try {
      await sipCalls.accept(callId, settings, AbortSignal.timeout(ACCEPT_WITHIN_MS));
    } catch (error) {
      const isGone = error instanceof ProviderError && error.code === 'not-found';
      this.#recordUnanswered(session, isGone ? 'caller-left' : 'provider-failure');
      if (isGone) return 'gone';
      // It may have been accepted all the same, and the caller would listen to nobody.
      this.#release.hangUpDoubtful(callId, session.callId);
      throw error;
    }
    const line: { call?: LiveCall } = {};
    const leg = new SipLeg(session.callSid, clock, () => this.#leave(callId, session, line.call));
    const known = { callId: session.callId, tenantId: session.tenant.id };
    const sip = { model, callId, leg, clock, metrics, logger: logger.child(known) };
    try {
      line.call = registry.start(leg, session, new SipModel(sip));
    } catch (error) {
      // There was room before the accept, and the caller has been connected meanwhile.
      const isDrained = error instanceof CallRefusedError && error.reason === 'draining';
      this.#recordUnanswered(session, isDrained ? 'drained' : 'provider-failure');
      leg.close();
      throw error;
    }
    return 'answered';
  }

  /** @param statusCode SIP: 486 busy here, 603 decline @throws ProviderError */
  async reject(callId: string, statusCode: number): Promise<void> {
    await this.#deps.sipCalls.reject(callId, statusCode, AbortSignal.timeout(ACCEPT_WITHIN_MS));
  }

  /** Ends a call that nobody controls any more. Resolves when nothing more can be done. */
  hangUp(callId: string, ours: string): Promise<void> {
    this.#release.hangUp(callId, ours);
    return this.released(ours);
  }

  /** Resolves when nothing more is to be done to end a call. @param ours our id of it */
  released(ours: string): Promise<void> {
    return this.#release.released(ours);
  }

  /** Waits until the calls that were left are hung up, as long as it may take. */
  close(withinMs?: number): Promise<void> {
    return this.#release.close(withinMs);
  }

  /** A call that never became a conversation: its record says why. */
  #recordUnanswered({ callId, tenant }: ClaimedSession, reason: CallEndReason): void {
    const { clock, recorder } = this.#deps;
    const known = { callId, tenantId: tenant.id };
    const nowMs = clock.nowMs();
    recorder.callStarted({ ...known, startedAtMs: nowMs });
    const nothing = { framesReceived: 0, framesLost: 0, framesSent: 0 };
    recorder.callEnded({ ...known, endedAtMs: nowMs, reason, ...nothing });
  }

  /** Our side is done with the call. */
  #leave(callId: string, session: ClaimedSession, call: LiveCall | undefined): void {
    const { escalationNumber } = session.tenant;
    // Behind Twilio's `<Dial>` we connect the person ourselves, and whisper what it is about.
    const isOurs = TWILIO_CALL.test(session.callSid);
    if (call?.endReason === 'transferred' && escalationNumber !== undefined && !isOurs) {
      this.#release.refer(callId, `tel:${escalationNumber}`, session.callId);
    } else if (call?.endReason === 'provider-failure') {
      // Who does not know the call for its control may know it later, and the caller is still there.
      this.#release.hangUpDoubtful(callId, session.callId);
    } else this.#release.hangUp(callId, session.callId);
  }
}
