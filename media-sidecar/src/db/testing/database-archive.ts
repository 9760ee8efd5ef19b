import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { silentLogger } from '../../kernel/logger.ts';
import { Database } from '../database.ts';
import type { EmbeddedFiles } from '../embedded.ts';

/** Names the archive that the embedded databases of a whole test run begin with. */
export const databaseArchiveVariable = 'TEST_DATABASE_ARCHIVE';

/** For the embedded database of a test: a copy of the archive of the test run, if there is one. */
export function testDatabaseFiles(): EmbeddedFiles {
  const archive = process.env[databaseArchiveVariable];
  return archive === undefined || archive === '' ? {} : { archive };
}

/** Archives a new and migrated database: to make one takes seconds, to unpack it less than one. */
export async function archiveNewDatabase(file: string): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'database-to-archive-'));
  try {
    const migrated = await Database.open({ dataDir }, silentLogger);
    await migrated.close();
    await archiveDatabase(dataDir, file);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Archives an embedded database that is closed. */
export async function archiveDatabase(dataDir: string, file: string): Promise<void> {
  const pglite = await PGlite.create({ dataDir });
  try {
    const archive = await pglite.dumpDataDir('none');
    await writeFile(file, archive.stream());
  } finally {
    await pglite.close();
  }
}
