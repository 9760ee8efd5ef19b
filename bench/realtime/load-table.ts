import { percentile } from '../statistics.ts';
import { number } from '../table.ts';
import type { LoadFigures } from './load-figures.ts';
import { spread } from './spread.ts';

export const LOAD_HEADINGS = [
  'calls',
  'bridge',
  'CPU ms/s',
  'of relay',
  'thread ms/s',
  'of relay',
  'caller→model ms',
  'over relay',
  'its silence ms',
  'model→phone ms',
  'over relay',
  'loop ms',
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
  caller→model   a frame in which the caller speaks into the bridge's socket -> the same frame at the
                 model
  its silence    the same of frames in which nothing sounds: ours sends them five times a second while the
                 caller listens, from 0.6 s after the last sound on; callers of this load are in a quiet
                 place: behind one who is not there is noise, and no frame waits
  model→phone    a piece of audio at the model -> its first byte at the phone's socket; both ways hold
                 what phones and model, which share the machine, are late themselves
  over relay     less the same percentile of the bare relay: what is the bridge's own
  loop ms        how late a timer of 1 ms was in the bridge's event loop, in 5 s after the measurement,
                 because the timer costs CPU, with the same calls; 0.1 ms are its own
  clear          the model says that the caller speaks -> clear at the phone's socket
  no clear       times that the caller spoke over the agent and it was not cleared
  lost           frames of the caller that never came to the model, of those sent; the model's
                 handshake takes 500 ms
  order          frames that came out of order or twice
  bridge %, phones %, model %   share of one core
  late ms        95th percentile of how late the phones sent their frames: the load's own doing
  failed         calls that broke`;

/** One row for each bridge and number of calls. */
export function loadRows(load: readonly LoadFigures[]): string[][] {
  return load.map((figures) => {
    const relay = load.find((each) => each.bridge === 'relay' && each.calls === figures.calls);
    return rowOf(figures, relay);
  });
}

/** @param relay the bare relay at the same number of calls */
function rowOf(figures: LoadFigures, relay: LoadFigures | undefined): string[] {
  const { findings, loopDelay } = figures;
  return [
    String(figures.calls),
    figures.bridge,
    number(figures.cpuMsPerCallSecond, 2),
    relay ? number(figures.cpuMsPerCallSecond / relay.cpuMsPerCallSecond, 2) : '–',
    number(figures.mainThreadMsPerCallSecond, 2),
    relay ? number(figures.mainThreadMsPerCallSecond / relay.mainThreadMsPerCallSecond, 2) : '–',
    spread(findings.upMs, [0.5, 0.95, 0.99]),
    overFloor(findings.upMs, relay?.findings.upMs),
    spread(findings.quietUpMs, [0.5, 0.95]),
    spread(findings.downMs, [0.5, 0.95, 0.99]),
    overFloor(findings.downMs, relay?.findings.downMs),
    [loopDelay.p50Ms, loopDelay.p95Ms, loopDelay.p99Ms].map((ms) => number(ms, 1)).join(' / '),
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

/** Median and 95th percentile, each less the floor's. */
function overFloor(values: readonly number[], floor: readonly number[] | undefined): string {
  return [0.5, 0.95]
    .map((share) => {
      const value = percentile(values, share);
      const least = floor && percentile(floor, share);
      return number(value === undefined || least === undefined ? undefined : value - least, 1);
    })
    .join(' / ');
}
