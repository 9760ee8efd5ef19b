import { fileURLToPath } from 'node:url';

/**
 * Options of Node for the sidecar's process; V8 reads them before the first line of a program runs.
 *
 * The young generation has one size, in MB, from the beginning. Left alone it grows when many objects
 * outlive a collection, which is when calls come: then the memory of a process tells more about that
 * than about its calls, and each collection finds more to copy.
 */
export const nodeOptions: readonly string[] = [
  '--min-semi-space-size=8',
  '--max-semi-space-size=8',
];

/** Starts the sidecar as a process of its own. */
export const sidecarCommand: readonly [node: string, ...rest: string[]] = [
  process.execPath,
  ...nodeOptions,
  fileURLToPath(new URL('main.ts', import.meta.url)),
];
