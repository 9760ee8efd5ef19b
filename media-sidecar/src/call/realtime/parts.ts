import type { RealtimeSession, RealtimeSettings } from '../../realtime/contract.ts';
import type { ProviderError } from '../../kernel/errors.ts';
import type { TurnOptions } from '../../turn/options.ts';
import type { CallContext } from '../conversation.ts';
import type { CallEndReason } from '../ports.ts';
import { NamedTimers } from '../timers.ts';
import type { AgentTurn } from './agent-turn.ts';
import { CallerFrames } from './caller-frames.ts';
import { CallerTurns, type CallerTurnsListener } from './caller-turns.ts';
import { Filler } from './filler.ts';
import { guardedClock } from './guarded-clock.ts';
import { Handover } from './handover.ts';
import { realtimeWordings } from './instructions.ts';
import { Opening } from './opening.ts';
import { defaultRealtimeOptions, type RealtimeDeps, type RealtimeOptions } from './options.ts';
import { PhraseVoice } from './phrase-voice.ts';
import { Phrases } from './phrases.ts';
import { Playout } from './playout.ts';
import { Responses } from './responses.ts';
import type { SessionNews } from './session-events.ts';
import { SessionLine } from './session-line.ts';
import { realtimeSettings } from './settings.ts';
import { ToolCalls, type ToolsResult } from './tool-calls.ts';
import { Unanswered } from './unanswered.ts';
import { UsageMeter } from './usage-meter.ts';

export type TimerName =
  | 'answer'
  | 'ask'
  | 'retry'
  | 'phrase-stall'
  | 'stops'
  | 'idle'
  | 'keys'
  | 'call-limit'
  | 'last-words'
  | 'leaving';

/** Where a speech-to-speech conversation stands, beyond what its parts know. */
export interface ConversationState {
  /** The caller speaks right now, as far as the model tells. */
  speaking: boolean;
  /** Where in the session's audio the latest speech began and ended, in ms. */
  speechAtMs: number;
  speechEndMs: number;
  /** The caller waits for an answer, or for the rest of one. */
  owed: boolean;
  /** The model had nothing to say, and it is not known yet to what. */
  answeredMutely: boolean;
  /** The answer that is owed was heard in part. */
  wasCut: boolean;
  /** The caller was told that something went wrong, and waits since. */
  bridged: boolean;
  /** Attempts to have the same answer made once more. */
  retries: number;
  /** Somebody spoke while the opening could not be interrupted. */
  spokenInOpening: boolean;
  /** To the model it looks as if that had been said before the opening, and answered by it. */
  spokenFirst: boolean;
  /** Keys that were not passed on. */
  keys: string;
  /** How often the silence was asked about since the caller's last turn. */
  idlePrompts: number;
  /** The call ends when the last words were heard; final ones nobody interrupts. */
  closing: { readonly reason: CallEndReason; readonly isFinal: boolean } | undefined;
  /** The model is given up; what sounds is heard to its end. */
  leaving: boolean;
  closed: boolean;
}

/** What the parts tell. */
export interface PartsListener {
  readonly news: SessionNews;
  readonly callers: CallerTurnsListener;
  /** Runs what a timer brings: a fault ends this call alone. */
  perform(act: () => void): void;
  /** The same for what comes many times a second and is nobody's turn. */
  guard(act: () => void): void;
  /** A fault of ours. */
  failed(error: unknown): void;
  timerDue(name: TimerName): void;
  turnEnded(turn: AgentTurn): void;
  drained(): void;
  openingHeard(): void;
  openingFailed(): void;
  /** @returns whether a filler was said */
  fillerDue(index: number): boolean;
  voiceFailed(turnId: string): void;
  toolsRan(result: ToolsResult): void;
  /** Asked when all else of these calls has run. */
  mayHangUp(round: object): boolean;
  opened(session: RealtimeSession, first: boolean): void;
  ready(): void;
  lost(error: ProviderError): void;
  gone(error: ProviderError): void;
  /** The call is about to move to another session, perhaps in the middle of something. */
  moving(): void;
}

/** The parts of a conversation, each with a race or a duty of its own, and what connects them. */
export class RealtimeParts {
  readonly context: CallContext;
  readonly options: RealtimeOptions;
  readonly turnOptions: TurnOptions;
  readonly state: ConversationState = {
    speaking: false,
    speechAtMs: 0,
    speechEndMs: 0,
    owed: false,
    answeredMutely: false,
    wasCut: false,
    bridged: false,
    retries: 0,
    spokenInOpening: false,
    spokenFirst: false,
    keys: '',
    idlePrompts: 0,
    closing: undefined,
    leaving: false,
    closed: false,
  };
  readonly timers: NamedTimers<TimerName>;
  readonly frames: CallerFrames;
  readonly callers: CallerTurns;
  readonly unanswered: Unanswered;
  readonly playout: Playout;
  readonly responses: Responses;
  readonly voice: PhraseVoice;
  readonly phrases: Phrases;
  readonly tools: ToolCalls;
  readonly filler: Filler;
  readonly opening: Opening;
  readonly line: SessionLine;
  readonly handover: Handover;
  readonly usage: UsageMeter;
  readonly #deps: RealtimeDeps;
  /** Of the first session, until it is opened: what may throw does so before the call begins. */
  #firstSettings: RealtimeSettings | undefined;

