import type { EndedTurn, TimerName, TurnEffect, TurnEvent } from '../../turn/events.ts';
import type { ProviderError } from '../../kernel/errors.ts';
import type { SttStream } from '../../stt/contract.ts';
import { createTurnReducer, type TurnReducer } from '../../turn/reducer.ts';
import type { TurnState } from '../../turn/state.ts';
import { awaitsWords, wordsLeft } from '../../turn/words-left.ts';
import type { CallContext, Conversation, Resumption } from '../conversation.ts';
import { NamedTimers } from '../timers.ts';
import type { VoiceActivity } from '../voice-activity.ts';
import { wallClockAt } from '../wall-clock.ts';
import { CascadeReply, type ReplyDeps } from './cascade-reply.ts';
import { recordListening } from './usage.ts';

const FRAME_MS = 20;
/** As for a realtime session (`finishWithinMs`); a recogniser tells what it has heard within some hundred ms. */
const LAST_WORDS_WITHIN_MS = 3000;
/** What words can still do when the call is over: stand in the record. */
const LAST_EFFECTS: ReadonlySet<TurnEffect['type']> = new Set([
  'commit-reply',
  'correct-turn',
  'discard-reply',
]);

/**
 * Hears, thinks and speaks one after the other: carries events to the reducer and performs what it
 * decides. Frames go to voice activity and recognition directly; nothing else happens for a frame.
 */
export class CascadeConversation implements Conversation {
  readonly #context: CallContext;
  readonly #reducer: TurnReducer;
  readonly #timers: NamedTimers<TimerName>;
  #state: TurnState;
  readonly #queue: TurnEvent[] = [];
  #running = false;
  /** The call is over: nothing is said or done any more. */
  #isOver = false;
  #overAtMs: number | undefined;
  /** The last words are told, too. */
  #closed = false;
  #reply: CascadeReply | undefined;
  /** The turn that the present reply answers. */
  #answeredTurnId: string | undefined;
  /** The caller's next turn is this one, which another conversation has heard before. */
  #openTurnId: string | undefined;
  /** The turn that has taken the place of that one. */
  #resumedTurnId: string | undefined;
  #voiceActivity: VoiceActivity | undefined;
  #stt: SttStream | undefined;
  #framesHeard = 0;

  constructor(context: CallContext) {
    this.#context = context;
    const { clock, options, session } = context;
    this.#reducer = createTurnReducer(options.turnFor(session.tenant.language));
    this.#state = this.#reducer.initial;
    this.#timers = new NamedTimers(clock, (name) => this.#dispatch({ type: 'timer', name }));
  }

  /** Opens voice activity and recognition. */
  prepare(): void {
    this.#voiceActivity = this.#context.voiceActivity();
    try {
      this.#openRecognition();
    } catch (error) {
      this.#voiceActivity.close();
      throw error;
    }
  }

  start(resumption?: Resumption): void {
    if (!resumption) {
      this.#dispatch({ type: 'call-started' });
      return;
    }
    const { clock, startedMs } = this.#context;
    const { owes, openTurnId, bridged } = resumption;
    this.#openTurnId = openTurnId;
    const elapsedMs = clock.monotonicMs() - startedMs;
    const hearsAgain = openTurnId !== undefined;
    this.#dispatch({ type: 'call-resumed', elapsedMs, owes, bridged, hearsAgain });
    for (const frame of resumption.frames) this.onAudio(frame);
    for (const key of resumption.keys) this.onKey(key);
  }

