import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { signalGroup } from './process-group.ts';

export interface EndedCommand {
  /** Exit code, or the signal that ended it. */
  readonly code: number | string;
  /** The end of what it printed, for an error message. */
  readonly lastLines: readonly string[];
}

export type Command = readonly [file: string, ...args: string[]];

export interface RunOptions {
  readonly cwd: string;
  readonly log: string;
  /** Aborted: the command is asked to end, with whatever it has started. */
  readonly signal?: AbortSignal | undefined;
  /** How long it may then take before it is killed. @defaultValue 5000 ms */
  readonly stopTimeoutMs?: number;
}

const keptLines = 12;

/** Runs a command, appends what it prints to a file, and waits for its end. */
export async function runToEnd(
  [command, ...args]: Command,
  { cwd, log: logFile, signal, stopTimeoutMs = 5000 }: RunOptions,
): Promise<EndedCommand> {
  const log = createWriteStream(logFile, { flags: 'a' });
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      lastLines.push(line);
      if (lastLines.length > keptLines) lastLines.shift();
    });
  }
  const send = (what: NodeJS.Signals): void => {
    if (child.pid !== undefined) signalGroup(child.pid, what);
  };
  const kill = (): void => send('SIGKILL');
  let killing: NodeJS.Timeout | undefined;
  const stop = (): void => {
    send('SIGTERM');
    killing = setTimeout(kill, stopTimeoutMs);
  };
  // In a group of its own, it would otherwise go on without us.
  process.once('exit', kill);
  signal?.addEventListener('abort', stop, { once: true });
  const code = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => {
      lastLines.push(error.message);
      resolve('an error');
    });
    child.once('close', (exitCode, ended) => resolve(exitCode ?? ended ?? 'no code'));
  });
  process.off('exit', kill);
  signal?.removeEventListener('abort', stop);
  clearTimeout(killing);
  log.end();
  await finished(log);
  return { code, lastLines };
}
