import type { Agent } from '../agents/contract.ts';
import type { RealtimeModel } from '../realtime/contract.ts';
import type { PhoneLeg, PhoneLegListener } from '../telephony/contract.ts';
import { BuiltInTools, type TransferRequest } from './built-in-tools.ts';
import { CascadeConversation } from './cascade/cascade-conversation.ts';
import type { CallContext, CallServices, Conversation, Resumption } from './conversation.ts';
import { Dialogue } from './dialogue.ts';
import type { CallActions, CallEnding, CallEndReason, ClaimedSession } from './ports.ts';
import type { RealtimeDeps } from './realtime/options.ts';
import { RealtimeConversation } from './realtime/realtime-conversation.ts';
import { noVoice } from './sip/no-voice.ts';
import { sipRealtimeOptions } from './sip/options.ts';
import { TurnLog } from './turn-log.ts';

export interface LiveCallDeps extends CallServices {
  readonly actions: CallActions;
  /** Absent: every call is a cascade. */
  readonly realtime?: RealtimeDeps;
}

/**
 * One live call: the phone leg, the record, the end, and the conversation that is held. One
 * conversation at a time; when a speech-to-speech model is lost, a cascade goes on in its place.
 */
export class LiveCall {
  readonly session: ClaimedSession;
  /** Resolves once, when nobody is on the line any more. Never rejects. */
  readonly over: Promise<void>;
  /** Resolves once, when all that was said is known and the record was handed over. Never rejects. */
  readonly ended: Promise<CallEnding>;
  readonly #deps: LiveCallDeps;
  readonly #leg: PhoneLeg;
  readonly #agent: Agent;
  readonly #log: TurnLog;
  readonly #builtIn: BuiltInTools;
  readonly #sipModel: RealtimeModel | undefined;
  readonly #over = Promise.withResolvers<void>();
  readonly #ending = Promise.withResolvers<CallEnding>();
  #conversation: Conversation | undefined;
  #endReason: CallEndReason | undefined;

  /** @param sipModel of a call over SIP, whose audio goes from the carrier to that model */
  constructor(
    deps: LiveCallDeps,
    leg: PhoneLeg,
    session: ClaimedSession,
    agent: Agent,
    sipModel?: RealtimeModel,
  ) {
    this.session = session;
    this.#sipModel = sipModel;
    this.over = this.#over.promise;
    this.ended = this.#ending.promise;
    this.#deps = deps;
    this.#leg = leg;
    this.#agent = agent;
    this.#log = new TurnLog(deps.recorder, this.#ids());
    this.#builtIn = new BuiltInTools({ ...deps, session }, agent.builtInTools);
  }

  get callSid(): string {
    return this.#leg.callSid;
  }

  /** Set as soon as it is known, which is before the socket closes. */
  get endReason(): CallEndReason | undefined {
    return this.#endReason;
  }

  /** What the person should know with whom the caller is connected; set when it ended so. */
  get transfer(): TransferRequest | undefined {
    return this.#endReason === 'transferred' ? (this.#builtIn.transfer ?? {}) : undefined;
  }

