import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { saveCallback } from '../../domain/callbacks/repository.ts';
import { newId } from '../../domain/identifiers.ts';
import { newPhoneNumber } from '../../domain/testing/fixtures.ts';
import type { Api, Reply, TestTenant } from '../testing/api-fixture.ts';
import { refused, startApi, tenantWithKey } from '../testing/api-fixture.ts';

interface Listed {
  readonly id: string;
  readonly dueAt: string;
  readonly status: string;
}

onEachDatabase('callbacks over HTTP', (database) => {
  let api: Api;
  let a: TestTenant;
  let b: TestTenant;
  /** The earliest first. */
  const ids: string[] = [];

  before(async () => {
    api = await startApi(database());
    a = await tenantWithKey(api, 'andes');
    b = await tenantWithKey(api, 'barcelona');
    // Two are due at the same moment.
    for (const [index, hour] of [9, 10, 10, 12].entries()) {
      const { callback } = await database().withTenant(a.id, (tx) =>
        saveCallback(tx, {
          id: newId(),
          callId: newId(),
          phoneNumber: newPhoneNumber(),
          dueAt: new Date(Date.UTC(2026, 10, 24, hour)).toISOString(),
          reason: index === 0 ? 'prueba de manejo' : null,
          createdAt: '2026-11-23T14:00:00.000Z',
        }),
      );
      ids.push(callback.id);
    }
  });

  const list = (query: string, key: string | undefined = a.key): Promise<Reply> =>
    api.call('GET', `/v1/callbacks?${query}`, undefined, key);
  const found = ({ json }: Reply): Listed[] => json['data'] as Listed[];
  const patch = (id: string, body: object, key?: string) =>
    api.call('PATCH', `/v1/callbacks/${id}`, body, key);

  test('lists them, the earliest first, page by page', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Reply = await list(`limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...found(page).map(({ id }) => id));
      cursor = page.json['nextCursor'] as string | null;
    }
    assert.deepEqual(seen, ids);
    const [first] = found(await list('', a.key));
    const { callId, phoneNumber, ...rest } = first as unknown as Record<string, unknown>;
    assert.match(String(callId), /^[0-9a-f-]{36}$/);
    assert.match(String(phoneNumber), /^\+56/);
    assert.deepEqual(rest, {
      id: ids[0],
      tenant: { id: a.id, slug: 'andes', name: 'Automotora Andes' },
      dueAt: '2026-11-24T09:00:00.000Z',
      reason: 'prueba de manejo',
      status: 'open',
      createdAt: '2026-11-23T14:00:00.000Z',
    });
  });

  test('are of one tenant, which the platform names', async () => {
    assert.equal(found(await list('tenant=andes', undefined)).length, ids.length);
    refused(await api.call('GET', '/v1/callbacks'), 400, 'tenant-required', 'tenant');
    assert.deepEqual(found(await list('', b.key)), []);
    refused(await list('tenant=andes', b.key), 404, 'tenant-not-found', 'tenant');
    refused(await patch(ids[0] ?? '', { status: 'done' }, b.key), 404, 'callback-not-found');
  });

  test('are done, cancelled, or open again, for a tenant and for the platform', async () => {
    for (const [key, status] of [
      [a.key, 'done'],
      [undefined, 'cancelled'],
    ] as const) {
      const reply = await patch(ids[1] ?? '', { status }, key);
      assert.deepEqual([reply.status, reply.json['status']], [200, status]);
      assert.equal((reply.json['tenant'] as { slug: string }).slug, 'andes');
      assert.deepEqual(
        found(await list(`status=${status}`)).map(({ id }) => id),
        [ids[1]],
      );
    }
    assert.equal(found(await list('status=open')).length, ids.length - 1);
    await patch(ids[1] ?? '', { status: 'open' }, a.key);
    assert.equal(found(await list('status=open')).length, ids.length);
  });

  test('refuses what is no status, no callback and no cursor', async () => {
    const id = ids[0] ?? '';
    refused(await patch(id, { status: 'later' }, a.key), 400, 'invalid-request', 'status');
    refused(await patch(id, {}, a.key), 400, 'invalid-request', 'status');
    refused(await patch(id, { status: 'done', dueAt: 'x' }, a.key), 400, 'invalid-request');
    for (const key of [a.key, undefined]) {
      for (const none of [newId(), 'no-uuid', '%27%20or%20true']) {
        refused(await patch(none, { status: 'done' }, key), 404, 'callback-not-found');
      }
    }
    refused(await list('status=later'), 400, 'invalid-request', 'status');
    refused(await list('cursor=nonsense'), 400, 'bad-cursor', 'cursor');
    refused(await list('limit=0'), 400, 'invalid-request', 'limit');
    refused(await api.call('GET', '/v1/callbacks', undefined, null), 401, 'unauthenticated');
  });
});
