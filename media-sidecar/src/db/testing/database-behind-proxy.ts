import { join } from 'node:path';
import { test } from 'node:test';
import type { DatabaseOptions } from '../database.ts';
import { startEmbeddedDatabase } from '../embedded.ts';
import { testDatabaseFiles } from './database-archive.ts';
import { DatabaseProxy } from './database-proxy.ts';
import { newServerDatabase, testServerUrl } from './test-database.ts';

/** A database whose connections truly break, and how it is reached. */
export interface DatabaseBehindProxy extends AsyncDisposable {
  readonly proxy: DatabaseProxy;
  readonly options: DatabaseOptions;
}

/**
 * One test on the embedded database, and one on a new database of the server at `TEST_DATABASE_URL`
 * when that is set.
 */
export function onEachDatabaseBehindProxy(
  check: (reached: DatabaseBehindProxy) => Promise<void>,
): void {
  test('embedded', async () => check(await embedded()));
  const serverUrl = testServerUrl();
  if (serverUrl !== undefined) test('server', async () => check(await onServer(serverUrl)));
}

async function embedded(): Promise<DatabaseBehindProxy> {
  const { poolConfig, close } = await startEmbeddedDatabase(testDatabaseFiles());
  const { host = '', port = 0 } = poolConfig;
  const proxy = await DatabaseProxy.to(
    host.startsWith('/') ? { path: join(host, '.s.PGSQL.5432') } : { host, port },
  );
  const url = `postgres://postgres@127.0.0.1:${String(proxy.port)}/postgres`;
  return { proxy, options: { url, maxConnections: 1 }, [Symbol.asyncDispose]: close };
}

async function onServer(serverUrl: string): Promise<DatabaseBehindProxy> {
  const { url, drop } = await newServerDatabase(serverUrl);
  const proxy = await DatabaseProxy.to({ host: url.hostname, port: Number(url.port || 5432) });
  url.host = `127.0.0.1:${String(proxy.port)}`;
  return { proxy, options: { url: url.href }, [Symbol.asyncDispose]: drop };
}
