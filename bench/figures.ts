import type { CallReport } from './protocol.ts';
import { emptyHistogram, type Histogram, type Scrape } from './prometheus.ts';
import type { ProcessReading } from './process-meter.ts';
import type { CallRecord, TurnDelays } from './sidecar-client.ts';
import { median, percentile } from './statistics.ts';
import { number, pair } from './table.ts';

/** What one round left behind. */
export interface Round {
  readonly calls: number;
  readonly reports: readonly CallReport[];
  readonly records: readonly CallRecord[];
  readonly before: Scrape;
  readonly after: Scrape;
  /** Of the sidecar. */
  readonly idle: ProcessReading;
  readonly end: ProcessReading;
  /** Largest resident memory during the round, in bytes. */
  readonly peakResidentBytes: number;
  /** Worst event-loop delay of the simulator in each second, in ms. */
  readonly simulatorLagsMs: readonly number[];
  /** CPU time of the simulator during the round, in ms. */
  readonly simulatorCpuMs: number;
  /** CPU time of the whole machine during the round, in ms. */
  readonly machineCpuMs: number;
  readonly durationMs: number;
}

export const HEADINGS = [
  'calls',
  'answer ms',
  'wait ms',
  'providers ms',
  'ours ms',
  'as heard ms',
  'clear ms',
  'lost',
  'dry',
  'CPU ms/s',
  'MB/call',
  'lag ms',
  'sim lag ms',
  'CPU busy',
  'failed',
] as const;

export const LEGEND = `Each pair is median / 95th percentile.
  answer     end of the caller's speech -> first frame of the answer sent (turn delays)
  wait       of it: until the turn was taken as ended (turn delays)
  providers  of it: from there to the voice's first byte: model, first sentence, voice (turn delays)
  ours       of it: what the sidecar itself added (voice_own_overhead_ms, interpolated in its buckets)
  as heard   the same as answer, as the telephone heard it
  clear      speech over the agent -> clear, as the telephone network saw it
  lost       frames of the caller that never arrived, per 10,000
  dry        times that the agent's audio ran dry in mid-speech
  CPU ms/s   CPU of the sidecar for each second of each call
  MB/call    growth of its resident memory at the peak, per call
  lag        95th percentile of its worst event-loop delay in each second
  sim lag    the same of the simulator, which plays the providers: what it is late is in “providers”
  CPU busy   share of the machine that sidecar and simulator used / that was used at all: with other
             programs at work, every delay is longer than it would be
  failed     calls that did not end as their script wanted`;

/** One line of the table, over all rounds of one number of calls. */
export function figuresOf(rounds: readonly Round[], cpus: number): string[] {
  const delays = rounds.flatMap(({ records }) =>
    records.flatMap(({ turns }) => turns.map((turn) => turn.delays)),
  );
  const answers = delays.filter(isAnswer);
  const records = rounds.flatMap((round) => round.records);
  const reports = rounds.flatMap((round) => round.reports);
  const lost = sum(records.map(({ audio }) => audio.framesLost));
  const received = sum(records.map(({ audio }) => audio.framesReceived));
  return [
    String(rounds[0]?.calls ?? 0),
    spread(answers.map((delay) => delay.firstAudioSentMs)),
    spread(answers.map((delay) => delay.endOfTurnMs)),
    spread(
      answers.map(({ firstAudioByteMs, endOfTurnMs }) =>
        Math.max(0, firstAudioByteMs - endOfTurnMs),
      ),
    ),
    quantiles(rounds, 'voice_own_overhead_ms'),
    spread(reports.flatMap(({ answeredAfterMs }) => answeredAfterMs)),
    spread(reports.flatMap(({ clearedAfterMs }) => clearedAfterMs)),
    number((lost * 10_000) / Math.max(1, lost + received), 1),
    String(sum(reports.map(({ underruns }) => underruns))),
    number(median(rounds.map(cpuPerCallSecond)), 1),
    number(
      median(rounds.map((r) => (r.peakResidentBytes - r.idle.residentBytes) / r.calls / 2 ** 20)),
      1,
    ),
    number(histogramOf(rounds, 'voice_event_loop_lag_ms').quantile(0.95)),
    number(
      percentile(
        rounds.flatMap((round) => round.simulatorLagsMs),
        0.95,
      ),
    ),
    `${number(median(rounds.map((r) => share(usedMs(r), r, cpus))))} / ${number(
      median(rounds.map((r) => share(r.machineCpuMs, r, cpus))),
    )} %`,
    `${reports.filter(({ failures }) => failures.length > 0).length}/${sum(rounds.map((r) => r.calls))}`,
  ];
}

/** 95th percentile of what the sidecar itself adds, in ms. */
export function ownOverheadP95(rounds: readonly Round[]): number | undefined {
  return histogramOf(rounds, 'voice_own_overhead_ms').quantile(0.95);
}

type Answer = TurnDelays &
  Required<Pick<TurnDelays, 'endOfTurnMs' | 'firstAudioByteMs' | 'firstAudioSentMs'>>;

function isAnswer(delays: TurnDelays): delays is Answer {
  return (
    delays.endOfTurnMs !== undefined &&
    delays.firstAudioByteMs !== undefined &&
    delays.firstAudioSentMs !== undefined
  );
}

function cpuPerCallSecond(round: Round): number {
  const callSeconds = sum(round.records.map(({ durationMs }) => (durationMs ?? 0) / 1000));
  return (round.end.cpuMs - round.idle.cpuMs) / Math.max(1, callSeconds);
}

function usedMs(round: Round): number {
  return round.end.cpuMs - round.idle.cpuMs + round.simulatorCpuMs;
}

function share(cpuMs: number, round: Round, cpus: number): number {
  return (cpuMs / round.durationMs / cpus) * 100;
}

function histogramOf(rounds: readonly Round[], name: string): Histogram {
  return rounds
    .map(({ before, after }) => after.histogram(name).since(before.histogram(name)))
    .reduce((total, histogram) => total.plus(histogram), emptyHistogram);
}

function quantiles(rounds: readonly Round[], name: string): string {
  const histogram = histogramOf(rounds, name);
  return pair(histogram.quantile(0.5), histogram.quantile(0.95), 1);
}

function spread(values: readonly number[]): string {
  return pair(median(values), percentile(values, 0.95));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
