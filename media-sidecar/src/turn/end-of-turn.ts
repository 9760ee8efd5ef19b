import { differsMaterially, isHesitation } from './backchannel.ts';
import { completenessOf } from './completeness.ts';
import {
  callerText,
  cancelTimers,
  committedReply,
  dropReply,
  newReply,
  setTimer,
  type Draft,
} from './draft.ts';
import type { EndedTurn } from './events.ts';
import { joined } from './words.ts';

/** Decides when the caller's open turn ends, from what is known now. */
export function scheduleEndOfTurn(draft: Draft): void {
  const { caller } = draft.state;
  if (committedReply(draft)) return;
  if (caller.keys) {
    // The end of the keys ends the turn: words that went ahead would leave them behind.
    if (caller.speaking && caller.keysDueAtMs <= draft.nowMs) cancelTimers(draft, 'keys');
    else armKeys(draft);
    return;
  }
  if (caller.speaking) {
    cancelTimers(draft, 'end-of-turn');
    return;
  }
  const text = callerText(draft);
  const silentSinceMs = caller.speechEndedAtMs ?? caller.textChangedAtMs;
  if (!text) {
    // Voice without words: a transcript may be late, or it was noise.
    setTimer(
      draft,
      'end-of-turn',
      silentSinceMs + draft.options.endOfTurn.maxDelayMs - draft.nowMs,
    );
    return;
  }
  cancelTimers(draft, 'idle');
  const settledAtMs = caller.interim
    ? caller.textChangedAtMs + draft.options.endOfTurn.settleMs
    : 0;
  const dueMs = Math.max(silentSinceMs + silenceNeededMs(draft, text), settledAtMs);
  if (dueMs <= draft.nowMs) endTurn(draft);
  else setTimer(draft, 'end-of-turn', dueMs - draft.nowMs);
}

function silenceNeededMs(draft: Draft, text: string): number {
  const { completeDelayMs, maxDelayMs } = draft.options.endOfTurn;
  switch (completenessOf(text, draft.options.language)) {
    case 'complete':
      return completeDelayMs;
    case 'open':
      return draft.state.learnedDelayMs;
    case 'incomplete':
      return maxDelayMs;
  }
}

/** Starts on a stable interim what will be needed if the caller has finished. */
export function maybeSpeculate(draft: Draft): void {
  const { state, options, nowMs } = draft;
  const { caller } = state;
  if (state.reply || state.phase !== 'open' || !options.preemptive.enabled) return;
  if (caller.keys) return;
  if (state.tries >= options.preemptive.maxTries) return;
  const text = callerText(draft);
  if (!text || isHesitation(text)) return;
  if (caller.interim && caller.interimStability < options.preemptive.minStability) return;
  const reads = completenessOf(text, options.language);
  if (reads === 'incomplete' || (caller.speaking && reads !== 'complete')) return;
  const speechMs = (caller.speechEndedAtMs ?? nowMs) - (caller.turnStartedAtMs ?? nowMs);
  if (speechMs > options.preemptive.maxSpeechMs) return;
  state.tries += 1;
  startReply(draft, text);
}

function startReply(draft: Draft, text: string): void {
  const reply = newReply(draft, 'answer', text);
  draft.effects.push({ type: 'start-reply', replyId: reply.id, text });
}

/** A prepared answer to anything but what the caller says now is of no use. */
export function dropStaleSpeculation(draft: Draft, text = callerText(draft)): void {
  const { reply } = draft.state;
  if (reply?.stage !== 'speculative') return;
  if (differsMaterially(reply.text, text, draft.options.language)) {
    dropReply(draft, 'discard');
  }
}

/** The caller has finished: answer. Without words there is nothing to answer. */
export function endTurn(draft: Draft): void {
  const { state } = draft;
  const { caller } = state;
  const text = callerText(draft);
  if (!text || isHesitation(text)) {
    if (text) forgetOpenWords(draft);
    caller.speechEndedAtMs = undefined;
    caller.turnStartedAtMs = undefined;
    armIdle(draft);
    return;
  }
  commitTurn(draft, '');
}

/** Ends a turn of what was spoken and what was pressed. @param keys as text */
export function commitTurn(draft: Draft, keys: string): void {
  const { state, options, nowMs } = draft;
  const { caller } = state;
  const text = joined(callerText(draft), keys);
  dropStaleSpeculation(draft, text);
  if (!state.reply) startReply(draft, text);
  const { reply } = state;
  if (!reply) return;
  const speechEndedAtMs = caller.speechEndedAtMs ?? (caller.textChangedAtMs || undefined);
  const turnId = `t${state.nextNumber++}`;
  state.turn = {
    id: turnId,
    text,
    finals: caller.finals,
    keys,
    consumedBefore: caller.consumed,
    startedAtMs: caller.turnStartedAtMs,
    speechEndedAtMs: caller.speechEndedAtMs,
  };
  const turn: EndedTurn = {
    turnId,
    text,
    settled: !caller.interim && !caller.consumed,
    speechStartedAtMs: caller.turnStartedAtMs ?? speechEndedAtMs ?? nowMs,
    ...(speechEndedAtMs === undefined ? {} : { speechEndedAtMs }),
  };
  forgetOpenWords(draft);
  caller.spokeSinceTurn = false;
  caller.turnStartedAtMs = undefined;
  caller.speechEndedAtMs = undefined;
  state.tries = 0;
  state.idlePrompts = 0;
  reply.stage = 'thinking';
  cancelTimers(draft, 'end-of-turn', 'idle');
  draft.effects.push({ type: 'commit-reply', replyId: reply.id, turn });
  setTimer(draft, 'filler', options.filler.thinkingAfterMs);
}

/**
 * The caller went on, or the transcript changed, before anything of the answer was heard: the
 * answer is withdrawn and the turn is open again, with `finals` and `interim` as its words.
 */
export function reopenTurn(draft: Draft, finals: string, interim: string, consumed: string): void {
  const { state } = draft;
  const { caller, turn } = state;
  if (!turn) return;
  dropReply(draft, 'reopen');
  state.turn = undefined;
  caller.finals = finals;
  caller.interim = interim;
  caller.consumed = consumed;
  caller.turnStartedAtMs = turn.startedAtMs ?? caller.turnStartedAtMs;
  caller.speechEndedAtMs ??= turn.speechEndedAtMs;
}

/** The running utterance's words were dealt with; what follows in it is new. */
export function forgetOpenWords({ state: { caller } }: Draft): void {
  caller.consumed = joined(caller.consumed, caller.interim);
  caller.finals = '';
  caller.interim = '';
}

/** Passes the keys on when the pause after them is over, which it may be already. */
export function armKeys(draft: Draft): void {
  setTimer(draft, 'keys', draft.state.caller.keysDueAtMs - draft.nowMs);
}

/** Waits for somebody to say something, when nobody has the floor. */
export function armIdle(draft: Draft): void {
  const { state, options } = draft;
  if (state.phase !== 'open' || state.reply || state.caller.speaking || callerText(draft)) return;
  setTimer(draft, 'idle', options.silence.idleAfterMs);
}
