import { isBackchannel } from './backchannel.ts';
import {
  callerText,
  cancelTimers,
  committedReply,
  dropReply,
  setTimer,
  type Draft,
} from './draft.ts';
import { forgetOpenWords, maybeSpeculate, scheduleEndOfTurn } from './end-of-turn.ts';
import type { ReplyState } from './state.ts';
import { normalizedWords } from './words.ts';

/** What happens when caller and agent speak at the same time. */

/** Voice over a reply that has the floor. */
export function callerStartedOver(draft: Draft, reply: ReplyState): void {
  cancelTimers(draft, 'false-interruption');
  forgetOldBackchannel(draft);
  if (reply.protected || reply.held !== 'no') return;
  if (reply.stage === 'audible') {
    setTimer(draft, 'barge-in', draft.options.interruption.minDurationMs);
    return;
  }
  // Nothing sounds: it must not begin to sound over the caller.
  hold(draft, reply, 'before-sound');
}

export function callerStoppedOver(draft: Draft, reply: ReplyState): void {
  cancelTimers(draft, 'barge-in');
  if (reply.held !== 'no') waitForWords(draft, reply);
}

/** The caller has been speaking over the agent for as long as an interruption takes. */
export function bargeInDue(draft: Draft): void {
  const reply = committedReply(draft);
  const { caller } = draft.state;
  if (!reply || reply.protected || reply.held !== 'no' || !caller.speaking) return;
  const text = callerText(draft);
  if (text && accompanies(draft, reply, text)) {
    setTimer(draft, 'barge-in', draft.options.interruption.minDurationMs);
    return;
  }
  hold(draft, reply, 'sounding');
}

/** Words over a reply that has sounded. */
export function wordsOver(draft: Draft, reply: ReplyState): void {
  const text = callerText(draft);
  if (!text || reply.protected) return;
  if (accompanies(draft, reply, text)) {
    if (reply.held !== 'no' && !draft.state.caller.speaking) waitForWords(draft, reply);
    return;
  }
  if (normalizedWords(text).length < draft.options.interruption.minWords) return;
  takeFloor(draft);
}

/** The caller has the floor now; the reply is cut where it was heard. */
export function takeFloor(draft: Draft): void {
  dropReply(draft, 'interrupt');
  cancelTimers(draft, 'idle');
  scheduleEndOfTurn(draft);
  maybeSpeculate(draft);
}

export function accompanies(draft: Draft, reply: ReplyState, text: string): boolean {
  const { options, nowMs } = draft;
  const { backchannels, backchannelStartMs } = options.interruption;
  if (nowMs - (reply.audibleSinceMs ?? nowMs) < backchannelStartMs) return false;
  return isBackchannel(text, options.language, backchannels, reply.closing !== undefined);
}

/** No words came: it was noise, or accompaniment. */
export function falseInterruptionDue(draft: Draft): void {
  const reply = committedReply(draft);
  if (!reply || reply.held === 'no' || draft.state.caller.speaking) return;
  const falseAlarm = reply.held === 'sounding';
  reply.held = 'no';
  draft.effects.push({ type: 'resume-reply', replyId: reply.id, falseAlarm });
  // Sound is reported anew; until then the caller waits again.
  reply.stage = reply.audibleSinceMs === undefined ? 'thinking' : 'waiting';
  armFiller(draft, reply);
}

/** What is left of the caller's words when the reply was heard to its end. */
export function afterReply(draft: Draft, wasProtected: boolean): void {
  const { state, options, nowMs } = draft;
  const { caller } = state;
  if (!callerText(draft) || caller.speaking) return;
  const ageMs = nowMs - Math.max(caller.speechEndedAtMs ?? 0, caller.textChangedAtMs);
  const isAnswer = wasProtected || ageMs <= options.interruption.backchannelEndMs;
  if (
    !isAnswer &&
    isBackchannel(callerText(draft), options.language, options.interruption.backchannels)
  ) {
    forgetOpenWords(draft);
    caller.speechEndedAtMs = undefined;
    caller.turnStartedAtMs = undefined;
    return;
  }
  scheduleEndOfTurn(draft);
  maybeSpeculate(draft);
}

export function armFiller(draft: Draft, reply: ReplyState): void {
  const { filler } = draft.options;
  if (reply.kind !== 'answer' || reply.closing) return;
  const firstMs = reply.toolsRunning ? filler.afterMs : filler.thinkingAfterMs;
  setTimer(draft, 'filler', reply.fillers > 0 ? filler.repeatAfterMs : firstMs);
}

function hold(draft: Draft, reply: ReplyState, how: 'before-sound' | 'sounding'): void {
  reply.held = how;
  cancelTimers(draft, 'filler');
  draft.effects.push({ type: 'hold-reply', replyId: reply.id });
}

function waitForWords(draft: Draft, reply: ReplyState): void {
  const { falseInterruptionMs, heldAnswerMs } = draft.options.interruption;
  // With accompanying words at hand there is nothing more to wait for than a next word.
  const known = callerText(draft) !== '';
  const waitMs = reply.held === 'sounding' && !known ? falseInterruptionMs : heldAnswerMs;
  const sinceMs = draft.nowMs - (draft.state.caller.speechEndedAtMs ?? draft.nowMs);
  setTimer(draft, 'false-interruption', waitMs - sinceMs);
}

/** An "ajá" of some time ago is no part of what the caller begins to say now. */
function forgetOldBackchannel(draft: Draft): void {
  const { state, options, nowMs } = draft;
  const text = callerText(draft);
  if (!text || state.reply?.protected) return;
  const ageMs = nowMs - state.caller.textChangedAtMs;
  if (ageMs <= options.interruption.backchannelEndMs) return;
  if (isBackchannel(text, options.language, options.interruption.backchannels))
    forgetOpenWords(draft);
}
