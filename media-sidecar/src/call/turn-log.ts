import type { CallRecorder, TurnDelays, TurnRecord } from './ports.ts';

export interface AgentTurnEnd {
  readonly text: string;
  readonly generatedText: string;
  readonly interrupted: boolean;
  readonly endedAtMs: number;
  readonly delays: TurnDelays;
}

interface OpenCallerTurn {
  readonly turnId: string;
  text: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Set when something followed, so that the order is settled. */
  index: number | undefined;
}

interface OpenAgentTurn {
  readonly index: number;
  readonly startedAtMs: number;
}

/**
 * Writes a call's turns, numbered in the order in which they began. The caller's last turn stays
 * open while its transcript may still be corrected, or while it may turn out to go on.
 * Times are wall clock, ms.
 */
export class TurnLog {
  readonly #recorder: CallRecorder;
  readonly #call: { readonly callId: string; readonly tenantId: string };
  #nextIndex = 0;
  #caller: OpenCallerTurn | undefined;
  #agent: OpenAgentTurn | undefined;

  constructor(
    recorder: CallRecorder,
    call: { readonly callId: string; readonly tenantId: string },
  ) {
    this.#recorder = recorder;
    this.#call = call;
  }

  callerSpoke(turn: Omit<OpenCallerTurn, 'index'>): void {
    this.#writeCaller();
    this.#caller = { ...turn, index: undefined };
  }

  /** The turn was not over: it comes again, unless something followed it already. */
  reopened(turnId: string): void {
    if (this.#caller?.turnId === turnId && this.#caller.index === undefined)
      this.#caller = undefined;
  }

  correct(turnId: string, text: string): void {
    if (this.#caller?.turnId === turnId) this.#caller.text = text;
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
    this.#writeCaller();
    this.#write({ role: 'agent', index: agent.index, startedAtMs: agent.startedAtMs, ...end });
  }

  toolRan(tool: { name: string; result: unknown; startedAtMs: number; endedAtMs: number }): void {
    this.#sealCaller();
    this.#write({
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
    this.#writeCaller();
  }

  #sealCaller(): void {
    if (this.#caller) this.#caller.index ??= this.#nextIndex++;
  }

  #writeCaller(): void {
    const caller = this.#caller;
    if (!caller) return;
    this.#caller = undefined;
    const { text, startedAtMs, endedAtMs } = caller;
    const index = caller.index ?? this.#nextIndex++;
    this.#write({
      role: 'caller',
      index,
      text,
      interrupted: false,
      startedAtMs,
      endedAtMs,
      delays: {},
    });
  }

  #write(turn: Omit<TurnRecord, 'callId' | 'tenantId'>): void {
    this.#recorder.turn({ ...this.#call, ...turn });
  }
}
