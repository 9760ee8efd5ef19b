import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import type { StoredCallRecorder } from '../../domain/calls/call-recorder.ts';
import type { Tenant } from '../../domain/tenants/schema.ts';
import { callRecorder, createClaimedSession, createTenant } from '../../domain/testing/fixtures.ts';
import type { Api } from '../testing/api-fixture.ts';
import { refused, startApi } from '../testing/api-fixture.ts';

interface Listed {
  readonly id: string;
  readonly status: string;
}

const sidOf = (index: number): string => `CA${String(index).padStart(32, '0')}`;

onEachDatabase('records of calls', (database) => {
  let api: Api;
  let tenant: Tenant;
  let other: Tenant;
  let key: string;
  let otherKey: string;
  let recorder: StoredCallRecorder;
  /** Oldest first: completed, failed, in progress, one minute after the other. */
  const ids: string[] = [];

  before(async () => {
    const db = database();
    api = await startApi(db);
    tenant = await createTenant(db);
    other = await createTenant(db);
    const keyOf = async (slug: string): Promise<string> => {
      const made = await api.call('POST', '/v1/api-keys', { name: slug, tenant: slug });
      return String(made.json['key']);
    };
    [key, otherKey] = [await keyOf(tenant.slug), await keyOf(other.slug)];
    recorder = callRecorder(db);
    for (let index = 0; index < 3; index += 1) {
      const callId = await createClaimedSession(db, tenant.id, sidOf(index));
      ids.push(callId);
      const about = { callId, tenantId: tenant.id };
      const startedAtMs = Date.UTC(2026, 10, 21, 12, index);
      recorder.callStarted({ ...about, startedAtMs });
      recorder.turn({
        ...about,
        index: 0,
        role: 'agent',
        text: 'Hola, gra',
        generatedText: 'Hola, gracias\0 por llamar.',
        interrupted: true,
        startedAtMs,
        endedAtMs: startedAtMs + 900,
        delays: { firstAudioByteMs: 120.5, firstMarkMs: 180 },
      });
      if (index === 2) continue;
      recorder.callEnded({
        ...about,
        endedAtMs: startedAtMs + 42_000,
        reason: index === 0 ? 'caller-hung-up' : 'provider-failure',
        framesReceived: 2100,
        framesLost: 1,
        framesSent: 1800,
      });
    }
    await recorder.flush();
  });

  const list = async (query: string, by = key): Promise<Listed[]> => {
    const reply = await api.call('GET', `/v1/calls?${query}`, undefined, by);
    assert.equal(reply.status, 200, JSON.stringify(reply.json));
    return reply.json['data'] as Listed[];
  };

  test('shows a call with its turns, by our id and by the SID of Twilio', async () => {
    for (const name of [ids[0], sidOf(0)]) {
      const { json } = await api.call('GET', `/v1/calls/${String(name)}`, undefined, key);
      assert.deepEqual(json, {
        id: ids[0],
        tenant: { id: tenant.id, slug: tenant.slug, name: tenant.name },
        callSid: sidOf(0),
        direction: 'inbound',
        from: '+56912345678',
        to: '+56221234567',
        agent: 'contact-center',
        pipeline: 'cascade',
        status: 'completed',
        endReason: 'caller-hung-up',
        startedAt: '2026-11-21T12:00:00.000Z',
        endedAt: '2026-11-21T12:00:42.000Z',
        durationMs: 42_000,
        audio: { framesReceived: 2100, framesLost: 1, framesSent: 1800 },
        metadata: {},
        analysis: null,
        cost: { currency: 'USD', microUsd: 0, complete: true },
        turns: [
          {
            index: 0,
            role: 'agent',
            text: 'Hola, gra',
            generatedText: 'Hola, gracias por llamar.',
            interrupted: true,
            startedAt: '2026-11-21T12:00:00.000Z',
            endedAt: '2026-11-21T12:00:00.900Z',
            delays: { firstAudioByteMs: 120.5, firstMarkMs: 180 },
            costMicroUsd: null,
          },
        ],
      });
    }
  });

  test("another tenant's call does not exist", async () => {
    for (const name of [String(ids[0]), sidOf(0), 'nonsense']) {
      const reply = await api.call('GET', `/v1/calls/${name}`, undefined, otherKey);
      assert.deepEqual([reply.status, reply.code], [404, 'call-not-found']);
    }
    assert.deepEqual(await list('', otherKey), []);
    const named = await api.call('GET', `/v1/calls?tenant=${tenant.slug}`, undefined, otherKey);
    assert.deepEqual([named.status, named.code], [404, 'tenant-not-found']);
  });

  test('lists the newest first, page by page', async () => {
    assert.deepEqual(
      (await list('')).map(({ id }) => id),
      ids.toReversed(),
    );
    const seen: string[] = [];
    let query = 'limit=1';
    for (let page = 0; page < 3; page += 1) {
      const { json } = await api.call('GET', `/v1/calls?${query}`, undefined, key);
      seen.push(...(json['data'] as Listed[]).map(({ id }) => id));
      query = `limit=1&cursor=${String(json['nextCursor'])}`;
      if (page === 2) assert.equal(json['nextCursor'], null);
    }
    assert.deepEqual(seen, ids.toReversed());
  });

  test('finds calls by what they were', async () => {
    const found: [string, (string | undefined)[]][] = [
      ['status=completed', [ids[0]]],
      ['status=failed', [ids[1]]],
      ['status=in-progress', [ids[2]]],
      [`callSid=${sidOf(1)}`, [ids[1]]],
      ['from=%2B56912345678&status=failed', [ids[1]]],
      ['from=%2B56900000000', []],
      ['to=%2B56221234567&direction=inbound&limit=200', ids.toReversed()],
      ['direction=outbound', []],
      ['startedAfter=2026-11-21T12:00:00.000Z', [ids[2], ids[1]]],
      ['startedBefore=2026-11-21T09:01:00-03:00', [ids[0]]],
      [`tenant=${tenant.slug}&status=failed`, [ids[1]]],
    ];
    for (const [query, expected] of found) {
      assert.deepEqual(
        (await list(query)).map(({ id }) => id),
        expected,
        query,
      );
    }
  });

  test('shows the platform the calls of all tenants, or of one', async () => {
    const all = await api.call('GET', '/v1/calls');
    assert.equal((all.json['data'] as Listed[]).length, 3);
    const none = await api.call('GET', `/v1/calls?tenant=${other.id}`);
    assert.deepEqual(none.json['data'], []);
    assert.equal((await api.call('GET', `/v1/calls/${String(ids[1])}`)).json['status'], 'failed');
  });

  test('refuses questions that make no sense, and names the field', async () => {
    for (const [query, field] of [
      ['limit=0', 'limit'],
      ['limit=201', 'limit'],
      ['limit=many', 'limit'],
      ['from=123', 'from'],
      ['to=x', 'to'],
      ['status=ringing', 'status'],
      ['direction=up', 'direction'],
      ['startedAfter=yesterday', 'startedAfter'],
      ['startedBefore=2026-11-21', 'startedBefore'],
      ['cursor=nonsense', 'cursor'],
      ['cursor=WzFd', 'cursor'],
      ['surprise=1', undefined],
    ] as const) {
      const reply = await api.call('GET', `/v1/calls?${query}`, undefined, key);
      assert.deepEqual([reply.status, reply.field], [400, field], query);
    }
  });

  test('keeps what workflows add to a call', async () => {
    const patch = (body: unknown, id = String(ids[0]), as = key) =>
      api.call('PATCH', `/v1/calls/${id}`, body, as);
    const first = await patch({ metadata: { campaign: 'otoño', score: 3 } });
    assert.equal(first.status, 200);
    assert.ok(Array.isArray(first.json['turns']));
    const analysis = { sentiment: 'positive', nextSteps: ['llamar el martes'] };
    await patch({ metadata: { score: null, agent: 'x' }, analysis }, sidOf(0));
    const { json } = await api.call('GET', `/v1/calls/${String(ids[0])}`);
    assert.deepEqual(json['metadata'], { campaign: 'otoño', agent: 'x' });
    assert.deepEqual(json['analysis'], analysis);
    assert.equal((await patch({ analysis: null })).json['analysis'], null);

    refused(await patch({}), 400, 'invalid-request');
    refused(await patch({ metadata: [] }), 400, 'invalid-request', 'metadata');
    refused(
      await patch({ metadata: { a: 'x'.repeat(16_384) } }),
      400,
      'invalid-request',
      'metadata',
    );
    await patch({ metadata: { a: 'x'.repeat(9000) } });
    refused(await patch({ metadata: { b: 'x'.repeat(9000) } }), 400, 'invalid-request', 'metadata');
    await patch({ metadata: { a: null } });
    refused(
      await patch({ analysis: { a: 'x'.repeat(65_536) } }),
      400,
      'invalid-request',
      'analysis',
    );
    refused(await patch({ metadata: {} }, String(ids[0]), otherKey), 404, 'call-not-found');
  });

  test('workflows that add to a call at the same time do not undo each other', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `n${String(index)}`);
    await Promise.all(
      names.map((name) =>
        api.call('PATCH', `/v1/calls/${String(ids[1])}`, { metadata: { [name]: 1 } }),
      ),
    );
    const { json } = await api.call('GET', `/v1/calls/${String(ids[1])}`);
    assert.deepEqual(Object.keys(json['metadata'] as object).sort(), names);
  });

  test('ends a conversation that is going on, and no other', async () => {
    const callId = await createClaimedSession(database(), tenant.id, `CA${'e'.repeat(32)}`);
    const startedAtMs = Date.UTC(2026, 10, 22);
    recorder.callStarted({ callId, tenantId: tenant.id, startedAtMs });
    await recorder.flush();
    const end = (id: string, as = key) => api.call('POST', `/v1/calls/${id}/end`, undefined, as);
    refused(await end(callId, otherKey), 404, 'call-not-found');
    assert.equal((await end(callId)).status, 202);
    assert.deepEqual(api.stopped, [callId]);
    refused(await end(String(ids[0])), 409, 'call-not-active');
    recorder.callEnded({
      callId,
      tenantId: tenant.id,
      endedAtMs: startedAtMs + 1000,
      reason: 'ended-by-request',
      framesReceived: 0,
      framesLost: 0,
      framesSent: 0,
    });
    await recorder.flush();
    const { json } = await api.call('GET', `/v1/calls/${callId}`);
    assert.deepEqual([json['status'], json['endReason']], ['completed', 'ended-by-request']);
  });
});
