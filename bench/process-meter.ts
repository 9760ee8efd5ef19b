import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

/** USER_HZ: what /proc counts CPU time in. It is 100 on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

export interface ProcessReading {
  /** CPU time of all threads, user and system, in ms. */
  readonly cpuMs: number;
  /** Resident memory, in bytes. */
  readonly residentBytes: number;
}

/** Reads another process from /proc (Linux): see proc_pid_stat(5) and proc_pid_status(5). */
export async function readProcess(pid: number): Promise<ProcessReading> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  return { cpuMs: cpuMsOf(stat), residentBytes: residentBytesOf(status) };
}

export function cpuMsOf(stat: string): number {
  // The second field is the program's name in brackets, and may itself hold blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const user = Number(fields[11]);
  const system = Number(fields[12]);
  if (!Number.isFinite(user + system)) throw new Error('not a /proc/<pid>/stat');
  return ((user + system) * 1000) / TICKS_PER_SECOND;
}

export function residentBytesOf(status: string): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(status);
  if (!match) throw new Error('not a /proc/<pid>/status');
  return Number(match[1]) * 1024;
}

/** CPU time that the whole machine has used since it was started, in ms. */
export function machineCpuMs(): number {
  return cpus().reduce(
    (sum, { times }) => sum + times.user + times.nice + times.sys + times.irq,
    0,
  );
}