  /** Begins the conversation: greets, and listens. Once. */
  start(): void {
    if (this.#conversation) throw new Error('the call was started before');
    const conversation = this.#choose(this.#context());
    // First what may throw: a call that could not begin leaves no record and no resources.
    conversation.prepare();
    this.#conversation = conversation;
    this.#deps.recorder.callStarted({ ...this.#ids(), startedAtMs: this.#deps.clock.nowMs() });
    this.#deps.metrics.count('calls_started');
    conversation.start();
    // Last: what the leg held back, perhaps also the end of the call, is delivered in here.
    this.#leg.attach(this.#legListener());
  }

  /** Ends the call now, whatever is being said. */
  stop(reason: 'drained' | 'ended-by-request' = 'drained'): void {
    this.#end(reason);
  }

  #choose(context: CallContext): Conversation {
    const { metrics, realtime } = this.#deps;
    if (this.#sipModel && realtime) return this.#overSip(context, realtime, this.#sipModel);
    if (this.session.pipeline === 'realtime') {
      if (realtime && !realtime.model.isOpen) {
        return new RealtimeConversation(context, realtime, (resumption) =>
          this.#fallBack(context, resumption),
        );
      }
      metrics.count('provider_fallbacks', { source: 'realtime' });
    }
    return new CascadeConversation(context);
  }

  /** There is no voice but the model's, no session to move to, and no cascade to go on with. */
  #overSip(context: CallContext, realtime: RealtimeDeps, model: RealtimeModel): Conversation {
    const { stt, model: languageModel } = context.providers;
    const providers = { stt, model: languageModel, tts: noVoice };
    const options = { ...realtime.options, ...sipRealtimeOptions };
    return new RealtimeConversation(
      { ...context, providers },
      { ...realtime, model, options },
      () => this.#end('provider-failure'),
    );
  }

  /** The realtime model is lost, and its conversation closed: a cascade goes on in the same call. */
  #fallBack(context: CallContext, resumption: Resumption | undefined): void {
    if (this.#endReason) return;
    const conversation = new CascadeConversation(context);
    try {
      conversation.prepare();
    } catch (err) {
      this.#deps.logger.error({ err }, 'no conversation can go on');
      this.#end('provider-failure');
      return;
    }
    this.#conversation = conversation;
    conversation.start(resumption);
  }

  #legListener(): PhoneLegListener {
    return {
      onAudio: (frame) => this.#conversation?.onAudio(frame),
      onDtmf: (key) => this.#conversation?.onKey(key),
      onFirstPlayed: (itemId) => this.#conversation?.onFirstPlayed(itemId),
      onItemPlayed: (itemId) => this.#conversation?.onItemPlayed(itemId),
      onEnded: (reason) => {
        // What closes our own socket is not the news: the reason was known before.
        const lost = reason === 'connection-lost' || reason === 'protocol-error';
        this.#end(lost ? 'connection-lost' : 'caller-hung-up');
      },
    };
  }

  #context(): CallContext {
    return {
      ...this.#deps,
      leg: this.#leg,
      session: this.session,
      agent: this.#agent,
      log: this.#log,
      builtIn: this.#builtIn,
      dialogue: new Dialogue(),
      startedMs: this.#deps.clock.monotonicMs(),
      end: (reason) => this.#end(reason),
    };
  }

  /** Order matters: the reason first, so that nothing that closing causes is taken for an event. */
  #end(reason: CallEndReason): void {
    if (this.#endReason) return;
    this.#endReason = reason;
    const finished = this.#conversation?.finish();
    this.#leg.close();
    const ending: CallEnding = {
      ...this.#ids(),
      endedAtMs: this.#deps.clock.nowMs(),
      reason,
      ...this.#leg.counters(),
    };
    this.#deps.metrics.count('calls_ended', { reason });
    this.#over.resolve();
    if (finished) void this.#recordEndBehind(finished, ending);
    else this.#recordEnd(ending);
  }

  /** Never rejects: nobody would notice. */
  async #recordEndBehind(finished: Promise<void>, ending: CallEnding): Promise<void> {
    try {
      await finished;
    } catch (err) {
      this.#deps.logger.error({ err }, 'the last words of a call were lost');
    }
    this.#recordEnd(ending);
  }

  /** When all that was said is known. Whatever fails, the end is recorded. */
  #recordEnd(ending: CallEnding): void {
    const { actions, logger, recorder } = this.#deps;
    try {
      this.#log.close();
      // Before the end is written: who finds the call ended has to find this too.
      if (this.transfer) actions.escalated(this.session, this.transfer);
    } catch (err) {
      logger.error({ err }, 'what was said or done last in a call was not recorded');
    }
    recorder.callEnded(ending);
    this.#ending.resolve(ending);
  }

  #ids(): { callId: string; tenantId: string } {
    return { callId: this.session.callId, tenantId: this.session.tenant.id };
  }
}
