import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { onEachDatabase } from '../db/testing/test-database.ts';
import { silentLogger } from '../kernel/logger.ts';
import { JobQueue, type JobDefinition } from './queue.ts';

onEachDatabase('the queue of jobs', (database) => {
  test('a queue that an older version made gets the retries of this one', async () => {
    const job = (retryLimit: number): JobDefinition<object> => ({
      name: 'some-job',
      schema: z.looseObject({}),
      queue: { policy: 'key_strict_fifo', retryLimit },
      handle: () => Promise.resolve(),
    });
    const limits: unknown[] = [];
    for (const retryLimit of [1, 2]) {
      const queue = new JobQueue(database(), silentLogger);
      await queue.start([job(retryLimit)]);
      await queue.stop(1000);
      const { rows } = await database().ownerPool.query<{ retry_limit: number }>(
        `select retry_limit from pgboss.queue where name = 'some-job'`,
      );
      limits.push(...rows.map((row) => row.retry_limit));
    }
    assert.deepEqual(limits, [1, 2]);
  });
});
