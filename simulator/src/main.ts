import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ZodError } from 'zod';
import { describeConfigError, type SimulatorOptions } from './config.ts';
import { startSimulator } from './index.ts';

/** `node simulator/src/main.ts --config file.json`; ready when it prints one line of JSON. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Error('usage: main.ts --config file.json');
  const options = JSON.parse(await readFile(values.config, 'utf8')) as SimulatorOptions;
  const simulator = await startSimulator(options);
  process.stdout.write(
    `${JSON.stringify({
      url: simulator.url,
      grpcAddress: simulator.grpcAddress,
      openAiBaseUrl: simulator.openai.baseUrl,
    })}\n`,
  );
  let closing: Promise<void> | undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      closing ??= simulator.close().catch(fail);
    });
}

function fail(error: unknown): void {
  const text =
    error instanceof ZodError
      ? describeConfigError(error)
      : error instanceof Error
        ? error.message
        : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}

main().catch(fail);
