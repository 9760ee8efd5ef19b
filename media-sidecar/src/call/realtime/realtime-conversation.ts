import { ProviderError } from '../../kernel/errors.ts';
import type { CallContext, Conversation, Resumption } from '../conversation.ts';
import type { AgentTurn } from './agent-turn.ts';
import { Answers } from './answers.ts';
import { Floor } from './floor.ts';
import { lastNews } from './last-news.ts';
import type { RealtimeDeps } from './options.ts';
import { RealtimeParts, type TimerName } from './parts.ts';
import { watchRateLimits } from './rate-limits.ts';
import { Recovery } from './recovery.ts';
import type { SessionNews } from './session-events.ts';
import { AgentSpeech } from './speech.ts';

/**
 * Speech to speech: the model hears the caller's frames and speaks for itself. What happens is
 * brought here to those who know what to do about it, one event after the other.
 */
export class RealtimeConversation implements Conversation {
  readonly #parts: RealtimeParts;
  readonly #speech: AgentSpeech;
  readonly #answers: Answers;
  readonly #floor: Floor;
  readonly #recovery: Recovery;

  /**
   * @param fallBack lets a cascade go on; without a resumption it has to greet
   * @throws what the agent's prompt throws
   */
  constructor(
    context: CallContext,
    deps: RealtimeDeps,
    fallBack: (resumption: Resumption | undefined) => void,
  ) {
    const told =
      <T extends unknown[]>(act: (...event: T) => void) =>
      (...event: T) =>
        this.#perform(() => act(...event));
    /** For what is told within another event, which settles afterwards, or after the end, to nobody. */
    const meanwhile =
      <T extends unknown[]>(act: (...event: T) => void) =>
      (...event: T) => {
        if (!this.#parts.state.closed) act(...event);
      };
    this.#parts = new RealtimeParts(context, deps, {
      news: this.#news(context),
      callers: {
        onTurn: meanwhile((turnId) => this.#floor.turnOpened(turnId)),
        onWords: meanwhile((turnId, text, final) => this.#floor.turnWords(turnId, text, final)),
        onLost: meanwhile((turnId, speechMs) => this.#floor.turnLost(turnId, speechMs)),
        onOverdue: told((turnId) => this.#wordsLost(turnId)),
      },
      perform: (act) => this.#perform(act),
      guard: (act) => this.#guard(act),
      failed: (error) => {
        if (!this.#parts.state.closed) this.#failed(error);
      },
      timerDue: told((name) => this.#timerDue(name)),
      turnEnded: (turn) => this.#turnEnded(turn),
      drained: () => this.#parts.filler.drained(),
      openingHeard: () => this.#openingHeard(),
      openingFailed: () => this.#recovery.giveUp(),
      fillerDue: (index) => this.#speech.fill(index),
      voiceFailed: told((turnId) => this.#parts.opening.voiceFailed(turnId)),
      toolsRan: told((result) => this.#answers.toolsRan(result)),
      mayHangUp: (round) => this.#floor.mayHangUp(round),
      opened: (session, first) => this.#recovery.opened(session, first),
      ready: () => this.#recovery.ready(),
      lost: told((error) => this.#recovery.lost(error)),
      gone: told((error) => this.#recovery.gone(error)),
      moving: () => this.#recovery.moving(),
    });
    this.#speech = new AgentSpeech(this.#parts);
    this.#answers = new Answers(this.#parts, this.#speech, () => this.#recovery.giveUp());
    this.#floor = new Floor(this.#parts, this.#answers);
    this.#recovery = new Recovery(this.#parts, this.#speech, this.#answers, fallBack);
  }

  /** Nothing that is opened may throw; what may, did so when this was made. */
  prepare(): void {}

  /** A call begins with it; nothing is taken over from another conversation. */
  start(): void {
    const { context, line, opening, options, timers, turnOptions } = this.#parts;
    const elapsedMs = context.clock.monotonicMs() - context.startedMs;
    const { maxCallMs, lastWordsMs } = turnOptions.limits;
    const sessionMs = options.movesSessions ? Infinity : options.sessionLimitMs - lastWordsMs;
    timers.set('call-limit', Math.min(maxCallMs, sessionMs) - elapsedMs);
    line.open();
    opening.start();
  }

  onAudio(frame: Uint8Array): void {
    this.#guard(() => this.#parts.frames.push(frame));
  }

  onKey(key: string): void {
    this.#perform(() => this.#floor.key(key));
  }

  onFirstPlayed(itemId: string): void {
    this.#guard(() => this.#parts.playout.firstPlayed(itemId));
  }

  onItemPlayed(itemId: string): void {
    this.#perform(() => this.#parts.playout.itemPlayed(itemId));
  }

  finish(): Promise<void> | undefined {
    if (this.#parts.state.closed) return undefined;
    this.#attempt(() => this.#floor.leaveKeys());
    const news = lastNews(this.#parts, (act) => this.#attempt(act));
    return this.#parts.finish(news)?.catch((err: unknown) => this.#failed(err));
  }

  #news({ logger, metrics }: CallContext): SessionNews {
    const told =
      <T>(act: (event: T) => void) =>
      (event: T) =>
        this.#perform(() => act(event));
    return {
      onSpeechStarted: told(({ itemId, atMs }) => this.#floor.speechStarted(itemId, atMs)),
      onSpeechStopped: told(({ itemId, atMs }) => this.#floor.speechStopped(itemId, atMs)),
      onCallerTurn: told(({ itemId }) => this.#floor.turnEnded(itemId)),
      onCallerWords: told(({ itemId, text, final }) => {
        this.#parts.callers.words(itemId, text, final);
        this.#floor.wordsCame();
      }),
      onCallerWordsLost: told((itemId) => this.#wordsLost(itemId)),
      onResponseStarted: told(({ responseId, tag }) => this.#answers.started(responseId, tag)),
      onAudio: told(({ responseId, itemId, mulaw }) =>
        this.#answers.audio(responseId, itemId, mulaw),
      ),
      onAudioDone: told((itemId) => this.#parts.playout.audioDone(itemId)),
      onAgentWords: told(({ responseId, itemId, delta }) => {
        const { playout, responses } = this.#parts;
        if (responses.get(responseId)?.muted === false) playout.words(responseId, itemId, delta);
      }),
      onToolCall: told((call) => {
        this.#parts.responses.get(call.responseId)?.toolCalls.push(call);
      }),
      onResponseDone: told((end) => this.#answers.done(end)),
      onTranscriptionUsage: told((usage) => this.#parts.usage.transcription(usage)),
      onRateLimits: watchRateLimits(metrics, logger),
      onKey: (key) => this.onKey(key),
      // Over media streams it is our phone leg that plays, and we that truncate.
      onPlayback: () => undefined,
      onTruncated: () => undefined,
      onError: ({ code, provider }) => {
        metrics.count('provider_errors', { source: 'realtime', code });
        logger.warn({ source: 'realtime', code, provider }, 'the model refused something');
      },
    };
  }

  #timerDue(name: TimerName): void {
    const { context, line, responses, state } = this.#parts;
    switch (name) {
      case 'ask':
        return this.#answers.overdue();
      case 'answer':
        return this.#answerDue();
      case 'phrase-stall':
        return line.giveUp(noAnswer(line.provider));
      case 'retry':
        return this.#answers.retry();
      case 'stops':
        if (responses.unwantedRuns) line.session?.cancel();
        return;
      case 'idle':
        return this.#speech.idleDue();
      case 'keys':
        return this.#floor.keysDue();
      case 'call-limit':
        return this.#callLimitDue();
      case 'last-words':
        if (state.closing) context.end(state.closing.reason);
        return;
      case 'leaving':
        return this.#recovery.handOver();
    }
  }

  /** Who speaks does not wait: the model is given the time once more. */
  #answerDue(): void {
    const { context, line, state, timers } = this.#parts;
    if (state.speaking) timers.set('answer', context.options.modelFirstEventMs);
    else line.giveUp(noAnswer(line.provider));
  }

  /** Nobody will tell what the caller said there. */
  #wordsLost(itemId: string): void {
    this.#parts.callers.lost(itemId);
    this.#floor.wordsCame();
  }

  #turnEnded(turn: AgentTurn): void {
    const { heardText: text, id, isKnown } = turn;
    // Another voice said it: the model has to know what the caller heard.
    if (!isKnown && text) this.#parts.line.session?.add([{ role: 'agent', text }]);
    this.#parts.opening.turnEnded(id);
  }

  #openingHeard(): void {
    const { line, state, timers } = this.#parts;
    line.session?.update({ answers: 'by-itself' });
    if (state.speaking) this.#floor.take('speech', undefined);
    else if (state.spokenInOpening) this.#answers.toOpening();
    // Who is still typing goes on with the same number.
    if (!timers.isSet('keys')) this.#floor.keysDue();
  }

  #callLimitDue(): void {
    const { state, tools } = this.#parts;
    if (state.closing?.isFinal) return;
    tools.cancel();
    if (state.closing) {
      // That goodbye will do; but from here on nobody takes it back.
      this.#speech.closeAfter(state.closing.reason, true);
      return;
    }
    this.#floor.silence('limit');
    this.#speech.say('time-limit');
    this.#speech.closeAfter('time-limit', true);
  }

  #perform(act: () => void): void {
    this.#guard(() => {
      act();
      this.#settle();
    });
  }

  #guard(act: () => void): void {
    if (!this.#parts.state.closed) this.#attempt(act);
  }

  #attempt(act: () => void): void {
    try {
      act();
    } catch (err) {
      this.#failed(err);
    }
  }

  /** A fault of ours in one call: that call ends, with a message taken; the others go on. */
  #failed(err: unknown): void {
    const { context } = this.#parts;
    context.logger.error({ err }, 'the conversation failed');
    context.end('provider-failure');
  }

  /** Looks whether something is due that waited for silence. */
  #settle(): void {
    const { agentIsBusy, context, isQuiet, state, timers, tools, turnOptions } = this.#parts;
    if (state.closed || agentIsBusy) return;
    if (state.closing && !tools.running) context.end(state.closing.reason);
    else if (state.leaving) this.#recovery.handOver();
    else if (!isQuiet) timers.cancel('idle');
    else if (!timers.isSet('idle')) timers.set('idle', turnOptions.silence.idleAfterMs);
  }
}

function noAnswer(provider: string): ProviderError {
  return new ProviderError(provider, 'timeout', 'no answer in time', { retryable: true });
}
