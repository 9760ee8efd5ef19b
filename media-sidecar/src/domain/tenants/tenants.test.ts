import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { createTenant, platform } from '../testing/fixtures.ts';
import { Tenants } from './tenants.ts';

onEachDatabase('tenants that are changed at the same time', (database) => {
  test('keep what each of the changes is about', async () => {
    const tenants = new Tenants(database());
    const { slug } = await createTenant(database());
    await Promise.all([
      tenants.update(platform, slug, { status: 'suspended' }),
      tenants.update(platform, slug, { facts: { horario: 'de diez a seis' } }),
      tenants.update(platform, slug, { greeting: 'Buenas.' }),
    ]);
    const { status, facts, greeting } = await tenants.byIdOrSlug(platform, slug);
    assert.deepEqual(
      { status, facts, greeting },
      { status: 'suspended', facts: { horario: 'de diez a seis' }, greeting: 'Buenas.' },
    );
  });

  test('are not made anew by a change when they are deleted', async () => {
    const tenants = new Tenants(database());
    const { slug } = await createTenant(database());
    const changing = tenants.update(platform, slug, { greeting: 'Buenas.' });
    const [, deleted] = await Promise.allSettled([changing, tenants.delete(platform, slug)]);
    assert.equal(deleted.status, 'fulfilled');
    await assert.rejects(tenants.byIdOrSlug(platform, slug), { code: 'tenant-not-found' });
  });
});
