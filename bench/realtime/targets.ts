import { percentile } from '../statistics.ts';
import type { Findings } from './findings.ts';
import type { LoadFigures } from './load-figures.ts';
import { furtherCallKb, liveKbPerCall, type MemoryFigures } from './memory-figures.ts';
import { CPU_AT_CALLS, DELAY_AT_CALLS } from './target-calls.ts';
import { absoluteErrors, type TruncationFigures } from './truncation-figures.ts';

/** What the product promises; see the issue on speech to speech. */
export interface Verdict {
  readonly name: string;
  /** undefined: this run had no means to tell */
  readonly value: number | undefined;
  readonly limit: number;
  readonly unit: string;
  /** What the bare relay has in the same place: the load's own part and the machine's. */
  readonly floor?: number | undefined;
}

type Count = (findings: Findings) => number;

const MOST_CPU_OF_RELAY = 1.3;
const MOST_CPU_OF_PEER = 0.5;
const MOST_DELAY_MS = 20;
const MOST_TRUNCATION_ERROR_MS = 20;
const MOST_MEMORY_KB = 200;

export function verdictsOf(
  load: readonly LoadFigures[],
  memory: readonly MemoryFigures[],
  truncation: readonly TruncationFigures[],
): Verdict[] {
  const at = (bridge: string, calls: number) =>
    load.find((each) => each.bridge === bridge && each.calls === calls);
  const ours = at('ours', CPU_AT_CALLS);
  const ratio = (other: LoadFigures | undefined) =>
    ours && other ? ours.cpuMsPerCallSecond / other.cpuMsPerCallSecond : undefined;
  const delay = (of: (findings: Findings) => readonly number[]) => {
    const p95 = (figures: LoadFigures | undefined) =>
      figures && percentile(of(figures.findings), 0.95);
    return {
      value: p95(at('ours', DELAY_AT_CALLS)),
      floor: p95(at('relay', DELAY_AT_CALLS)),
      limit: MOST_DELAY_MS,
      unit: 'ms',
    };
  };
  const underLoad = load.filter(({ bridge }) => bridge === 'ours');
  const interrupted = truncation.filter(({ bridge }) => bridge === 'ours');
  const none = (
    name: string,
    all: readonly Pick<LoadFigures, 'findings'>[],
    of: Count,
  ): Verdict => ({
    name: `${name}, all rounds`,
    value: all.length === 0 ? undefined : sum(all.map(({ findings }) => of(findings))),
    limit: 0,
    unit: 'times',
  });
  return [
    {
      name: `CPU at ${CPU_AT_CALLS} calls, of the bare relay's`,
      value: ratio(at('relay', CPU_AT_CALLS)),
      limit: MOST_CPU_OF_RELAY,
      unit: 'times',
    },
    {
      name: `CPU at ${CPU_AT_CALLS} calls, of the peer's`,
      value: ratio(at('agents', CPU_AT_CALLS)),
      limit: MOST_CPU_OF_PEER,
      unit: 'times',
    },
    {
      name: `caller's words→model at ${DELAY_AT_CALLS} calls, p95`,
      ...delay(({ upMs }) => upMs),
    },
    {
      name: `model→phone at ${DELAY_AT_CALLS} calls, p95`,
      ...delay(({ downMs }) => downMs),
    },
    {
      name: 'truncation error in the worst case, p95',
      value: largest(interrupted.map(({ findings }) => percentile(absoluteErrors(findings), 0.95))),
      limit: MOST_TRUNCATION_ERROR_MS,
      unit: 'ms',
    },
    none(
      'interruptions without a truncation, or with one that was refused',
      interrupted,
      ({ truncationsMissing, truncationsRefused }) => truncationsMissing + truncationsRefused,
    ),
    none('interruptions without a clear', underLoad, ({ clearsMissing }) => clearsMissing),
    none('frames of callers lost', underLoad, ({ framesLost }) => framesLost),
    none(
      'frames of callers out of order or twice',
      underLoad,
      ({ framesOutOfOrder, framesDoubled }) => framesOutOfOrder + framesDoubled,
    ),
    {
      name: `memory in use of a call at ${CPU_AT_CALLS} calls`,
      value: liveKbPerCall(memory, 'ours', CPU_AT_CALLS),
      limit: MOST_MEMORY_KB,
      unit: 'KB',
    },
    {
      name: 'resident memory of each further call',
      value: furtherCallKb(memory, 'ours'),
      limit: MOST_MEMORY_KB,
      unit: 'KB',
    },
  ];
}

export function isMissed({ value, limit }: Verdict): boolean {
  return value !== undefined && value > limit;
}

export function inWords(verdict: Verdict): string {
  const { name, value, limit, unit, floor } = verdict;
  const wanted = `${name}: at most ${limit} ${unit}`;
  if (value === undefined) return `${wanted} – not measured`;
  const measured = `${wanted} – ${digits(value)}`;
  const beside = floor === undefined ? '' : ` (the bare relay: ${digits(floor)})`;
  const judged = isMissed(verdict) ? `missed by ${digits(value - limit)}` : 'met';
  return `${measured}${beside}, ${judged}`;
}

function digits(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

function largest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
