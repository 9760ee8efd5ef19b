import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { sidecarCommand } from '../media-sidecar/src/command.ts';

/** The sidecar, as a process of its own, so that its CPU and memory are its own. */
export interface SidecarProcess {
  readonly pid: number;
  readonly url: string;
  /** Warnings and errors of its log, counted by message. */
  readonly complaints: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const COMPLAINTS: ReadonlySet<string> = new Set(['warn', 'error', 'fatal']);

interface LogLine {
  readonly level: string;
  readonly msg?: string;
  readonly url?: string;
}

export function startSidecarProcess(
  environment: Readonly<Record<string, string>>,
): Promise<SidecarProcess> {
  return startServerProcess(sidecarCommand, environment);
}

export interface ServerProcess extends SidecarProcess {
  readonly child: ChildProcess;
}

/**
 * A program that tells its address in its log, as the sidecar does.
 * @param command node, its options and the program
 * @param preload a module that is loaded before it; it can talk to this process
 */
export async function startServerProcess(
  command: readonly [node: string, ...rest: string[]],
  environment: Readonly<Record<string, string>>,
  preload?: string,
): Promise<ServerProcess> {
  const [node, ...rest] = command;
  const child = spawn(node, preload === undefined ? rest : [`--import=${preload}`, ...rest], {
    // Nothing of this shell's own configuration may leak into the measurement.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit', ...(preload === undefined ? [] : (['ipc'] as const))],
    serialization: 'advanced',
  });
  const { stdout } = child;
  if (!stdout) throw new Error('the program has no output');
  const complaints = new Map<string, number>();
  const listening = Promise.withResolvers<string>();
  createInterface({ input: stdout }).on('line', (text) => {
    const line = parse(text);
    if (!line) return;
    if (line.url !== undefined && line.msg?.includes('listening')) listening.resolve(line.url);
    if (!COMPLAINTS.has(line.level)) return;
    complaints.set(line.msg ?? '', (complaints.get(line.msg ?? '') ?? 0) + 1);
  });
  const exited = once(child, 'exit');
  void exited.then(() => listening.reject(new Error('the program ended before it listened')));
  const timer = setTimeout(
    () => listening.reject(new Error('the program did not start in time')),
    START_TIMEOUT_MS,
  );
  try {
    const url = await listening.promise;
    return {
      child,
      pid: child.pid as number,
      url,
      complaints,
      async close() {
        child.kill('SIGTERM');
        await exited;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function parse(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}
