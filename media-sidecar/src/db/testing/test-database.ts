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

  const serverUrl = testServerUrl();
  if (serverUrl === undefined) return;
  describe(`${title}, server`, () => {
    let database: Database;
    let server: ServerDatabase;
    before(async () => {
      server = await newServerDatabase(serverUrl);
      database = await Database.open({ url: server.url.href }, silentLogger);
    });
    after(async () => {
      await database.close();
      await server.drop();
    });
    define(() => database);
  });
}

export interface ServerDatabase {
  readonly url: URL;
  drop(): Promise<void>;
}

/** Of the server for tests, if there is one. */
export function testServerUrl(): string | undefined {
  const url = process.env['TEST_DATABASE_URL'];
  return url === '' ? undefined : url;
}

export async function newServerDatabase(serverUrl: string): Promise<ServerDatabase> {
  const name = `sidecar_test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url, drop: () => onServer(serverUrl, `drop database ${name} with (force)`) };
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
