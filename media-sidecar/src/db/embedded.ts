import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PoolConfig } from 'pg';

export interface EmbeddedDatabase {
  readonly poolConfig: PoolConfig;
  /** Resolves with why, when it has ended although nobody closed it. */
  readonly died: Promise<Error>;
  close(): Promise<void>;
}

/** Where the data of an embedded database come from and go to; of neither: new, and in memory. */
export interface EmbeddedFiles {
  /** Where it keeps its files; absent: in memory. */
  readonly dataDir?: string;
  /** An archive by PGlite that one in memory begins as a copy of; absent: it begins empty. */
  readonly archive?: string;
}

export interface EmbeddedStart extends EmbeddedFiles {
  /** The socket to listen on; absent: a free port of the loopback interface. */
  readonly socketPath?: string;
}

export interface EmbeddedReady {
  readonly port: number | undefined;
}

/**
 * Starts PGlite in a worker thread, because it is synchronous WebAssembly and would hold up the
 * audio, and has it listen on a socket that only this user can reach (Windows has no such socket:
 * there it listens on a free port of the loopback interface).
 */
export async function startEmbeddedDatabase(files: EmbeddedFiles): Promise<EmbeddedDatabase> {
  const { dataDir, archive } = files;
  // PGlite would unpack the archive over the files that are there.
  if (dataDir !== undefined && archive !== undefined) {
    throw new RangeError('an archive is for a database in memory');
  }
  const socketDir =
    process.platform === 'win32' ? undefined : await mkdtemp(join(tmpdir(), 'voice-sidecar-db-'));
  const socketPath = socketDir === undefined ? undefined : join(socketDir, '.s.PGSQL.5432');
  const worker = new Worker(new URL('./embedded-worker.ts', import.meta.url), {
    workerData: {
      ...(dataDir !== undefined && { dataDir }),
      ...(archive !== undefined && { archive }),
      ...(socketPath !== undefined && { socketPath }),
    } satisfies EmbeddedStart,
  });

  // Listened for from the start: an exit that has happened is not told again.
  const ended = new Promise<Error>((resolve) => {
    let cause: unknown;
    worker.on('error', (error) => (cause = error));
    worker.once('exit', (code) =>
      resolve(new Error(`the embedded database stopped (${String(code)})`, { cause })),
    );
  }).finally(async () => {
    if (socketDir === undefined) return;
    // What is left of a socket in the folder for temporary files must not hide that it has ended.
    await rm(socketDir, { recursive: true, force: true }).catch(() => undefined);
  });

  try {
    const ready = await new Promise<EmbeddedReady>((resolve, reject) => {
      worker.once('message', resolve);
      ended.then((error) => reject(error.cause instanceof Error ? error.cause : error), reject);
    });
    const { promise: died, resolve: dies } = Promise.withResolvers<Error>();
    let isClosing = false;
    void ended.then((error) => {
      if (!isClosing) dies(error);
    });
    return {
      poolConfig: {
        host: socketDir ?? '127.0.0.1',
        port: ready.port ?? 5432,
        user: 'postgres',
        database: 'postgres',
        // PGlite multiplexes its connections over ONE session, message by message: two clients that
        // send parameters outside a transaction would bind each other's statements. One connection
        // costs nothing, since PGlite runs one statement at a time anyway.
        max: 1,
      },
      died,
      async close() {
        isClosing = true;
        worker.postMessage('close');
        await ended;
      },
    };
  } catch (error) {
    await worker.terminate();
    await ended;
    throw error;
  }
}
