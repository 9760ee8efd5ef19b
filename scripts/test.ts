import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  archiveNewDatabase,
  databaseArchiveVariable,
} from '../media-sidecar/src/db/testing/database-archive.ts';
import { installN8n } from '../playground/n8n/install.ts';
import { projectDir } from '../playground/paths.ts';
import { operationLogVariable } from '../test/engine/operation-log.ts';
import { operationsTested } from './operations-tested.ts';

/**
 * `npm test`: everything. `npm test -- unit`, `simulator`, `realtime`, `nodes` or `system`: a part.
 * Installs what the tests need and npm does not bring: n8n, into the user's cache. Makes what many
 * of them need and takes long to make: a migrated database, of which each has a copy.
 */
const suites = {
  unit: [
    'media-sidecar/src/**/*.test.ts',
    'playground/**/*.test.ts',
    'bench/**/*.test.ts',
    'scripts/**/*.test.ts',
    'test/{nodes,lint,adapters,browser}/**/*.test.ts',
  ],
  // Mostly waits: telephones ring and speak in real time.
  simulator: ['simulator/src/**/*.test.ts'],
  // Calls in real time, sidecar and telephone network in one process: a file at a time, or they stutter.
  realtime: ['test/realtime/**/*.test.ts'],
  // The nodes in n8n's engine.
  nodes: ['test/{engine,operations}/**/*.test.ts'],
  // In one process and on one stack, one after the other.
  system: ['test/system/**/*.test.ts'],
} as const;
type Suite = keyof typeof suites;
/** How each suite's files run, where that is not as many at a time as there are cores. */
const manner: Partial<Record<Suite, readonly string[]>> = {
  simulator: [`--test-concurrency=${String(2 * availableParallelism())}`],
  realtime: ['--test-concurrency=1'],
  system: ['--test-isolation=none'],
};

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Exit code of what Ctrl-C has ended. */
const interrupted = 130;

const { positionals } = parseArgs({ allowPositionals: true });
const wanted = positionals.length > 0 ? positionals : Object.keys(suites);
for (const name of wanted) {
  if (!(name in suites)) {
    throw new Error(`no such suite: ${name}; there are ${Object.keys(suites).join(', ')}`);
  }
}

const sharedDir = await mkdtemp(join(tmpdir(), 'voice-agents-tests-'));
const operationLog = join(sharedDir, 'operations.log');
const databaseArchive = join(sharedDir, 'database.tar');
/** Each file of tests is a process of its own, and most import the same modules. */
const compiledModules = join(sharedDir, 'compiled-modules');
try {
  process.exitCode = await runSuites();
} finally {
  await rm(sharedDir, { recursive: true, force: true });
}

async function runSuites(): Promise<number> {
  const [built] = await Promise.all([
    run('npm', ['run', '--silent', 'build']),
    archiveNewDatabase(databaseArchive),
  ]);
  if (built !== 0) return built;
  const needsN8n = wanted.some((name) => name === 'nodes' || name === 'system');
  if (needsN8n && !(await installedN8n())) return interrupted;
  for (const name of wanted as Suite[]) {
    const parallel = `--test-concurrency=${String(availableParallelism())}`;
    const code = await run(process.execPath, [
      '--test',
      '--test-reporter=spec',
      ...(manner[name] ?? [parallel]),
      ...suites[name],
    ]);
    if (code !== 0) return code;
  }
  return wanted.includes('nodes') && wanted.includes('system') ? tellOperations() : 0;
}

/** @returns false when it was interrupted; nothing is left of it then */
async function installedN8n(): Promise<boolean> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  // Ctrl-C comes twice where npm runs us: from the terminal, and from npm.
  for (const signal of endingSignals) process.on(signal, stop);
  try {
    await installN8n((line) => console.log(line), { signal: stopping.signal });
    return true;
  } catch (error) {
    if (stopping.signal.aborted) return false;
    throw error;
  } finally {
    for (const signal of endingSignals) process.off(signal, stop);
  }
}

/** Prints which operations were run in n8n's engine; one that was not is a failure. */
function tellOperations(): number {
  const { table, notTested } = operationsTested(operationLog);
  console.log(table);
  return notTested.length === 0 ? 0 : 1;
}

async function run(command: string, args: readonly string[]): Promise<number> {
  const child = spawn(command, args, {
    cwd: projectDir,
    stdio: 'inherit',
    env: {
      ...process.env,
      [operationLogVariable]: operationLog,
      [databaseArchiveVariable]: databaseArchive,
      NODE_COMPILE_CACHE: compiledModules,
    },
  });
  return await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
}
