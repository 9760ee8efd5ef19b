import { setTimeout } from 'node:timers/promises';
import type { Bridge } from './bridges.ts';
import { sharedNowMs } from './clock.ts';
import type { Worker } from './commands.ts';
import type { LoadCommands } from './load-commands.ts';
import type { ModelCommands } from './model-commands.ts';
import type { CallsPlan } from './plans.ts';
import type { CallAddress, ModelReport, PhoneReport } from './reports.ts';

/** The processes at both ends of a bridge. */
export interface Stage {
  readonly load: Worker<LoadCommands>;
  readonly model: Worker<ModelCommands>;
}

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What both ends tell about the calls of a round. */
export interface CallReports {
  readonly phones: readonly PhoneReport[];
  readonly sessions: readonly ModelReport[];
}

const OPEN_TIMEOUT_MS = 60_000;
/** The whole number of calls is there after so long, or after 10 ms for each where that is longer. */
const ARRIVAL_MS = 1000;
const LEAST_SPACING_MS = 10;
/** What was on its way at the end comes to both ends. */
const AFTERMATH_MS = 1000;

/** @returns where the calls of this round connect to */
export async function prepareCalls(
  { model }: Stage,
  bridge: Bridge,
  plan: CallsPlan,
): Promise<CallAddress[]> {
  await model.ask('configure', { options: plan.model, connectDelayMs: plan.connectDelayMs });
  return bridge.prepare(plan.calls);
}

/** @returns when all of them talk, and have settled */
export async function placeCalls(
  { load }: Stage,
  addresses: readonly CallAddress[],
  { calls, settleMs, script, network }: CallsPlan,
): Promise<void> {
  const spacingMs = Math.max(LEAST_SPACING_MS, Math.floor(ARRIVAL_MS / calls));
  await load.ask('start', { calls: addresses, script, network, spacingMs });
  await allOpen(load, calls);
  await setTimeout(settleMs);
}

export async function endCalls({ load, model }: Stage): Promise<CallReports> {
  const phones = await load.ask('stop', undefined);
  await setTimeout(AFTERMATH_MS);
  return { phones, sessions: await model.ask('reports', undefined) };
}

/** A round in which nothing but the calls themselves is watched. */
export async function runCalls(
  stage: Stage,
  bridge: Bridge,
  plan: CallsPlan,
): Promise<CallReports & { readonly window: Window }> {
  await placeCalls(stage, await prepareCalls(stage, bridge, plan), plan);
  const fromMs = sharedNowMs();
  await setTimeout(plan.seconds * 1000);
  const toMs = sharedNowMs();
  return { ...(await endCalls(stage)), window: { fromMs, toMs } };
}

/** What `runCalls` takes when nothing is late, in ms. */
export function callsTakeMs({ calls, settleMs, seconds }: CallsPlan): number {
  const arrivalMs = Math.max(ARRIVAL_MS, calls * LEAST_SPACING_MS);
  return arrivalMs + settleMs + seconds * 1000 + AFTERMATH_MS;
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
