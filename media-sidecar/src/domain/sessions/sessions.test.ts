import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { newId } from '../identifiers.ts';
import type { Tenant, TenantInput } from '../tenants/schema.ts';
import { Tenants } from '../tenants/tenants.ts';
import { createTenant, newPhoneNumber, platform, tenantInput } from '../testing/fixtures.ts';
import { testDomain, testOptions } from '../testing/test-domain.ts';
import type { SessionReply, SessionRequest } from './schema.ts';
import { sessionRequestSchema } from './schema.ts';
import type { Admission, OpenAiAccess, Sessions } from './sessions.ts';

const callSid = `CA${'a'.repeat(32)}`;
const streamSid = `MZ${'b'.repeat(32)}`;

onEachDatabase('sessions', (database) => {
  let sessions: Sessions;
  let replica: Sessions;
  let clock: VirtualClock;
  let admission: Admission;
  let openAi: { -readonly [K in keyof OpenAiAccess]: OpenAiAccess[K] };
  let connecting: string[];
  let tenant: Tenant;
  let number: string;

  beforeEach(async () => {
    // 2026-11-23 is a Monday; in Santiago it is 11 o'clock.
    clock = new VirtualClock(Date.UTC(2026, 10, 23, 14));
    admission = 'open';
    connecting = [];
    openAi = { ...testOptions.openAi };
    const make = (): Sessions =>
      testDomain(
        database(),
        { clock, admission: () => admission, onConnecting: ({ id }) => connecting.push(id) },
        { openAi },
      ).sessions;
    [sessions, replica] = [make(), make()];
    number = newPhoneNumber();
    tenant = await createTenant(database(), { phoneNumbers: [number] });
  });

  const ask = (request: Partial<SessionRequest> = {}): Promise<SessionReply> =>
    sessions.create(
      platform,
      sessionRequestSchema.parse({ calledNumber: number, direction: 'inbound', ...request }),
    );
  const claimOf = ({ sessionId, token }: SessionReply, sid = callSid) => ({
    sessionId: sessionId ?? '',
    token: token ?? '',
    callSid: sid,
    streamSid,
  });

  test('trades a token for the session, on any replica', async () => {
    const reply = await ask({
      from: '+56912345678',
      variables: { motivo: 'servicio' },
      contact: { name: 'Juan' },
    });
    assert.deepEqual(reply.decision, { action: 'connect', reason: 'open' });
    assert.equal(reply.expiresAt, '2026-11-23T14:00:30.000Z');
    const claimed = await replica.claim(claimOf(reply));
    assert.ok(!('refused' in claimed));
    assert.equal(claimed.callId, reply.callId);
    assert.equal(claimed.callSid, callSid);
    assert.equal(claimed.tenant.id, tenant.id);
    assert.deepEqual(
      [claimed.from, claimed.to, claimed.variables, claimed.contact],
      ['+56912345678', number, { motivo: 'servicio' }, { name: 'Juan' }],
    );
  });

  test('a token can be used once', async () => {
    const claim = claimOf(await ask());
    assert.ok(!('refused' in (await sessions.claim(claim))));
    assert.deepEqual(await replica.claim(claim), { refused: 'used' });
  });

  test('of many sockets with one token exactly one wins', async () => {
    const claim = claimOf(await ask());
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) => (index % 2 ? sessions : replica).claim(claim)),
    );
    assert.equal(results.filter((result) => !('refused' in result)).length, 1);
  });

  test('a token expires', async () => {
    const claim = claimOf(await ask());
    clock.advance(30_000);
    assert.deepEqual(await sessions.claim(claim), { refused: 'expired' });
  });

  test('the token of an outbound call lives until the phone may have been picked up', async () => {
    const claim = claimOf(await ask({ direction: 'outbound' }));
    clock.advance(899_000);
    assert.ok('callId' in (await sessions.claim(claim)));
    const late = claimOf(await ask({ direction: 'outbound' }));
    clock.advance(900_000);
    assert.deepEqual(await sessions.claim(late), { refused: 'expired' });
  });

  test('a token is bound to the call that it was issued for', async () => {
    const reply = await ask({ callSid });
    const other = `CA${'c'.repeat(32)}`;
    assert.deepEqual(await sessions.claim(claimOf(reply, other)), { refused: 'wrong-call' });
    assert.ok(!('refused' in (await sessions.claim(claimOf(reply)))));
  });

  test('without the token nothing is told about a session', async () => {
    const reply = await ask();
    const wrong = { ...claimOf(reply), token: 'wrong' };
    assert.deepEqual(await sessions.claim(wrong), { refused: 'unknown' });
    await sessions.claim(claimOf(reply));
    assert.deepEqual(await sessions.claim(wrong), { refused: 'unknown' });
    for (const sessionId of [newId(), 'no-uuid', '', "' or 1=1 --"]) {
      assert.deepEqual(await sessions.claim({ ...wrong, sessionId }), { refused: 'unknown' });
    }
  });

  test('the token itself is not stored', async () => {
    const { token, sessionId } = await ask();
    const rows = await database().withTenant(tenant.id, (tx) =>
      tx.db
        .selectFrom('sessions')
        .selectAll()
        .where('id', '=', sessionId ?? '')
        .execute(),
    );
    assert.equal(rows.length, 1);
    assert.equal(JSON.stringify(rows).includes(token ?? 'missing'), false);
  });

  test('declines outside the hours, with the words of the tenant', async () => {
    const hours = { mon: [['09:00', '11:00'] as [string, string]] };
    const input = tenantInput({ phoneNumbers: [number], businessHours: hours });
    await new Tenants(database()).put(platform, tenant.slug, input);
    const reply = await ask();
    assert.deepEqual(reply.decision, {
      action: 'decline',
      reason: 'closed',
      message: 'Estamos cerrados.',
    });
    assert.deepEqual(
      [reply.sessionId, reply.callId, reply.token, reply.streamUrl, reply.expiresAt],
      [null, null, null, null, null],
    );
    const outbound = await ask({ direction: 'outbound' });
    assert.equal(outbound.decision.action, 'connect', 'hours are for callers');
  });

  test('declines for a suspended tenant, a full and a draining sidecar', async () => {
    admission = 'capacity';
    const full = await ask();
    assert.ok(full.decision.action === 'decline' && full.decision.reason === 'capacity');
    assert.match(full.decision.message ?? '', /no podemos atender/);
    admission = 'draining';
    const draining = await ask();
    assert.ok(draining.decision.action === 'decline' && draining.decision.reason === 'draining');
    admission = 'open';
    const input = tenantInput({ phoneNumbers: [number], status: 'suspended', language: 'en-US' });
    await new Tenants(database()).put(platform, tenant.slug, input);
    const suspended = await ask();
    assert.ok(suspended.decision.action === 'decline' && suspended.decision.reason === 'suspended');
    assert.match(suspended.decision.message ?? '', /cannot take your call/);
  });

  test('a withheld number is none', async () => {
    // Twilio has two ways of telling: a word, and what it is on the keys of a telephone.
    for (const from of ['anonymous', '+266696687', '+86282452253']) {
      const claimed = await sessions.claim(claimOf(await ask({ from })));
      assert.ok(!('refused' in claimed));
      assert.equal('from' in claimed, false);
    }
  });

  test('offers the tools that were asked for, as far as they are there', async () => {
    const { tools } = testDomain(database());
    for (const name of ['uno', 'dos']) {
      await tools.create(platform, {
        name,
        description: name,
        parameters: { type: 'object' },
        url: 'http://127.0.0.1/',
        deadlineMs: 500,
        tenant: tenant.slug,
      });
    }
    const offered = async (names?: string[]): Promise<string[]> => {
      const reply = await ask(names === undefined ? {} : { tools: names });
      const claimed = await sessions.claim(claimOf(reply));
      assert.ok(!('refused' in claimed));
      return claimed.tools.map(({ name }) => name);
    };
    assert.deepEqual(await offered(), ['dos', 'uno']);
    assert.deepEqual(await offered(['uno', 'gone']), ['uno']);
    assert.deepEqual(await offered([]), []);
  });

  test('offers a tool that only OpenAI would refuse where the session is a cascade', async () => {
    await testDomain(database()).tools.create(platform, {
      name: 'consultar',
      description: 'Consulta la base.',
      parameters: { type: 'object', properties: { colores: { type: 'array' } } },
      url: 'http://127.0.0.1/',
      deadlineMs: 500,
      tenant: tenant.slug,
    });
    for (const [pipeline, count] of [
      ['cascade', 1],
      ['realtime', 0],
    ] as const) {
      const claimed = await sessions.claim(claimOf(await ask({ pipeline })));
      assert.ok(!('refused' in claimed));
      assert.equal(claimed.tools.length, count, pipeline);
    }
  });

  test('knows the contact by the number of the other side, and tells the agent', async () => {
    const { contacts } = testDomain(database());
    await contacts.save(platform, {
      tenant: tenant.slug,
      phoneNumber: '+56912345678',
      name: 'Fernanda',
      company: 'Viña Sur',
      notes: 'n'.repeat(3000),
      attributes: { modelo: 'SUV', visitas: 2 },
    });
    const reply = await ask({ from: '+56912345678' });
    assert.equal(reply.contact?.name, 'Fernanda');
    assert.deepEqual(reply.contact?.tenant.slug, tenant.slug);
    const claimed = await sessions.claim(claimOf(reply));
    assert.ok(!('refused' in claimed));
    assert.deepEqual(claimed.contact, {
      name: 'Fernanda',
      attributes: {
        company: 'Viña Sur',
        modelo: 'SUV',
        visitas: '2',
        notes: 'n'.repeat(2000),
      },
    });

    const named = await sessions.claim(
      claimOf(await ask({ from: '+56912345678', contact: { name: 'Sra. Soto' } })),
    );
    assert.ok(!('refused' in named));
    assert.equal(named.contact?.name, 'Sra. Soto', 'what the workflow says comes first');
    assert.equal((await ask({ from: 'anonymous' })).contact, null);
    const called = await ask({ direction: 'outbound', to: '+56912345678' });
    assert.equal(called.contact?.name, 'Fernanda');
    assert.equal((await ask({ from: number })).contact, null);
  });

  test('calls nobody who is listed, by the tenant or by the platform', async () => {
    const list = testDomain(database()).doNotCall;
    const [own, everybodys, free] = [newPhoneNumber(), newPhoneNumber(), newPhoneNumber()];
    await list.add(platform, { phoneNumber: own, tenant: tenant.slug });
    await list.add(platform, { phoneNumber: everybodys });
    const call = async (to: string) => (await ask({ direction: 'outbound', to })).decision;
    const declined = { action: 'decline', reason: 'do-not-call', message: null };
    assert.deepEqual(await call(own), declined);
    assert.deepEqual(await call(everybodys), declined);
    assert.equal((await call(free)).action, 'connect');
    assert.equal((await call('sip:ana@example.com')).action, 'connect');
    assert.equal((await ask({ from: own })).decision.action, 'connect', 'who calls is answered');

    const other = await createTenant(database());
    const elsewhere = await sessions.create(
      platform,
      sessionRequestSchema.parse({ tenant: other.slug, direction: 'outbound', to: own }),
    );
    assert.equal(elsewhere.decision.action, 'connect');
  });

  const replace = (more: Partial<TenantInput>): Promise<Tenant> =>
    new Tenants(database()).put(
      platform,
      tenant.slug,
      tenantInput({ phoneNumbers: [number], ...more }),
    );

  test('the tenant says how its agents converse, and a workflow may say otherwise', async () => {
    assert.equal((await ask()).pipeline, 'cascade');
    assert.equal((await ask({ pipeline: 'realtime' })).pipeline, 'realtime');
    await replace({ pipeline: 'realtime', realtime: { voice: 'marin', noiseReduction: null } });
    assert.equal((await ask({ pipeline: 'cascade' })).pipeline, 'cascade');
    const reply = await ask();
    assert.deepEqual(
      [reply.pipeline, reply.streamUrl, reply.sip],
      ['realtime', 'wss://voice.example.com/twilio/media', null],
    );
    const claimed = await sessions.claim(claimOf(reply));
    assert.ok(!('refused' in claimed));
    assert.deepEqual([claimed.pipeline, claimed.transport], ['realtime', 'media-stream']);
    assert.deepEqual(claimed.tenant.realtime, { voice: 'marin', noiseReduction: null });
  });

  test('a realtime tenant is served with the cascade where OpenAI is not configured', async () => {
    await replace({ pipeline: 'realtime' });
    openAi.configured = false;
    assert.equal((await ask()).pipeline, 'cascade');
    assert.equal((await ask({ pipeline: 'realtime' })).pipeline, 'cascade');
    await assert.rejects(ask({ transport: 'sip' }), { code: 'sip-not-configured' });
  });

  test('phrases are spoken ahead where they can be heard', async () => {
    await ask({ transport: 'sip', callSid });
    assert.deepEqual(connecting, []);
    await ask({ pipeline: 'realtime' });
    await ask();
    assert.deepEqual(connecting, [tenant.id, tenant.id]);
  });

  test('a session over SIP is an address with its headers', async () => {
    const reply = await ask({ transport: 'sip', callSid });
    assert.equal(reply.pipeline, 'realtime', 'whatever the tenant says');
    assert.deepEqual([reply.streamUrl, reply.actionUrl, reply.streamStatusUrl], [null, null, null]);
    const headers = `X-Session-Id=${reply.sessionId ?? ''}&X-Session-Token=${reply.token ?? ''}`;
    assert.deepEqual(reply.sip, {
      uri: `sip:proj_1@sip.api.openai.com;transport=tls?${headers}`,
      actionUrl: 'https://voice.example.com/twilio/stream-ended',
      timeLimitMs: 1_920_000,
    });
    assert.match(reply.sip?.uri ?? '', /^[\w:@.;=?&-]+$/, 'nothing in it has to be escaped');
    delete openAi.projectId;
    await assert.rejects(ask({ transport: 'sip' }), { code: 'sip-not-configured' });
  });

  test('the token of one transport is none for the other', async () => {
    const overSip = await ask({ transport: 'sip' });
    assert.deepEqual(await sessions.claim(claimOf(overSip)), { refused: 'unknown' });
    const overStream = await ask({ pipeline: 'realtime' });
    const { sessionId, token } = claimOf(overStream);
    const claim = { sessionId, token, openAiCallId: 'rtc_1', tenantId: undefined };
    assert.deepEqual(await sessions.claimSip(claim), { refused: 'unknown' });
    assert.ok(!('refused' in (await sessions.claim(claimOf(overStream)))));
  });

  test('declines once the month is spent, also calls that go out', async () => {
    const message = /no podemos atender/;
    await replace({ budget: { monthlyMicroUsd: 1000, warnAtPercent: 80 } });
    const spend = (month: string, amount: string) =>
      database().withTenant(tenant.id, (tx) =>
        tx.db
          .insertInto('monthly_spending')
          .values({ tenant_id: tenant.id, month, micro_usd: amount })
          .execute(),
      );
    await spend('2026-10-01', '5000');
    assert.equal((await ask()).decision.action, 'connect', 'of another month');
    await spend('2026-11-01', '1000.2');
    const { decision, sessionId, pipeline } = await ask();
    assert.ok(decision.action === 'decline' && decision.reason === 'budget');
    assert.match(decision.message ?? '', message);
    assert.deepEqual([sessionId, pipeline], [null, null]);
    const outbound = await ask({ direction: 'outbound', to: newPhoneNumber() });
    assert.ok(outbound.decision.action === 'decline' && outbound.decision.reason === 'budget');
    await replace({ budget: { monthlyMicroUsd: 1001, warnAtPercent: 80 } });
    assert.equal((await ask()).decision.action, 'connect');
  });
});
