import { join } from 'node:path';
import type { Bridge } from './bridges.ts';
import { figuresOf, type LoadFigures } from './load-figures.ts';
import { runLoadRound, type LoadRound } from './load-round.ts';
import type { BridgeName, RealtimeBenchOptions } from './options.ts';
import { keptPace } from './pace.ts';
import { loadPlan } from './plans.ts';
import type { Stage } from './round.ts';

/**
 * How often a round is done, when the phones were late in it. A shared machine disturbs one round, and
 * too many calls disturb all of them.
 */
const MOST_ATTEMPTS = 3;

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
    const disturbed = new Map<Bridge, LoadRound[]>();
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const bridge of bridges) {
        if (exhausted.has(bridge) || !isMeasuredAt(calls, bridge.name, options)) continue;
        tell(`${calls} calls, ${bridge.name}, round ${round} of ${options.rounds}`);
        const file =
          options.profile && join(options.profile, `${bridge.name}-${calls}-${round}.cpuprofile`);
        const plan = loadPlan(calls, options.seconds);
        const attempts: LoadRound[] = [];
        do attempts.push(await runLoadRound(stage, bridge, plan, file));
        while (!options.keepGoing && !keptPaceIn(attempts) && attempts.length < MOST_ATTEMPTS);
        if (file !== undefined) profiles.push(file);
        add(results, bridge, attempts.slice(-1));
        add(disturbed, bridge, attempts.slice(0, -1));
      }
    }
    for (const [bridge, rounds] of results) {
      const shown = figuresOf(bridge.name, rounds, disturbed.get(bridge));
      figures.push(shown);
      if (!keptPace(shown) && !options.keepGoing) exhausted.add(bridge);
    }
  }
  return { figures, profiles };
}

function keptPaceIn(attempts: readonly LoadRound[]): boolean {
  return attempts.some(({ pace }) => keptPace(pace));
}

function add(rounds: Map<Bridge, LoadRound[]>, bridge: Bridge, more: readonly LoadRound[]): void {
  rounds.set(bridge, [...(rounds.get(bridge) ?? []), ...more]);
}

/** Whether a bridge is to carry so many calls. */
export function isMeasuredAt(
  calls: number,
  bridge: BridgeName,
  { calls: ofAll }: RealtimeBenchOptions,
): boolean {
  return bridge !== 'agents' || ofAll.includes(calls);
}
