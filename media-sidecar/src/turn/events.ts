/** Everything that the conversation reacts to. Times are monotonic ms. */
export type TurnEvent =
  | { readonly type: 'call-started' }
  /** Another conversation held this call until now; nobody is greeted again. */
  | {
      readonly type: 'call-resumed';
      /** Of the call's longest duration. */
      readonly elapsedMs: number;
      /** `answer`: to the last turn in the history. `repetition`: the caller has to say it again. */
      readonly owes: 'nothing' | 'answer' | 'repetition';
      /** The caller was told already that something went wrong. */
      readonly bridged: boolean;
      /** The caller's last turn is heard once more from here on, and nothing else is owed. */
      readonly hearsAgain: boolean;
    }
  /** Voice activity; `atMs` is when it really began or ended, which is before it was noticed. */
  | { readonly type: 'speech-started'; readonly atMs: number }
  | { readonly type: 'speech-ended'; readonly atMs: number }
  | { readonly type: 'interim'; readonly text: string; readonly stability: number }
  | { readonly type: 'final'; readonly text: string }
  | { readonly type: 'listening-failed' }
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'timer'; readonly name: TimerName }
  /** Sound of the reply began after silence. */
  | { readonly type: 'reply-audible'; readonly replyId: string }
  /** All sound so far was heard; more follows. */
  | { readonly type: 'reply-drained'; readonly replyId: string }
  /** Complete, and heard to its end. */
  | { readonly type: 'reply-played'; readonly replyId: string }
  /** What must be heard (the disclosure) was heard. */
  | { readonly type: 'protection-ended'; readonly replyId: string }
  | { readonly type: 'reply-failed'; readonly replyId: string; readonly failure: ReplyFailure }
  | { readonly type: 'tools-started'; readonly replyId: string }
  | { readonly type: 'tools-finished'; readonly replyId: string }
  /** The agent wants to hang up after this reply. */
  | { readonly type: 'hang-up-requested'; readonly replyId: string }
  /** The caller is to be connected with a person after this reply. */
  | { readonly type: 'transfer-requested'; readonly replyId: string };

export interface ReplyFailure {
  readonly source: 'model' | 'voice';
  readonly retryable: boolean;
  /** Some of what failed was already spoken, so that trying again would repeat it. */
  readonly partlySpoken: boolean;
  readonly hasFallback: boolean;
}

export type EndReason =
  'agent-hung-up' | 'transferred' | 'idle' | 'time-limit' | 'provider-failure';

export type TimerName =
  | 'end-of-turn'
  | 'barge-in'
  | 'false-interruption'
  | 'filler'
  | 'idle'
  | 'keys'
  | 'heard-again'
  | 'call-limit'
  | 'last-words';

export type PhraseKind =
  | 'greeting'
  | 'filler'
  | 'idle-prompt'
  | 'idle-goodbye'
  | 'bridge'
  | 'apology'
  | 'final-apology'
  | 'cannot-hear'
  | 'time-limit';

/** What the runner has to do. */
export type TurnEffect =
  /** Replaces a timer of the same name. */
  | { readonly type: 'set-timer'; readonly name: TimerName; readonly delayMs: number }
  | { readonly type: 'cancel-timer'; readonly name: TimerName }
  /** Begin to generate an answer; nothing may be heard and no tool may run before its commit. */
  | { readonly type: 'start-reply'; readonly replyId: string; readonly text: string }
  /** Answer the last turn that the history holds; it may be heard at once. */
  | { readonly type: 'answer-history'; readonly replyId: string }
  /** The turn has ended: the answer may be heard. */
  | { readonly type: 'commit-reply'; readonly replyId: string; readonly turn: EndedTurn }
  /** Nothing of it was heard: forget it. `reopened`: the caller's turn goes on. */
  | { readonly type: 'discard-reply'; readonly replyId: string; readonly reopened: boolean }
  /** Say a fixed phrase: a reply of its own, or the next words of the reply that is there. */
  | {
      readonly type: 'say';
      readonly replyId: string;
      readonly phrase: PhraseKind;
      /** Counts from 0: which of several wordings. */
      readonly index: number;
      /** Nothing else is to come in this reply: what has not been said is given up. */
      readonly last: boolean;
    }
  /** Stop the sound now and keep the reply: it may go on. */
  | { readonly type: 'hold-reply'; readonly replyId: string }
  /** Go on where it was heard. `falseAlarm`: sound had been stopped for nothing. */
  | { readonly type: 'resume-reply'; readonly replyId: string; readonly falseAlarm: boolean }
  /** Stop the sound and cancel model, voice and tools. */
  | { readonly type: 'interrupt-reply'; readonly replyId: string }
  | {
      readonly type: 'retry-reply';
      readonly replyId: string;
      readonly source: 'model' | 'voice';
      readonly use: 'same' | 'fallback';
    }
  /** The recogniser's last word on a turn that was answered; the same words, or others. */
  | {
      readonly type: 'correct-turn';
      readonly turnId: string;
      readonly text: string;
    }
  | { readonly type: 'restart-listening' }
  | { readonly type: 'end-call'; readonly reason: EndReason };

export interface EndedTurn {
  readonly turnId: string;
  readonly text: string;
  /** The recogniser will not change its words any more. */
  readonly settled: boolean;
  /** Monotonic ms; absent for a turn made of keys. */
  readonly speechStartedAtMs?: number;
  readonly speechEndedAtMs?: number;
}
