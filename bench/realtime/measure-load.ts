import { join } from 'node:path';
import type { Bridge } from './bridges.ts';
import { figuresOf, type LoadFigures } from './load-figures.ts';
import { runLoadRound, type LoadRound } from './load-round.ts';
import type { BridgeName, RealtimeBenchOptions } from './options.ts';
import { keptPace } from './pace.ts';
import { loadPlan } from './plans.ts';
import type { Stage } from './round.ts';

export interface LoadMeasurement {
  readonly figures: readonly LoadFigures[];
  /** Files of CPU profiles. */
  readonly profiles: readonly string[];
}

export async function measureLoad(
  stage: Stage,
  bridges: readonly Bridge[],
  options: RealtimeBenchOptions,
  tell: (words: string) => void,
): Promise<LoadMeasurement> {
  const figures: LoadFigures[] = [];
  const profiles: string[] = [];
  const exhausted = new Set<Bridge>();
  for (const calls of [...options.calls, ...options.callsWithoutPeer]) {
    const results = new Map<Bridge, LoadRound[]>();
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const bridge of bridges) {
        if (exhausted.has(bridge) || !isMeasuredAt(calls, bridge.name, options)) continue;
        tell(`${calls} calls, ${bridge.name}, round ${round} of ${options.rounds}`);
        const file =
          options.profile && join(options.profile, `${bridge.name}-${calls}-${round}.cpuprofile`);
        const plan = loadPlan(calls, options.seconds);
        const result = await runLoadRound(stage, bridge, plan, file);
        if (file !== undefined) profiles.push(file);
        results.set(bridge, [...(results.get(bridge) ?? []), result]);
      }
    }
    for (const [bridge, rounds] of results) {
      const shown = figuresOf(bridge.name, rounds);
      figures.push(shown);
      if (!keptPace(shown) && !options.keepGoing) exhausted.add(bridge);
    }
  }
  return { figures, profiles };
}

/** Whether a bridge is to carry so many calls. */
export function isMeasuredAt(
  calls: number,
  bridge: BridgeName,
  { calls: ofAll }: RealtimeBenchOptions,
): boolean {
  return bridge !== 'agents' || ofAll.includes(calls);
}
