import type { CallRecorder, TurnDelays, TurnRecord } from './ports.ts';

export interface AgentTurnEnd {
  readonly text: string;
  readonly generatedText: string;
  readonly interrupted: boolean;
  readonly endedAtMs: number;
  readonly delays: TurnDelays;
}

interface CallerTurn {
  readonly turnId: string;
  text: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Its words will not change any more. */
  settled: boolean;
  /**
   * Its words are told later, whatever happens meanwhile: `correct` is sure to come.
   * @defaultValue false: what follows it settles it
   */
  readonly awaitsWords?: boolean;
}

interface OpenCallerTurn extends CallerTurn {
  /** Set when something followed, so that the order is settled. */
  index: number | undefined;
}

interface OpenAgentTurn {
  readonly index: number;
  readonly startedAtMs: number;
}

type Turn = Omit<TurnRecord, 'callId' | 'tenantId'>;

/**
 * Writes a call's turns in the order in which they began. The caller's last turn stays open while
 * its transcript may still be corrected, or while it may turn out to go on, and any turn whose words
 * are still to come; what follows an open turn waits. Times are wall clock, ms.
 */
export class TurnLog {
  readonly #recorder: CallRecorder;
  readonly #call: { readonly callId: string; readonly tenantId: string };
  #nextIndex = 0;
  /** In the order in which they began; only the last one may be without its place. */
  #callers: OpenCallerTurn[] = [];
  #agent: OpenAgentTurn | undefined;
  /** Turns that are complete and wait for one that began before them. */
  readonly #waiting: Turn[] = [];

  constructor(
    recorder: CallRecorder,
    call: { readonly callId: string; readonly tenantId: string },
  ) {
    this.#recorder = recorder;
    this.#call = call;
  }

  /** @param heardBefore an open turn that was heard once more, and is this one: it keeps place and times */
  callerSpoke(turn: CallerTurn, heardBefore?: string): void {
    const at = this.#callers.findIndex(({ turnId }) => turnId === heardBefore);
    const before = this.#callers[at];
    if (before) {
      const { endedAtMs, index, startedAtMs } = before;
      this.#callers[at] = { ...turn, startedAtMs, endedAtMs, index };
      return;
    }
    const last = this.#callers.at(-1);
    this.#sealCaller();
    if (last && !last.awaitsWords) this.#closeCaller(last);
    this.#callers.push({ ...turn, index: undefined });
  }

  /** The turn was not over: it comes again, unless something followed it already. */
  reopened(turnId: string): void {
    const last = this.#callers.at(-1);
    if (last?.turnId === turnId && last.index === undefined) this.#callers.pop();
  }

  /** The recogniser's last word on a turn. */
  correct(turnId: string, text: string): void {
    const caller = this.#callers.find((turn) => turn.turnId === turnId);
    if (!caller) return;
    caller.text = text;
    caller.settled = true;
    if (caller.index !== undefined) this.#closeCaller(caller);
  }

  /** Returns the turn's index, which is that of the turn that is open already, if one is. */
  agentStarted(startedAtMs: number): number {
    if (!this.#agent) {
      this.#sealCaller();
      this.#agent = { index: this.#nextIndex++, startedAtMs };
    }
    return this.#agent.index;
  }

  agentEnded(end: AgentTurnEnd): void {
    const agent = this.#agent;
    if (!agent) return;
    this.#agent = undefined;
    this.#add({ role: 'agent', index: agent.index, startedAtMs: agent.startedAtMs, ...end });
  }

  toolRan(tool: { name: string; result: unknown; startedAtMs: number; endedAtMs: number }): void {
    this.#sealCaller();
    this.#add({
      role: 'tool',
      index: this.#nextIndex++,
      text: tool.name,
      generatedText: JSON.stringify(tool.result) ?? 'null',
      interrupted: false,
      startedAtMs: tool.startedAtMs,
      endedAtMs: tool.endedAtMs,
      delays: {},
    });
  }

  close(): void {
    this.#sealCaller();
    for (const caller of [...this.#callers]) this.#closeCaller(caller);
  }

  /** Something followed: the turn has its place, and cannot be reopened. */
  #sealCaller(): void {
    const caller = this.#callers.at(-1);
    if (!caller) return;
    caller.index ??= this.#nextIndex++;
    if (caller.settled) this.#closeCaller(caller);
  }

  #closeCaller(caller: OpenCallerTurn): void {
    const at = this.#callers.indexOf(caller);
    if (at < 0) return;
    this.#callers.splice(at, 1);
    const { text, startedAtMs, endedAtMs } = caller;
    const index = caller.index ?? this.#nextIndex++;
    this.#add({
      role: 'caller',
      index,
      text,
      interrupted: false,
      startedAtMs,
      endedAtMs,
      delays: {},
    });
  }

  /** Writes what nothing open precedes, in order. */
  #add(turn: Turn): void {
    this.#waiting.push(turn);
    this.#waiting.sort((a, b) => a.index - b.index);
    const open = Math.min(
      ...this.#callers.map(({ index }) => index ?? Infinity),
      this.#agent?.index ?? Infinity,
    );
    while (this.#waiting[0] && this.#waiting[0].index < open) {
      const next = this.#waiting.shift();
      if (next) this.#recorder.turn({ ...this.#call, ...next });
    }
  }
}
