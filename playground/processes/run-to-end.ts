import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';

export interface EndedCommand {
  /** Exit code, or the signal that ended it. */
  readonly code: number | string;
  /** The end of what it printed, for an error message. */
  readonly lastLines: readonly string[];
}

const keptLines = 12;

/** Runs a command, appends what it prints to a file, and waits for its end. */
export async function runToEnd(
  [command, ...args]: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly log: string },
): Promise<EndedCommand> {
  const log = createWriteStream(options.log, { flags: 'a' });
  const child = spawn(command, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      lastLines.push(line);
      if (lastLines.length > keptLines) lastLines.shift();
    });
  }
  const code = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => {
      lastLines.push(error.message);
      resolve('an error');
    });
    child.once('close', (exitCode, signal) => resolve(exitCode ?? signal ?? 'no code'));
  });
  log.end();
  await finished(log);
  return { code, lastLines };
}
