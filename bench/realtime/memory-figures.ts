import { slope } from '../statistics.ts';
import { number } from '../table.ts';
import type { BridgeName } from './options.ts';
import { keptPace } from './pace.ts';
import type { MemoryReading } from './probe-commands.ts';

/** The memory of one bridge with so many calls going on. */
export interface MemoryFigures extends MemoryReading {
  readonly bridge: BridgeName;
  /** 0: warm, and at rest. */
  readonly calls: number;
  /** Of the phones' frames: with many of them memory would be what waits for a busy machine. */
  readonly lateShare: number;
}

export const MEMORY_HEADINGS = [
  'calls',
  'bridge',
  'live MB',
  'live KB/call',
  'RSS MB',
  'RSS KB/call',
  'RSS KB more',
  'standing MB',
] as const;

export const MEMORY_LEGEND = `Read with the calls going on; in rounds of its own, because code is compiled anew after such a collection.
  live           what is in use after a garbage collection
  RSS            resident memory after it, when V8 has given the pages back that it otherwise keeps for
                 more garbage
  KB/call        growth since the bridge was warm and at rest, per call: it holds what the process takes
                 once for its first calls
  RSS KB more    what each further call of this bridge adds: slope of the least-squares line through RSS at
                 all numbers of calls from 25 on, at least three
  standing       resident memory before the collection: what the process takes of the machine`;

/** Below it, what V8 takes once for the whole process hides what a call takes. */
const LEAST_CALLS = 25;
const LEAST_POINTS = 3;

/**
 * Resident memory that each further call of a bridge takes, in KB: the slope of a line through the
 * numbers of calls and the memory at them, so that what the process takes once does not count.
 * @returns undefined for too few numbers of calls
 */
export function furtherCallKb(all: readonly MemoryFigures[], bridge: string): number | undefined {
  const points = all
    .filter((each) => each.bridge === bridge && each.calls >= LEAST_CALLS && keptPace(each))
    .map(({ calls, residentBytes }) => ({ x: calls, y: residentBytes / 1024 }));
  const different = new Set(points.map(({ x }) => x)).size;
  return different < LEAST_POINTS ? undefined : slope(points);
}

/** What is in use for each call at a number of calls, in KB. @returns undefined where it was not read */
export function liveKbPerCall(
  all: readonly MemoryFigures[],
  bridge: string,
  calls: number,
): number | undefined {
  return growthKb(all, bridge, calls, ({ liveBytes }) => liveBytes);
}

/** One row for each bridge and number of calls. */
export function memoryRows(all: readonly MemoryFigures[]): string[][] {
  return all.map(({ bridge, calls, liveBytes, residentBytes, standingBytes }) => [
    String(calls),
    bridge,
    megabytes(liveBytes),
    number(growthKb(all, bridge, calls, (each) => each.liveBytes)),
    megabytes(residentBytes),
    number(growthKb(all, bridge, calls, (each) => each.residentBytes)),
    number(furtherCallKb(all, bridge)),
    megabytes(standingBytes),
  ]);
}

function growthKb(
  all: readonly MemoryFigures[],
  bridge: string,
  calls: number,
  of: (reading: MemoryReading) => number,
): number | undefined {
  const at = (many: number) => all.find((each) => each.bridge === bridge && each.calls === many);
  const rest = at(0);
  const busy = at(calls);
  return calls > 0 && rest && busy ? (of(busy) - of(rest)) / 1024 / calls : undefined;
}

function megabytes(bytes: number): string {
  return number(bytes / 2 ** 20, 1);
}
