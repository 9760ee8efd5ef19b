import { randomBytes } from 'node:crypto';
import { after, before, describe } from 'node:test';
import pg from 'pg';
import { silentLogger } from '../../kernel/logger.ts';
import { Database } from '../database.ts';
import { testDatabaseFiles } from './database-archive.ts';

/**
 * Runs tests on the embedded database, and on a new database of the server at `TEST_DATABASE_URL`
 * when that is set. One database for all tests of a file: a new embedded one takes seconds to start.
 *
 * @param define gets a way to the database, which is there once the tests run
 */
export function onEachDatabase(title: string, define: (database: () => Database) => void): void {
  describe(`${title}, embedded`, () => {
    let database: Database;
    before(async () => {
      database = await Database.open(testDatabaseFiles(), silentLogger);
    });
    after(() => database.close());
    define(() => database);
  });

  const serverUrl = process.env['TEST_DATABASE_URL'];
  if (serverUrl === undefined || serverUrl === '') return;
  describe(`${title}, server`, () => {
    let database: Database;
    const name = `sidecar_test_${randomBytes(6).toString('hex')}`;
    before(async () => {
      await onServer(serverUrl, `create database ${name}`);
      const url = new URL(serverUrl);
      url.pathname = `/${name}`;
      database = await Database.open({ url: url.href }, silentLogger);
    });
    after(async () => {
      await database.close();
      await onServer(serverUrl, `drop database ${name} with (force)`);
    });
    define(() => database);
  });
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
