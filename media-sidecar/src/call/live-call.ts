import type { Agent } from '../agents/contract.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ProviderError } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Metrics } from '../kernel/metrics.ts';
import type { SttStream } from '../stt/contract.ts';
import type { PhoneLeg, PhoneLegListener } from '../telephony/contract.ts';
import type { TimerName, TurnEffect, TurnEvent } from '../turn/events.ts';
import { createTurnReducer, type TurnReducer } from '../turn/reducer.ts';
import type { TurnState } from '../turn/state.ts';
import { CascadeReply, type ReplyDeps } from './cascade/cascade-reply.ts';
import type { CascadeProviders } from './cascade/providers.ts';
import { Dialogue } from './dialogue.ts';
import type { CallOptions } from './options.ts';
import type {
  CallEnding,
  CallEndReason,
  CallRecorder,
  ClaimedSession,
  ToolRunner,
} from './ports.ts';
import { NamedTimers } from './timers.ts';
import { TurnLog } from './turn-log.ts';
import type { VoiceActivity } from './voice-activity.ts';

const FRAME_MS = 20;

export interface LiveCallDeps {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly options: CallOptions;
  readonly providers: CascadeProviders;
  readonly recorder: CallRecorder;
  readonly tools: ToolRunner;
  readonly voiceActivity: () => VoiceActivity;
}

/**
 * One live call: carries events to the reducer and performs what it decides. Frames go to voice
 * activity and recognition directly; nothing else happens for a frame.
 */
export class LiveCall {
  readonly session: ClaimedSession;
  /** Resolves once, when the call is over and its record was handed over. Never rejects. */
  readonly ended: Promise<CallEnding>;
  readonly #deps: LiveCallDeps;
  readonly #leg: PhoneLeg;
  readonly #agent: Agent;
  readonly #reducer: TurnReducer;
  readonly #timers: NamedTimers<TimerName>;
  readonly #dialogue = new Dialogue();
  readonly #log: TurnLog;
  readonly #ending = Promise.withResolvers<CallEnding>();
  #state: TurnState;
  readonly #queue: TurnEvent[] = [];
  #running = false;
  #reply: CascadeReply | undefined;
  /** The turn that the present reply answers. */
  #answeredTurnId: string | undefined;
  #voiceActivity: VoiceActivity | undefined;
  #stt: SttStream | undefined;
  #framesHeard = 0;
  #endReason: CallEndReason | undefined;
  #started = false;

  constructor(deps: LiveCallDeps, leg: PhoneLeg, session: ClaimedSession, agent: Agent) {
    this.session = session;
    this.ended = this.#ending.promise;
    this.#deps = deps;
    this.#leg = leg;
    this.#agent = agent;
    this.#reducer = createTurnReducer(deps.options.turnFor(session.tenant.language));
    this.#state = this.#reducer.initial;
    this.#timers = new NamedTimers(deps.clock, (name) => this.#dispatch({ type: 'timer', name }));
    this.#log = new TurnLog(deps.recorder, this.#ids());
  }

  get callSid(): string {
    return this.#leg.callSid;
  }

  /** Set as soon as it is known, which is before the socket closes. */
  get endReason(): CallEndReason | undefined {
    return this.#endReason;
  }

  /** Opens the recognition, greets, and listens. Once. */
  start(): void {
    if (this.#started) throw new Error('the call was started before');
    this.#started = true;
    // First what may throw: a call that could not begin leaves no record and no resources.
    const activity = this.#deps.voiceActivity();
    try {
      this.#openRecognition();
    } catch (error) {
      activity.close();
      throw error;
    }
    this.#voiceActivity = activity;
    this.#deps.recorder.callStarted({ ...this.#ids(), startedAtMs: this.#deps.clock.nowMs() });
    this.#deps.metrics.count('calls_started');
    this.#dispatch({ type: 'call-started' });
    // Last: what the leg held back, perhaps also the end of the call, is delivered in here.
    this.#leg.attach(this.#legListener());
  }

  /** Ends the call now, whatever is being said. */
  stop(reason: 'drained' | 'ended-by-request' = 'drained'): void {
    this.#dispatch({ type: 'stop', reason });
  }

  #legListener(): PhoneLegListener {
    return {
      onAudio: (frame) => this.#onAudio(frame),
      onDtmf: (key) => this.#dispatch({ type: 'key', key }),
      onFirstPlayed: () => this.#reply?.firstPlayed(),
      onItemPlayed: (itemId) => this.#reply?.itemPlayed(itemId),
      onEnded: (reason) => {
        // What closes our own socket is not the news: the reason was known before.
        const lost = reason === 'connection-lost' || reason === 'protocol-error';
        this.#end(lost ? 'connection-lost' : 'caller-hung-up');
      },
    };
  }

