import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userCacheDir } from '../paths.ts';
import { runToEnd } from '../processes/run-to-end.ts';

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

/**
 * Installs the pinned n8n into the user's cache, unless it is there already, and returns its folder.
 * The folder's name depends on the lock file, so another version is another folder. The install
 * happens beside it and is renamed when it is whole: an interrupted one leaves nothing half done, and
 * two at the same time do not disturb each other.
 * @throws N8nInstallError
 */
export async function installN8n(onProgress: (line: string) => void): Promise<string> {
  const target = join(userCacheDir(), `n8n-${await fingerprint()}`);
  if (existsSync(join(target, marker))) return target;
  await mkdir(userCacheDir(), { recursive: true });
  const staging = await mkdtemp(`${target}.partial-`);
  const log = join(userCacheDir(), 'n8n-install.log');
  try {
    for (const name of manifests) await copyFile(join(manifestDir, name), join(staging, name));
    onProgress('installing n8n 2.41.1 (about 2.8 GB, 3 to 8 minutes, only the first time)');
    await npm(
      ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      staging,
      log,
      onProgress,
    );
    onProgress('building its database driver (sqlite3)');
    await npm(['rebuild', 'sqlite3', '--loglevel=error'], staging, log, onProgress);
    await writeFile(join(staging, marker), '');
    await takePlace(staging, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
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

async function npm(
  args: readonly string[],
  cwd: string,
  log: string,
  onProgress: (line: string) => void,
): Promise<void> {
  const startedAtMs = performance.now();
  const ticking = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAtMs) / 1000);
    onProgress(`npm ${args[0] ?? ''} … ${String(seconds)} s`);
  }, 20_000);
  try {
    const ended = await runToEnd(npmCommand(args), { cwd, log });
    if (ended.code === 0) return;
    throw new N8nInstallError(
      [
        `n8n could not be installed: "npm ${args.join(' ')}" ended with ${String(ended.code)}.`,
        ...ended.lastLines.map((line) => `  ${line}`),
        `The whole log: ${log}`,
        'What usually helps: a connection to the npm registry; 6 GB of free disk; for sqlite3, where no',
        'prebuilt driver can be downloaded, python3, make and a C++ compiler (Debian: build-essential).',
        'Then run the command again: what was installed halfway has been removed.',
      ].join('\n'),
    );
  } finally {
    clearInterval(ticking);
  }
}

/** The npm that runs us, else the one on the PATH. */
function npmCommand(args: readonly string[]): readonly [string, ...string[]] {
  const cli = process.env['npm_execpath'];
  return cli?.endsWith('.js') ? [process.execPath, cli, ...args] : ['npm', ...args];
}
