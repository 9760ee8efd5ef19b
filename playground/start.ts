import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installN8n, N8nInstallError } from './n8n/install.ts';
import { defaultDataDir, projectDir } from './paths.ts';
import { choosePorts } from './ports.ts';
import { runToEnd } from './processes/run-to-end.ts';
import { loadSecrets, ownerEmail } from './secrets.ts';
import { startStack, type Stack } from './stack.ts';
import { canvasNumber } from './templates.ts';

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string', default: defaultDataDir },
    /** The dealers answer only within their business hours. */
    'business-hours': { type: 'boolean', default: false },
  },
});

const startedAtMs = performance.now();
const say = (line: string): void => {
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  process.stdout.write(`[${String(seconds).padStart(3)} s] ${line}\n`);
};

const stopping = new AbortController();
let exitCode = 0;

async function stop(): Promise<void> {
  if (stopping.signal.aborted) return;
  say('stopping');
  stopping.abort();
  // What is half done is ended and removed, and what has started is stopped.
  const [brought] = await Promise.allSettled([bringingUp]);
  if (brought.status === 'fulfilled') await brought.value.stop();
  say('everything has stopped');
  process.exit(exitCode);
}

function fail(error: unknown): void {
  if (stopping.signal.aborted) return;
  exitCode = 1;
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\n${text}\n\n`);
  void stop();
}

// SIGHUP: the terminal was closed. What we have started is in groups of its own and would go on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void stop());
// Nobody reads any more; that must not keep us from stopping.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

const bringingUp = bringUp(stopping.signal);
bringingUp.then(
  (stack) => {
    if (!stopping.signal.aborted) say(`ready\n\n${addresses(stack)}`);
  },
  (error: unknown) => {
    if (error instanceof N8nInstallError) process.stderr.write('\n');
    fail(error);
  },
);

async function bringUp(signal: AbortSignal): Promise<Stack> {
  say('building the n8n package');
  await build(signal);
  const n8nDir = await installN8n(say, { signal });
  signal.throwIfAborted();
  return startStack({
    dataDir: values['data-dir'],
    n8nDir,
    ports: await choosePorts(),
    secrets: await loadSecrets(join(values['data-dir'], 'secrets.json')),
    alwaysOpen: !values['business-hours'],
    onProgress: say,
    onFailure: fail,
    signal,
  });
}

async function build(signal: AbortSignal): Promise<void> {
  const log = join(projectDir, 'build.log');
  const ended = await runToEnd(['npm', 'run', 'build'], { cwd: projectDir, log, signal });
  signal.throwIfAborted();
  if (ended.code !== 0) {
    throw new Error(`the n8n package does not build:\n${ended.lastLines.join('\n')}`);
  }
}

function addresses({ urls, tenants, secrets }: Stack): string {
  return [
    `  Web phone      ${urls.phone}`,
    ...tenants.flatMap(({ profile, lines }) =>
      lines.map(
        ({ phoneNumber, what }) => `                 dial ${phoneNumber}  ${profile.name}: ${what}`,
      ),
    ),
    `                 dial ${canvasNumber}  a menu that runs on the canvas alone`,
    `  n8n editor     ${urls.workflow}`,
    `                 ${ownerEmail}  ${secrets.ownerPassword}`,
    `  Sidecar API    ${urls.sidecar}/v1   (key in ${join(values['data-dir'], 'secrets.json')})`,
    `  Logs           ${join(values['data-dir'], 'logs')}`,
    '',
    '  Ctrl-C stops everything.',
    '',
  ].join('\n');
}
