import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Simulator } from 'simulator';

import { startServerProcess, type ServerProcess } from '../../bench/sidecar-process.ts';
import { startSidecar } from '../../media-sidecar/src/app.ts';
import { sidecarCommand } from '../../media-sidecar/src/command.ts';
import { loadConfig } from '../../media-sidecar/src/config/config.ts';
import { testDatabaseFiles } from '../../media-sidecar/src/db/testing/database-archive.ts';
import { createLogger } from '../../media-sidecar/src/observability/logger.ts';
import {
  accountSid,
  authToken,
  geminiApiKey,
  googleApiKey,
  openAiApiKey,
  platformKey,
} from './accounts.ts';

export interface RunningSidecar extends AsyncDisposable {
  readonly url: string;
}

export interface ProcessOptions {
  /** More variables of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A module that is loaded before it. */
  readonly preload?: string;
}

export interface SidecarSurroundings {
  /** Of the authority that signed the simulator's certificates. */
  readonly caPem: string;
  /** Where the simulated Twilio reaches it. */
  readonly publicUrl: string;
}

/** The real sidecar in this process, with its embedded database, whose clouds are a simulator. */
export async function startSidecarFor(
  simulator: Simulator,
  options: SidecarSurroundings,
): Promise<RunningSidecar> {
  await using undo = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'voice-agents-sidecar-'));
  undo.defer(() => rm(dir, { recursive: true, force: true }));
  const sidecar = await startSidecar(
    loadConfig(await environmentFor(simulator, { ...options, dir })),
    {
      logger: createLogger({ level: process.env['LOG_LEVEL'] === 'debug' ? 'debug' : 'silent' }),
      database: testDatabaseFiles(),
    },
  );
  undo.defer(() => sidecar.close());
  const running = undo.move();
  return { url: sidecar.url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/**
 * The same as a process of its own, which signals reach.
 * @param dir keeps its database, for the process that comes after it
 */
export async function startSidecarProcessFor(
  simulator: Simulator,
  { dir, ...options }: SidecarSurroundings & { readonly dir: string },
  { environment, preload }: ProcessOptions = {},
): Promise<ServerProcess> {
  const usual = await environmentFor(simulator, { ...options, dir });
  const all = { ...usual, DATA_DIR: join(dir, 'database'), ...environment };
  return startServerProcess(sidecarCommand, all, preload);
}

async function environmentFor(
  simulator: Simulator,
  { caPem, publicUrl, dir }: SidecarSurroundings & { readonly dir: string },
): Promise<Record<string, string>> {
  const caFile = join(dir, 'ca.pem');
  await writeFile(caFile, caPem);
  // By name: a certificate is asked for with one, never with an address.
  const endpoint = `localhost:${simulator.grpcAddress.split(':').at(-1) ?? ''}`;
  const openAiUrl = simulator.openai.baseUrl.replace('127.0.0.1', 'localhost');
  return {
    PORT: '0',
    PUBLIC_URL: publicUrl,
    BOOTSTRAP_API_KEY: platformKey,
    ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    GOOGLE_API_KEY: googleApiKey,
    GOOGLE_PROJECT_ID: 'tests',
    GOOGLE_SPEECH_ENDPOINT: endpoint,
    GOOGLE_TTS_ENDPOINT: endpoint,
    GOOGLE_CA_FILE: caFile,
    GEMINI_API_KEY: geminiApiKey,
    GEMINI_BASE_URL: simulator.url,
    OPENAI_API_KEY: openAiApiKey,
    OPENAI_BASE_URL: openAiUrl,
    OPENAI_CA_FILE: caFile,
    OPENAI_PROJECT_ID: simulator.openai.project.id,
    WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true',
  };
}
