import type { RealtimeResponseEnd } from '../../realtime/contract.ts';
import { AgentTurn } from './agent-turn.ts';
import { realtimeWordings } from './instructions.ts';
import type { RealtimeParts } from './parts.ts';
import { isAnswer, type RunningResponse } from './responses.ts';
import type { AgentSpeech } from './speech.ts';
import type { ToolsResult } from './tool-calls.ts';

/** The model's responses: which are answers, what they call for, and what becomes of a failure. */
export class Answers {
  readonly #parts: RealtimeParts;
  readonly #speech: AgentSpeech;
  readonly #giveUp: () => void;
  /** Under which tag an answer was asked for to what a round of tools has found. */
  readonly #tagOf = new WeakMap<object, string>();

  /** @param giveUp leaves the model, which fails to answer */
  constructor(parts: RealtimeParts, speech: AgentSpeech, giveUp: () => void) {
    this.#parts = parts;
    this.#speech = speech;
    this.#giveUp = giveUp;
  }

  /** The caller waits for an answer: one that the model makes by itself, or that we ask for. */
  expect(how: 'by-itself' | 'asked'): void {
    const { options, responses, state, timers } = this.#parts;
    state.wasCut = false;
    state.bridged = false;
    this.#await();
    if (how === 'asked') {
      this.ask();
      return;
    }
    responses.expect();
    timers.set('ask', options.askAfterMs);
  }

  /** The caller spoke while the opening was heard. */
  toOpening(): void {
    const { callers, context, line, state } = this.#parts;
    if (state.spokenFirst) {
      // Said once more behind the opening, it is what there is to answer.
      const messages = context.dialogue.messages(undefined, callers.heardAgain);
      const said = messages.filter(({ role }) => role === 'caller');
      const texts = said.flatMap((message) => ('text' in message ? message.text : []));
      const known = texts.filter((text) => !callers.isInaudible(text));
      line.session?.add(known.map((text) => ({ role: 'caller', text })));
    }
    // A session that hears it once more answers it by itself.
    const isHeardAgain = callers.heardAgain !== undefined && line.session !== undefined;
    this.expect(isHeardAgain ? 'by-itself' : 'asked');
    if (isHeardAgain && !line.isReady) this.awaitSession();
  }

  /** The session that is to answer is only being opened: it may take so much longer. */
  awaitSession(): void {
    const { callers, context, options, timers } = this.#parts;
    timers.set('answer', options.readyWithinMs + context.options.modelFirstEventMs);
    if (callers.heardAgain === undefined) return;
    timers.set('ask', options.readyWithinMs + options.askAfterMs);
  }

  /**
   * Without a session the next one is asked, when it is there; who speaks is heard first.
   * @returns the tag of what was asked for
   */
  ask(): string | undefined {
    const { line, responses, state } = this.#parts;
    return line.session && !state.speaking ? responses.ask() : undefined;
  }

  /** The answer that failed is asked for once more. */
  retry(): void {
    const { context, timers } = this.#parts;
    if (this.ask() !== undefined) timers.set('answer', context.options.modelFirstEventMs);
  }

  /** The model did not begin to answer by itself. */
  overdue(): void {
    const { callers, context, line, responses, state, unanswered } = this.#parts;
    if (!state.owed || state.speaking) return;
    if (callers.heardAgain !== undefined) {
      // Nor did it hear anything in the audio that it was given once more.
      callers.sessionLost(false);
      const { askToRepeat } = realtimeWordings(context.session.tenant.language);
      line.session?.add([{ role: 'system', text: askToRepeat }]);
      unanswered.demand();
    }
    responses.askAnyway();
  }

  started(responseId: string, tag: string | undefined): void {
    const { callers, context, line, playout, responses, state, timers } = this.#parts;
    const response = responses.started(responseId, tag);
    if (!response) return;
    if (isAnswer(response) && state.closing?.isFinal) {
      // The last words are being said; to what was said over them there is no answer any more.
      response.muted = true;
      line.session?.cancel();
      return;
    }
    const turn = new AgentTurn(responseId, line.number, response.request?.outOfBand);
    if (isAnswer(response)) {
      timers.cancel('ask');
      turn.delays.speechEndedAtMs = callers.speechEndedMs;
      turn.delays.committedAtMs = context.clock.monotonicMs();
    }
    playout.begin(turn);
  }

