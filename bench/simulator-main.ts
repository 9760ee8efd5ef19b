/** The process in which the simulator and its telephones run; speaks with its parent over IPC. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { startSimulator, type DialledCaller, type Simulator } from '../simulator/src/index.ts';
import type { CallReport, FromSimulator, SimulatorSettings, ToSimulator } from './protocol.ts';
import { ANSWERS, CONVERSATION, delaysOf } from './script.ts';

const LAG_RESOLUTION_MS = 10;

let running: { readonly simulator: Simulator; readonly settings: SimulatorSettings } | undefined;

process.on('message', (message: ToSimulator) => {
  handle(message).then(
    (reply) => reply && send(reply),
    (error: unknown) =>
      send({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});
// A benchmark that dies takes its simulator with it.
process.on('disconnect', () => process.exit(1));

async function handle(message: ToSimulator): Promise<FromSimulator | undefined> {
  if (message.type === 'start') {
    const { options: settings } = message;
    const simulator = await startSimulator({
      port: 0,
      grpcPort: 0,
      grpcTls: settings.certificate,
      trustedCaPem: settings.certificate.certPem,
      accounts: [
        {
          accountSid: settings.accountSid,
          authToken: settings.authToken,
          numbers: [{ phoneNumber: settings.phoneNumber, voiceUrl: settings.voiceUrl }],
        },
      ],
      googleApiKey: settings.googleApiKey,
      geminiApiKey: settings.geminiApiKey,
      controlKey: settings.controlKey,
    });
    running = { simulator, settings };
    return { type: 'ready', url: simulator.url, grpcAddress: simulator.grpcAddress };
  }
  if (!running) throw new Error('the simulator was not started');
  if (message.type === 'stop') {
    await running.simulator.close();
    process.removeAllListeners('disconnect').disconnect();
    return undefined;
  }
  const watch = watchLag();
  const reports = await round(running, message);
  return { type: 'reports', reports, lagsMs: watch.stop() };
}

function watchLag(): { stop(): number[] } {
  const histogram = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  histogram.enable();
  const lagsMs: number[] = [];
  const timer = setInterval(() => {
    // The histogram counts its own sampling interval in.
    lagsMs.push(Math.max(0, histogram.max / 1e6 - LAG_RESOLUTION_MS));
    histogram.reset();
  }, 1000);
  return {
    stop() {
      clearInterval(timer);
      histogram.disable();
      return lagsMs;
    },
  };
}

async function round(
  { simulator, settings }: NonNullable<typeof running>,
  { calls, spacingMs, timeoutMs }: Extract<ToSimulator, { type: 'round' }>,
): Promise<CallReport[]> {
  simulator.gemini.script(ANSWERS.map((step) => ({ ...step, times: 100_000 })));
  const deadline = AbortSignal.timeout(timeoutMs);
  const callers: DialledCaller[] = [];
  for (let index = 0; index < calls; index += 1) {
    if (index > 0) await setTimeout(spacingMs);
    const from = `+569${String(10_000_000 + index)}`;
    callers.push(
      simulator.dial({
        from,
        to: settings.phoneNumber,
        voice: 'es-419',
        script: [...CONVERSATION],
      }),
    );
  }
  const giveUp = () => callers.forEach((caller) => caller.hangUp());
  deadline.addEventListener('abort', giveUp, { once: true });
  const reports = await Promise.all(callers.map(({ done }) => done));
  deadline.removeEventListener('abort', giveUp);
  return reports.map((report) => ({
    callSid: report.callSid,
    ...delaysOf(report),
    underruns: report.frames.underruns,
    failures: deadline.aborted ? [...report.failures, 'the round took too long'] : report.failures,
  }));
}

function send(message: FromSimulator): void {
  process.send?.(message);
}
