import { percentile } from '../statistics.ts';
import type { LoadFigures } from './load-figures.ts';
import { absoluteErrors, type TruncationFigures } from './truncation-figures.ts';

/** What the product promises; see the issue on speech to speech. */
export interface Verdict {
  readonly name: string;
  /** undefined: this run had no means to tell */
  readonly value: number | undefined;
  readonly limit: number;
  readonly unit: string;
}

const CPU_AT_CALLS = 100;
const MOST_CPU_OF_RELAY = 1.3;
const MOST_CPU_OF_PEER = 0.5;
const MOST_CALLS = 250;
const MOST_DELAY_MS = 20;
const MOST_TRUNCATION_ERROR_MS = 20;
const MOST_MEMORY_KB = 200;

export function verdictsOf(
  load: readonly LoadFigures[],
  truncation: readonly TruncationFigures[],
): Verdict[] {
  const at = (bridge: string, calls: number) =>
    load.find((each) => each.bridge === bridge && each.calls === calls);
  const ours = at('ours', CPU_AT_CALLS);
  const ratio = (other: LoadFigures | undefined) =>
    ours && other ? ours.cpuMsPerCallSecond / other.cpuMsPerCallSecond : undefined;
  const many = at('ours', MOST_CALLS);
  const allOurs = load.filter(({ bridge }) => bridge === 'ours');
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
      name: `caller→model at ${MOST_CALLS} calls, p95`,
      value: many && percentile(many.findings.upMs, 0.95),
      limit: MOST_DELAY_MS,
      unit: 'ms',
    },
    {
      name: `model→phone at ${MOST_CALLS} calls, p95`,
      value: many && percentile(many.findings.downMs, 0.95),
      limit: MOST_DELAY_MS,
      unit: 'ms',
    },
    {
      name: 'truncation error in the worst case, p95',
      value: largest(
        truncation
          .filter(({ bridge }) => bridge === 'ours')
          .map(({ findings }) => percentile(absoluteErrors(findings), 0.95)),
      ),
      limit: MOST_TRUNCATION_ERROR_MS,
      unit: 'ms',
    },
    {
      name: 'frames of callers lost, all rounds',
      value:
        allOurs.length === 0 ? undefined : sum(allOurs.map((each) => each.findings.framesLost)),
      limit: 0,
      unit: 'frames',
    },
    {
      name: `memory in use of a call at ${CPU_AT_CALLS} calls`,
      value: ours?.liveKbPerCall,
      limit: MOST_MEMORY_KB,
      unit: 'KB',
    },
    {
      // Of a heap that V8 has reserved, pages become resident when they are first touched.
      name: `resident memory of a call at ${CPU_AT_CALLS} calls`,
      value: ours?.residentKbPerCall,
      limit: MOST_MEMORY_KB,
      unit: 'KB',
    },
  ];
}

export function isMissed({ value, limit }: Verdict): boolean {
  return value !== undefined && value > limit;
}

export function inWords(verdict: Verdict): string {
  const { name, value, limit, unit } = verdict;
  const wanted = `${name}: at most ${limit} ${unit}`;
  if (value === undefined) return `${wanted} – not measured`;
  const measured = `${wanted} – ${digits(value)}`;
  return isMissed(verdict) ? `${measured}, missed by ${digits(value - limit)}` : `${measured}, met`;
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
