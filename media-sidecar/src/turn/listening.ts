import { differsMaterially, isBackchannel } from './backchannel.ts';
import { callerText, cancelTimers, committedReply, dropReply, type Draft } from './draft.ts';
import {
  armKeys,
  commitTurn,
  dropStaleSpeculation,
  maybeSpeculate,
  reopenTurn,
  scheduleEndOfTurn,
} from './end-of-turn.ts';
import { callerStartedOver, callerStoppedOver, wordsOver } from './overlap.ts';
import type { AnsweredTurn } from './state.ts';
import { splitConsumed } from './transcript.ts';
import { joined, normalizedWords } from './words.ts';

/** After so long without a transcript, the recogniser's utterance is taken to be over, in ms. */
const UTTERANCE_MEMORY_MS = 4000;

/** Words of an interim that prove speech which voice activity did not notice. */
const UNHEARD_SPEECH_WORDS = 3;

/** Weight of the newest pause in the learned delay; livekit/agents-js learns with 0.9 on the old. */
const LEARNING_RATE = 0.1;

export function speechStarted(draft: Draft, atMs: number): void {
  const { state, nowMs } = draft;
  const { caller } = state;
  if (nowMs - caller.textChangedAtMs > UTTERANCE_MEMORY_MS) caller.consumed = '';
  learnPause(draft, atMs);
  caller.speaking = true;
  caller.spokeSinceTurn = true;
  caller.speechStartedAtMs = atMs;
  caller.turnStartedAtMs ??= atMs;
  cancelTimers(draft, 'end-of-turn', 'idle');
  const reply = committedReply(draft);
  if (reply) callerStartedOver(draft, reply);
}

export function speechEnded(draft: Draft, atMs: number): void {
  const { caller } = draft.state;
  caller.speaking = false;
  caller.speechEndedAtMs = atMs;
  const reply = committedReply(draft);
  if (reply) {
    callerStoppedOver(draft, reply);
    return;
  }
  scheduleEndOfTurn(draft);
  maybeSpeculate(draft);
}

export function transcript(draft: Draft, text: string, stability: number, isFinal: boolean): void {
  const { state } = draft;
  const { caller, turn } = state;
  if (isFinal) state.listeningRestarts = 0;
  const { matched, fresh } = splitConsumed(caller.consumed, text);
  if (turn && caller.consumed && belatedWords(draft, text, matched, fresh, isFinal)) return;
  takeWords(draft, fresh, stability, isFinal);

  const reply = committedReply(draft);
  if (!reply) {
    dropStaleSpeculation(draft);
    scheduleEndOfTurn(draft);
    maybeSpeculate(draft);
  } else if (reply.audibleSinceMs === undefined && reply.kind === 'answer' && !reply.closing) {
    goOnBeforeSound(draft);
  } else {
    wordsOver(draft, reply);
  }
}

/**
 * Words of an utterance whose beginning was answered already. True when they were dealt with here.
 * Late words must not hold up or break what the caller already hears.
 */
function belatedWords(
  draft: Draft,
  text: string,
  matched: string,
  fresh: string,
  isFinal: boolean,
): boolean {
  const { caller, turn } = draft.state;
  const reply = committedReply(draft);
  if (!turn) return false;
  const { language } = draft.options;
  const late = splitConsumed(turn.consumedBefore, text).fresh;
  const whole = turnWith(turn, late);

  if (reply && !reply.protected && reply.audibleSinceMs === undefined && reply.kind === 'answer') {
    if (differsMaterially(turn.text, whole, language) && !onlyAccompanies(draft, matched, fresh)) {
      reopenTurn(
        draft,
        isFinal ? whole : turnWith(turn, ''),
        isFinal ? '' : late,
        isFinal ? '' : turn.consumedBefore,
      );
      caller.textChangedAtMs = draft.nowMs;
      caller.interimStability = 1;
      scheduleEndOfTurn(draft);
      maybeSpeculate(draft);
    } else if (isFinal) {
      correctTurn(draft, whole);
      caller.consumed = '';
    }
    return true;
  }
  // What was taken for the beginning of another turn before stays that.
  if (!caller.spokeSinceTurn && callerText(draft) === '') {
    if (isFinal) {
      correctTurn(draft, whole);
      caller.consumed = '';
      return true;
    }
    return normalizedWords(fresh).length < UNHEARD_SPEECH_WORDS;
  }
  if (isFinal && matched) {
    correctTurn(draft, turnWith(turn, splitConsumed(turn.consumedBefore, matched).fresh));
  }
  return false;
}