  audio(responseId: string, itemId: string, mulaw: Uint8Array): void {
    const { context, playout, responses, timers } = this.#parts;
    const response = responses.get(responseId);
    if (!response) return;
    if (response.muted) {
      response.unheard.add(itemId);
      return;
    }
    if (!response.hasAudio) this.#sounds(response);
    playout.audio(responseId, itemId, mulaw);
    // Who hears the beginning waits for the rest of it; a filler does not make the answer less late.
    const stall = isAnswer(response) ? 'answer' : 'phrase-stall';
    timers.set(stall, context.options.modelFirstEventMs);
  }

  done(end: RealtimeResponseEnd): void {
    const { line, opening, phrases, playout, responses, timers, usage } = this.#parts;
    // Also of one that counts as over: it has cost that all the same.
    if (end.usage) usage.response(end.responseId, end.usage);
    const response = responses.ended(end.responseId);
    if (!response) return;
    if (!isAnswer(response)) timers.cancel('phrase-stall');
    const whole = end.status === 'completed';
    if (whole) line.answered();
    // Before its turn may end: the opening has to know whether that is all of it.
    opening.responseEnded(response.request?.tag, whole);
    phrases.ended(response.request?.tag);
    playout.complete(end.responseId, !whole);
    if (response.muted) {
      this.#forget(response);
      if (whole) this.#refuseTools(response);
    } else this.#take(response, end);
    responses.askNext();
  }

  /** More is known of what the caller said, to which the model may have answered without a sound. */
  wordsKnown(): void {
    const { answeredMutely, closed } = this.#parts.state;
    if (answeredMutely && !closed && this.#needsAnswer !== undefined) this.#answeredMutely();
  }

  toolsRan({ round, session, items, closes, awaitsAnswer }: ToolsResult): void {
    const { callers, line, phrases, playout, responses, state, tools, unanswered, voice } =
      this.#parts;
    if (session === line.number) {
      for (const item of items) line.session?.toolResult(item.callId, item.result);
    } else {
      // The session that asked is gone; this one has not heard of it.
      line.session?.add(items);
    }
    // Over the last words of a call nothing is answered any more.
    if (state.closing?.isFinal) return;
    if (!closes) {
      // Nor behind a goodbye: a caller who goes on over it takes that back.
      if (!awaitsAnswer || state.closing) return;
      unanswered.demand(round);
      this.#await();
      // What a new session hears once more it answers first, and by itself.
      if (callers.heardAgain !== undefined) responses.expect();
      const tag = this.ask();
      if (tag !== undefined) this.#tagOf.set(round, tag);
      return;
    }
    // Nobody waits for what still runs: it would keep the line open behind the last words.
    tools.cancel();
    responses.muteAnswers();
    phrases.dropAsides();
    // Nobody has said goodbye with a filler.
    if (!playout.speaks && !voice.speaks) {
      this.#speech.say(closes === 'transferred' ? 'transfer' : 'goodbye');
    }
    // A word over it does not keep the caller from the person that was asked for.
    this.#speech.closeAfter(closes, closes === 'transferred');
  }

  /** The caller spoke of something else: what these rounds found is known to the model, not told. */
  abandon(rounds: readonly object[]): void {
    const { responses, unanswered } = this.#parts;
    for (const round of rounds) {
      unanswered.withdraw(round);
      const tag = this.#tagOf.get(round);
      if (tag !== undefined) responses.drop(tag);
    }
  }

  #await(): void {
    const { context, filler, state, timers } = this.#parts;
    state.owed = true;
    state.answeredMutely = false;
    timers.cancel('idle');
    filler.start('model');
    timers.set('answer', context.options.modelFirstEventMs);
  }

