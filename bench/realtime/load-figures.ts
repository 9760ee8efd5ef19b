import { median } from '../statistics.ts';
import { findingsOf, joinFindings, type Findings } from './findings.ts';
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
  readonly loopDelay: LoopDelay;
  readonly findings: Findings;
  /** Share of one core that phones and model took. */
  readonly loadShare: number;
  readonly modelShare: number;
  readonly bridgeShare: number;
  /** How late the phones' frames were, in ms. */
  readonly paceP95Ms: number;
  readonly lateShare: number;
  /** Rounds that were done again, because the phones were late in them. */
  readonly disturbed: number;
}

/**
 * @param disturbed rounds that were done again: what they tell of times is the machine's, and what went
 * wrong in them counts all the same
 */
export function figuresOf(
  bridge: BridgeName,
  rounds: readonly LoadRound[],
  disturbed: readonly LoadRound[] = [],
): LoadFigures {
  const calls = rounds[0]?.calls ?? 0;
  const middle = (of: (round: LoadRound) => number) => median(rounds.map(of)) ?? 0;
  const ofWindow = (cpuMs: number, { window }: LoadRound) => cpuMs / (window.toMs - window.fromMs);
  return {
    bridge,
    calls,
    cpuMsPerCallSecond: middle((round) => (ofWindow(round.bridgeCpuMs, round) * 1000) / calls),
    mainThreadMsPerCallSecond: middle(
      (round) => (ofWindow(round.mainThreadCpuMs, round) * 1000) / calls,
    ),
    loopDelay: {
      p50Ms: middle(({ loopDelay }) => loopDelay.p50Ms),
      p95Ms: middle(({ loopDelay }) => loopDelay.p95Ms),
      p99Ms: middle(({ loopDelay }) => loopDelay.p99Ms),
    },
    findings: joinFindings([
      ...rounds.map(findingsOfRound),
      ...disturbed.map((round) => withoutTimes(findingsOfRound(round))),
    ]),
    loadShare: middle((round) => ofWindow(round.loadCpuMs, round)),
    modelShare: middle((round) => ofWindow(round.modelCpuMs, round)),
    bridgeShare: middle((round) => ofWindow(round.bridgeCpuMs, round)),
    paceP95Ms: middle(({ pace }) => pace.p95Ms),
    lateShare: middle(({ pace }) => pace.lateShare),
    disturbed: disturbed.length,
  };
}

function findingsOfRound({ phones, sessions, window }: LoadRound): Findings {
  return findingsOf(phones, sessions, window);
}

function withoutTimes(findings: Findings): Findings {
  return {
    ...findings,
    ...{ upMs: [], quietUpMs: [], downMs: [], clearMs: [], truncationErrorsMs: [] },
  };
}
