import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { newId } from '../../domain/identifiers.ts';
import {
  callRecorder,
  createClaimedSession,
  newPhoneNumber,
} from '../../domain/testing/fixtures.ts';
import type { Api, Reply, TestTenant } from '../testing/api-fixture.ts';
import { refused, startApi, tenantBody, tenantWithKey, voice } from '../testing/api-fixture.ts';

onEachDatabase('tenants and sessions over HTTP', (database) => {
  let api: Api;
  let a: TestTenant;
  let b: TestTenant;

  before(async () => {
    api = await startApi(database());
    a = await tenantWithKey(api, 'andes');
    b = await tenantWithKey(api, 'barcelona');
  });

  test('a tenant is found by id, slug and number, and only by those who may see it', async () => {
    for (const name of ['andes', a.id]) {
      const reply = await api.call('GET', `/v1/tenants/${name}`, undefined, a.key);
      assert.equal(reply.json['id'], a.id);
      const foreign = await api.call('GET', `/v1/tenants/${name}`, undefined, b.key);
      refused(foreign, 404, 'tenant-not-found');
    }
    const url = `/v1/tenants/resolve?number=${encodeURIComponent(a.number)}`;
    const { json } = await api.call('GET', url, undefined, a.key);
    assert.equal((json['tenant'] as { slug: string }).slug, 'andes');
    refused(await api.call('GET', url, undefined, b.key), 404, 'tenant-not-found', 'number');
    const unknown = await api.call('GET', '/v1/tenants/resolve?number=%2B34910000000');
    refused(unknown, 404, 'tenant-not-found', 'number');
    const bad = await api.call('GET', '/v1/tenants/resolve?number=123');
    refused(bad, 400, 'invalid-request', 'number');
  });

  test('lists the tenants that a key may see, page by page', async () => {
    const own = await api.call('GET', '/v1/tenants', undefined, a.key);
    assert.deepEqual(
      (own.json['data'] as { slug: string }[]).map(({ slug }) => slug),
      ['andes'],
    );
    const slugs: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Reply = await api.call(
        'GET',
        `/v1/tenants?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      slugs.push(...(page.json['data'] as { slug: string }[]).map(({ slug }) => slug));
      cursor = page.json['nextCursor'] as string | null;
    }
    assert.deepEqual(slugs, [...new Set(slugs)].sort());
    assert.ok(slugs.includes('andes') && slugs.includes('barcelona'));
  });

  test('replaces a tenant whole, and keeps its id', async () => {
    const put = (body: object) => api.call('PUT', '/v1/tenants/replaced', tenantBody(body));
    const [one, two] = [newPhoneNumber(), newPhoneNumber()];
    const first = await put({ phoneNumbers: [one], instructions: 'Sé breve.', facts: { a: [1] } });
    const second = await put({ phoneNumbers: [two] });
    assert.equal(second.json['id'], first.json['id']);
    assert.deepEqual(second.json['phoneNumbers'], [two]);
    assert.equal(second.json['instructions'], '');
    assert.deepEqual([first.json['facts'], second.json['facts']], [{ a: [1] }, {}]);
  });

  test('refuses a tenant with a bad field, and names it', async () => {
    const bad: [object, string][] = [
      [{ name: '' }, 'name'],
      [{ timezone: 'Chile/Nowhere' }, 'timezone'],
      [{ language: 'español' }, 'language'],
      [{ voice: { name: 'x' } }, 'voice.languageCode'],
      [{ voice: { ...voice, speakingRate: 9 } }, 'voice.speakingRate'],
      [{ status: 'asleep' }, 'status'],
      [{ agent: 'survey' }, 'agent'],
      [{ escalationNumber: '912345678' }, 'escalationNumber'],
      [{ phoneNumbers: ['+56912345678', 'x'] }, 'phoneNumbers.1'],
      [{ phoneNumbers: ['+56912345678', '+56912345678'] }, 'phoneNumbers'],
      [{ businessHours: { mon: [['9', '18']] } }, 'businessHours.mon.0.0'],
      [{ facts: [] }, 'facts'],
      [{ facts: { big: 'x'.repeat(65_536) } }, 'facts'],
      [{ greeting: 7 }, 'greeting'],
      [{ disclosure: undefined }, 'disclosure'],
      [{ pipeline: 'relay' }, 'pipeline'],
      [{ realtime: { model: 'gpt-realtime' } }, 'realtime.model'],
      [{ realtime: { model: 'gpt-9' } }, 'realtime.model'],
      [{ realtime: { voice: 'nova' } }, 'realtime.voice'],
      [{ realtime: { speed: 2 } }, 'realtime.speed'],
      [{ realtime: { noiseReduction: 'loud' } }, 'realtime.noiseReduction'],
      [{ realtime: { transcriptionModel: 'No Model' } }, 'realtime.transcriptionModel'],
      [{ realtime: { reasoningEffort: 'none' } }, 'realtime.reasoningEffort'],
      [{ realtime: { turnDetection: { type: 'none' } } }, 'realtime.turnDetection.type'],
      [
        { realtime: { turnDetection: { type: 'server_vad', threshold: 2 } } },
        'realtime.turnDetection.threshold',
      ],
      [
        { realtime: { turnDetection: { type: 'semantic_vad', threshold: 0.5 } } },
        'realtime.turnDetection',
      ],
      [{ realtime: { surprise: 1 } }, 'realtime'],
      [{ budget: { monthlyMicroUsd: 0 } }, 'budget.monthlyMicroUsd'],
      [{ budget: { monthlyMicroUsd: 1.5 } }, 'budget.monthlyMicroUsd'],
      [{ budget: { monthlyMicroUsd: 1e16 } }, 'budget.monthlyMicroUsd'],
      [{ budget: { monthlyMicroUsd: 1, warnAtPercent: 101 } }, 'budget.warnAtPercent'],
      [{ budget: {} }, 'budget.monthlyMicroUsd'],
    ];
    for (const [more, field] of bad) {
      const reply = await api.call('PUT', '/v1/tenants/bad', tenantBody(more));
      assert.deepEqual(
        [reply.status, reply.field],
        [400, field],
        JSON.stringify(more).slice(0, 99),
      );
    }
    refused(
      await api.call('PUT', '/v1/tenants/bad', tenantBody({ surprise: 1 })),
      400,
      'invalid-request',
    );
    for (const slug of ['Bad', 'a_b', '-a', 'resolve', newId(), 'x'.repeat(64)]) {
      const reply = await api.call('PUT', `/v1/tenants/${slug}`, tenantBody());
      assert.deepEqual([reply.status, reply.field], [400, 'slug'], slug);
    }
    refused(await api.call('GET', '/v1/tenants/bad'), 404, 'tenant-not-found');
  });

  test('refuses an escalation that would come back as a call', async () => {
    const code = 'escalation-number-is-inbound';
    const put = (body: object, slug = 'loop') =>
      api.call('PUT', `/v1/tenants/${slug}`, tenantBody(body));
    refused(await put({ escalationNumber: a.number }), 409, code, 'escalationNumber');
    const own = newPhoneNumber();
    refused(
      await put({ phoneNumbers: [own], escalationNumber: own }),
      409,
      code,
      'escalationNumber',
    );
    assert.equal((await put({ escalationNumber: own }, 'escalates')).status, 200);
    refused(await put({ phoneNumbers: [own] }), 409, code, 'phoneNumbers');
  });

  test('a number belongs to one tenant', async () => {
    const reply = await api.call(
      'PUT',
      '/v1/tenants/thief',
      tenantBody({ phoneNumbers: [a.number] }),
    );
    refused(reply, 409, 'phone-number-taken', 'phoneNumbers');
    refused(await api.call('GET', '/v1/tenants/thief'), 404, 'tenant-not-found');
  });

  test('makes a session for a number or a tenant, for those who may', async () => {
    const byNumber = { calledNumber: a.number, direction: 'inbound' };
    for (const body of [
      byNumber,
      { tenant: 'andes', direction: 'outbound' },
      { tenant: a.id, direction: 'inbound' },
    ]) {
      const reply = await api.call('POST', '/v1/sessions', body, a.key);
      assert.equal(reply.status, 200);
      assert.deepEqual(reply.json['decision'], { action: 'connect', reason: 'open' });
      assert.match(String(reply.json['token']), /^[\w-]{43}$/);
    }
    refused(
      await api.call('POST', '/v1/sessions', byNumber, b.key),
      404,
      'tenant-not-found',
      'calledNumber',
    );
    refused(
      await api.call('POST', '/v1/sessions', { tenant: 'andes', direction: 'inbound' }, b.key),
      404,
      'tenant-not-found',
      'tenant',
    );
    refused(
      await api.call('POST', '/v1/sessions', { ...byNumber, tenant: 'barcelona' }),
      409,
      'tenant-mismatch',
      'calledNumber',
    );
  });

  test('refuses a session with a bad field, and names it', async () => {
    const ok = { calledNumber: a.number, direction: 'inbound' };
    const bad: [object, string | undefined][] = [
      [{}, 'direction'],
      [{ direction: 'inbound' }, 'calledNumber'],
      [{ ...ok, calledNumber: '221234567' }, 'calledNumber'],
      [{ ...ok, direction: 'sideways' }, 'direction'],
      [{ ...ok, callSid: 'CA1' }, 'callSid'],
      [{ ...ok, pipeline: 'relay' }, 'pipeline'],
      [{ ...ok, transport: 'pigeon' }, 'transport'],
      [{ ...ok, transport: 'sip', pipeline: 'cascade' }, 'pipeline'],
      [{ ...ok, agent: 'nobody' }, 'agent'],
      [{ ...ok, variables: { a: 1 } }, 'variables.a'],
      [{ ...ok, tools: ['no spaces'] }, 'tools.0'],
      [{ ...ok, contact: { name: 1 } }, 'contact.name'],
      [{ ...ok, surprise: true }, undefined],
    ];
    for (const [body, field] of bad) {
      refused(await api.call('POST', '/v1/sessions', body), 400, 'invalid-request', field);
    }
  });

  test('changes the fields that are given, and no other', async () => {
    const path = '/v1/tenants/changing';
    const body = tenantBody({
      phoneNumbers: [newPhoneNumber()],
      facts: { horario: 'de 9 a 6' },
      businessHours: { mon: [['09:00', '18:00']] },
    });
    const { json: before } = await api.call('PUT', path, body);
    const patched = await api.call('PATCH', path, { greeting: 'Buenas', businessHours: null });
    assert.equal(patched.status, 200);
    const { updatedAt, ...after } = patched.json;
    assert.ok(updatedAt);
    assert.deepEqual(after, {
      ...Object.fromEntries(Object.entries(before).filter(([name]) => name !== 'updatedAt')),
      greeting: 'Buenas',
      businessHours: null,
    });
    const byId = await api.call('PATCH', `/v1/tenants/${String(before['id'])}`, { facts: {} });
    assert.deepEqual(byId.json['facts'], {});
    assert.equal(byId.json['greeting'], 'Buenas');

    refused(await api.call('PATCH', path, { greeting: '' }), 400, 'invalid-request', 'greeting');
    refused(await api.call('PATCH', path, { slug: 'x' }), 400, 'invalid-request');
    refused(await api.call('PATCH', path, {}, a.key), 403, 'platform-key-required');
    refused(await api.call('PATCH', '/v1/tenants/nobody', {}), 404, 'tenant-not-found');
    refused(
      await api.call('PATCH', path, { phoneNumbers: [a.number] }),
      409,
      'phone-number-taken',
      'phoneNumbers',
    );
  });

  test('removes a tenant with everything that it has', async () => {
    const gone = await tenantWithKey(api, 'leaving');
    const own = { text: 'Abrimos a las nueve.', title: 'Horario' };
    await api.call('POST', '/v1/knowledge/documents', own, gone.key);
    await api.call('POST', '/v1/contacts', { phoneNumber: newPhoneNumber() }, gone.key);
    const consent = { kind: 'marketing', status: 'granted', source: 'web' };
    await api.call('POST', '/v1/consents', { ...consent, phoneNumber: gone.number }, gone.key);
    refused(
      await api.call('DELETE', '/v1/tenants/leaving', undefined, gone.key),
      403,
      'platform-key-required',
    );
    assert.equal((await api.call('DELETE', '/v1/tenants/leaving')).status, 204);
    refused(await api.call('GET', '/v1/tenants/leaving'), 404, 'tenant-not-found');
    refused(await api.call('DELETE', '/v1/tenants/leaving'), 404, 'tenant-not-found');
    refused(await api.call('GET', '/v1/me', undefined, gone.key), 401, 'unauthenticated');
    const { rows } = await database().ownerPool.query(
      'select 1 from app.consents where tenant_id = $1',
      [gone.id],
    );
    assert.deepEqual(rows, []);
  });

  test('does not remove a tenant while one of its calls is in progress', async () => {
    const busy = await tenantWithKey(api, 'busy');
    const callId = await createClaimedSession(database(), busy.id);
    const recorder = callRecorder(database());
    recorder.callStarted({ callId, tenantId: busy.id, startedAtMs: Date.now() });
    await recorder.flush();
    refused(await api.call('DELETE', '/v1/tenants/busy'), 409, 'tenant-has-calls');
  });

  test('keeps how a tenant converses, and what that may cost', async () => {
    const realtime = {
      model: 'gpt-realtime-2.1-mini',
      voice: 'cedar',
      speed: 1.1,
      turnDetection: { type: 'server_vad', threshold: 0.6, silenceDurationMs: 400 },
      noiseReduction: 'far_field',
      transcriptionModel: 'gpt-4o-mini-transcribe',
      reasoningEffort: 'low',
    };
    const settings = (json: Record<string, unknown>) => [
      json['pipeline'],
      json['realtime'],
      json['budget'],
    ];
    const path = '/v1/tenants/speaking';
    const { json: plain } = await api.call('PUT', path, tenantBody());
    assert.deepEqual(settings(plain), ['cascade', null, null]);
    const budget = { monthlyMicroUsd: 50_000_000, warnAtPercent: 90 };
    const set = { pipeline: 'realtime', realtime, budget };
    const { json: patched } = await api.call('PATCH', path, set);
    assert.deepEqual(settings(patched), ['realtime', realtime, budget]);
    const { json: again } = await api.call('PATCH', path, { greeting: 'Buenas' });
    assert.deepEqual(settings(again), ['realtime', realtime, budget]);
    const cleared = { realtime: { noiseReduction: null }, budget: null };
    const { json: changed } = await api.call('PATCH', path, cleared);
    assert.deepEqual(settings(changed), ['realtime', { noiseReduction: null }, null]);
    const { json: got } = await api.call('GET', path);
    assert.deepEqual(settings(got), settings(changed));
    const { json: replaced } = await api.call('PUT', path, tenantBody());
    assert.deepEqual(settings(replaced), ['cascade', null, null]);
  });

  test('a retired model is refused with the name of its successor', async () => {
    const refusal = async (model: string): Promise<string> => {
      const body = tenantBody({ realtime: { model } });
      const { json } = await api.call('PUT', '/v1/tenants/retired', body);
      return (json['error'] as { message: string }).message;
    };
    for (const model of ['gpt-realtime', 'gpt-realtime-2025-08-28', 'gpt-4o-realtime-preview']) {
      assert.match(await refusal(model), /is retired by OpenAI: use gpt-realtime-2\.1 instead/);
    }
    for (const model of ['gpt-realtime-mini', 'gpt-4o-mini-realtime-preview-2024-12-17']) {
      assert.match(await refusal(model), /use gpt-realtime-2\.1-mini instead/);
    }
    assert.match(await refusal('gpt-realtime-2.2'), /must be one of gpt-realtime-2\.1, /);
  });

  test('a tenant whose model was retired later can be read, and mended', async () => {
    const path = '/v1/tenants/outdated';
    const { json } = await api.call('PUT', path, tenantBody());
    await database().ownerPool.query(
      `update app.tenants set realtime = '{"model":"gpt-realtime"}' where tenant_id = $1`,
      [json['id']],
    );
    const read = await api.call('GET', path);
    assert.deepEqual(read.json['realtime'], { model: 'gpt-realtime' });
    const other = await api.call('PATCH', path, { greeting: 'Buenas' });
    refused(other, 400, 'invalid-request', 'realtime.model');
    const mended = await api.call('PATCH', path, { realtime: null, greeting: 'Buenas' });
    assert.equal(mended.status, 200);
  });
});
