import {
  callerText,
  cancelTimers,
  closeAfter,
  committedReply,
  dropReply,
  endCall,
  newReply,
  sayLast,
  setTimer,
  type Draft,
} from './draft.ts';
import { armIdle, scheduleEndOfTurn } from './end-of-turn.ts';
import type { EndReason, PhraseKind, ReplyFailure, TurnEvent } from './events.ts';
import { afterReply, armFiller, wordsOver } from './overlap.ts';
import type { ReplyState } from './state.ts';

/** The life of the agent's reply, its failures, and how calls end. */

/** Longest wait for words of what is heard once more, which a recogniser is given all at once, in ms. */
const WORDS_AGAIN_WITHIN_MS = 3000;

export function callStarted(draft: Draft): void {
  const { state, options } = draft;
  state.phase = 'open';
  setTimer(draft, 'call-limit', options.limits.maxCallMs);
  const reply = newReply(draft, 'greeting', '');
  draft.effects.push({ type: 'say', replyId: reply.id, phrase: 'greeting', index: 0, last: true });
}

/** Goes on where another conversation was: with the answer that is owed, or listening. */
export function callResumed(
  draft: Draft,
  { elapsedMs, owes, bridged, hearsAgain }: Extract<TurnEvent, { type: 'call-resumed' }>,
): void {
  const { state, options, effects } = draft;
  state.phase = 'open';
  setTimer(draft, 'call-limit', options.limits.maxCallMs - elapsedMs);
  if (owes === 'nothing') {
    armIdle(draft);
    if (hearsAgain) setTimer(draft, 'heard-again', WORDS_AGAIN_WITHIN_MS);
    return;
  }
  if (owes === 'repetition') {
    sayLast(draft, 'apology');
    return;
  }
  const reply = newReply(draft, 'answer', '');
  reply.stage = 'thinking';
  effects.push({ type: 'answer-history', replyId: reply.id });
  if (!bridged) {
    effects.push({ type: 'say', replyId: reply.id, phrase: 'bridge', index: 0, last: false });
  }
  setTimer(draft, 'filler', options.filler.thinkingAfterMs);
}

/** No words came of what was heard once more: the caller, who waits for an answer, has to repeat it. */
export function heardAgainDue(draft: Draft): void {
  const { caller, reply, turn } = draft.state;
  if (turn || reply || caller.speaking || caller.keys || callerText(draft)) return;
  sayLast(draft, 'apology');
}

export function replyAudible(draft: Draft, reply: ReplyState): void {
  reply.stage = 'audible';
  reply.audibleSinceMs ??= draft.nowMs;
  cancelTimers(draft, 'filler', 'idle');
  // The caller began in the same moment.
  if (draft.state.caller.speaking && !reply.protected) {
    setTimer(draft, 'barge-in', draft.options.interruption.minDurationMs);
  }
}

/** What had to be heard was heard: from here on the caller may stop the agent. */
export function protectionEnded(draft: Draft, reply: ReplyState): void {
  reply.protected = false;
  if (draft.state.caller.speaking && reply.stage === 'audible') {
    setTimer(draft, 'barge-in', draft.options.interruption.minDurationMs);
  }
  wordsOver(draft, reply);
}

export function replyDrained(draft: Draft, reply: ReplyState): void {
  reply.stage = 'waiting';
  armFiller(draft, reply);
}

export function replyPlayed(draft: Draft, reply: ReplyState): void {
  const { state } = draft;
  cancelTimers(draft, 'filler', 'barge-in', 'false-interruption');
  if (reply.closing) {
    endCall(draft, reply.closing);
    return;
  }
  state.reply = undefined;
  if (reply.kind === 'answer' && !reply.apologized) state.failedAnswers = 0;
  if (state.caller.keys) {
    // More of them may follow, or words.
    scheduleEndOfTurn(draft);
    return;
  }
  afterReply(draft, reply.protected);
  armIdle(draft);
}

export function toolsStarted(draft: Draft, reply: ReplyState): void {
  reply.toolsRunning = true;
  if (reply.stage !== 'audible' && reply.held === 'no') armFiller(draft, reply);
}

