import { cancelTimers, committedReply, endCall, type Draft } from './draft.ts';
import { endTurn } from './end-of-turn.ts';
import type { TimerName, TurnEffect, TurnEvent } from './events.ts';
import { keyPressed, keysDue, speechEnded, speechStarted, transcript } from './listening.ts';
import type { TurnOptions } from './options.ts';
import { bargeInDue, falseInterruptionDue } from './overlap.ts';
import {
  callLimitDue,
  callResumed,
  callStarted,
  fillerDue,
  heardAgainDue,
  hangUpRequested,
  idleDue,
  listeningFailed,
  protectionEnded,
  replyAudible,
  replyDrained,
  replyFailed,
  replyPlayed,
  toolsStarted,
  transferRequested,
} from './replying.ts';
import { copyOf, initialTurnState, type TurnState } from './state.ts';

export interface TurnStep {
  readonly state: TurnState;
  /** In the order in which they are to be performed. */
  readonly effects: readonly TurnEffect[];
}

export interface TurnReducer {
  readonly initial: TurnState;
  /** Pure: `state` is not changed. `nowMs` is monotonic. */
  step(state: TurnState, event: TurnEvent, nowMs: number): TurnStep;
}

const ALL_TIMERS = [
  'end-of-turn',
  'barge-in',
  'false-interruption',
  'filler',
  'idle',
  'keys',
  'heard-again',
  'call-limit',
  'last-words',
] as const satisfies readonly TimerName[];

export function createTurnReducer(options: TurnOptions): TurnReducer {
  return {
    initial: initialTurnState(options.endOfTurn.minDelayMs),
    step(state, event, nowMs) {
      if (state.phase === 'ended') return { state, effects: [] };
      const draft: Draft = { state: copyOf(state), effects: [], nowMs, options };
      apply(draft, event);
      if (draft.state.phase === 'ended') cancelTimers(draft, ...ALL_TIMERS);
      return { state: draft.state, effects: draft.effects };
    },
  };
}

function apply(draft: Draft, event: TurnEvent): void {
  switch (event.type) {
    case 'call-started':
      return callStarted(draft);
    case 'call-resumed':
      return callResumed(draft, event);
    case 'speech-started':
      return speechStarted(draft, event.atMs);
    case 'speech-ended':
      return speechEnded(draft, event.atMs);
    case 'interim':
      return transcript(draft, event.text, event.stability, false);
    case 'final':
      return transcript(draft, event.text, 1, true);
    case 'listening-failed':
      return listeningFailed(draft);
    case 'key':
      return keyPressed(draft, event.key);
    case 'timer':
      return timerDue(draft, event.name);
    default:
      return replyEvent(draft, event);
  }
}

type ReplyEvent = Extract<TurnEvent, { replyId: string }>;

function replyEvent(draft: Draft, event: ReplyEvent): void {
  const { reply } = draft.state;
  // A reply that lost the floor may still report what was under way.
  if (reply?.id !== event.replyId) return;
  switch (event.type) {
    case 'reply-audible':
      return replyAudible(draft, reply);
    case 'reply-drained':
      return replyDrained(draft, reply);
    case 'reply-played':
      return replyPlayed(draft, reply);
    case 'reply-failed':
      return replyFailed(draft, reply, event.failure);
    case 'tools-started':
      return toolsStarted(draft, reply);
    case 'tools-finished':
      reply.toolsRunning = false;
      return;
    case 'hang-up-requested':
      return hangUpRequested(draft, reply);
    case 'transfer-requested':
      return transferRequested(draft, reply);
    case 'protection-ended':
      return protectionEnded(draft, reply);
  }
}

function timerDue(draft: Draft, name: TimerName): void {
  switch (name) {
    case 'end-of-turn':
      if (!draft.state.caller.speaking && !committedReply(draft)) endTurn(draft);
      return;
    case 'barge-in':
      return bargeInDue(draft);
    case 'false-interruption':
      return falseInterruptionDue(draft);
    case 'filler':
      return fillerDue(draft);
    case 'idle':
      return idleDue(draft);
    case 'keys':
      return keysDue(draft);
    case 'heard-again':
      return heardAgainDue(draft);
    case 'call-limit':
      return callLimitDue(draft);
    case 'last-words': {
      const closing = committedReply(draft)?.closing;
      if (closing) endCall(draft, closing);
      return;
    }
  }
}
