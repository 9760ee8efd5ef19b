import { table } from '../table.ts';
import type { CpuProfile, Share } from './cpu-profile.ts';
import { hotModules, hotSpots } from './hot-spots.ts';
import type { LoadFigures } from './load-figures.ts';
import { LOAD_HEADINGS, LOAD_LEGEND, loadRows } from './load-table.ts';
import {
  MEMORY_HEADINGS,
  MEMORY_LEGEND,
  memoryRows,
  type MemoryFigures,
} from './memory-figures.ts';
import { keptPace } from './pace.ts';
import { inWords, type Verdict } from './targets.ts';
import {
  TRUNCATION_HEADINGS,
  TRUNCATION_LEGEND,
  truncationRow,
  type TruncationFigures,
} from './truncation-figures.ts';

/** Everything that a run has shown. */
export interface Report {
  readonly load: readonly LoadFigures[];
  readonly memory: readonly MemoryFigures[];
  readonly truncation: readonly TruncationFigures[];
  readonly profiles: readonly { readonly file: string; readonly profile: CpuProfile }[];
  readonly bridges: readonly {
    readonly name: string;
    readonly complaints: ReadonlyMap<string, number>;
  }[];
  readonly verdicts: readonly Verdict[];
  /** Whether more calls were tried although the phones had lost their pace. */
  readonly keepGoing: boolean;
}

/** Lines of each profile that are printed. */
const HOT_SPOTS = 25;
const HOT_MODULES = 15;

/** @returns what is printed, in paragraphs */
export function reportText(report: Report): string {
  const { load, memory, truncation, profiles, bridges, verdicts, keepGoing } = report;
  return [
    load.length === 0 ? '' : `${LOAD_LEGEND}\n\n${table(LOAD_HEADINGS, loadRows(load))}`,
    memory.length === 0 ? '' : `${MEMORY_LEGEND}\n\n${table(MEMORY_HEADINGS, memoryRows(memory))}`,
    ...[...load, ...memory]
      .filter((each) => !keptPace(each))
      .map((each) => `${latePhones(each)}${keepGoing ? '.' : ': no more calls were tried.'}`),
    ...load.filter(({ disturbed }) => disturbed > 0).map(doneAgain),
    truncation.length === 0
      ? ''
      : `${TRUNCATION_LEGEND}\n\n${table(TRUNCATION_HEADINGS, truncation.map(truncationRow))}`,
    ...profiles.flatMap(({ file, profile }) => [
      `${file}\n${sharesTable(hotSpots(profile, HOT_SPOTS))}`,
      `The same by module, with what it calls\n${sharesTable(hotModules(profile, HOT_MODULES))}`,
    ]),
    bridges
      .flatMap(({ name, complaints }) =>
        [...complaints].map(([message, times]) => `${name} logged ${times} × “${message}”`),
      )
      .join('\n'),
    verdicts.map(inWords).join('\n'),
  ]
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');
}

function latePhones({ calls, bridge, lateShare }: LoadFigures | MemoryFigures): string {
  const share = (lateShare * 100).toFixed(1);
  return `At ${calls} calls with ${bridge} the phones could not keep their own 20 ms (${share} % of the frames late)`;
}

function doneAgain({ bridge, calls, disturbed }: LoadFigures): string {
  return `At ${calls} calls with ${bridge} rounds were done again, because the phones were late in them: ${disturbed}. Only what went wrong in them counts.`;
}

function sharesTable(shares: readonly Share[]): string {
  const rows = shares.map(({ place, selfShare, totalShare }) => [
    (selfShare * 100).toFixed(1),
    (totalShare * 100).toFixed(1),
    place,
  ]);
  return table(['self %', 'total %', 'where'], rows);
}
