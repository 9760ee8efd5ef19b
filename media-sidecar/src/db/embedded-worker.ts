import { openAsBlob } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import type { EmbeddedReady, EmbeddedStart } from './embedded.ts';

const { dataDir, archive, socketPath } = workerData as EmbeddedStart;
if (parentPort === null) throw new Error('embedded-worker.ts runs in a worker thread only');
const port = parentPort;

if (dataDir !== undefined) await mkdir(dataDir, { recursive: true });
const db = await PGlite.create({
  ...(dataDir !== undefined && { dataDir }),
  ...(archive !== undefined && { loadDataDir: await openAsBlob(archive) }),
});
// More than the pool's one connection, so that a new one can be made before the old one is gone.
const server = new PGLiteSocketServer({
  db,
  maxConnections: 4,
  ...(socketPath === undefined ? { host: '127.0.0.1', port: 0 } : { path: socketPath }),
});
await server.start();

port.once('message', () => {
  void (async () => {
    await server.stop();
    await db.close();
    port.close();
  })();
});

const listening: EmbeddedReady = {
  port: socketPath === undefined ? Number(server.getServerConn().split(':').at(-1)) : undefined,
};
port.postMessage(listening);
