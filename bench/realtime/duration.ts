import { loadRoundTakesMs } from './load-round.ts';
import { isMeasuredAt } from './measure-load.ts';
import { memoryPlan } from './measure-memory.ts';
import { truncates, type RealtimeBenchOptions } from './options.ts';
import { loadPlan, truncationPlan } from './plans.ts';
import { callsTakeMs } from './round.ts';
import { truncationCases } from './truncation-figures.ts';
import { warmUpPlan } from './warm-up.ts';

/** What a whole run takes when nothing is late, without the start of the processes, in ms. */
export function runTakesMs(options: RealtimeBenchOptions): number {
  const warmUpMs = options.bridges.length * callsTakeMs(warmUpPlan(options.warmUpSeconds));
  const loadMs = options.parts.includes('load') ? loadTakesMs(options) : 0;
  const memoryMs = options.parts.includes('memory') ? memoryTakesMs(options) : 0;
  const truncationMs = options.parts.includes('truncation') ? truncationTakesMs(options) : 0;
  return warmUpMs + loadMs + memoryMs + truncationMs;
}

function loadTakesMs(options: RealtimeBenchOptions): number {
  const { calls, callsWithoutPeer, bridges, rounds, seconds } = options;
  const each = [...calls, ...callsWithoutPeer].map((many) => {
    const measured = bridges.filter((bridge) => isMeasuredAt(many, bridge, options));
    return rounds * measured.length * loadRoundTakesMs(loadPlan(many, seconds));
  });
  return sum(each);
}

function memoryTakesMs(options: RealtimeBenchOptions): number {
  const each = options.calls.map((many) => {
    const measured = options.bridges.filter((bridge) => isMeasuredAt(many, bridge, options));
    return measured.length * callsTakeMs(memoryPlan(many));
  });
  return sum(each);
}

function truncationTakesMs(options: RealtimeBenchOptions): number {
  const able = options.bridges.filter(truncates);
  const cases = truncationCases(options.deltasMs);
  return sum(cases.map((each) => able.length * callsTakeMs(truncationPlan(each, options))));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