  /** @throws what the agent's prompt throws */
  constructor(context: CallContext, deps: RealtimeDeps, listener: PartsListener) {
    const { agent, clock, leg, session } = context;
    const options = { ...defaultRealtimeOptions, ...deps.options };
    const guarded = guardedClock(clock, (task) => listener.perform(task));
    this.#deps = deps;
    this.context = context;
    this.options = options;
    this.turnOptions = context.options.turnFor(session.tenant.language);
    this.timers = new NamedTimers(clock, (name) => listener.timerDue(name));
    this.frames = new CallerFrames(
      guardedClock(clock, (task) => listener.guard(task)),
      options,
      () => this.state.speaking,
    );
    this.callers = new CallerTurns(context, options.wordsWithinMs, listener.callers);
    this.unanswered = new Unanswered(this.turnOptions);
    this.playout = new Playout(context, {
      onTurnStarted: (turnId, index) => this.usage.turnStarted(turnId, index),
      onTurnEnded: (turn) => listener.turnEnded(turn),
      onDrained: () => listener.drained(),
    });
    this.responses = new Responses(clock, (request) => this.line.session?.respond(request));
    this.voice = new PhraseVoice(context, this.playout, {
      onFailed: (turnId) => listener.voiceFailed(turnId),
      onUsage: (turnId, usage) => this.usage.voice(turnId, usage),
      onFault: (error) => listener.failed(error),
    });
    this.phrases = new Phrases(guarded, this.responses, this.voice, options);
    this.tools = new ToolCalls(context, {
      onDone: (result) => listener.toolsRan(result),
      mayHangUp: (round) => listener.mayHangUp(round),
    });
    this.filler = new Filler(guarded, this.turnOptions.filler, (at) => listener.fillerDue(at));
    const { sayExactly } = realtimeWordings(session.tenant.language);
    this.opening = new Opening(
      agent.opening,
      guarded,
      {
        askModel: (text) =>
          this.responses.ask({ instructions: sayExactly(text), mayUseTools: false }),
        dropModel: (tag) => this.responses.mute(tag),
        sayByVoice: (sentences) => this.voice.say(sentences, false),
        heardMs: (itemId) => leg.heardMs(itemId),
        onHeard: () => listener.openingHeard(),
        onFailed: () => listener.openingFailed(),
      },
      options.audibleWithinMs,
    );
    this.line = new SessionLine(
      { clock: guarded, model: deps.model, options },
      {
        settings: () => this.#nextSettings(),
        news: listener.news,
        onOpened: (opened, first) => listener.opened(opened, first),
        onReady: () => {
          this.frames.isHeard();
          listener.ready();
          if (options.movesSessions) this.handover.start();
        },
        onLost: (error) => listener.lost(error),
        onGone: (error) => listener.gone(error),
      },
    );
    this.handover = new Handover(guarded, options, this.line, {
      isQuiet: () => this.isQuiet,
      onMoving: () => listener.moving(),
    });
    this.#firstSettings = this.#settings();
    const { model, transcriptionModel } = this.#firstSettings;
    this.usage = new UsageMeter(
      { ...context, callId: session.callId, tenantId: session.tenant.id },
      { model, transcriptionModel },
    );
  }

  /** For a session that is opened now. @throws what the agent's prompt throws */
  #nextSettings(): RealtimeSettings {
    const settings = this.#firstSettings ?? this.#settings();
    this.#firstSettings = undefined;
    return settings;
  }

  #settings(): RealtimeSettings {
    const answers = this.opening.protects ? 'when-asked' : 'by-itself';
    return realtimeSettings(this.context, this.#deps.defaults, answers);
  }

  /** The agent says something, or is about to. */
  get agentIsBusy(): boolean {
    return this.playout.sounds || this.phrases.busy || this.responses.busy;
  }

  /** Nobody speaks, and nobody waits for anything. */
  get isQuiet(): boolean {
    const { callers, opening, state, tools } = this;
    const { keys, owed, speaking } = state;
    const isBusy = this.agentIsBusy || tools.running || callers.awaitsWords || opening.protects;
    return !isBusy && !speaking && !owed && keys === '';
  }

  /** The caller cannot stop what is being said. */
  get isProtected(): boolean {
    const { closing, leaving } = this.state;
    return this.opening.protects || closing?.isFinal === true || leaving;
  }

  /** Order matters: what was heard is recorded before the caller's open turns. */
  close(): void {
    this.#stop();
    this.line.close();
    this.callers.close();
  }

  /**
   * The same, but what the caller said last is waited for.
   * @returns resolves when it is known, or will not be; undefined when nothing was to be waited for
   */
  finish(news: SessionNews): Promise<void> | undefined {
    this.#stop();
    this.callers.audioEnded();
    const finished = this.line.finish(news);
    if (!finished) this.callers.close();
    return finished?.then(() => this.callers.close());
  }

  #stop(): void {
    this.state.closed = true;
    this.timers.cancelAll();
    this.filler.stop();
    this.handover.close();
    this.opening.close();
    this.tools.close();
    this.phrases.stop();
    this.playout.interrupt();
    this.frames.close();
    this.usage.close();
  }
}
