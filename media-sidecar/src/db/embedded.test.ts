import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { createTenant } from '../domain/testing/fixtures.ts';
import { silentLogger } from '../kernel/logger.ts';
import { Database } from './database.ts';
import { startEmbeddedDatabase } from './embedded.ts';
import { archiveDatabase, testDatabaseFiles } from './testing/database-archive.ts';

test('the embedded database keeps what it has in its folder, and in an archive of it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'embedded-test-'));
  try {
    const dataDir = join(dir, 'data');
    const first = await Database.open({ dataDir }, silentLogger);
    const tenant = await createTenant(first, {}, 'kept');
    await first.close();

    const archive = join(dir, 'archive.tar');
    await archiveDatabase(dataDir, archive);

    for (const files of [{ dataDir }, { archive }]) {
      const again = await Database.open(files, silentLogger);
      const rows = await again.withTenant(tenant.id, (tx) =>
        tx.db.selectFrom('tenants').select('slug').execute(),
      );
      await again.close();
      assert.deepEqual(rows, [{ slug: 'kept' }]);
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test('an archive is not unpacked over the files of a database', async () => {
  await assert.rejects(
    Database.open({ dataDir: 'some-folder', archive: 'archive.tar' }, silentLogger),
    { name: 'RangeError', message: /in memory/ },
  );
});

test('a database that cannot be reached fails to open', async () => {
  await assert.rejects(
    Database.open({ url: 'postgres://nobody@127.0.0.1:1/none' }, silentLogger),
    /ECONNREFUSED/,
  );
});

test('an embedded database that dies is told of and logged, and can be closed', async () => {
  const logged: [object, string][] = [];
  const logger = {
    ...silentLogger,
    error: (fields: object, message: string) => void logged.push([fields, message]),
  };
  const started = once(process, 'worker') as Promise<[Worker]>;
  const database = await Database.open(testDatabaseFiles(), logger);
  const [worker] = await started;
  await worker.terminate();
  const died = await database.died;
  assert.match(died.message, /stopped \(1\)/);
  assert.deepEqual(logged, [[{ err: died }, 'the embedded database died']]);
  await assert.rejects(database.ping());
  await database.close();
});

test('an embedded database that is closed did not die, and leaves no socket behind', async () => {
  const database = await startEmbeddedDatabase(testDatabaseFiles());
  let hasDied = false;
  void database.died.then(() => (hasDied = true));
  await database.close();
  await new Promise((resolve) => void setImmediate(resolve));
  assert.equal(hasDied, false);
  const { host = '' } = database.poolConfig;
  if (host.startsWith('/')) await assert.rejects(access(host), { code: 'ENOENT' });
});

test('an embedded database that cannot start says why', async () => {
  await assert.rejects(startEmbeddedDatabase({ archive: 'no-such-archive.tar' }), {
    message: /open file/,
  });
});

test('the process of a sidecar ends with 1 when its embedded database has died', async () => {
  const [preload, main] = ['./testing/dying-database.ts', '../main.ts'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  ) as [string, string];
  const child = spawn(process.execPath, ['--import', preload, main], {
    env: {
      PORT: '0',
      PUBLIC_URL: 'https://voice.example.com',
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
      TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'auth-token-of-the-tests',
    },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes('is listening')) child.kill('SIGUSR2');
  });
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 1, said);
  assert.match(said, /the embedded database died/);
});
