import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout: the n8n package itself. */
export const projectDir = fileURLToPath(new URL('..', import.meta.url));

/** What the playground keeps between two starts: databases, keys, logs. Not under version control. */
export const defaultDataDir = join(projectDir, '.playground');

/** Where n8n is installed, once for all clones of a user (XDG base directories). */
export function userCacheDir(): string {
  const base = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(base, 'n8n-nodes-voice-agents');
}
