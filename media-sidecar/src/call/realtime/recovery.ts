import type { ProviderError } from '../../kernel/errors.ts';
import type { RealtimeItem, RealtimeSession } from '../../realtime/contract.ts';
import type { Resumption } from '../conversation.ts';
import type { Answers } from './answers.ts';
import { realtimeWordings } from './instructions.ts';
import type { RealtimeParts } from './parts.ts';
import type { Playout } from './playout.ts';
import { restoredItems } from './restoration.ts';
import { isAnswer, type RunningResponse } from './responses.ts';
import type { AgentSpeech } from './speech.ts';

/** From one session to the next, and in the end to the cascade. */
export class Recovery {
  readonly #parts: RealtimeParts;
  readonly #speech: AgentSpeech;
  readonly #answers: Answers;
  readonly #fallBack: (resumption: Resumption | undefined) => void;

  constructor(
    parts: RealtimeParts,
    speech: AgentSpeech,
    answers: Answers,
    fallBack: (resumption: Resumption | undefined) => void,
  ) {
    this.#parts = parts;
    this.#speech = speech;
    this.#answers = answers;
    this.#fallBack = fallBack;
  }

  /** A session is there; one that takes another's place is told what was said. */
  opened(session: RealtimeSession, first: boolean): void {
    const { callers, frames, responses, state, tools, unanswered } = this.#parts;
    // An attempt before it may have been asked already.
    if (!first) responses.reset();
    // Positions count from the begin of a session.
    state.speechAtMs = 0;
    state.speechEndMs = 0;
    if (!first) session.add(this.#history());
    frames.attach(session);
    // A tool's result is still to come.
    const isHeardAgain = callers.heardAgain !== undefined;
    if (first || !state.owed || (tools.running && !isHeardAgain)) return;
    this.#answers.awaitSession();
    // What is heard once more is answered by itself; what nobody has heard may have been a question.
    if (isHeardAgain) return;
    unanswered.demand();
    this.#answers.ask();
  }

  /** The session that was opened can answer: it needs no time any more for getting there. */
  ready(): void {
    const { callers, context, state, timers } = this.#parts;
    // What is heard once more has to be heard first.
    if (!state.owed || callers.heardAgain !== undefined) return;
    if (timers.isSet('answer')) timers.set('answer', context.options.modelFirstEventMs);
  }

  lost(error: ProviderError): void {
    this.#parts.context.metrics.count('realtime_sessions', { event: 'lost' });
    this.#report(error);
    this.#leaveSession();
  }

  /** The call moves to a session that is ready. */
  moving(): void {
    this.#parts.context.metrics.count('realtime_sessions', { event: 'moved' });
    this.#leaveSession();
  }

  /** No session can be had: the cascade goes on. */
  gone(error: ProviderError): void {
    this.#report(error);
    this.giveUp();
  }

  /** Leaves the model for good, when what is being said was heard. */
  giveUp(): void {
    const { context, line, state, timers, turnOptions } = this.#parts;
    if (state.leaving || state.closed) return;
    state.leaving = true;
    context.metrics.count('provider_fallbacks', { source: 'realtime' });
    this.#leaveSession();
    line.close();
    timers.set('leaving', turnOptions.limits.lastWordsMs);
  }

  /** What is being said was heard. */
  handOver(): void {
    const { callers, context, frames, opening, state } = this.#parts;
    if (state.closed) return;
    const { bridged, closing, keys } = state;
    if (closing) {
      context.end(closing.reason);
      return;
    }
    const frameList = frames.kept;
    // Who is greeted anew has nothing to wait for.
    const openTurnId = opening.protects ? undefined : callers.handOver();
    const owes = openTurnId === undefined ? this.#owes() : 'nothing';
    const resumption = opening.protects
      ? undefined
      : { owes, openTurnId, bridged, frames: frameList, keys };
    this.#parts.close();
    this.#fallBack(resumption);
  }

  #owes(): Resumption['owes'] {
    const { callers, context, state, tools } = this.#parts;
    if (!state.owed && !tools.running) return 'nothing';
    const last = context.dialogue.messages().findLast(({ role }) => role !== 'agent');
    const isUnknown = last?.role === 'caller' && callers.isInaudible(last.text);
    return state.wasCut || tools.running || isUnknown ? 'repetition' : 'answer';
  }

  /** The session is of no use any more; what it left undone is taken along. */
  #leaveSession(): void {
    const { callers, frames, line, opening, phrases, playout, responses, state, timers } =
      this.#parts;
    const { tools, unanswered } = this.#parts;
    // Over SIP no frame of the caller is ours to be heard again.
    const { movesSessions: hasFrames } = this.#parts.options;
    const { speaking, speechAtMs, speechEndMs } = state;
    state.answeredMutely = false;
    for (const name of ['answer', 'ask', 'retry', 'phrase-stall', 'stops'] as const) {
      timers.cancel(name);
    }
    const made = responses.wanted.filter((response) => isAnswer(response) && response.hasAudio);
    if (made.some((response) => !isWhole(response, playout))) state.wasCut = true;
    else if (made.length > 0) state.owed = false;
    // What led to a tool was understood; what came while it ran may be another question.
    const isUnderstood = tools.running && !unanswered.isMeanwhile(callers.lastTurnId);
    // What was said over the opening is answered behind it. Of two turns the later one is heard again,
    // as one of its own: it would be taken for the one before, whose audio is not kept.
    const spokenInOpening =
      state.spokenInOpening && (!speaking || callers.heardAgain !== undefined);
    const isAwaited = opening.protects ? spokenInOpening : state.owed;
    const hearAgain =
      hasFrames && isAwaited && !state.wasCut && !isUnderstood && callers.lastIsOpen;
    // What was said before it would be taken for it, and it for a turn of its own.
    if (speaking || hearAgain) frames.keepOnly(speechAtMs);
    else frames.done(speechEndMs);
    frames.detach();
    state.speaking = false;
    callers.sessionLost(hearAgain);
    opening.sessionLost();
    phrases.sessionLost();
    playout.sessionLost(line.number);
    responses.reset();
    if (state.owed && !opening.protects) this.#speech.bridge();
  }

  #history(): RealtimeItem[] {
    const { callers, context, options, playout, state } = this.#parts;
    const { language } = context.session.tenant;
    const messages = context.dialogue.messages(undefined, callers.heardAgain);
    const items = restoredItems(messages, { maxItems: options.restoredItems, language });
    // What is on its way to the caller's ear is no history yet.
    for (const text of playout.openTexts) items.push({ role: 'agent', text });
    if (state.owed && state.wasCut) {
      items.push({ role: 'system', text: realtimeWordings(language).wasCut });
    }
    return items;
  }

  #report(error: ProviderError): void {
    const { logger, metrics } = this.#parts.context;
    const { code, provider } = error;
    metrics.count('provider_errors', { source: 'realtime', code });
    logger.warn({ source: 'realtime', code, provider }, 'a provider failed');
  }
}

/** All of its audio is there, though its end was not told. */
function isWhole({ responseId, toolCalls }: RunningResponse, playout: Playout): boolean {
  const items = playout.turn(responseId)?.items ?? [];
  return toolCalls.length === 0 && items.every(({ done }) => done);
}
