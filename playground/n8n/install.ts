import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userCacheDir } from '../paths.ts';
import { runToEnd, type Command, type EndedCommand } from '../processes/run-to-end.ts';
import { makeStaging, removeAbandoned, removeStaging } from './staging.ts';

const manifestDir = fileURLToPath(new URL('../n8n-install/', import.meta.url));
const manifests = ['package.json', 'package-lock.json'];
const marker = '.installed';

/** n8n could not be installed; the message says why and what to do. */
export class N8nInstallError extends Error {
  override readonly name = 'N8nInstallError';
}

/** The file to run with Node: n8n's command line. */
export function n8nBin(installDir: string): string {
  return join(installDir, 'node_modules', 'n8n', 'bin', 'n8n');
}

export interface InstallOptions {
  /** Aborted: npm is ended, and what it has installed so far is removed. */
  readonly signal?: AbortSignal;
  /** @defaultValue the user's cache */
  readonly cacheDir?: string;
  /** @defaultValue the npm that runs us, else the one on the PATH */
  readonly npm?: Command;
}

/**
 * Installs the pinned n8n into the user's cache, unless it is there already, and returns its folder.
 * The folder's name depends on the lock file, so another version is another folder. The install
 * happens beside it and is renamed when it is whole: an interrupted one leaves nothing half done, and
 * two at the same time do not disturb each other. What one left that was killed, the next removes.
 * @throws N8nInstallError, or the reason of the signal
 */
export async function installN8n(
  onProgress: (line: string) => void,
  { signal, cacheDir = userCacheDir(), npm = ourNpm() }: InstallOptions = {},
): Promise<string> {
  const target = join(cacheDir, `n8n-${await fingerprint()}`);
  if (existsSync(join(target, marker))) return target;
  await mkdir(cacheDir, { recursive: true });
  await removeAbandoned(cacheDir);
  const staging = await makeStaging(target);
  const run = npmRunner({ npm, cwd: staging, log: join(cacheDir, 'n8n-install.log'), signal });
  try {
    for (const name of manifests) await copyFile(join(manifestDir, name), join(staging, name));
    onProgress('installing n8n 2.41.1 (about 2.8 GB, 3 to 8 minutes, only the first time)');
    await run(
      ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      onProgress,
    );
    onProgress('building its database driver (sqlite3)');
    await run(['rebuild', 'sqlite3', '--loglevel=error'], onProgress);
    await writeFile(join(staging, marker), '');
    await takePlace(staging, target);
  } finally {
    if (signal?.aborted) onProgress('removing what was installed so far');
    await removeStaging(staging);
  }
  return target;
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of manifests) hash.update(await readFile(join(manifestDir, name)));
  hash.update(`${process.platform}-${process.arch}-${process.versions.modules}`);
  return hash.digest('hex').slice(0, 12);
}

async function takePlace(staging: string, target: string): Promise<void> {
  try {
    await rename(staging, target);
  } catch (error) {
    // Somebody else was faster, with the same files.
    if (existsSync(join(target, marker))) return;
    throw error;
  }
}

type RunNpm = (args: readonly string[], onProgress: (line: string) => void) => Promise<void>;

function npmRunner(where: {
  readonly npm: Command;
  readonly cwd: string;
  readonly log: string;
  readonly signal: AbortSignal | undefined;
}): RunNpm {
  const { npm, cwd, log, signal } = where;
  return async (args, onProgress) => {
    signal?.throwIfAborted();
    const startedAtMs = performance.now();
    const ticking = setInterval(() => {
      const seconds = Math.round((performance.now() - startedAtMs) / 1000);
      onProgress(`npm ${args[0] ?? ''} … ${String(seconds)} s`);
    }, 20_000);
    try {
      const ended = await runToEnd([...npm, ...args], { cwd, log, signal });
      signal?.throwIfAborted();
      if (ended.code !== 0) throw failed(args, ended, log);
    } finally {
      clearInterval(ticking);
    }
  };
}

function failed(args: readonly string[], ended: EndedCommand, log: string): N8nInstallError {
  return new N8nInstallError(
    [
      `n8n could not be installed: "npm ${args.join(' ')}" ended with ${String(ended.code)}.`,
      ...ended.lastLines.map((line) => `  ${line}`),
      `The whole log: ${log}`,
      'What usually helps: a connection to the npm registry; 6 GB of free disk; for sqlite3, where no',
      'prebuilt driver can be downloaded, python3, make and a C++ compiler (Debian: build-essential).',
      'Then run the command again: what was installed halfway has been removed.',
    ].join('\n'),
  );
}

function ourNpm(): Command {
  const cli = process.env['npm_execpath'];
  return cli?.endsWith('.js') ? [process.execPath, cli] : ['npm'];
}