  #onAudio(frame: Uint8Array): void {
    if (this.#endReason) return;
    this.#framesHeard += 1;
    this.#stt?.write(frame);
    const change = this.#voiceActivity?.process(frame);
    if (!change) return;
    const agoMs = Math.max(0, this.#framesHeard * FRAME_MS - change.atMs);
    this.#dispatch({ type: change.type, atMs: this.#deps.clock.monotonicMs() - agoMs });
  }

  #openRecognition(): void {
    this.#stt?.close();
    const { language, name } = this.session.tenant;
    this.#stt = this.#deps.providers.stt.open(
      { languageCode: language, phrases: [{ value: name }] },
      {
        onInterim: ({ text, stability }) => this.#dispatch({ type: 'interim', text, stability }),
        onFinal: ({ text }) => this.#dispatch({ type: 'final', text }),
        onError: (error) => this.#recognitionFailed(error),
      },
    );
  }

  #recognitionFailed(error: ProviderError): void {
    const { code, provider } = error;
    this.#deps.metrics.count('provider_errors', { source: 'recognition', code });
    this.#deps.logger.warn({ source: 'recognition', code, provider }, 'a provider failed');
    this.#dispatch({ type: 'listening-failed' });
  }

  /** Events that an effect causes wait until its step is done. */
  #dispatch(event: TurnEvent): void {
    if (this.#endReason) return;
    this.#queue.push(event);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        const step = this.#reducer.step(this.#state, next, this.#deps.clock.monotonicMs());
        this.#state = step.state;
        // Its last words are whole: history and record have to hold them before what follows.
        if (next.type === 'reply-played' && next.replyId === this.#reply?.id)
          this.#finishReply(false);
        for (const effect of step.effects) this.#perform(effect, next);
      }
    } catch (err) {
      // A fault of ours in one call: that call ends, with a message taken; the others go on.
      this.#deps.logger.error({ err, event: event.type }, 'the conversation failed');
      this.#end('provider-failure');
    } finally {
      this.#running = false;
    }
  }

  #perform(effect: TurnEffect, cause: TurnEvent): void {
    if (this.#endReason) return;
    switch (effect.type) {
      case 'set-timer':
        return this.#timers.set(effect.name, effect.delayMs);
      case 'cancel-timer':
        return this.#timers.cancel(effect.name);
      case 'start-reply':
        this.#newReply(effect.replyId).generate(this.#dialogue.messages(effect.text));
        return;
      case 'commit-reply':
        return this.#commit(effect);
      case 'discard-reply':
        return this.#discard(effect.reopened);
      case 'say':
        return this.#say(effect);
      case 'hold-reply':
        this.#reply?.hold();
        return this.#observeReaction(cause);
      case 'resume-reply':
        if (effect.falseAlarm) this.#deps.metrics.count('false_interruptions');
        this.#reply?.resume();
        return;
      case 'interrupt-reply':
        this.#deps.metrics.count('interruptions', { by: cause.type === 'key' ? 'key' : 'speech' });
        this.#finishReply(true);
        return this.#observeReaction(cause);
      case 'retry-reply':
        this.#reply?.retry(effect.source, effect.use);
        return;
      case 'correct-turn':
        this.#dialogue.correct(effect.turnId, effect.text);
        this.#log.correct(effect.turnId, effect.text);
        return;
      case 'restart-listening':
        return this.#openRecognition();
      case 'end-call':
        return this.#end(effect.reason);
    }
  }

  /** From the begin of the caller's speech until the agent was silenced. */
  #observeReaction(cause: TurnEvent): void {
    const { speaking, speechStartedAtMs } = this.#state.caller;
    if (!speaking || speechStartedAtMs === undefined || cause.type === 'key') return;
    this.#deps.metrics.observeMs(
      'clear_reaction',
      this.#deps.clock.monotonicMs() - speechStartedAtMs,
    );
  }

  #newReply(id: string): CascadeReply {
    this.#finishReply(true);
    const { clock, logger, metrics, options, providers, tools } = this.#deps;
    const deps: ReplyDeps = {
      clock,
      logger,
      metrics,
      options,
      providers,
      tools,
      leg: this.#leg,
      session: this.session,
      agent: this.#agent,
      log: this.#log,
      dispatch: (event) => this.#dispatch(event),
    };
    this.#reply = new CascadeReply(deps, id);
    return this.#reply;
  }

  #commit({ turn }: Extract<TurnEffect, { type: 'commit-reply' }>): void {
    this.#dialogue.callerSaid(turn.turnId, turn.text);
    this.#answeredTurnId = turn.turnId;
    this.#log.callerSpoke({
      turnId: turn.turnId,
      text: turn.text,
      settled: turn.settled,
      startedAtMs: this.#wallClock(turn.speechStartedAtMs),
      endedAtMs: this.#wallClock(turn.speechEndedAtMs),
    });
    this.#reply?.commit(turn.speechEndedAtMs);
  }

  /** Nothing was heard of it; what its tools did stays known to the model. */
  #discard(reopened: boolean): void {
    const reply = this.#reply;
    this.#reply = undefined;
    const messages = reply?.finish(true) ?? [];
    const turnId = this.#answeredTurnId;
    if (!reopened || turnId === undefined) return;
    // A model refuses tool calls that do not follow what they answer: then the turn stays.
    if (messages.length > 0) this.#dialogue.add(messages);
    else this.#dialogue.reopen(turnId);
    this.#log.reopened(turnId);
  }

  #say({ replyId, phrase, index, last }: Extract<TurnEffect, { type: 'say' }>): void {
    const sentences =
      phrase === 'greeting'
        ? this.#agent.opening.sentences
        : [{ text: this.#agent.phrase(phrase, index), required: false }];
    const reply = this.#reply?.id === replyId ? this.#reply : this.#newReply(replyId);
    if (last) reply.sayInstead(sentences);
    else for (const { text } of sentences) reply.sayMeanwhile(text);
  }

  #finishReply(interrupted: boolean): void {
    const reply = this.#reply;
    this.#reply = undefined;
    if (reply) this.#dialogue.add(reply.finish(interrupted));
  }

  /** Order matters: the reason first, so that nothing that closing causes is taken for an event. */
  #end(reason: CallEndReason): void {
    if (this.#endReason) return;
    this.#endReason = reason;
    this.#queue.length = 0;
    this.#timers.cancelAll();
    this.#finishReply(true);
    this.#log.close();
    this.#stt?.close();
    this.#voiceActivity?.close();
    this.#leg.close();
    const ending: CallEnding = {
      ...this.#ids(),
      endedAtMs: this.#deps.clock.nowMs(),
      reason,
      ...this.#leg.counters(),
    };
    this.#deps.recorder.callEnded(ending);
    this.#deps.metrics.count('calls_ended', { reason });
    this.#ending.resolve(ending);
  }

  #ids(): { callId: string; tenantId: string } {
    return { callId: this.session.callId, tenantId: this.session.tenant.id };
  }

  #wallClock(monotonicMs: number | undefined): number {
    const { clock } = this.#deps;
    return Math.round(clock.nowMs() - (clock.monotonicMs() - (monotonicMs ?? clock.monotonicMs())));
  }
}
