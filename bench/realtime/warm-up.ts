import type { Bridge } from './bridges.ts';
import { findingsOf } from './findings.ts';
import { loadPlan, type CallsPlan } from './plans.ts';
import { runCalls, type Stage } from './round.ts';

/** With them V8 compiles what runs all the time, also what runs a few times in a turn. */
const CALLS = 60;

export function warmUpPlan(seconds: number): CallsPlan {
  return loadPlan(CALLS, seconds);
}

/**
 * Code is compiled and connections are opened in calls that do not count.
 * @throws when they fail: there is nothing to measure then
 */
export async function warmUp(stage: Stage, bridge: Bridge, seconds: number): Promise<void> {
  const { phones, sessions, window } = await runCalls(stage, bridge, warmUpPlan(seconds));
  const { failures, upMs, downMs } = findingsOf(phones, sessions, window);
  if (upMs.length === 0 || downMs.length === 0 || failures.length > 0) {
    const reasons = [...new Set(failures), ...bridge.complaints.keys()];
    throw new Error([`${bridge.name}: ${CALLS} calls already fail`, ...reasons].join('\n'));
  }
}
