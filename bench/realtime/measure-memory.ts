import { setTimeout } from 'node:timers/promises';
import type { Bridge } from './bridges.ts';
import { isMeasuredAt } from './measure-load.ts';
import type { MemoryFigures } from './memory-figures.ts';
import type { RealtimeBenchOptions } from './options.ts';
import { keptPace } from './pace.ts';
import { loadPlan, type CallsPlan } from './plans.ts';
import { endCalls, placeCalls, prepareCalls, type Stage } from './round.ts';

/** Calls talk so long before memory is read, in s. */
const SECONDS = 10;

/** What one bridge takes at one number of calls. */
export function memoryPlan(calls: number): CallsPlan {
  return loadPlan(calls, SECONDS);
}

/** First at rest, then with calls. */
export async function measureMemory(
  stage: Stage,
  bridges: readonly Bridge[],
  options: RealtimeBenchOptions,
  tell: (words: string) => void,
): Promise<MemoryFigures[]> {
  const figures: MemoryFigures[] = [];
  for (const { name, probe } of bridges) {
    const reading = await probe.ask('memory', undefined);
    figures.push({ bridge: name, calls: 0, lateShare: 0, ...reading });
  }
  const exhausted = new Set<Bridge>();
  for (const calls of options.calls) {
    for (const bridge of bridges) {
      if (exhausted.has(bridge) || !isMeasuredAt(calls, bridge.name, options)) continue;
      tell(`memory at ${calls} calls, ${bridge.name}`);
      const read = await memoryWith(stage, bridge, memoryPlan(calls));
      figures.push(read);
      if (!keptPace(read) && !options.keepGoing) exhausted.add(bridge);
    }
  }
  return figures;
}

async function memoryWith(stage: Stage, bridge: Bridge, plan: CallsPlan): Promise<MemoryFigures> {
  await placeCalls(stage, await prepareCalls(stage, bridge, plan), plan);
  await stage.load.ask('reset', undefined);
  await setTimeout(plan.seconds * 1000);
  const { lateShare } = await stage.load.ask('pace', undefined);
  const reading = await bridge.probe.ask('memory', undefined);
  await endCalls(stage);
  return { bridge: bridge.name, calls: plan.calls, lateShare, ...reading };
}
