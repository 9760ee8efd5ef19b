import { after } from 'node:test';
import { TestPlayground } from './playground.ts';

/** What OpenAI allows a session, shortened so that a test lives to see it. */
export const sessionLimitMs = 40_000;
const handoverBeforeMs = 15_000;

let shared: Promise<TestPlayground> | undefined;

/**
 * The playground of all tests of this process: a stack takes half a minute to start. Who takes it
 * finds dealers and clouds as they were in the beginning; calls, records and executions of others
 * are there.
 */
export async function sharedPlayground(): Promise<TestPlayground> {
  shared ??= TestPlayground.start({
    sidecarEnv: {
      REALTIME_SESSION_LIMIT_MS: String(sessionLimitMs),
      REALTIME_HANDOVER_BEFORE_MS: String(handoverBeforeMs),
    },
  });
  const playground = await shared;
  await playground.reset();
  return playground;
}

after(async () => (await shared)?.[Symbol.asyncDispose]());