  #sounds(response: RunningResponse): void {
    const { callers, line, opening, phrases, playout, timers, unanswered } = this.#parts;
    const tag = response.request?.tag;
    const turn = playout.turn(response.responseId);
    response.hasAudio = true;
    line.answered();
    phrases.sounds(tag);
    if (turn) opening.sounds(tag, turn);
    timers.cancel('idle');
    if (!isAnswer(response)) return;
    callers.speechEndedMs = undefined;
    unanswered.answered();
    this.#isThere();
    phrases.dropSilent();
  }

  #take(response: RunningResponse, { status, reason }: RealtimeResponseEnd): void {
    const { filler, line, state, timers, tools, unanswered } = this.#parts;
    const { hasAudio, toolCalls } = response;
    if (status === 'completed' && tools.run(line.number, toolCalls)) {
      // What there is to say about it comes with the result.
      unanswered.answered();
      state.owed = true;
      timers.cancel('answer');
      filler.start('tool');
    } else if (!isAnswer(response)) {
      return;
    } else if (status === 'cancelled' || (hasAudio && status !== 'failed')) {
      this.#over();
    } else if (status === 'completed' && toolCalls.length === 0) {
      this.#answeredMutely();
    } else {
      this.#failed(hasAudio, reason);
    }
  }

  /** The answer was made. Another one may be due: to what a tool has found, or will find. */
  #over(): void {
    const { filler, responses, state, tools } = this.#parts;
    state.owed = false;
    state.retries = 0;
    this.#isThere();
    if (responses.answerWaits) this.#await();
    else if (tools.running) filler.start('tool');
  }

  /** The model has nothing to say, as it is told for a cough; or it has failed to answer a question. */
  #answeredMutely(): void {
    const { filler, responses, state, tools, unanswered } = this.#parts;
    // It was to an "ajá"; what a tool has found meanwhile is asked about next.
    if (responses.answerWaits) {
      this.#over();
      return;
    }
    const needsAnswer = this.#needsAnswer;
    state.answeredMutely = needsAnswer === undefined;
    if (needsAnswer === undefined) {
      this.#isThere();
      if (tools.running) filler.start('tool');
    } else if (needsAnswer) {
      this.#failed(false);
    } else {
      unanswered.answered();
      this.#over();
    }
  }

  get #needsAnswer(): boolean | undefined {
    const { state, unanswered } = this.#parts;
    return state.wasCut || unanswered.needsAnswer;
  }

  #isThere(): void {
    const { filler, timers } = this.#parts;
    timers.cancel('answer');
    filler.stop();
  }

  /**
   * What was on its way when the caller spoke is dropped: of a response of which nothing was heard the
   * model must not think that it was said. Over SIP the provider, which plays it, sees to that.
   */
  #forget({ hasAudio, isRemembered, unheard }: RunningResponse): void {
    const { line, options } = this.#parts;
    if (hasAudio || !isRemembered || !options.movesSessions) return;
    for (const itemId of unheard) line.session?.truncate(itemId, 0);
  }

  /** A response that was spoken over asked for tools: they are not run, and the model has to know. */
  #refuseTools({ toolCalls }: RunningResponse): void {
    const result = JSON.stringify({ error: 'cancelled' });
    for (const { callId } of toolCalls) this.#parts.line.session?.toolResult(callId, result);
  }

  #failed(hasAudio: boolean, reason = ''): void {
    const { context, line, options, state, timers } = this.#parts;
    const isLimit = /rate.?limit|quota/i.test(reason);
    const code = isLimit ? 'rate-limited' : 'unknown';
    context.metrics.count('provider_errors', { source: 'realtime', code });
    context.logger.warn({ source: 'realtime', code }, 'the model failed to answer');
    state.owed = true;
    state.wasCut ||= hasAudio;
    if (hasAudio) {
      const { wasCut } = realtimeWordings(context.session.tenant.language);
      line.session?.add([{ role: 'system', text: wasCut }]);
    }
    timers.cancel('answer');
    if (state.retries > 0) {
      this.#giveUp();
      return;
    }
    state.retries += 1;
    if (isLimit || hasAudio) this.#speech.bridge();
    timers.set('retry', isLimit ? options.rateLimitPauseMs : 0);
  }
}
