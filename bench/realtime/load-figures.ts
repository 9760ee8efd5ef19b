import { median } from '../statistics.ts';
import { findingsOf, joinFindings, type Findings } from './findings.ts';
import type { MemoryReading } from './probe-commands.ts';
import type { BridgeName } from './options.ts';
import type { LoadRound } from './load-round.ts';
import type { LoopDelay } from './loop-delay.ts';

/** What one bridge has shown at one number of calls, over all rounds. */
export interface LoadFigures {
  readonly bridge: BridgeName;
  readonly calls: number;
  /** For each second of each call, in ms. */
  readonly cpuMsPerCallSecond: number;
  /** Of it: the thread that carries the audio; the rest is the embedded database's, and V8's own. */
  readonly mainThreadMsPerCallSecond: number;
  /** Growth of what is in use, per call, in KB; undefined for too few calls to tell. */
  readonly liveKbPerCall: number | undefined;
  /** Growth of the resident memory since the bridge was warm, per call, in KB. */
  readonly residentKbPerCall: number | undefined;
  /** With all the calls, after garbage collection. */
  readonly residentBytes: number;
  readonly loopDelay: LoopDelay;
  readonly findings: Findings;
  /** Share of one core that phones and model took. */
  readonly loadShare: number;
  readonly modelShare: number;
  readonly bridgeShare: number;
  /** How late the phones' frames were, in ms. */
  readonly paceP95Ms: number;
  readonly lateShare: number;
}

/** Below it, what a process keeps for itself hides what a call takes. */
const CALLS_FOR_MEMORY = 10;
/** More late frames than this, and it is the load that is measured. */
const MOST_LATE_SHARE = 0.01;

/** @param warm the bridge's memory before its first measured round */
export function figuresOf(
  bridge: BridgeName,
  rounds: readonly LoadRound[],
  warm: MemoryReading,
): LoadFigures {
  const calls = rounds[0]?.calls ?? 0;
  const middle = (of: (round: LoadRound) => number) => median(rounds.map(of)) ?? 0;
  const ofWindow = (cpuMs: number, { window }: LoadRound) => cpuMs / (window.toMs - window.fromMs);
  // A process gives memory back long after it was freed.
  const leastResidentBytes = Math.min(
    warm.residentBytes,
    ...rounds.map(({ memoryBefore }) => memoryBefore.residentBytes),
  );
  const residentBytes = middle(({ memoryDuring }) => memoryDuring.residentBytes);
  const perCall = (bytes: number) => (calls < CALLS_FOR_MEMORY ? undefined : bytes / 1024 / calls);
  return {
    bridge,
    calls,
    cpuMsPerCallSecond: middle((round) => (ofWindow(round.bridgeCpuMs, round) * 1000) / calls),
    mainThreadMsPerCallSecond: middle(
      (round) => (ofWindow(round.mainThreadCpuMs, round) * 1000) / calls,
    ),
    liveKbPerCall: perCall(
      middle(({ memoryDuring, memoryBefore }) => memoryDuring.liveBytes - memoryBefore.liveBytes),
    ),
    residentKbPerCall: perCall(residentBytes - leastResidentBytes),
    residentBytes,
    loopDelay: {
      p50Ms: middle(({ loopDelay }) => loopDelay.p50Ms),
      p95Ms: middle(({ loopDelay }) => loopDelay.p95Ms),
      p99Ms: middle(({ loopDelay }) => loopDelay.p99Ms),
    },
    findings: joinFindings(
      rounds.map(({ phones, sessions, window }) => findingsOf(phones, sessions, window)),
    ),
    loadShare: middle((round) => ofWindow(round.loadCpuMs, round)),
    modelShare: middle((round) => ofWindow(round.modelCpuMs, round)),
    bridgeShare: middle((round) => ofWindow(round.bridgeCpuMs, round)),
    paceP95Ms: middle(({ pace }) => pace.p95Ms),
    lateShare: middle(({ pace }) => pace.lateShare),
  };
}

/** Whether the phones kept their own 20 ms. */
export function keptPace({ lateShare }: LoadFigures): boolean {
  return lateShare <= MOST_LATE_SHARE;
}
