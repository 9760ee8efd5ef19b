import type { EndReason, PhraseKind, TimerName, TurnEffect } from './events.ts';
import type { TurnOptions } from './options.ts';
import type { ReplyKind, ReplyState, TurnState } from './state.ts';
import { joined } from './words.ts';

/** One step of the reducer: a private copy of the state and the effects so far. */
export interface Draft {
  readonly state: TurnState;
  readonly effects: TurnEffect[];
  readonly nowMs: number;
  readonly options: TurnOptions;
}

export function setTimer(draft: Draft, name: TimerName, delayMs: number): void {
  draft.effects.push({ type: 'set-timer', name, delayMs: Math.max(0, delayMs) });
}

export function cancelTimers(draft: Draft, ...names: TimerName[]): void {
  for (const name of names) draft.effects.push({ type: 'cancel-timer', name });
}

/** Words of the caller's open turn so far. */
export function callerText({ state }: Draft): string {
  return joined(state.caller.finals, state.caller.interim);
}

/** The reply that has the floor; one that is only prepared does not. */
export function committedReply({ state }: Draft): ReplyState | undefined {
  return state.reply && state.reply.stage !== 'speculative' ? state.reply : undefined;
}

export function newReply(draft: Draft, kind: ReplyKind, text: string): ReplyState {
  const { state } = draft;
  const reply: ReplyState = {
    id: `r${state.nextNumber++}`,
    kind,
    text,
    stage: kind === 'answer' ? 'speculative' : 'thinking',
    audibleSinceMs: undefined,
    protected: kind === 'greeting',
    held: 'no',
    toolsRunning: false,
    fillers: 0,
    retried: { model: false, voice: false },
    fellBack: { model: false, voice: false },
    apologized: false,
    closing: undefined,
  };
  state.reply = reply;
  return reply;
}

/** Says a phrase that nothing follows: in the reply that has the floor, or in one of its own. */
export function sayLast(draft: Draft, phrase: PhraseKind, index = 0): ReplyState {
  const reply = committedReply(draft) ?? newReply(draft, 'phrase', '');
  if (reply.held !== 'no') {
    reply.held = 'no';
    draft.effects.push({ type: 'resume-reply', replyId: reply.id, falseAlarm: false });
  }
  reply.toolsRunning = false;
  cancelTimers(draft, 'idle', 'filler', 'barge-in', 'false-interruption');
  draft.effects.push({ type: 'say', replyId: reply.id, phrase, index, last: true });
  return reply;
}

/** Ends the call when the reply was heard, or without it when that takes too long. */
export function closeAfter(draft: Draft, reply: ReplyState, reason: EndReason): void {
  reply.closing = reason;
  setTimer(draft, 'last-words', draft.options.limits.lastWordsMs);
}

export function endCall(draft: Draft, reason: EndReason): void {
  draft.state.phase = 'ended';
  draft.state.reply = undefined;
  draft.effects.push({ type: 'end-call', reason });
}

/** Takes the floor from the reply: the caller's words are the open turn now. */
export function dropReply(draft: Draft, how: 'interrupt' | 'discard' | 'reopen'): void {
  const { state, effects } = draft;
  const { reply } = state;
  if (!reply) return;
  cancelTimers(draft, 'filler', 'barge-in', 'false-interruption');
  if (reply.closing) cancelTimers(draft, 'last-words');
  effects.push(
    how === 'interrupt'
      ? { type: 'interrupt-reply', replyId: reply.id }
      : { type: 'discard-reply', replyId: reply.id, reopened: how === 'reopen' },
  );
  state.reply = undefined;
}
