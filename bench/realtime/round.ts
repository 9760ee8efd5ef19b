import { setTimeout } from 'node:timers/promises';
import type { Bridge } from './bridges.ts';
import type { CallerScriptOptions } from './caller-script.ts';
import { sharedNowMs } from './clock.ts';
import type { Worker } from './commands.ts';
import type { LineConditions } from './delay-line.ts';
import type { LoadCommands, Pace } from './load-commands.ts';
import type { ModelCommands } from './model-commands.ts';
import type { ModelOptions } from './model-session.ts';
import type { CpuReading, MemoryReading } from './probe-commands.ts';
import type { ModelReport, PhoneReport } from './reports.ts';

export interface RoundPlan {
  readonly calls: number;
  readonly seconds: number;
  readonly model: ModelOptions;
  /** What the model's handshake takes, in ms. */
  readonly connectDelayMs: number;
  readonly script: CallerScriptOptions;
  readonly network: LineConditions;
  /** Where to write a CPU profile of the bridge. */
  readonly profileFile?: string;
}

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What one bridge has shown at one number of calls. */
export interface RoundResult {
  readonly calls: number;
  readonly window: Window;
  /** CPU time within the window, in ms; the bridge's without what it uses when idle. */
  readonly bridgeCpuMs: number;
  /** Of it: the thread that carries the audio. */
  readonly mainThreadCpuMs: number;
  readonly loadCpuMs: number;
  readonly modelCpuMs: number;
  readonly memoryBefore: MemoryReading;
  readonly memoryDuring: MemoryReading;
  readonly pace: Pace;
  readonly phones: readonly PhoneReport[];
  readonly sessions: readonly ModelReport[];
}

export interface Stage {
  readonly load: Worker<LoadCommands>;
  readonly model: Worker<ModelCommands>;
}

const IDLE_MS = 1500;
/** From the last call's first frame to the measurement: connecting, first words, first answer. */
const SETTLE_MS = 6000;
const OPEN_TIMEOUT_MS = 60_000;
/** The whole number of calls is there after so long, or after 10 ms for each where that is longer. */
const ARRIVAL_MS = 1000;
const AFTERMATH_MS = 1000;

export async function runRound(
  { load, model }: Stage,
  bridge: Bridge,
  plan: RoundPlan,
): Promise<RoundResult> {
  const { calls, script, network } = plan;
  await model.ask('configure', { options: plan.model, connectDelayMs: plan.connectDelayMs });
  const addresses = await bridge.prepare(calls);
  const memoryBefore = await bridge.probe.ask('memory', undefined);
  const idleCpuMs = await bridge.probe.ask('cpu', undefined);
  await setTimeout(IDLE_MS);
  const idle = difference(await bridge.probe.ask('cpu', undefined), idleCpuMs);

  const spacingMs = Math.max(10, Math.floor(ARRIVAL_MS / calls));
  await load.ask('start', { calls: addresses, script, network, spacingMs });
  await allOpen(load, calls);
  await setTimeout(SETTLE_MS);

  if (plan.profileFile !== undefined) await bridge.probe.ask('startProfile', undefined);
  await load.ask('reset', undefined);
  const before = await readings({ load, model }, bridge);
  const fromMs = sharedNowMs();
  await setTimeout(plan.seconds * 1000);
  const after = await readings({ load, model }, bridge);
  const toMs = sharedNowMs();
  const used = difference(after.bridge, before.bridge);
  const pace = await load.ask('pace', undefined);
  if (plan.profileFile !== undefined) await bridge.probe.ask('stopProfile', plan.profileFile);
  const memoryDuring = await bridge.probe.ask('memory', undefined);

  const phones = await load.ask('stop', undefined);
  await setTimeout(AFTERMATH_MS);
  const sessions = await model.ask('reports', undefined);
  return {
    calls,
    window: { fromMs, toMs },
    bridgeCpuMs: used.processMs - (idle.processMs * (toMs - fromMs)) / IDLE_MS,
    mainThreadCpuMs: used.mainThreadMs - (idle.mainThreadMs * (toMs - fromMs)) / IDLE_MS,
    loadCpuMs: after.load - before.load,
    modelCpuMs: after.model - before.model,
    memoryBefore,
    memoryDuring,
    pace,
    phones,
    sessions,
  };
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

async function allOpen(load: Worker<LoadCommands>, calls: number): Promise<void> {
  const deadline = AbortSignal.timeout(OPEN_TIMEOUT_MS);
  for (;;) {
    const open = await load.ask('open', undefined);
    if (open === calls) return;
    if (deadline.aborted) throw new Error(`only ${open} of ${calls} calls have connected`);
    await setTimeout(100);
  }
}