  onAudio(frame: Uint8Array): void {
    if (this.#isOver) return;
    this.#framesHeard += 1;
    this.#stt?.write(frame);
    const change = this.#voiceActivity?.process(frame);
    if (!change) return;
    const agoMs = Math.max(0, this.#framesHeard * FRAME_MS - change.atMs);
    this.#dispatch({ type: change.type, atMs: this.#context.clock.monotonicMs() - agoMs });
  }

  onKey(key: string): void {
    this.#dispatch({ type: 'key', key });
  }

  onFirstPlayed(_itemId: string): void {
    this.#reply?.firstPlayed();
  }

  onItemPlayed(itemId: string): void {
    this.#reply?.itemPlayed(itemId);
  }

  finish(): Promise<void> | undefined {
    if (this.#isOver) return undefined;
    this.#stop();
    const isHeardAgain = this.#openTurnId !== undefined;
    if (this.#stt && (isHeardAgain || awaitsWords(this.#state))) {
      return this.#lastWords(this.#stt).finally(() => this.#leave());
    }
    this.#leave();
    return undefined;
  }

  #stop(): void {
    this.#isOver = true;
    this.#overAtMs = this.#context.clock.monotonicMs();
    this.#queue.length = 0;
    this.#timers.cancelAll();
    this.#finishReply(true);
    this.#voiceActivity?.close();
    // Late words change the turns of the record, and no answer.
    this.#state = { ...this.#state, phase: 'open', reply: undefined };
  }

  /** Resolves when all that was heard is told, or when that takes too long. */
  async #lastWords(stt: SttStream): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#context.clock.schedule(LAST_WORDS_WITHIN_MS, resolve);
    try {
      await Promise.race([stt.finish(), late]);
    } finally {
      timer.cancel();
    }
  }

  /** What no turn has taken was said all the same. */
  #leave(): void {
    this.#closed = true;
    const left = wordsLeft(this.#state);
    const heardBefore = left?.isSpoken ? this.#openTurnId : undefined;
    if (heardBefore === undefined) this.#settleOpenTurn();
    if (left) this.#logSpeech('last', { ...left, settled: true }, heardBefore);
    this.#stt?.close();
  }

  #openRecognition(): void {
    this.#stt?.close();
    const { language, name } = this.#context.session.tenant;
    this.#stt = this.#context.providers.stt.open(
      {
        languageCode: language,
        phrases: [{ value: name }],
        onUsage: (usage) => recordListening(this.#context, usage),
      },
      {
        onInterim: ({ text, stability }) => this.#dispatch({ type: 'interim', text, stability }),
        onFinal: ({ text }) => this.#dispatch({ type: 'final', text }),
        onError: (error) => this.#recognitionFailed(error),
      },
    );
  }

