/**
 * `npm run bench:realtime`: speech to speech over media streams. Ours (the sidecar), a bare relay and
 * OpenAI's own Twilio transport carry the same calls between the same simulated phones and the same
 * model, in turn, so that a noisy machine disturbs all of them alike. Every part is a process.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startBridge, type Bridge } from './realtime/bridges.ts';
import { startWorker } from './realtime/commands.ts';
import type { CpuProfile } from './realtime/cpu-profile.ts';
import { runTakesMs } from './realtime/duration.ts';
import type { LoadCommands } from './realtime/load-commands.ts';
import { measureLoad } from './realtime/measure-load.ts';
import { measureMemory } from './realtime/measure-memory.ts';
import { measureTruncation } from './realtime/measure-truncation.ts';
import type { ModelCommands } from './realtime/model-commands.ts';
import {
  measuresAllTargets,
  parseOptions,
  USAGE,
  type RealtimeBenchOptions,
} from './realtime/options.ts';
import { Progress } from './realtime/progress.ts';
import { reportText } from './realtime/report.ts';
import type { Stage } from './realtime/round.ts';
import { isMissed, verdictsOf, type Verdict } from './realtime/targets.ts';
import { warmUp } from './realtime/warm-up.ts';

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
  `Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'CPU'}; ` +
    `load: ${options.rounds} rounds of ${options.seconds} s, ` +
    `truncation: cases of ${options.truncationSeconds} s\n\n`,
);
process.stderr.write(`This takes about ${Math.ceil(runTakesMs(options) / 60_000)} min.\n`);
const progress = new Progress(process.stderr);
const tell = (words: string) => progress.tell(words);

for (const bridge of bridges) {
  tell(`${bridge.name}: warming up`);
  await warmUp(stage, bridge, options.warmUpSeconds);
}
const { figures: load, profiles } = options.parts.includes('load')
  ? await measureLoad(stage, bridges, options, tell)
  : { figures: [], profiles: [] };
const memory = options.parts.includes('memory')
  ? await measureMemory(stage, bridges, options, tell)
  : [];
const truncation = options.parts.includes('truncation')
  ? await measureTruncation(stage, bridges, options, tell)
  : [];
progress.clear();

const verdicts = verdictsOf(load, memory, truncation);
const read = async (file: string) => ({
  file,
  profile: JSON.parse(await readFile(file, 'utf8')) as CpuProfile,
});
const report = {
  load,
  memory,
  truncation,
  profiles: await Promise.all(profiles.map(read)),
  bridges,
  verdicts,
  keepGoing: options.keepGoing,
};
process.stdout.write(`${reportText(report)}\n`);
const isUnmet = (verdict: Verdict) =>
  isMissed(verdict) || (verdict.value === undefined && measuresAllTargets(options));
if (options.check && verdicts.some(isUnmet)) process.exitCode = 1;
