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
 * its transcript may still be corrected, or while it may turn out to go on; what follows it waits.
 * Times are wall clock, ms.
 */
export class TurnLog {
  readonly #recorder: CallRecorder;
  readonly #call: { readonly callId: string; readonly tenantId: string };
  #nextIndex = 0;
  #caller: OpenCallerTurn | undefined;
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

  callerSpoke(turn: CallerTurn): void {
    this.#closeCaller();
    this.#caller = { ...turn, index: undefined };
  }

  /** The turn was not over: it comes again, unless something followed it already. */
  reopened(turnId: string): void {
    if (this.#caller?.turnId === turnId && this.#caller.index === undefined)
      this.#caller = undefined;
  }

  /** The recogniser's last word on a turn. */
  correct(turnId: string, text: string): void {
    const caller = this.#caller;
    if (caller?.turnId !== turnId) return;
    caller.text = text;
    caller.settled = true;
    if (caller.index !== undefined) this.#closeCaller();
  }

  agentStarted(startedAtMs: number): void {
    if (this.#agent) return;
    this.#sealCaller();
    this.#agent = { index: this.#nextIndex++, startedAtMs };
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
    this.#closeCaller();
  }

  /** Something followed: the turn has its place, and cannot be reopened. */
  #sealCaller(): void {
    const caller = this.#caller;
    if (!caller || caller.index !== undefined) return;
    caller.index = this.#nextIndex++;
    if (caller.settled) this.#closeCaller();
  }

  #closeCaller(): void {
    const caller = this.#caller;
    if (!caller) return;
    this.#caller = undefined;
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
    const open = Math.min(this.#caller?.index ?? Infinity, this.#agent?.index ?? Infinity);
    while (this.#waiting[0] && this.#waiting[0].index < open) {
      const next = this.#waiting.shift();
      if (next) this.#recorder.turn({ ...this.#call, ...next });
    }
  }
}
