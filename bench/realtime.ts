/**
 * `npm run bench:realtime`: speech to speech over media streams. Ours (the sidecar), a bare relay and
 * OpenAI's own Twilio transport carry the same calls between the same simulated phones and the same
 * model, in turn, so that a noisy machine disturbs all of them alike. Every part is a process.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBridge, type Bridge } from './realtime/bridges.ts';
import { startWorker } from './realtime/commands.ts';
import { findingsOf, joinFindings } from './realtime/findings.ts';
import { hotSpots, type CpuProfile } from './realtime/hot-spots.ts';
import {
  figuresOf,
  keptPace,
  LOAD_HEADINGS,
  LOAD_LEGEND,
  loadRow,
  type LoadFigures,
} from './realtime/load-figures.ts';
import type { LoadCommands } from './realtime/load-commands.ts';
import type { ModelCommands } from './realtime/model-commands.ts';
import { parseOptions, USAGE, type RealtimeBenchOptions } from './realtime/options.ts';
import { loadPlan, truncationPlan } from './realtime/plans.ts';
import type { MemoryReading } from './realtime/probe-commands.ts';
import { runRound, type RoundResult, type Stage } from './realtime/round.ts';
import { inWords, isMissed, verdictsOf } from './realtime/targets.ts';
import {
  TRUNCATION_HEADINGS,
  TRUNCATION_LEGEND,
  truncationCases,
  truncationRow,
  type TruncationFigures,
} from './realtime/truncation-figures.ts';
import { table } from './table.ts';

/** Long enough for V8 to compile what runs all the time. */
const WARM_UP = { calls: 20, seconds: 10 };
/** Lines of each profile that are printed. */
const HOT_SPOTS = 25;

let options: RealtimeBenchOptions;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
  process.exit(2);
}
if (options.profile !== undefined) await mkdir(options.profile, { recursive: true });

/** Closed in the reverse order of their opening, also after a failure. */
await using cleanup = new AsyncDisposableStack();
const worker = (name: string) => fileURLToPath(new URL(`./realtime/${name}`, import.meta.url));
const stage: Stage = {
  load: startWorker<LoadCommands>(worker('load-main.ts')),
  model: startWorker<ModelCommands>(worker('model-main.ts')),
};
cleanup.defer(() => stage.load.close());
cleanup.defer(() => stage.model.close());
const modelOrigin = await stage.model.ask('listen', undefined);
const bridges: Bridge[] = [];
for (const name of options.bridges) {
  const bridge = await startBridge(name, { modelOrigin, databaseUrl: options.databaseUrl });
  cleanup.defer(() => bridge.close());
  bridges.push(bridge);
}

process.stdout.write(
  `Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ` +
    `${options.rounds} rounds of ${options.seconds} s\n\n`,
);
const warm = new Map<Bridge, MemoryReading>();
for (const bridge of bridges) {
  progress(`${bridge.name}: warming up`);
  // Code is compiled and connections are opened in a round that does not count.
  const result = await runRound(stage, bridge, loadPlan(WARM_UP.calls, WARM_UP.seconds));
  const { failures, upMs, downMs } = findingsOf(result.phones, result.sessions, result.window);
  if (upMs.length === 0 || downMs.length === 0 || failures.length > 0) {
    for (const message of [...new Set(failures), ...bridge.complaints.keys()]) {
      process.stderr.write(`${bridge.name}: ${message}\n`);
    }
    throw new Error(
      `${bridge.name}: ${WARM_UP.calls} calls already fail, there is nothing to measure`,
    );
  }
  warm.set(bridge, await bridge.probe.ask('memory', undefined));
}

const profiles: string[] = [];
const load = options.parts.includes('load') ? await measureLoad() : [];
const truncation = options.parts.includes('truncation') ? await measureTruncation() : [];
progress('');
if (load.length > 0) {
  const relayAt = (calls: number) =>
    load.find((each) => each.bridge === 'relay' && each.calls === calls);
  const rows = load.map((figures) => loadRow(figures, relayAt(figures.calls)));
  process.stdout.write(`${LOAD_LEGEND}\n\n${table(LOAD_HEADINGS, rows)}\n\n`);
}
for (const figures of load.filter((each) => !keptPace(each))) {
  process.stdout.write(
    `At ${figures.calls} calls with ${figures.bridge} the phones could not keep their own 20 ms ` +
      `(${(figures.lateShare * 100).toFixed(1)} % of the frames late)${options.keepGoing ? '' : ': no more calls were tried'}.\n\n`,
  );
}
if (truncation.length > 0) {
  process.stdout.write(
    `${TRUNCATION_LEGEND}\n\n${table(TRUNCATION_HEADINGS, truncation.map(truncationRow))}\n\n`,
  );
}
for (const file of profiles) {
  const profile = JSON.parse(await readFile(file, 'utf8')) as CpuProfile;
  const rows = hotSpots(profile, HOT_SPOTS).map(({ place, selfShare, totalShare }) => [
    (selfShare * 100).toFixed(1),
    (totalShare * 100).toFixed(1),
    place,
  ]);
  process.stdout.write(`${file}\n${table(['self %', 'total %', 'where'], rows)}\n\n`);
}
for (const { name, complaints } of bridges) {
  for (const [message, times] of complaints) {
    process.stdout.write(`${name} logged ${times} × “${message}”\n`);
  }
}
const verdicts = verdictsOf(load, truncation);
for (const verdict of verdicts) process.stdout.write(`${inWords(verdict)}\n`);
if (options.check && verdicts.some(isMissed)) process.exitCode = 1;

async function measureLoad(): Promise<LoadFigures[]> {
  const figures: LoadFigures[] = [];
  const exhausted = new Set<Bridge>();
  for (const calls of [...options.calls, ...options.oursAlso]) {
    const results = new Map<Bridge, RoundResult[]>();
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const bridge of bridges) {
        if (exhausted.has(bridge)) continue;
        if (bridge.name !== 'ours' && !options.calls.includes(calls)) continue;
        progress(`${calls} calls, ${bridge.name}, round ${round} of ${options.rounds}`);
        const profileFile =
          bridge.name === 'ours' && options.profile !== undefined
            ? join(options.profile, `ours-${calls}-${round}.cpuprofile`)
            : undefined;
        const result = await runRound(stage, bridge, {
          ...loadPlan(calls, options.seconds),
          ...(profileFile === undefined ? {} : { profileFile }),
        });
        if (profileFile !== undefined) profiles.push(profileFile);
        results.set(bridge, [...(results.get(bridge) ?? []), result]);
      }
    }
    for (const [bridge, rounds] of results) {
      const baseline = warm.get(bridge);
      if (!baseline) throw new Error('a bridge was not warmed up');
      const shown = figuresOf(bridge.name, rounds, baseline);
      figures.push(shown);
      if (!keptPace(shown) && !options.keepGoing) exhausted.add(bridge);
    }
  }
  return figures;
}

async function measureTruncation(): Promise<TruncationFigures[]> {
  const figures: TruncationFigures[] = [];
  // The bare relay truncates nothing.
  const able = bridges.filter(({ name }) => name !== 'relay');
  for (const each of truncationCases(options.deltasMs)) {
    for (const bridge of able) {
      progress(`deltas of ${each.deltaMs} ms, ${bridge.name}`);
      const result = await runRound(stage, bridge, truncationPlan(each, options));
      const { phones, sessions, window } = result;
      const findings = joinFindings([findingsOf(phones, sessions, window)]);
      figures.push({ ...each, bridge: bridge.name, findings });
    }
  }
  return figures;
}

/** On a terminal only, so that a log has nothing but the table. */
function progress(words: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${words}`);
}
