import { median, percentile } from '../statistics.ts';
import { number } from '../table.ts';
import { findingsOf, joinFindings, type Findings } from './findings.ts';
import type { MemoryReading } from './probe-commands.ts';
import type { BridgeName } from './options.ts';
import type { RoundResult } from './round.ts';

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
  rounds: readonly RoundResult[],
  warm: MemoryReading,
): LoadFigures {
  const calls = rounds[0]?.calls ?? 0;
  const middle = (of: (round: RoundResult) => number) => median(rounds.map(of)) ?? 0;
  const ofWindow = (cpuMs: number, { window }: RoundResult) =>
    cpuMs / (window.toMs - window.fromMs);
  // A process gives memory back long after it was freed.
  const leastResidentBytes = Math.min(
    warm.residentBytes,
    ...rounds.map(({ memoryBefore }) => memoryBefore.residentBytes),
  );
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
    residentKbPerCall: perCall(
      middle(({ memoryDuring }) => memoryDuring.residentBytes) - leastResidentBytes,
    ),
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

export const LOAD_HEADINGS = [
  'calls',
  'bridge',
  'CPU ms/s',
  'of relay',
  'thread ms/s',
  'of relay',
  'live KB',
  'RSS KB',
  'caller→model ms',
  'model→phone ms',
  'clear ms',
  'no clear',
  'lost',
  'order',
  'bridge %',
  'phones %',
  'model %',
  'late ms',
  'failed',
] as const;

export const LOAD_LEGEND = `Three figures are median / 95th / 99th percentile, two are median / 95th.
  CPU ms/s       CPU of the bridge for each second of each call, without what it uses when idle
  thread ms/s    of it: the thread that carries the audio; the rest is the embedded database's
  of relay       the same, in that of the bare relay at the same number of calls
  live KB        growth of what is in use after garbage collection, per call
  RSS KB         growth of the resident memory since the bridge was warm, per call
  caller→model   a frame into the bridge's socket -> the same frame at the model
  model→phone    a piece of audio at the model -> its first byte at the phone's socket
  clear          the model says that the caller speaks -> clear at the phone's socket
  no clear       times that the caller spoke over the agent and it was not cleared
  lost           frames of the caller that never came to the model, of those sent; the model's
                 handshake takes 500 ms
  order          frames that came out of order or twice
  bridge %, phones %, model %   share of one core; the machine has two
  late ms        95th percentile of how late the phones sent their frames: the load's own doing
  failed         calls that broke`;

/** @param relay the bare relay at the same number of calls */
export function loadRow(figures: LoadFigures, relay: LoadFigures | undefined): string[] {
  const { findings } = figures;
  return [
    String(figures.calls),
    figures.bridge,
    number(figures.cpuMsPerCallSecond, 2),
    relay ? number(figures.cpuMsPerCallSecond / relay.cpuMsPerCallSecond, 2) : '–',
    number(figures.mainThreadMsPerCallSecond, 2),
    relay ? number(figures.mainThreadMsPerCallSecond / relay.mainThreadMsPerCallSecond, 2) : '–',
    number(figures.liveKbPerCall),
    number(figures.residentKbPerCall),
    spread(findings.upMs, [0.5, 0.95, 0.99]),
    spread(findings.downMs, [0.5, 0.95, 0.99]),
    spread(findings.clearMs, [0.5, 0.95]),
    String(findings.clearsMissing),
    `${findings.framesLost}/${findings.framesSent}`,
    String(findings.framesOutOfOrder + findings.framesDoubled),
    number(figures.bridgeShare * 100),
    number(figures.loadShare * 100),
    number(figures.modelShare * 100),
    number(figures.paceP95Ms, 1),
    String(findings.failures.length),
  ];
}

export function spread(values: readonly number[], shares: readonly number[]): string {
  return shares.map((share) => number(percentile(values, share), 1)).join(' / ');
}
