import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** `n8n-<fingerprint>.partial-<pid>@<host>-<random>`; without pid and host: of before they were told. */
const stagingName = /^n8n-[^.]+\.partial-(?:(?<pid>\d+)@(?<host>.+)-)?\w{6}$/;
/** An installation takes minutes. */
const abandonedAfterMs = 24 * 3_600_000;

/**
 * Makes a folder to install in, beside the one it shall become. Its name tells who is at work there:
 * clones share the cache, and may install at the same time.
 */
export function makeStaging(target: string): Promise<string> {
  return mkdtemp(`${target}.partial-${String(process.pid)}@${hostname()}-`);
}

export async function removeStaging(staging: string): Promise<void> {
  // Something of npm's may still have been at work.
  await rm(staging, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Removes the folders of installations that were killed. One is taken for abandoned when its process
 * is gone, or after a day: a process of another host (a container has a name of its own) cannot be
 * looked for, and a number is given to another process some day.
 */
export async function removeAbandoned(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const path = join(cacheDir, name);
    const match = stagingName.exec(name);
    if (!match || !(isGone(match.groups) || (await isOld(path)))) continue;
    // What cannot be removed, because it is somebody else's, must not keep n8n from being installed.
    await removeStaging(path).catch(() => undefined);
  }
}

function isGone({ pid, host }: Record<string, string | undefined> = {}): boolean {
  if (pid === undefined || host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function isOld(path: string): Promise<boolean> {
  // It may be renamed or removed at this moment: then it is not abandoned.
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > abandonedAfterMs;
}
