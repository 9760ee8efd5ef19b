import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Concurrent calls, one line of the table each. @defaultValue 1,25,50,100 */
  readonly calls: readonly number[];
  /** Rounds of each line; figures are taken over all of them. @defaultValue 3 */
  readonly rounds: number;
  /** Time between two calls of one round, in ms: a telephone system is not called all at once. @defaultValue 100 */
  readonly spacingMs: number;
  /** A round that is not over by then is given up, in ms. @defaultValue 120000 */
  readonly roundTimeoutMs: number;
  /** PostgreSQL for the sidecar. @defaultValue the embedded database, whose CPU and memory count, too */
  readonly databaseUrl?: string;
  /** Also print what each call reported wrong. @defaultValue false */
  readonly verbose: boolean;
}

export const USAGE = `Usage: npm run bench:conversation -- [options]
  --calls 1,25,50,100     concurrent calls, one line of the table each
  --rounds 3              rounds of each line
  --spacing-ms 100        time between the beginnings of two calls
  --round-timeout-ms 120000
  --database-url postgres://…  PostgreSQL for the sidecar instead of its embedded one
  --verbose               print what each call reported wrong`;

function integer(name: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < minimum || value > maximum) {
    throw new Error(`--${name}: a whole number from ${minimum} to ${maximum} is needed`);
  }
  return value;
}

/** @throws with words for the person at the terminal */
export function parseOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      calls: { type: 'string', default: '1,25,50,100' },
      rounds: { type: 'string', default: '3' },
      'spacing-ms': { type: 'string', default: '100' },
      'round-timeout-ms': { type: 'string', default: '120000' },
      'database-url': { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  });
  return {
    calls: values.calls.split(',').map((text) => integer('calls', text, 1, 500)),
    rounds: integer('rounds', values.rounds, 1, 50),
    spacingMs: integer('spacing-ms', values['spacing-ms'], 0, 10_000),
    roundTimeoutMs: integer('round-timeout-ms', values['round-timeout-ms'], 1, 600_000),
    ...(values['database-url'] === undefined ? {} : { databaseUrl: values['database-url'] }),
    verbose: values.verbose,
  };
}
