import { z } from 'zod';
import type { ToolCall } from '../../llm/contract.ts';
import type { RealtimeItem, RealtimeToolCall } from '../../realtime/contract.ts';
import type { Closing } from '../built-in-tools.ts';
import type { CallContext } from '../conversation.ts';
import { runToolRound } from '../tool-round.ts';

export type ToolItem = Extract<RealtimeItem, { role: 'tool' }>;

/** What came of the calls of one response. */
export interface ToolsResult {
  /** The session that asked. */
  readonly session: number;
  readonly items: readonly ToolItem[];
  readonly closes: Closing | undefined;
  /** Given up: nobody waits for an answer. */
  readonly cancelled: boolean;
}

const argumentsSchema = z.record(z.string(), z.unknown());
const INVALID = { error: 'invalid-arguments' } as const;

/** Runs what the model asks for, the calls of a response side by side. */
export class ToolCalls {
  readonly #context: CallContext;
  readonly #onDone: (result: ToolsResult) => void;
  readonly #seen = new Set<string>();
  readonly #running = new Set<AbortController>();

  constructor(context: CallContext, onDone: (result: ToolsResult) => void) {
    this.#context = context;
    this.#onDone = onDone;
  }

  get running(): boolean {
    return this.#running.size > 0;
  }

  /** @returns whether any of them was not asked for before */
  run(session: number, calls: readonly RealtimeToolCall[]): boolean {
    const fresh = calls.filter(({ callId }) => !this.#seen.has(callId));
    const byId = new Map(fresh.map((call) => [call.callId, call]));
    if (byId.size === 0) return false;
    for (const callId of byId.keys()) this.#seen.add(callId);
    void this.#run(session, [...byId.values()]);
    return true;
  }

  /** Gives up what runs. */
  cancel(): void {
    for (const abort of this.#running) abort.abort();
  }

  async #run(session: number, asked: readonly RealtimeToolCall[]): Promise<void> {
    const { dialogue, logger } = this.#context;
    const abort = new AbortController();
    this.#running.add(abort);
    const results = new Map<string, unknown>();
    const calls: ToolCall[] = [];
    for (const call of asked) {
      const given = parsed(call.arguments);
      if (given) calls.push({ id: call.callId, name: call.name, arguments: given });
      else results.set(call.callId, this.#refuse(call));
    }
    let closes: Closing | undefined;
    try {
      const round = await runToolRound(this.#context, calls, abort.signal);
      for (const [id, result] of round.results) results.set(id, result);
      closes = round.closes;
    } catch (err) {
      // A fault of ours: the model has to put it into words, as it does with any other failure.
      logger.error({ err }, 'a tool round failed');
    }
    this.#running.delete(abort);
    const resultOf = (id: string) => (results.has(id) ? results.get(id) : { error: 'failed' });
    if (calls.length > 0) {
      dialogue.add([
        { role: 'agent', text: '', toolCalls: calls },
        ...calls.map(({ id, name }) => ({
          role: 'tool' as const,
          callId: id,
          name,
          result: resultOf(id),
        })),
      ]);
    }
    const items = asked.map((call): ToolItem => ({
      role: 'tool',
      callId: call.callId,
      name: call.name,
      arguments: call.arguments,
      result: JSON.stringify(resultOf(call.callId)) ?? 'null',
    }));
    this.#onDone({ session, items, closes, cancelled: abort.signal.aborted });
  }

  /** The model is told, so that it may try again. */
  #refuse({ name }: RealtimeToolCall): typeof INVALID {
    const { clock, log, metrics } = this.#context;
    const atMs = clock.nowMs();
    metrics.count('tool_calls', { outcome: 'invalid-arguments' });
    log.toolRan({ name, result: INVALID, startedAtMs: atMs, endedAtMs: atMs });
    return INVALID;
  }
}

function parsed(json: string): Record<string, unknown> | undefined {
  try {
    const given = argumentsSchema.safeParse(JSON.parse(json));
    return given.success ? given.data : undefined;
  } catch {
    return undefined;
  }
}
