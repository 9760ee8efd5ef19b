import type { Clock } from '../kernel/clock.ts';
import type { Metrics } from '../kernel/metrics.ts';
import type { ToolCall } from '../llm/contract.ts';
import type { BuiltInTools, Closing } from './built-in-tools.ts';
import type { ClaimedSession, ToolOutcome, ToolRunner } from './ports.ts';
import type { TurnLog } from './turn-log.ts';

/** A call's context has all of these. */
export interface ToolRoundDeps {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly session: ClaimedSession;
  /** Those that workflows offer. */
  readonly tools: ToolRunner;
  readonly builtIn: BuiltInTools;
  readonly log: Pick<TurnLog, 'toolRan'>;
}

export interface ToolRound {
  readonly calls: readonly ToolCall[];
  /** Gets what the model is told of each call, by its id, in the moment in which that is known. */
  readonly results: Map<string, unknown>;
  /** Gives the calls up; a built-in one that has begun cannot be taken back, and goes on. */
  readonly signal: AbortSignal;
  /** Nobody waits any more, not even for a built-in one. @defaultValue the signal */
  readonly ended?: AbortSignal;
  /** Asked when all the others have run. @defaultValue as long as they are not given up */
  readonly mayHangUp?: () => boolean;
}

/**
 * Runs the calls of one step side by side. Never rejects: a failed tool is a result too.
 * @returns how the call ends, once the agent's words were heard; the model is not asked again then
 */
export async function runToolRound(
  deps: ToolRoundDeps,
  { calls, results, signal, ended = signal, mayHangUp }: ToolRound,
): Promise<Closing | undefined> {
  const { builtIn } = deps;
  const isHangUp = ({ name }: ToolCall) => builtIn.closingOf(name) === 'agent-hung-up';
  await Promise.all(
    calls
      .filter((call) => !isHangUp(call))
      .map((call) =>
        runOne(deps, call, { signal, ended }, (result) => results.set(call.id, result)),
      ),
  );
  // The end of the call is told by its record, and nothing can go wrong about it but that it is late.
  const hangsUp = !signal.aborted && (mayHangUp?.() ?? true);
  for (const { id } of calls.filter(isHangUp)) {
    results.set(id, hangsUp ? { ok: true } : { error: 'cancelled' });
  }
  const closings = calls
    .filter(({ id }) => !hasFailed(results.get(id)))
    .map(({ name }) => builtIn.closingOf(name));
  // Who is to be connected is not hung up on.
  return closings.includes('transferred') ? 'transferred' : closings.find(Boolean);
}

/**
 * An abort is an outcome at once and in the same moment: what was under way when a caller hung up
 * is still recorded, and a runner that is slow to notice does not hold the conversation.
 */
function runOne(
  deps: ToolRoundDeps,
  call: ToolCall,
  { signal, ended }: Required<Pick<ToolRound, 'signal' | 'ended'>>,
  onResult: (result: unknown) => void,
): Promise<void> {
  const { builtIn, clock, metrics, session, tools } = deps;
  const isBuiltIn = builtIn.has(call.name);
  const givenUp = isBuiltIn ? ended : signal;
  const startedAtMs = clock.nowMs();
  const startedMs = clock.monotonicMs();
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (outcome: ToolOutcome) => {
      if (settled) return;
      settled = true;
      givenUp.removeEventListener('abort', onAbort);
      const labels = { outcome: outcome.ok ? 'ok' : outcome.reason };
      metrics.count('tool_calls', labels);
      metrics.observeMs('tool_duration', clock.monotonicMs() - startedMs, labels);
      const result = outcome.ok ? outcome.result : { error: outcome.reason };
      deps.log.toolRan({ name: call.name, result, startedAtMs, endedAtMs: clock.nowMs() });
      onResult(result);
      resolve();
    };
    // What a built-in tool has begun takes effect: only how is not known in time.
    const onAbort = () => settle({ ok: false, reason: isBuiltIn ? 'late' : 'cancelled' });
    if (signal.aborted) return settle({ ok: false, reason: 'cancelled' });
    givenUp.addEventListener('abort', onAbort, { once: true });
    const running = isBuiltIn ? builtIn.run(call) : tools.run({ session, call }, signal);
    running.then(settle, reject);
  });
}

function hasFailed(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'error' in result;
}
