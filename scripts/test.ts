import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { installN8n } from '../playground/n8n/install.ts';
import { projectDir } from '../playground/paths.ts';

/**
 * `npm test`: everything. `npm test -- unit` and `npm test -- system`: a part.
 * Installs what the tests need and npm does not bring: n8n, into the user's cache.
 */
const suites = {
  unit: [
    'media-sidecar/src/**/*.test.ts',
    'simulator/src/**/*.test.ts',
    'playground/**/*.test.ts',
    'bench/**/*.test.ts',
    'test/{nodes,lint,adapters,browser}/**/*.test.ts',
  ],
  // One at a time: each brings up a whole stack.
  system: ['test/system/**/*.test.ts'],
} as const;
type Suite = keyof typeof suites;

const { positionals } = parseArgs({ allowPositionals: true });
const wanted = positionals.length > 0 ? positionals : Object.keys(suites);
for (const name of wanted) {
  if (!(name in suites)) {
    throw new Error(`no such suite: ${name}; there are ${Object.keys(suites).join(' and ')}`);
  }
}

await run('npm', ['run', '--silent', 'build']);
if (wanted.includes('system')) await installN8n((line) => console.log(line));
for (const name of wanted as Suite[]) {
  const parallel = name === 'system' ? 1 : Math.max(1, availableParallelism());
  await run(process.execPath, [
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${String(parallel)}`,
    ...suites[name],
  ]);
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { cwd: projectDir, stdio: 'inherit' });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0) process.exit(code);
}