export function fillerDue(draft: Draft): void {
  const { state, options } = draft;
  const reply = committedReply(draft);
  if (!reply || reply.stage === 'audible' || reply.held !== 'no' || state.caller.speaking) return;
  if (reply.fillers >= options.filler.maxPerAnswer || reply.apologized) return;
  const index = reply.fillers;
  reply.fillers += 1;
  draft.effects.push({ type: 'say', replyId: reply.id, phrase: 'filler', index, last: false });
}

/** Retry if nothing of it was spoken, then the fallback, then an apology, then the end. */
export function replyFailed(draft: Draft, reply: ReplyState, failure: ReplyFailure): void {
  const { state, options, effects } = draft;
  const { source } = failure;
  if (reply.stage === 'speculative') {
    // Nobody waits for it; the real turn starts afresh.
    dropReply(draft, 'discard');
    return;
  }
  if (!failure.partlySpoken) {
    if (failure.retryable && !reply.retried[source] && !reply.fellBack[source]) {
      reply.retried[source] = true;
      effects.push({ type: 'retry-reply', replyId: reply.id, source, use: 'same' });
      return;
    }
    if (failure.hasFallback && !reply.fellBack[source]) {
      reply.fellBack[source] = true;
      effects.push({ type: 'retry-reply', replyId: reply.id, source, use: 'fallback' });
      return;
    }
  }
  if (reply.closing) {
    endCall(draft, reply.closing);
    return;
  }
  if (reply.apologized || reply.kind !== 'answer') {
    // Not even a fixed phrase can be spoken.
    endCall(draft, 'provider-failure');
    return;
  }
  state.failedAnswers += 1;
  if (state.failedAnswers >= options.limits.maxFailedAnswers) {
    closeWith(draft, 'final-apology', 'provider-failure');
  } else {
    sayLast(draft, 'apology', state.failedAnswers - 1).apologized = true;
  }
}

export function hangUpRequested(draft: Draft, reply: ReplyState): void {
  cancelTimers(draft, 'filler');
  closeAfter(draft, reply, 'agent-hung-up');
}

export function transferRequested(draft: Draft, reply: ReplyState): void {
  cancelTimers(draft, 'filler');
  closeAfter(draft, reply, 'transferred');
}

export function idleDue(draft: Draft): void {
  const { state, options } = draft;
  if (state.reply || state.caller.speaking || callerText(draft)) return;
  if (state.idlePrompts < options.silence.maxPrompts) {
    sayLast(draft, 'idle-prompt', state.idlePrompts);
    state.idlePrompts += 1;
    return;
  }
  closeAfter(draft, sayLast(draft, 'idle-goodbye'), 'idle');
}

export function callLimitDue(draft: Draft): void {
  const reply = committedReply(draft);
  if (reply?.closing) {
    // That goodbye will do; but from here on nobody takes it back.
    protect(draft, reply);
    return;
  }
  cutShort(draft);
  closeWith(draft, 'time-limit', 'time-limit');
}

export function listeningFailed(draft: Draft): void {
  const { state, options, effects } = draft;
  if (committedReply(draft)?.closing) return;
  if (state.listeningRestarts < options.limits.maxListeningRestarts) {
    state.listeningRestarts += 1;
    state.caller.consumed = '';
    effects.push({ type: 'restart-listening' });
    return;
  }
  cutShort(draft);
  closeWith(draft, 'cannot-hear', 'provider-failure');
}

/** Nobody stops it from here on; what was silenced for a word goes on. */
function protect(draft: Draft, reply: ReplyState): void {
  reply.protected = true;
  cancelTimers(draft, 'barge-in', 'false-interruption');
  if (reply.held === 'no') return;
  reply.held = 'no';
  draft.effects.push({ type: 'resume-reply', replyId: reply.id, falseAlarm: false });
  // Sound is reported anew.
  reply.stage = reply.audibleSinceMs === undefined ? 'thinking' : 'waiting';
}

/** Ends whatever is being said, to say something that cannot wait. */
function cutShort(draft: Draft): void {
  const { reply } = draft.state;
  cancelTimers(draft, 'end-of-turn', 'idle', 'keys');
  if (reply) dropReply(draft, reply.audibleSinceMs === undefined ? 'discard' : 'interrupt');
}

/** Last words that nobody stops. */
function closeWith(draft: Draft, phrase: PhraseKind, reason: EndReason): void {
  const reply = sayLast(draft, phrase);
  reply.apologized = true;
  reply.protected = true;
  closeAfter(draft, reply, reason);
}
