import { setTimeout } from 'node:timers/promises';
import type { Bridge } from './bridges.ts';
import { sharedNowMs } from './clock.ts';
import type { Pace } from './load-commands.ts';
import type { LoopDelay } from './loop-delay.ts';
import type { CallsPlan } from './plans.ts';
import type { CpuReading } from './probe-commands.ts';
import {
  callsTakeMs,
  endCalls,
  placeCalls,
  prepareCalls,
  type CallReports,
  type Stage,
  type Window,
} from './round.ts';

/** What one bridge has shown at one number of calls. */
export interface LoadRound extends CallReports {
  readonly calls: number;
  readonly window: Window;
  /** CPU time within the window, in ms; the bridge's without what it uses when idle. */
  readonly bridgeCpuMs: number;
  /** Of it: the thread that carries the audio. */
  readonly mainThreadCpuMs: number;
  readonly loadCpuMs: number;
  readonly modelCpuMs: number;
  /** Of the bridge, after the window, while the same calls go on. */
  readonly loopDelay: LoopDelay;
  readonly pace: Pace;
}

const IDLE_MS = 1500;
const LOOP_DELAY_MS = 5000;

/** @param profileFile where to write a CPU profile of the bridge */
export async function runLoadRound(
  stage: Stage,
  bridge: Bridge,
  plan: CallsPlan,
  profileFile: string | undefined,
): Promise<LoadRound> {
  const addresses = await prepareCalls(stage, bridge, plan);
  const idle = await idleCpu(bridge);
  await placeCalls(stage, addresses, plan);
  const used = await profiled(bridge, profileFile, () => cpuOfWindow(stage, bridge, plan.seconds));
  // It costs what would else be in the window's figures.
  const loopDelay = await loopDelayOf(bridge);
  const idleShares = (used.window.toMs - used.window.fromMs) / IDLE_MS;
  return {
    calls: plan.calls,
    window: used.window,
    bridgeCpuMs: used.bridge.processMs - idle.processMs * idleShares,
    mainThreadCpuMs: used.bridge.mainThreadMs - idle.mainThreadMs * idleShares,
    loadCpuMs: used.loadMs,
    modelCpuMs: used.modelMs,
    loopDelay,
    pace: used.pace,
    ...(await endCalls(stage)),
  };
}

/** What a round takes when nothing is late, in ms. */
export function loadRoundTakesMs(plan: CallsPlan): number {
  return IDLE_MS + callsTakeMs(plan) + LOOP_DELAY_MS;
}

async function idleCpu({ probe }: Bridge): Promise<CpuReading> {
  const before = await probe.ask('cpu', undefined);
  await setTimeout(IDLE_MS);
  return difference(await probe.ask('cpu', undefined), before);
}

async function cpuOfWindow(stage: Stage, bridge: Bridge, seconds: number) {
  await stage.load.ask('reset', undefined);
  const before = await readings(stage, bridge);
  const fromMs = sharedNowMs();
  await setTimeout(seconds * 1000);
  const after = await readings(stage, bridge);
  const toMs = sharedNowMs();
  return {
    window: { fromMs, toMs },
    bridge: difference(after.bridge, before.bridge),
    loadMs: after.load - before.load,
    modelMs: after.model - before.model,
    pace: await stage.load.ask('pace', undefined),
  };
}

async function profiled<T>(
  { probe }: Bridge,
  file: string | undefined,
  measure: () => Promise<T>,
): Promise<T> {
  if (file === undefined) return measure();
  await probe.ask('startProfile', undefined);
  const measured = await measure();
  await probe.ask('stopProfile', file);
  return measured;
}

async function loopDelayOf({ probe }: Bridge): Promise<LoopDelay> {
  await probe.ask('startLoopDelay', undefined);
  await setTimeout(LOOP_DELAY_MS);
  return probe.ask('stopLoopDelay', undefined);
}

function difference(after: CpuReading, before: CpuReading): CpuReading {
  return {
    processMs: after.processMs - before.processMs,
    mainThreadMs: after.mainThreadMs - before.mainThreadMs,
  };
}

async function readings({ load, model }: Stage, bridge: Bridge) {
  const [ofBridge, ofLoad, ofModel] = await Promise.all([
    bridge.probe.ask('cpu', undefined),
    load.ask('cpu', undefined),
    model.ask('cpu', undefined),
  ]);
  return { bridge: ofBridge, load: ofLoad, model: ofModel };
}
