import type { BuiltInTool } from '../../agents/contract.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type { ToolCall } from '../../llm/contract.ts';
import type { ClaimedSession, ToolOutcome, ToolRunner } from '../ports.ts';
import type { ToolRound } from './model-steps.ts';

export interface ToolRoundDeps {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly session: ClaimedSession;
  readonly runner: ToolRunner;
  readonly builtIn: readonly BuiltInTool[];
  /** Wall clock, ms. */
  readonly onToolRan: (ran: {
    name: string;
    result: unknown;
    startedAtMs: number;
    endedAtMs: number;
  }) => void;
}

/** Runs the calls of one step side by side. Never rejects: a failed tool is a result too. */
export async function runToolRound(
  deps: ToolRoundDeps,
  calls: readonly ToolCall[],
  signal: AbortSignal,
): Promise<ToolRound> {
  const ends = (call: ToolCall) =>
    deps.builtIn.some((tool) => tool.action === 'end-call' && tool.definition.name === call.name);
  const ran = await Promise.all(
    calls.map(async (call): Promise<readonly [string, unknown]> => [
      call.id,
      ends(call) ? { ok: true } : await runOne(deps, call, signal),
    ]),
  );
  return { results: new Map(ran), endsCall: calls.some(ends) };
}

/**
 * An abort is an outcome at once and in the same moment: what was under way when a caller hung up
 * is still recorded, and a runner that is slow to notice does not hold the conversation.
 */
function runOne(deps: ToolRoundDeps, call: ToolCall, signal: AbortSignal): Promise<unknown> {
  const { clock, metrics, session } = deps;
  const startedAtMs = clock.nowMs();
  const startedMs = clock.monotonicMs();
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (outcome: ToolOutcome) => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', onAbort);
      const labels = { outcome: outcome.ok ? 'ok' : outcome.reason };
      metrics.count('tool_calls', labels);
      metrics.observeMs('tool_duration', clock.monotonicMs() - startedMs, labels);
      const result = outcome.ok ? outcome.result : { error: outcome.reason };
      deps.onToolRan({ name: call.name, result, startedAtMs, endedAtMs: clock.nowMs() });
      resolve(result);
    };
    const onAbort = () => settle({ ok: false, reason: 'cancelled' });
    signal.addEventListener('abort', onAbort, { once: true });
    deps.runner.run({ session, call }, signal).then(settle, reject);
  });
}