  #recognitionFailed(error: ProviderError): void {
    const { code, provider } = error;
    this.#context.metrics.count('provider_errors', { source: 'recognition', code });
    this.#context.logger.warn({ source: 'recognition', code, provider }, 'a provider failed');
    this.#dispatch({ type: 'listening-failed' });
  }

  /** Events that an effect causes wait until its step is done. */
  #dispatch(event: TurnEvent): void {
    if (this.#closed || (this.#isOver && event.type !== 'interim' && event.type !== 'final'))
      return;
    this.#queue.push(event);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        const step = this.#reducer.step(this.#state, next, this.#context.clock.monotonicMs());
        this.#state = step.state;
        // Its last words are whole: history and record have to hold them before what follows.
        if (next.type === 'reply-played' && next.replyId === this.#reply?.id)
          this.#finishReply(false);
        for (const effect of step.effects) this.#perform(effect, next);
      }
    } catch (err) {
      // A fault of ours in one call: that call ends, with a message taken; the others go on.
      this.#context.logger.error({ err, event: event.type }, 'the conversation failed');
      this.#context.end('provider-failure');
    } finally {
      this.#running = false;
    }
  }

  #perform(effect: TurnEffect, cause: TurnEvent): void {
    if (this.#closed || (this.#isOver && !LAST_EFFECTS.has(effect.type))) return;
    switch (effect.type) {
      case 'set-timer':
        return this.#timers.set(effect.name, effect.delayMs);
      case 'cancel-timer':
        return this.#timers.cancel(effect.name);
      case 'start-reply':
        this.#newReply(effect.replyId).generate(
          this.#context.dialogue.messages(effect.text, this.#openTurnId),
        );
        return;
      case 'answer-history':
        this.#newReply(effect.replyId).generate(this.#context.dialogue.messages());
        this.#reply?.commit(undefined);
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
        if (effect.falseAlarm) this.#context.metrics.count('false_interruptions');
        this.#reply?.resume();
        return;
      case 'interrupt-reply':
        this.#context.metrics.count('interruptions', {
          by: cause.type === 'key' ? 'key' : 'speech',
        });
        this.#finishReply(true);
        return this.#observeReaction(cause);
      case 'retry-reply':
        this.#reply?.retry(effect.source, effect.use);
        return;
      case 'correct-turn':
        this.#context.dialogue.correct(effect.turnId, effect.text);
        this.#context.log.correct(effect.turnId, effect.text);
        return;
      case 'restart-listening':
        return this.#openRecognition();
      case 'end-call':
        return this.#context.end(effect.reason);
    }
  }

  /** From the begin of the caller's speech until the agent was silenced. */
  #observeReaction(cause: TurnEvent): void {
    const { speaking, speechStartedAtMs } = this.#state.caller;
    if (!speaking || speechStartedAtMs === undefined || cause.type === 'key') return;
    this.#context.metrics.observeMs(
      'clear_reaction',
      this.#context.clock.monotonicMs() - speechStartedAtMs,
    );
  }

  #newReply(id: string): CascadeReply {
    this.#finishReply(true);
    const deps: ReplyDeps = { ...this.#context, dispatch: (event) => this.#dispatch(event) };
    this.#reply = new CascadeReply(deps, id);
    return this.#reply;
  }

  #commit({ turn }: Extract<TurnEffect, { type: 'commit-reply' }>): void {
    const openTurnId = this.#openTurnId;
    this.#openTurnId = undefined;
    if (openTurnId !== undefined) this.#resumedTurnId = turn.turnId;
    this.#context.dialogue.callerSaid(turn.turnId, turn.text, openTurnId);
    this.#answeredTurnId = turn.turnId;
    this.#logSpeech(turn.turnId, turn, openTurnId);
    this.#reply?.commit(turn.speechEndedAtMs);
  }

  /** @param heardBefore the turn of another conversation that it is */
  #logSpeech(
    turnId: string,
    speech: Omit<EndedTurn, 'turnId'>,
    heardBefore: string | undefined,
  ): void {
    const { clock, log } = this.#context;
    const { text, settled, speechStartedAtMs, speechEndedAtMs } = speech;
    // What is told when the call is over was said before.
    const latestMs = this.#overAtMs ?? clock.monotonicMs();
    const endedMs = Math.min(speechEndedAtMs ?? latestMs, latestMs);
    const startedMs = Math.min(speechStartedAtMs ?? endedMs, endedMs);
    const startedAtMs = wallClockAt(clock, startedMs);
    const endedAtMs = wallClockAt(clock, endedMs);
    log.callerSpoke({ turnId, text, settled, startedAtMs, endedAtMs }, heardBefore);
  }

  /** Nothing was heard of it; what its tools did stays known to the model. */
  #discard(reopened: boolean): void {
    const reply = this.#reply;
    this.#reply = undefined;
    const messages = reply?.finish(true) ?? [];
    const turnId = this.#answeredTurnId;
    if (!reopened || turnId === undefined) return;
    // A model refuses tool calls that do not follow what they answer: then the turn stays.
    if (messages.length > 0) this.#context.dialogue.add(messages);
    else if (turnId === this.#resumedTurnId) this.#openTurnId = turnId;
    else this.#context.dialogue.reopen(turnId);
    this.#context.log.reopened(turnId);
  }

  /** Nothing was heard in what was heard again: it stays as it is known. */
  #settleOpenTurn(): void {
    const { dialogue, log } = this.#context;
    const turnId = this.#openTurnId;
    this.#openTurnId = undefined;
    const text = turnId === undefined ? undefined : dialogue.textOf(turnId);
    if (turnId !== undefined && text !== undefined) log.correct(turnId, text);
  }

  #say({ replyId, phrase, index, last }: Extract<TurnEffect, { type: 'say' }>): void {
    this.#settleOpenTurn();
    const sentences =
      phrase === 'greeting'
        ? this.#context.agent.opening.sentences
        : [{ text: this.#context.agent.phrase(phrase, index), required: false }];
    const reply = this.#reply?.id === replyId ? this.#reply : this.#newReply(replyId);
    if (last) reply.sayInstead(sentences);
    else for (const { text } of sentences) reply.sayMeanwhile(text);
  }

  #finishReply(interrupted: boolean): void {
    const reply = this.#reply;
    this.#reply = undefined;
    if (reply) this.#context.dialogue.add(reply.finish(interrupted));
  }
}
