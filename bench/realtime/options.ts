import { parseArgs } from 'node:util';
import { CPU_AT_CALLS, DELAY_AT_CALLS } from './target-calls.ts';

export const BRIDGES = ['ours', 'relay', 'agents'] as const;
export type BridgeName = (typeof BRIDGES)[number];

export interface RealtimeBenchOptions {
  /** Concurrent calls, one line of the table each. @defaultValue 1,25,50,100,200 */
  readonly calls: readonly number[];
  /** More calls that only ours and the bare relay, its floor, are measured at. @defaultValue 250 */
  readonly callsWithoutPeer: readonly number[];
  /** Length of each measurement under load, in s. @defaultValue 30 */
  readonly seconds: number;
  /** Of the calls before the first measurement of each bridge, in s. @defaultValue 60; 10 for truncation alone */
  readonly warmUpSeconds: number;
  /** Measurements of each line and bridge. @defaultValue 2 */
  readonly rounds: number;
  readonly bridges: readonly BridgeName[];
  readonly parts: readonly (typeof PARTS)[number][];
  /** Pieces of the model's audio in the truncation cases, in ms. @defaultValue 100,400,1000 */
  readonly deltasMs: readonly number[];
  /** Concurrent calls of each truncation case. @defaultValue 20 */
  readonly truncationCalls: number;
  /** Length of each truncation case, in s. @defaultValue 15 */
  readonly truncationSeconds: number;
  /** Of the phone's network, each way. @defaultValue 40 and up to 20 more */
  readonly delayMs: number;
  readonly jitterMs: number;
  /** PostgreSQL for the sidecar. @defaultValue the embedded database, whose CPU and memory count, too */
  readonly databaseUrl?: string;
  /** A folder for a CPU profile of each load measurement. */
  readonly profile?: string;
  /** Also tries more calls when the phones cannot keep their own pace. */
  readonly keepGoing: boolean;
  /** A missed target is a failure, and so is one that was to be measured and was not. */
  readonly check: boolean;
}

export const USAGE = `Usage: npm run bench:realtime -- [options]
  --calls 1,25,50,100,200   concurrent calls, one line of the table each (and by default 250
                            without the peer)
  --seconds 30              length of each measurement (of a truncation case: 15)
  --rounds 2                measurements of each line and bridge
  --bridges ours,relay,agents
  --parts load,memory,truncation
  --deltas-ms 100,400,1000  pieces of the model's audio in the truncation cases
  --truncation-calls 20     concurrent calls of each truncation case
  --delay-ms 40             delay of the phone's network each way, where there is one
  --jitter-ms 20            and up to so much more
  --database-url postgres://…  PostgreSQL for the sidecar instead of its embedded one
  --profile folder          write a CPU profile of each load measurement (which costs CPU itself)
  --keep-going              try more calls although the phones cannot keep their own pace
  --quick                   small numbers: does it run?
  --check                   exit with 1 when a target is missed, or was not reached`;

const DEFAULT_CALLS = `1,25,50,${CPU_AT_CALLS},200`;
const PARTS = ['load', 'memory', 'truncation'] as const;

/** @throws with words for the person at the terminal */
export function parseOptions(args: string[]): RealtimeBenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      calls: { type: 'string' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      bridges: { type: 'string', default: BRIDGES.join(',') },
      parts: { type: 'string', default: PARTS.join(',') },
      'deltas-ms': { type: 'string' },
      'truncation-calls': { type: 'string' },
      'delay-ms': { type: 'string', default: '40' },
      'jitter-ms': { type: 'string', default: '20' },
      'database-url': { type: 'string' },
      profile: { type: 'string' },
      'keep-going': { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
    },
  });
  const { quick } = values;
  const small = (given: string | undefined, quickly: string, usual: string) =>
    given ?? (quick ? quickly : usual);
  const list = (name: string, text: string, minimum: number, maximum: number) =>
    text.split(',').map((each) => integer(name, each, minimum, maximum));
  const parts = choice('parts', values.parts, PARTS);
  const loads = parts.includes('load') || parts.includes('memory');
  return {
    calls: list('calls', small(values.calls, '1,10', DEFAULT_CALLS), 1, 1000),
    callsWithoutPeer: values.calls === undefined && !quick ? [DELAY_AT_CALLS] : [],
    seconds: integer('seconds', small(values.seconds, '8', '30'), 1, 600),
    warmUpSeconds: loads && !quick ? 60 : 10,
    rounds: integer('rounds', small(values.rounds, '1', '2'), 1, 20),
    bridges: bridgesFor(parts, choice('bridges', values.bridges, BRIDGES)),
    parts,
    // Blocks of 10 ms carry the marks.
    deltasMs: list('deltas-ms', small(values['deltas-ms'], '400', '100,400,1000'), 10, 5000),
    truncationCalls: integer(
      'truncation-calls',
      small(values['truncation-calls'], '5', '20'),
      1,
      200,
    ),
    truncationSeconds: integer('seconds', small(values.seconds, '10', '15'), 1, 600),
    delayMs: integer('delay-ms', values['delay-ms'], 0, 1000),
    jitterMs: integer('jitter-ms', values['jitter-ms'], 0, 1000),
    ...(values['database-url'] === undefined ? {} : { databaseUrl: values['database-url'] }),
    ...(values.profile === undefined ? {} : { profile: values.profile }),
    keepGoing: values['keep-going'],
    check: values.check,
  };
}

/** Whether every target was to be measured. */
export function measuresAllTargets({
  bridges,
  calls,
  callsWithoutPeer,
  parts,
}: RealtimeBenchOptions): boolean {
  const tried = [...calls, ...callsWithoutPeer];
  return (
    BRIDGES.every((name) => bridges.includes(name)) &&
    PARTS.every((part) => parts.includes(part)) &&
    calls.includes(CPU_AT_CALLS) &&
    tried.includes(DELAY_AT_CALLS)
  );
}

/** The bare relay truncates nothing: it is there for the load and the memory. */
function bridgesFor(parts: readonly string[], chosen: readonly BridgeName[]): BridgeName[] {
  const needed = chosen.filter(
    (name) => parts.some((part) => part !== 'truncation') || truncates(name),
  );
  if (needed.length === 0) throw new Error('--bridges: the relay truncates nothing');
  return needed;
}

/** Whether a bridge tells the model what was heard of an answer. */
export function truncates(name: BridgeName): boolean {
  return name !== 'relay';
}

function integer(name: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < minimum || value > maximum) {
    throw new Error(`--${name}: a whole number from ${minimum} to ${maximum} is needed`);
  }
  return value;
}

function choice<T extends string>(name: string, text: string, known: readonly T[]): T[] {
  const chosen = text.split(',');
  const unknown = chosen.find((each) => !known.some((one) => one === each));
  if (unknown !== undefined) throw new Error(`--${name}: one of ${known.join(', ')} is needed`);
  return known.filter((each) => chosen.includes(each));
}