/** The turn with these as the last words in it; no wording takes away what was pressed. */
function turnWith({ finals, keys }: AnsweredTurn, words: string): string {
  return joined(joined(finals, words), keys);
}

/** "…gracias", "ok" after the question itself came through unchanged. */
function onlyAccompanies(draft: Draft, matched: string, fresh: string): boolean {
  const { caller } = draft.state;
  const { options } = draft;
  if (differsMaterially(caller.consumed, matched, options.language)) return false;
  return isBackchannel(fresh, options.language, options.interruption.backchannels, true);
}

function correctTurn(draft: Draft, text: string): void {
  const { turn } = draft.state;
  if (!turn || !text) return;
  turn.text = text;
  draft.effects.push({ type: 'correct-turn', turnId: turn.id, text });
}

function takeWords(draft: Draft, fresh: string, stability: number, isFinal: boolean): void {
  const { caller } = draft.state;
  const before = callerText(draft);
  if (isFinal) {
    caller.finals = joined(caller.finals, fresh);
    caller.interim = '';
    caller.consumed = '';
  } else {
    caller.interim = fresh;
  }
  caller.interimStability = stability;
  if (callerText(draft) !== before) caller.textChangedAtMs = draft.nowMs;
  if (fresh) caller.turnStartedAtMs ??= draft.nowMs;
}

/** New words while the answer is still being prepared: the caller has not finished after all. */
function goOnBeforeSound(draft: Draft): void {
  const { state, options, effects } = draft;
  const { caller, turn, reply } = state;
  const words = callerText(draft);
  if (!turn || !reply || !words) return;
  if (isBackchannel(words, options.language, options.interruption.backchannels, true)) {
    if (reply.held !== 'no' && !caller.speaking) callerStoppedOver(draft, reply);
    return;
  }
  reopenTurn(draft, joined(turn.text, caller.finals), caller.interim, caller.consumed);
  effects.push({ type: 'cancel-timer', name: 'filler' });
  scheduleEndOfTurn(draft);
  maybeSpeculate(draft);
}

/** A key of the phone: it ends the agent's sentence and is passed on with those that follow. */
export function keyPressed(draft: Draft, key: string): void {
  const { state, options, nowMs } = draft;
  const { caller, turn } = state;
  const reply = committedReply(draft);
  caller.keys += key;
  caller.keysDueAtMs = nowMs + (key === '#' ? 0 : options.limits.keyPauseMs);
  // Words that were said before it are passed on with it.
  cancelTimers(draft, 'idle', 'end-of-turn');
  if (reply && !reply.protected) {
    if (reply.audibleSinceMs === undefined && reply.kind === 'answer' && turn) {
      reopenTurn(draft, turn.text, '', caller.consumed);
    } else {
      dropReply(draft, 'interrupt');
    }
  }
  armKeys(draft);
}

export function keysDue(draft: Draft): void {
  const { caller } = draft.state;
  const { keys } = caller;
  // A protected sentence is heard first; the keys wait for its end.
  if (!keys || committedReply(draft)) return;
  caller.keys = '';
  commitTurn(draft, keysAsText(keys));
}

/** How keys stand in a transcript and before the model. */
export function keysAsText(keys: string): string {
  return `[DTMF ${keys}]`;
}

function learnPause(draft: Draft, atMs: number): void {
  const { state, options } = draft;
  const { caller } = state;
  const { dynamic, minDelayMs, maxDelayMs } = options.endOfTurn;
  const inTurn =
    caller.speechEndedAtMs ?? (heardNothing(draft) ? state.turn?.speechEndedAtMs : undefined);
  if (!dynamic || inTurn === undefined) return;
  const pauseMs = atMs - inTurn;
  if (pauseMs <= 0 || pauseMs > maxDelayMs) return;
  const learned = state.learnedDelayMs * (1 - LEARNING_RATE) + pauseMs * LEARNING_RATE;
  state.learnedDelayMs = Math.min(maxDelayMs, Math.max(minDelayMs, learned));
}

function heardNothing(draft: Draft): boolean {
  const reply = committedReply(draft);
  return reply !== undefined && reply.audibleSinceMs === undefined;
}
