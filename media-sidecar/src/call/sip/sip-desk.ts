import type { Agent } from '../../agents/contract.ts';
import type { Clock } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type { RealtimeModel, SipCalls } from '../../realtime/contract.ts';
import { BuiltInTools, type BuiltInToolsDeps } from '../built-in-tools.ts';
import type { LiveCall } from '../live-call.ts';
import type { ClaimedSession } from '../ports.ts';
import type { RealtimeDefaults } from '../realtime/options.ts';
import { realtimeSettings } from '../realtime/settings.ts';
import type { CallRegistry } from '../registry.ts';
import { SipLeg } from './sip-leg.ts';
import { SipModel } from './sip-model.ts';

export interface SipDeskDeps extends Omit<BuiltInToolsDeps, 'session'> {
  readonly sipCalls: SipCalls;
  readonly model: RealtimeModel;
  readonly defaults: RealtimeDefaults;
  readonly registry: Pick<CallRegistry, 'hasRoom' | 'start'>;
  readonly agentFor: (session: ClaimedSession) => Agent;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Twilio follows the `action` of its `<Dial>` when such a call ends, and asks us what comes next. */
const TWILIO_CALL = /^CA/;

/** Takes the calls that reach the provider over SIP, and ends them. */
export class SipDesk {
  readonly #deps: SipDeskDeps;

  constructor(deps: SipDeskDeps) {
    this.#deps = deps;
  }

  /**
   * Accepts the call with the session's settings, and begins the conversation.
   * @returns `gone` when the caller has left
   * @throws ProviderError when it is not taken for another reason
   * @throws CallRefusedError when this process takes no more calls
   */
  async answer(session: ClaimedSession, callId: string): Promise<'answered' | 'gone'> {
    const { agentFor, clock, defaults, model, registry, sipCalls } = this.#deps;
    const agent = agentFor(session);
    const builtIn = new BuiltInTools({ ...this.#deps, session }, agent.builtInTools);
    const settings = realtimeSettings({ agent, builtIn, clock, session }, defaults, 'when-asked');
    try {
      await sipCalls.accept(callId, settings, AbortSignal.timeout(ACCEPT_WITHIN_MS));
    } catch (error) {
      if (error instanceof ProviderError && error.code === 'not-found') return 'gone';
      throw error;
    }
    const line: { call?: LiveCall } = {};
    const leg = new SipLeg(session.callSid, clock, () => this.#release(callId, session, line.call));
    try {
      line.call = registry.start(leg, session, new SipModel(model, callId, leg));
    } catch (error) {
      leg.close();
      throw error;
    }
    return 'answered';
  }

  /** @param statusCode SIP: 486 busy here, 603 decline @throws ProviderError */
  async reject(callId: string, statusCode: number): Promise<void> {
    await this.#deps.sipCalls.reject(callId, statusCode, AbortSignal.timeout(ACCEPT_WITHIN_MS));
  }

  /** Our side is done with the call. */
  #release(callId: string, session: ClaimedSession, call: LiveCall | undefined): void {
    const { logger, metrics, sipCalls } = this.#deps;
    const { escalationNumber } = session.tenant;
    const refers =
      call?.endReason === 'transferred' &&
      escalationNumber !== undefined &&
      // Behind Twilio's `<Dial>` we connect the person ourselves, and whisper what it is about.
      !TWILIO_CALL.test(session.callSid);
    const signal = AbortSignal.timeout(ACCEPT_WITHIN_MS);
    const released = refers
      ? sipCalls.refer(callId, `tel:${escalationNumber}`, signal)
      : sipCalls.hangUp(callId, signal);
    released.catch((error: unknown) => {
      const code = error instanceof ProviderError ? error.code : 'unknown';
      // The caller was faster.
      if (code === 'not-found') return;
      metrics.count('provider_errors', { source: 'realtime', code });
      const { callId: ours } = session;
      logger.warn({ source: 'realtime', code, callId: ours }, 'a SIP call could not be released');
    });
  }
}

/** Twilio lets it ring for longer; OpenAI gives a call up after a while that nobody answers. */
const ACCEPT_WITHIN_MS = 10_000;
