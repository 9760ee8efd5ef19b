/**
 * `npm run bench:conversation`: what the sidecar adds to a conversation, and what a call costs.
 * Simulated telephones call through the simulated network; sidecar and simulator are processes of
 * their own; this process plays n8n's part and the TLS front.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { figuresOf, HEADINGS, LEGEND, ownOverheadP95, type Round } from './figures.ts';
import { parseOptions, USAGE, type BenchOptions } from './options.ts';
import { machineCpuMs, readProcess } from './process-meter.ts';
import { SidecarClient } from './sidecar-client.ts';
import { startSidecarProcess, type SidecarProcess } from './sidecar-process.ts';
import { startSimulatorProcess, type SimulatorProcess } from './simulator-process.ts';
import { table } from './table.ts';
import { TENANT } from './tenant.ts';
import { makeCertificate, startTlsFront } from '../playground/tls-front.ts';
import { startWebhookServer } from './webhook-server.ts';

const SAMPLE_INTERVAL_MS = 250;
/** What the design promises: the sidecar's own share of a delay at 50 calls, in ms. */
const TARGET = { calls: 50, ownP95Ms: 30 };

let options: BenchOptions;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
  process.exit(2);
}

/** Closed in the reverse order of their opening, also after a failure. */
await using cleanup = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), 'bench-conversation-'));
cleanup.defer(() => rm(folder, { recursive: true, force: true }));

const secrets = {
  accountSid: `AC${randomBytes(16).toString('hex')}`,
  authToken: randomBytes(16).toString('hex'),
  googleApiKey: randomBytes(16).toString('hex'),
  geminiApiKey: randomBytes(16).toString('hex'),
  controlKey: randomBytes(24).toString('hex'),
  apiKey: randomBytes(24).toString('hex'),
};
const certificate = await makeCertificate();
const caFile = join(folder, 'ca.pem');
await writeFile(caFile, certificate.certPem);

/** The front is there first: the sidecar has to know its own public address. */
const behindFront: { url?: URL } = {};
const front = await startTlsFront(certificate, () => {
  const { url } = behindFront;
  if (!url) throw new Error('the sidecar does not listen yet');
  return { host: url.hostname, port: Number(url.port) };
});
cleanup.defer(() => front.close());

const webhook = await startWebhookServer(() => client);
cleanup.defer(() => webhook.close());

const simulator = await startSimulatorProcess({
  certificate,
  accountSid: secrets.accountSid,
  authToken: secrets.authToken,
  phoneNumber: TENANT.phoneNumber,
  voiceUrl: webhook.voiceUrl,
  googleApiKey: secrets.googleApiKey,
  geminiApiKey: secrets.geminiApiKey,
  controlKey: secrets.controlKey,
});
cleanup.defer(() => simulator.close());

// By name: a certificate is asked for with one, never with an address.
const googleAddress = `localhost:${new URL(`grpc://${simulator.grpcAddress}`).port}`;
const sidecar = await startSidecarProcess({
  PORT: '0',
  PUBLIC_URL: front.url,
  BOOTSTRAP_API_KEY: secrets.apiKey,
  ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  TWILIO_ACCOUNT_SID: secrets.accountSid,
  TWILIO_AUTH_TOKEN: secrets.authToken,
  GOOGLE_API_KEY: secrets.googleApiKey,
  GOOGLE_PROJECT_ID: 'bench',
  GOOGLE_SPEECH_ENDPOINT: googleAddress,
  GOOGLE_TTS_ENDPOINT: googleAddress,
  GOOGLE_CA_FILE: caFile,
  GEMINI_API_KEY: secrets.geminiApiKey,
  GEMINI_BASE_URL: simulator.url,
  ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
  MAX_CALLS: '500',
  MAX_UNAUTHENTICATED_SOCKETS: '500',
  // Its address is told at this level.
  LOG_LEVEL: 'info',
  WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true',
});
cleanup.defer(() => sidecar.close());
behindFront.url = new URL(sidecar.url);
const client = new SidecarClient(sidecar.url, secrets.apiKey);
await client.putTenant(TENANT.slug, TENANT.profile);

