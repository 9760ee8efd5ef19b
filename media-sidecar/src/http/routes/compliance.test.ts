import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { newPhoneNumber } from '../../domain/testing/fixtures.ts';
import type { Api, TestTenant } from '../testing/api-fixture.ts';
import { refused, startApi, tenantWithKey } from '../testing/api-fixture.ts';

const unknown = { status: 'unknown', recordedAt: null, source: null, consentId: null };

onEachDatabase('compliance', (database) => {
  let api: Api;
  let andes: TestTenant;
  let maipo: TestTenant;

  before(async () => {
    api = await startApi(database());
    andes = await tenantWithKey(api, 'compliance-andes');
    maipo = await tenantWithKey(api, 'compliance-maipo');
  });

  const query = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString();

  const record = (body: object, key: string | undefined = andes.key) =>
    api.call('POST', '/v1/consents', { source: 'call', ...body }, key);
  const state = async (phoneNumber: string, key = andes.key) => {
    const path = `/v1/consents/state?${query({ phoneNumber })}`;
    return (await api.call('GET', path, undefined, key)).json['consents'];
  };

  test('the consent that was recorded last holds', async () => {
    const phoneNumber = newPhoneNumber();
    assert.deepEqual(await state(phoneNumber), {
      recording: unknown,
      'ai-call': unknown,
      marketing: unknown,
      'data-processing': unknown,
    });
    const granted = await record({
      phoneNumber,
      kind: 'recording',
      status: 'granted',
      evidence: 'Sí, de acuerdo.',
      recordedAt: '2026-11-20T12:00:00-03:00',
      callId: '0199b1de-0000-7000-8000-000000000001',
    });
    assert.equal(granted.status, 201);
    assert.equal(granted.json['recordedAt'], '2026-11-20T15:00:00.000Z');
    assert.equal(granted.json['evidence'], 'Sí, de acuerdo.');
    const withdrawn = await record({
      phoneNumber,
      kind: 'recording',
      status: 'withdrawn',
      source: 'web form',
      recordedAt: '2026-11-20T16:00:00Z',
    });
    // Told late: it was before.
    await record({
      phoneNumber,
      kind: 'recording',
      status: 'granted',
      recordedAt: '2026-11-19T12:00:00Z',
    });
    await record({ phoneNumber, kind: 'ai-call', status: 'granted' });
    const current = (await state(phoneNumber)) as Record<string, { status: string }>;
    assert.deepEqual(current['recording'], {
      status: 'withdrawn',
      recordedAt: '2026-11-20T16:00:00.000Z',
      source: 'web form',
      consentId: withdrawn.json['id'],
    });
    assert.equal(current['ai-call']?.status, 'granted');
    assert.deepEqual(current['marketing'], unknown);
    assert.deepEqual(
      ((await state(phoneNumber, maipo.key)) as typeof current)['recording'],
      unknown,
      'another tenant was told nothing',
    );
  });

  test('what a machine with a fast clock recorded does not outlive its withdrawal', async () => {
    const phoneNumber = newPhoneNumber();
    const recordedAt = new Date(Date.now() + 200_000).toISOString();
    await record({ phoneNumber, kind: 'marketing', status: 'granted', recordedAt });
    await record({ phoneNumber, kind: 'marketing', status: 'withdrawn' });
    const current = (await state(phoneNumber)) as Record<string, { status: string }>;
    assert.equal(current['marketing']?.status, 'withdrawn');
  });

  test('the history is whole, newest first', async () => {
    const phoneNumber = newPhoneNumber();
    for (const [hour, status] of ['granted', 'withdrawn', 'granted'].entries()) {
      const recordedAt = `2026-11-20T0${String(hour)}:00:00Z`;
      await record({ phoneNumber, kind: 'marketing', status, recordedAt });
    }
    const list = async (more: Record<string, string>, key: string | undefined = andes.key) => {
      const path = `/v1/consents?${query({ phoneNumber, ...more })}`;
      const { json } = await api.call('GET', path, undefined, key);
      return {
        found: (json['data'] as { status: string }[]).map((consent) => consent.status),
        cursor: String(json['nextCursor']),
      };
    };
    const first = await list({ limit: '2' });
    assert.deepEqual(first.found, ['granted', 'withdrawn']);
    assert.deepEqual((await list({ limit: '2', cursor: first.cursor })).found, ['granted']);
    assert.deepEqual((await list({ status: 'withdrawn', kind: 'marketing' })).found, ['withdrawn']);
    assert.deepEqual((await list({ kind: 'recording' })).found, []);
    assert.deepEqual((await list({}, maipo.key)).found, []);
  });

  test('a consent needs a kind, a source and a time that has been', async () => {
    const good = { phoneNumber: newPhoneNumber(), kind: 'marketing', status: 'granted' };
    for (const [body, field] of [
      [{ ...good, kind: 'everything' }, 'kind'],
      [{ ...good, status: 'maybe' }, 'status'],
      [{ ...good, source: ' ' }, 'source'],
      [{ ...good, phoneNumber: '123' }, 'phoneNumber'],
      [{ ...good, callId: 'CA1' }, 'callId'],
      [{ ...good, recordedAt: 'yesterday' }, 'recordedAt'],
      [{ ...good, recordedAt: '2126-01-01T00:00:00Z' }, 'recordedAt'],
    ] as const) {
      refused(await record(body), 400, 'invalid-request', field);
    }
    refused(
      await api.call('POST', '/v1/consents', { ...good, source: 'call' }),
      400,
      'tenant-required',
      'tenant',
    );
  });

  const add = (body: object, key?: string) => api.call('POST', '/v1/do-not-call', body, key);
  const check = async (phoneNumber: string, key?: string, tenant?: string) => {
    const path = `/v1/do-not-call/check?${query({ phoneNumber, ...(tenant && { tenant }) })}`;
    return (await api.call('GET', path, undefined, key)).json;
  };
  const scopes = ({ entries }: Record<string, unknown>) =>
    (entries as { scope: string }[]).map(({ scope }) => scope);

  test('a number is listed for one tenant', async () => {
    const phoneNumber = newPhoneNumber();
    const added = await add({ phoneNumber, reason: 'Lo pidió.', source: 'call' }, andes.key);
    assert.equal(added.status, 201);
    const { addedAt, ...entry } = added.json;
    assert.ok(addedAt);
    assert.deepEqual(entry, {
      phoneNumber,
      scope: 'tenant',
      tenant: { id: andes.id, slug: andes.slug, name: 'Automotora Andes' },
      reason: 'Lo pidió.',
      source: 'call',
    });
    const again = await add({ phoneNumber, reason: 'Otra vez.' }, andes.key);
    assert.deepEqual([again.status, again.json], [200, added.json], 'what was entered first stays');
    assert.deepEqual(scopes(await check(phoneNumber, andes.key)), ['tenant']);
    assert.equal((await check(phoneNumber, maipo.key))['listed'], false);
    assert.equal((await check(phoneNumber))['listed'], false, 'no entry of the platform');
    assert.deepEqual(scopes(await check(phoneNumber, undefined, andes.slug)), ['tenant']);
  });

  test('a number that the platform lists is listed for all, who are not told why', async () => {
    const phoneNumber = newPhoneNumber();
    assert.equal((await add({ phoneNumber, reason: 'Lista Robinson' })).status, 201);
    assert.deepEqual(await check(phoneNumber, andes.key), {
      phoneNumber,
      listed: true,
      entries: [
        {
          phoneNumber,
          scope: 'platform',
          tenant: null,
          reason: null,
          source: null,
          addedAt: null,
        },
      ],
    });
    const known = await check(phoneNumber, undefined, maipo.slug);
    assert.equal((known['entries'] as { reason: string }[])[0]?.reason, 'Lista Robinson');
    await add({ phoneNumber }, maipo.key);
    assert.deepEqual(scopes(await check(phoneNumber, maipo.key)), ['tenant', 'platform']);
  });

  test('a number is taken off by its owner', async () => {
    const phoneNumber = newPhoneNumber();
    await add({ phoneNumber }, andes.key);
    await add({ phoneNumber });
    const remove = (key?: string) =>
      api.call('DELETE', `/v1/do-not-call/${encodeURIComponent(phoneNumber)}`, undefined, key);
    refused(await remove(maipo.key), 404, 'do-not-call-not-found');
    assert.equal((await remove(andes.key)).status, 204);
    assert.deepEqual(scopes(await check(phoneNumber, andes.key)), ['platform']);
    assert.equal((await remove()).status, 204);
    assert.equal((await check(phoneNumber, andes.key))['listed'], false);
    refused(await remove(), 404, 'do-not-call-not-found');
    refused(await api.call('DELETE', '/v1/do-not-call/123'), 400, 'invalid-request', 'phoneNumber');
  });

  test('lists are of one owner, newest first, page by page', async () => {
    const numbers = [newPhoneNumber(), newPhoneNumber(), newPhoneNumber()];
    for (const phoneNumber of numbers) await add({ phoneNumber, tenant: maipo.slug });
    const list = async (more: Record<string, string>, key?: string) => {
      const { json } = await api.call('GET', `/v1/do-not-call?${query(more)}`, undefined, key);
      return {
        found: (json['data'] as { phoneNumber: string }[]).map((entry) => entry.phoneNumber),
        cursor: String(json['nextCursor']),
      };
    };
    const page = await list({ limit: '2' }, maipo.key);
    const next = await list({ limit: '2', cursor: page.cursor, tenant: maipo.slug });
    assert.deepEqual(new Set([...page.found, ...next.found].slice(0, 3)), new Set(numbers));
    assert.deepEqual((await list({ search: numbers[1]?.slice(-5) ?? '' }, maipo.key)).found, [
      numbers[1],
    ]);
    assert.ok((await list({})).found.every((number) => !numbers.includes(number)));
  });

  test('whose list is meant can be said, so that nobody writes to another by mistake', async () => {
    const phoneNumber = newPhoneNumber();
    refused(await add({ phoneNumber, scope: 'platform' }, andes.key), 403, 'platform-key-required');
    refused(await add({ phoneNumber, scope: 'tenant' }), 400, 'tenant-required', 'tenant');
    assert.equal((await check(phoneNumber, andes.key))['listed'], false);
    const own = await add({ phoneNumber, scope: 'tenant' }, andes.key);
    const all = await add({ phoneNumber, scope: 'platform', tenant: andes.slug });
    assert.deepEqual([own.json['scope'], all.json['scope']], ['tenant', 'platform']);
    const path = `/v1/do-not-call/${encodeURIComponent(phoneNumber)}?scope=platform`;
    refused(await api.call('DELETE', path, undefined, andes.key), 403, 'platform-key-required');
    assert.equal((await api.call('DELETE', path)).status, 204);
    assert.deepEqual(scopes(await check(phoneNumber, andes.key)), ['tenant']);
  });
});
