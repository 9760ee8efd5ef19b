/**
 * Loaded into each bridge before its own code (`--import`), so that all are measured by the same
 * means: what the process itself knows of its CPU time and memory.
 */
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import { serveCommands, type Handlers } from './commands.ts';
import { watchLoopDelay, type LoopDelay } from './loop-delay.ts';
import type { ProbeCommands } from './probe-commands.ts';

let profiling: Session | undefined;
let endLoopDelay: (() => LoopDelay) | undefined;

const handlers: Handlers<ProbeCommands> = {
  cpu() {
    return { processMs: inMs(process.cpuUsage()), mainThreadMs: inMs(process.threadCpuUsage()) };
  },
  memory() {
    const standingBytes = process.memoryUsage.rss();
    collectGarbage();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { standingBytes, residentBytes: rss, liveBytes: heapUsed + external };
  },
  startLoopDelay() {
    endLoopDelay = watchLoopDelay();
  },
  stopLoopDelay() {
    if (!endLoopDelay) throw new Error('nothing was begun');
    const delay = endLoopDelay();
    endLoopDelay = undefined;
    return delay;
  },
  async startProfile() {
    profiling = new Session();
    profiling.connect();
    await profiling.post('Profiler.enable');
    await profiling.post('Profiler.setSamplingInterval', { interval: 500 });
    await profiling.post('Profiler.start');
  },
  async stopProfile(file) {
    if (!profiling) throw new Error('no profile was begun');
    const { profile } = await profiling.post('Profiler.stop');
    profiling.disconnect();
    profiling = undefined;
    await writeFile(file, JSON.stringify(profile));
  },
};

/**
 * As V8 does before it gives up for want of memory. After any other collection it keeps the pages that
 * became empty, and the resident memory is what it was before.
 */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

function inMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

// Worker threads load what their process was started with, too.
if (isMainThread) {
  serveCommands(handlers);
  // Listening to commands would hold the process open when everything else in it has ended.
  process.channel?.unref();
}