const cores = availableParallelism();
process.stdout.write(
  `Node ${process.version}, ${cores} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ` +
    `${options.rounds} rounds, simulated providers\n\n${LEGEND}\n\n`,
);
// Code is compiled and connections are opened in a round that does not count.
progress('warming up');
const warmUp = await runRound(simulator, sidecar, client, 1);
const problems = [...warmUp.reports.flatMap(({ failures }) => failures), ...webhook.failures];
if (problems.length > 0) {
  for (const problem of [...problems, ...sidecar.complaints.keys()]) {
    process.stderr.write(`${problem}\n`);
  }
  throw new Error('a single call already fails: there is nothing to measure');
}

const rows: string[][] = [];
let missed: string | undefined;
for (const calls of options.calls) {
  const rounds: Round[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    progress(`${calls} calls, round ${round} of ${options.rounds}`);
    rounds.push(await runRound(simulator, sidecar, client, calls));
  }
  rows.push(figuresOf(rounds, cores));
  const own = ownOverheadP95(rounds);
  if (calls === TARGET.calls && !(own !== undefined && own < TARGET.ownP95Ms)) {
    missed = `Missed: ours at ${calls} calls is ${own?.toFixed(1) ?? 'unknown'} ms at p95; the target is below ${TARGET.ownP95Ms} ms.`;
  }
  if (options.verbose) complain(rounds);
}
progress('');
process.stdout.write(`${table(HEADINGS, rows)}\n`);
for (const [message, times] of sidecar.complaints) {
  process.stdout.write(`The sidecar logged ${times} × “${message}”\n`);
}
for (const failure of new Set(webhook.failures)) process.stdout.write(`Webhook: ${failure}\n`);
if (missed !== undefined) {
  process.stdout.write(`${missed}\n`);
  process.exitCode = 1;
}

async function runRound(
  telephones: SimulatorProcess,
  measured: SidecarProcess,
  api: SidecarClient,
  calls: number,
): Promise<Round> {
  const [before, idle, simulatorIdle] = await Promise.all([
    api.metrics(),
    readProcess(measured.pid),
    readProcess(telephones.pid),
  ]);
  const machineIdleMs = machineCpuMs();
  const startedAtMs = performance.now();
  let peakResidentBytes = idle.residentBytes;
  const done = new AbortController();
  const sampling = (async () => {
    try {
      for (;;) {
        await setTimeout(SAMPLE_INTERVAL_MS, undefined, { signal: done.signal });
        const { residentBytes } = await readProcess(measured.pid);
        peakResidentBytes = Math.max(peakResidentBytes, residentBytes);
      }
    } catch (error) {
      if (!done.signal.aborted) throw error;
    }
  })();
  try {
    const { reports, lagsMs } = await telephones.round({
      calls,
      spacingMs: options.spacingMs,
      timeoutMs: options.roundTimeoutMs,
    });
    const [end, simulatorEnd] = await Promise.all([
      readProcess(measured.pid),
      readProcess(telephones.pid),
    ]);
    const machineUsedMs = machineCpuMs() - machineIdleMs;
    const durationMs = performance.now() - startedAtMs;
    const connected = reports.filter(({ callSid }) => callSid !== '');
    const found = await Promise.all(connected.map(({ callSid }) => api.finishedCall(callSid)));
    const records = found.filter((record) => record !== undefined);
    return {
      calls,
      reports: reports.map((report) =>
        report.callSid !== '' && found[connected.indexOf(report)] === undefined
          ? { ...report, failures: [...report.failures, 'the sidecar has no record of the call'] }
          : report,
      ),
      records,
      before,
      after: await api.metrics(),
      idle,
      end,
      peakResidentBytes,
      simulatorLagsMs: lagsMs,
      simulatorCpuMs: simulatorEnd.cpuMs - simulatorIdle.cpuMs,
      machineCpuMs: machineUsedMs,
      durationMs,
    };
  } finally {
    done.abort();
    await sampling;
  }
}

function complain(rounds: readonly Round[]): void {
  for (const { callSid, failures } of rounds.flatMap(({ reports }) => reports)) {
    for (const failure of failures) process.stdout.write(`${callSid}: ${failure}\n`);
  }
}

/** On a terminal only, so that a log has nothing but the table. */
function progress(words: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${words}`);
}
