import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { createTenant, platform } from '../testing/fixtures.ts';
import { testDomain } from '../testing/test-domain.ts';

onEachDatabase('subscriptions', (database) => {
  test('one address has one, also when it is registered many times at once', async () => {
    const { subscriptions } = testDomain(database());
    const { id: tenantId, slug } = await createTenant(database());
    const input = { url: 'http://127.0.0.1/hook', events: ['call.completed' as const] };
    const create = (tenant?: string) =>
      subscriptions.create(platform, { ...input, ...(tenant !== undefined && { tenant }) });
    await Promise.all(Array.from({ length: 8 }, () => Promise.all([create(slug), create()])));
    const own = await database().withTenant(tenantId, (tx) =>
      tx.db.selectFrom('subscriptions').select('id').execute(),
    );
    const platforms = await database().withSystem((tx) =>
      tx.db.selectFrom('platform_subscriptions').select('id').execute(),
    );
    assert.deepEqual([own.length, platforms.length], [1, 1]);
  });
});
