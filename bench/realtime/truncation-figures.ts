import { number } from '../table.ts';
import { percentile } from '../statistics.ts';
import type { Findings } from './findings.ts';
import type { BridgeName } from './options.ts';
import { spread } from './spread.ts';

export interface TruncationCase {
  readonly deltaMs: number;
  /** Whether the model has sent all of its audio long before it was heard. */
  readonly allAtOnce: boolean;
  readonly network: boolean;
}

export interface TruncationFigures extends TruncationCase {
  readonly bridge: BridgeName;
  readonly findings: Findings;
}

export const TRUNCATION_HEADINGS = [
  'delta ms',
  'audio sent',
  'network',
  'bridge',
  'error ms',
  'signed ms',
  'count',
  'none',
  'refused',
  'misplaced',
] as const;

export const TRUNCATION_LEGEND = `  error      |audio_end_ms - what the phone truly played of the item|, median / 95th percentile
  signed     median of the same with its sign: below 0 is too early
  none       interruptions after which nothing was truncated
  refused    truncations that the model refused: of no item, or beyond its end
  misplaced  bytes of the agent's audio that came doubled or behind a hole`;

/** Every combination, the network last. */
export function truncationCases(deltasMs: readonly number[]): TruncationCase[] {
  return deltasMs.flatMap((deltaMs) =>
    [true, false].flatMap((allAtOnce) =>
      [false, true].map((network) => ({ deltaMs, allAtOnce, network })),
    ),
  );
}

export function caseInWords({ deltaMs, allAtOnce, network }: TruncationCase): string {
  const audio = allAtOnce ? 'all at once' : 'paced';
  return `deltas of ${deltaMs} ms ${audio}, ${network ? 'delayed' : 'no'} network`;
}

export function absoluteErrors({ truncationErrorsMs }: Findings): number[] {
  return truncationErrorsMs.map(Math.abs);
}

export function truncationRow(figures: TruncationFigures): string[] {
  const { findings } = figures;
  return [
    String(figures.deltaMs),
    figures.allAtOnce ? 'at once' : 'paced',
    figures.network ? 'delayed' : 'none',
    figures.bridge,
    spread(absoluteErrors(findings), [0.5, 0.95]),
    number(percentile(findings.truncationErrorsMs, 0.5), 1),
    String(findings.truncationErrorsMs.length),
    String(findings.truncationsMissing),
    String(findings.truncationsRefused),
    String(findings.misplacedBytes),
  ];
}
