import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installN8n } from '../../playground/n8n/install.ts';
import { anyPorts, choosePorts } from '../../playground/ports.ts';
import { makeSecrets } from '../../playground/secrets.ts';
import { startStack, type Stack, type StackOptions } from '../../playground/stack.ts';
import type { CallerReport, DialInput } from '../../simulator/src/index.ts';

/** The playground as a test holds it: the real n8n, the sidecar and the simulator, in processes. */
export class TestPlayground implements AsyncDisposable {
  readonly stack: Stack;
  readonly #dataDir: string;
  #failure: Error | undefined;

  private constructor(stack: Stack, dataDir: string) {
    this.stack = stack;
    this.#dataDir = dataDir;
  }

  static async start(
    options: Pick<Partial<StackOptions>, 'databaseUrl' | 'alwaysOpen' | 'sidecarEnv'> = {},
  ): Promise<TestPlayground> {
    const dataDir = await mkdtemp(join(tmpdir(), 'voice-agents-playground-'));
    const failures: Error[] = [];
    const progress: string[] = [];
    let playground: TestPlayground | undefined;
    try {
      const stack = await startStack({
        dataDir,
        n8nDir: await installN8n((line) => progress.push(line)),
        ports: await choosePorts(anyPorts),
        secrets: makeSecrets(),
        alwaysOpen: true,
        ...options,
        onProgress: (line) => progress.push(line),
        onFailure: (error) => {
          failures.push(error);
          if (playground) playground.#failure = error;
        },
      });
      playground = new TestPlayground(stack, dataDir);
      if (failures[0]) playground.#failure = failures[0];
      return playground;
    } catch (error) {
      await rm(dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  /** Somebody calls; resolves with what they heard when the call is over. */
  async call(dial: DialInput, withinMs = 120_000): Promise<CallerReport> {
    const { id } = await this.simulator<{ id: string }>('POST', '/callers', dial);
    const { report } = await this.simulator<{ report: CallerReport | null }>(
      'GET',
      `/callers/${id}?waitMs=${String(withinMs)}`,
    );
    if (!report) throw new Error('the call did not end in time');
    return report;
  }

  simulator<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { urls, secrets } = this.stack;
    return request<T>(`${urls.simulator}/sim/v1${path}`, method, secrets.controlKey, body);
  }

  sidecar<T>(
    method: string,
    path: string,
    body?: unknown,
    key = this.stack.secrets.platformKey,
  ): Promise<T> {
    return request<T>(`${this.stack.urls.sidecar}${path}`, method, key, body);
  }

  /** The last lines of a part's log. */
  async log(part: 'n8n' | 'sidecar' | 'simulator'): Promise<string> {
    return readFile(join(this.#dataDir, 'logs', `${part}.log`), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.stop();
    await rm(this.#dataDir, { recursive: true, force: true });
    if (this.#failure) throw this.#failure;
  }
}

export class HttpStatusError extends Error {
  readonly status: number;
  constructor(status: number, text: string) {
    super(`${String(status)}: ${text}`);
    this.status = status;
  }
}

async function request<T>(url: string, method: string, key: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && {
      // Expressions travel as text.
      body: JSON.stringify(body, (_key, value: unknown) =>
        value instanceof RegExp ? value.source : value,
      ),
    }),
  });
  const text = await response.text();
  if (!response.ok) throw new HttpStatusError(response.status, text);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Asks again and again until there is an answer; what is asked happens elsewhere, in its own time. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  withinMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${String(withinMs)} ms`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
