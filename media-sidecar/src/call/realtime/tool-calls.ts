import { z } from 'zod';
import type { ToolCall } from '../../llm/contract.ts';
import type { RealtimeItem, RealtimeToolCall } from '../../realtime/contract.ts';
import type { Closing } from '../built-in-tools.ts';
import type { CallContext } from '../conversation.ts';
import { RecentMap } from '../recent-map.ts';
import { runToolRound } from '../tool-round.ts';

export type ToolItem = Extract<RealtimeItem, { role: 'tool' }>;

/** What came of the calls of one response. */
export interface ToolsResult {
  /** Which calls these were; the same in `RunningTools`. */
  readonly round: object;
  /** The session that asked. */
  readonly session: number;
  readonly items: readonly ToolItem[];
  readonly closes: Closing | undefined;
  /** The model has to put it into words. False for what was given up, and for what runs already. */
  readonly awaitsAnswer: boolean;
}

/** Calls of one response that run. */
interface Round {
  readonly abort: AbortController;
  readonly calls: readonly ToolCall[];
  /** How often the model asked for one of them. */
  asked: number;
}

/** What runs at a moment. */
export type RunningTools = readonly { readonly round: Round; readonly asked: number }[];

export interface ToolCallsListener {
  onDone(result: ToolsResult): void;
  /** Asked when everything else of a round has run. */
  mayHangUp(round: object): boolean;
}

const argumentsSchema = z.record(z.string(), z.unknown());
const INVALID = { error: 'invalid-arguments' } as const;
const UNDER_WAY = { status: 'already under way, its result follows' } as const;

/** Runs what the model asks for, the calls of a response side by side. */
export class ToolCalls {
  readonly #context: CallContext;
  readonly #listener: ToolCallsListener;
  readonly #seen = new RecentMap<true>();
  readonly #running = new Set<Round>();
  readonly #ended = new AbortController();

  constructor(context: CallContext, listener: ToolCallsListener) {
    this.#context = context;
    this.#listener = listener;
  }

  get running(): boolean {
    return this.#running.size > 0;
  }

  /** What runs at this moment. */
  get underWay(): RunningTools {
    return [...this.#running].map((round) => ({ round, asked: round.asked }));
  }

  /** @returns whether any of them was not asked for before */
  run(session: number, calls: readonly RealtimeToolCall[]): boolean {
    const fresh = calls.filter(({ callId }) => !this.#seen.has(callId));
    const byId = new Map(fresh.map((call) => [call.callId, call]));
    if (byId.size === 0) return false;
    for (const callId of byId.keys()) this.#seen.set(callId, true);
    void this.#run(session, [...byId.values()]);
    return true;
  }

  /**
   * Gives up what workflows do; what the call itself does has an effect, and a result.
   * @param given what ran at a moment, but for what the model asked for again since then
   * @returns the rounds of which nobody wants to hear any more, also those that are over
   */
  cancel(given: RunningTools = this.underWay): object[] {
    const unwanted = given.filter(({ round, asked }) => round.asked === asked);
    for (const { round } of unwanted) round.abort.abort();
    return unwanted.map(({ round }) => round).filter((round) => this.#isGivenUp(round));
  }

  /** Nobody waits for anything any more. */
  close(): void {
    this.cancel();
    this.#ended.abort();
  }

  async #run(session: number, asked: readonly RealtimeToolCall[]): Promise<void> {
    const results = new Map<string, unknown>();
    const round: Round = {
      abort: new AbortController(),
      calls: this.#toRun(asked, results),
      asked: 1,
    };
    this.#running.add(round);
    const closes = await this.#finish(round, results);
    this.#running.delete(round);
    const resultOf = (id: string) => (results.has(id) ? results.get(id) : { error: 'failed' });
    this.#remember(round.calls, resultOf);
    const items = asked.map((call): ToolItem => ({
      role: 'tool',
      callId: call.callId,
      name: call.name,
      arguments: call.arguments,
      result: JSON.stringify(resultOf(call.callId)) ?? 'null',
    }));
    const isNews = asked.some(({ callId }) => resultOf(callId) !== UNDER_WAY);
    const awaitsAnswer = isNews && !this.#isGivenUp(round);
    this.#listener.onDone({ round, session, items, closes, awaitsAnswer });
  }

  /** A round in which the call itself did something is told all the same: that has taken effect. */
  #isGivenUp({ abort, calls }: Round): boolean {
    const { builtIn } = this.#context;
    const hasEffect = ({ name }: ToolCall) =>
      builtIn.has(name) && builtIn.closingOf(name) !== 'agent-hung-up';
    return abort.signal.aborted && !calls.some(hasEffect);
  }

  /** @param results gets those of what need not be run */
  #toRun(asked: readonly RealtimeToolCall[], results: Map<string, unknown>): ToolCall[] {
    const calls: ToolCall[] = [];
    for (const call of asked) {
      const given = parsed(call.arguments);
      if (!given) results.set(call.callId, this.#refuse(call));
      else if (this.#joins(call.name, given)) results.set(call.callId, UNDER_WAY);
      else calls.push({ id: call.callId, name: call.name, arguments: given });
    }
    return calls;
  }

  async #finish(round: Round, results: Map<string, unknown>) {
    const { abort, calls } = round;
    try {
      return await runToolRound(this.#context, {
        calls,
        results,
        signal: abort.signal,
        ended: this.#ended.signal,
        mayHangUp: () => this.#listener.mayHangUp(round),
      });
    } catch (err) {
      // A fault of ours: the model has to put it into words, as it does with any other failure.
      this.#context.logger.error({ err }, 'a tool round failed');
      return undefined;
    }
  }

  #remember(calls: readonly ToolCall[], resultOf: (id: string) => unknown): void {
    if (calls.length === 0) return;
    this.#context.dialogue.add([
      { role: 'agent', text: '', toolCalls: calls },
      ...calls.map(({ id, name }) => ({
        role: 'tool' as const,
        callId: id,
        name,
        result: resultOf(id),
      })),
    ]);
  }

  /** A model that is spoken to meanwhile may ask for the same once more: it must not be done twice. */
  #joins(name: string, given: Record<string, unknown>): boolean {
    const written = JSON.stringify(given);
    const isSame = (call: ToolCall) =>
      call.name === name && JSON.stringify(call.arguments) === written;
    for (const round of this.#running) {
      if (round.abort.signal.aborted || !round.calls.some(isSame)) continue;
      round.asked += 1;
      return true;
    }
    return false;
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
