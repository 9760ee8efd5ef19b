import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * The published package as n8n loads it: CommonJS from dist/. `npm run build` comes first.
 */
const require = createRequire(import.meta.url);

export const root = fileURLToPath(new URL('../..', import.meta.url));

export function built<T = Record<string, never>>(path: string): T {
  return require(`${root}dist/${path}.js`) as T;
}

/** The class of a node or credential, from its file. */
export function instance<T>(path: string): T {
  const name = path.split('/').at(-1)?.split('.')[0] ?? '';
  const module = built<Record<string, new () => T>>(path);
  const Exported = module[name];
  if (!Exported) throw new Error(`${path} exports no class ${name}`);
  return new Exported();
}

/** As `instance`, after a restart of n8n: what the package had in memory is gone. */
export function instanceAfterRestart<T>(path: string): T {
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(`${root}dist/`)) delete require.cache[file];
  }
  return instance<T>(path);
}
