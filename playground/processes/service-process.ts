import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { signalGroup } from './process-group.ts';

export interface ServiceOptions {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
  readonly cwd?: string;
  /** Sees each line; the service is ready when this returns something. Absent: ready at once. */
  readonly readyWhen?: (line: string) => boolean;
  /** @defaultValue 120000 ms */
  readonly startTimeoutMs?: number;
  /** How long it may take to stop before it is killed. @defaultValue 15000 ms */
  readonly stopTimeoutMs?: number;
  /** The same before it is ready: n8n does not listen then. @defaultValue 3000 ms */
  readonly stopStartingTimeoutMs?: number;
}

/** Environment that every service needs of ours; nothing else leaks into it. */
const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'XDG_CACHE_HOME', 'SystemRoot'];
const keptLines = 30;
const running = new Set<ServiceProcess>();

// A stack that dies by an uncaught error must not leave services behind.
process.on('exit', () => {
  for (const service of running) service.kill();
});

/** A service of the playground, in a process group of its own so that Ctrl-C reaches only us. */
export class ServiceProcess {
  readonly name: string;
  readonly #options: ServiceOptions;
  readonly #lastLines: string[] = [];
  readonly #lineListeners = new Set<(line: string) => void>();
  #child: ChildProcess | undefined;
  #output: WriteStream | undefined;
  #stopping = false;
  #ended = false;
  #isReady = false;

  constructor(options: ServiceOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Also after it has stopped.
   * @param onUnexpectedEnd called when it ends without having been asked to
   * @param signal aborted: it is not waited for any more, and still to be stopped
   */
  async start(onUnexpectedEnd: (error: Error) => void, signal?: AbortSignal): Promise<void> {
    const { command, env, log, cwd, readyWhen, startTimeoutMs = 120_000 } = this.#options;
    const [file, ...args] = command;
    // What it wrote before it was stopped is kept.
    const output = createWriteStream(log, { flags: this.#ended ? 'a' : 'w' });
    this.#output = output;
    this.#stopping = false;
    this.#ended = false;
    this.#isReady = false;
    const child = spawn(file, args, {
      env: { ...this.#inheritedEnv(), ...env },
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    running.add(this);
    const ready = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        output.write(`${line}\n`);
        this.#lastLines.push(line);
        if (this.#lastLines.length > keptLines) this.#lastLines.shift();
        for (const listener of this.#lineListeners) listener(line);
        if (readyWhen?.(line)) ready.resolve();
      });
    }
    if (!readyWhen) ready.resolve();
    child.once('error', (error) => ready.reject(error));
    child.once('close', (code, signal) => {
      running.delete(this);
      this.#ended = true;
      output.end();
      const error = new Error(
        `${this.name} ended with ${String(code ?? signal)}:\n${this.#lastLines.join('\n')}\nIts log: ${log}`,
      );
      ready.reject(error);
      if (!this.#stopping) onUnexpectedEnd(error);
    });
    const timer = setTimeout(
      () => ready.reject(new Error(`${this.name} did not start in time. Its log: ${log}`)),
      startTimeoutMs,
    );
    const abort = (): void => ready.reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      await ready.promise;
      this.#isReady = true;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  onLine(listener: (line: string) => void): void {
    this.#lineListeners.add(listener);
  }

  /** Asks it to end, and makes it end when it does not, or at once with SIGKILL. Idempotent. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child || this.#ended) return;
    const closed = once(child, 'close');
    this.#signal(signal);
    const { stopTimeoutMs = 15_000, stopStartingTimeoutMs = 3000 } = this.#options;
    const timeoutMs = this.#isReady ? stopTimeoutMs : stopStartingTimeoutMs;
    const timer = setTimeout(() => this.kill(), timeoutMs);
    await closed;
    clearTimeout(timer);
    if (this.#output?.closed === false) await once(this.#output, 'close');
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined || this.#ended) return;
    // The whole group: n8n has a task runner of its own.
    signalGroup(pid, signal);
  }

  #inheritedEnv(): Record<string, string> {
    const env: Record<string, string> = {};
    for (const name of inherited) {
      const value = process.env[name];
      if (value !== undefined) env[name] = value;
    }
    return env;
  }
}
