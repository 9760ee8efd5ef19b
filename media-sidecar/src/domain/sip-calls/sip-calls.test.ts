import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { ClaimedSession } from '../../call/ports.ts';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import type { Access } from '../access.ts';
import { Housekeeping } from '../housekeeping.ts';
import { newId, newToken } from '../identifiers.ts';
import { sessionRequestSchema } from '../sessions/schema.ts';
import type { SessionReply } from '../sessions/schema.ts';
import type { Admission, Sessions } from '../sessions/sessions.ts';
import type { Tenant, TenantInput } from '../tenants/schema.ts';
import { Tenants } from '../tenants/tenants.ts';
import { createTenant, newPhoneNumber, platform, tenantInput } from '../testing/fixtures.ts';
import { silentQueue } from '../testing/outbox.ts';
import { testDomain } from '../testing/test-domain.ts';
import { sipCallRequestSchema } from './schema.ts';
import type { SipCallReply } from './schema.ts';
import type { SipCalls } from './sip-calls.ts';

let made = 0;

onEachDatabase('calls over SIP', (database) => {
  let clock: VirtualClock;
  let tenant: Tenant;
  let number: string;
  let openAiCallId: string;
  let admission: Admission;
  let sessions: Sessions;
  let here: SipCalls;
  let replica: SipCalls;
  let answered: { readonly session: ClaimedSession; readonly openAiCallId: string }[];
  let rejected: [string, number][];
  /** What OpenAI says to the acceptance, and to the rejection. */
  let accepts: () => 'answered' | 'gone';
  let rejects: () => void;

  beforeEach(async () => {
    clock = new VirtualClock(Date.UTC(2026, 10, 23, 14));
    made += 1;
    openAiCallId = `rtc_${String(made)}`;
    [answered, rejected, admission] = [[], [], 'open'];
    accepts = () => 'answered';
    rejects = () => undefined;
    number = newPhoneNumber();
    tenant = await createTenant(database(), { phoneNumbers: [number] });
    const make = () =>
      testDomain(database(), {
        clock,
        admission: () => admission,
        sipAnswering: {
          answer: (session, id) => {
            answered.push({ session, openAiCallId: id });
            return Promise.resolve().then(accepts);
          },
          reject: (id, statusCode) => {
            rejected.push([id, statusCode]);
            return Promise.resolve().then(rejects);
          },
        },
      });
    const domain = make();
    sessions = domain.sessions;
    [here, replica] = [domain.sipCalls, make().sipCalls];
  });

  const start = (more: object = {}): Promise<SessionReply> =>
    sessions.create(
      platform,
      sessionRequestSchema.parse({
        calledNumber: number,
        direction: 'inbound',
        transport: 'sip',
        ...more,
      }),
    );
  const headersOf = ({ sessionId, token }: SessionReply) => [
    { name: 'From', value: '<sip:+56912345678@twilio.com>' },
    { name: 'x-session-ID', value: ` ${sessionId ?? ''} ` },
    { name: 'X-SESSION-TOKEN', value: token ?? '' },
  ];
  const take = (request: object, access: Access = platform, on = here): Promise<SipCallReply> =>
    on.take(access, sipCallRequestSchema.parse({ openAiCallId, ...request }));
  const refusesWith = (call: Promise<unknown>, code: string): Promise<void> =>
    assert.rejects(call, { code });

  test('takes the session that the headers name, however they are written', async () => {
    const callSid = `CA${'a'.repeat(32)}`;
    const session = await start({ callSid, from: '+56912345678', variables: { motivo: 'venta' } });
    const reply = await take({ sipHeaders: headersOf(session) });
    assert.deepEqual(
      [reply.outcome, reply.sessionId, reply.callId, reply.tenant?.id, reply.decision],
      [
        'answered',
        session.sessionId,
        session.callId,
        tenant.id,
        { action: 'connect', reason: 'open' },
      ],
    );
    const [{ session: claimed, openAiCallId: id } = assert.fail()] = answered;
    assert.equal(id, openAiCallId);
    assert.deepEqual(
      [claimed.transport, claimed.pipeline, claimed.callSid, claimed.from, claimed.variables],
      ['sip', 'realtime', callSid, '+56912345678', { motivo: 'venta' }],
    );
    assert.deepEqual(rejected, []);
  });

  test('makes a session where the headers name none', async () => {
    const reply = await take({
      sipHeaders: [{ name: 'To', value: 'x' }],
      calledNumber: number,
      from: 'anonymous',
      contact: { name: 'Juan' },
    });
    assert.equal(reply.outcome, 'answered');
    const [{ session } = assert.fail()] = answered;
    assert.deepEqual(
      [session.callId, session.to, session.contact?.name, session.callSid],
      [reply.callId, number, 'Juan', openAiCallId],
    );
    assert.equal('from' in session, false);
  });

  test('a call that is announced again is taken once', async () => {
    const withHeaders = { sipHeaders: headersOf(await start()) };
    const first = await take(withHeaders);
    for (const again of [withHeaders, { tenant: tenant.slug }, { sipHeaders: [] }]) {
      assert.deepEqual(await take(again, platform, replica), { ...first, outcome: 'duplicate' });
    }
    assert.deepEqual([answered.length, rejected], [1, []]);
  });

  test('of announcements at the same moment one is taken, on whichever replica', async () => {
    const bodies = [{ sipHeaders: headersOf(await start()) }, { tenant: tenant.slug }];
    for (const body of bodies) {
      openAiCallId += 'x';
      const replies = await Promise.all(
        Array.from({ length: 8 }, (_, index) => take(body, platform, index % 2 ? here : replica)),
      );
      const outcomes = replies.map(({ outcome }) => outcome).sort();
      assert.deepEqual(outcomes, ['answered', ...Array.from({ length: 7 }, () => 'duplicate')]);
      assert.equal(new Set(replies.map(({ callId }) => callId)).size, 1);
    }
    assert.deepEqual([answered.length, rejected], [2, []]);
  });

  test('a call belongs to one session, also when two name it at once', async () => {
    const [one, other] = [await start(), await start()];
    const replies = await Promise.all(
      [one, other].map((each) => take({ sipHeaders: headersOf(each) })),
    );
    assert.deepEqual(replies.map(({ outcome }) => outcome).sort(), ['answered', 'duplicate']);
  });

  test('who has left is gone', async () => {
    accepts = () => 'gone';
    const session = await start();
    const reply = await take({ sipHeaders: headersOf(session) });
    assert.deepEqual([reply.outcome, reply.callId, rejected], ['gone', session.callId, []]);
  });

  test('rejects a call whose headers name no session that it may have', async () => {
    const session = await start();
    const [from, id, token] = headersOf(session);
    const stream = await start({ transport: 'media-stream', pipeline: 'realtime' });
    const wrong = [
      [from, id],
      [from, token],
      [id, { name: 'X-Session-Token', value: newToken() }],
      [token, { name: 'X-Session-Id', value: newId() }],
      [token, { name: 'X-Session-Id', value: "' or true --" }],
      headersOf(stream),
    ];
    for (const sipHeaders of wrong) {
      await refusesWith(take({ sipHeaders, calledNumber: number }), 'invalid-session');
    }
    assert.deepEqual(
      rejected,
      wrong.map(() => [openAiCallId, 603]),
    );
    assert.equal(answered.length, 0);
    assert.equal((await take({ sipHeaders: headersOf(session) })).outcome, 'answered');
  });

  test('a token is good for one call, and for half a minute', async () => {
    const used = { sipHeaders: headersOf(await start()) };
    await take(used);
    openAiCallId += '-other';
    await refusesWith(take(used), 'invalid-session');
    const late = { sipHeaders: headersOf(await start()) };
    clock.advance(30_000);
    await refusesWith(take(late), 'invalid-session');
    assert.deepEqual(rejected, [
      [openAiCallId, 603],
      [openAiCallId, 603],
    ]);
  });

  test("a tenant key takes the tenant's own calls and learns nothing of others'", async () => {
    const foreign: Access = {
      scope: 'tenant',
      name: 'b',
      tenantId: (await createTenant(database())).id,
    };
    const own: Access = { scope: 'tenant', name: 'a', tenantId: tenant.id };
    const body = { sipHeaders: headersOf(await start()) };
    await refusesWith(take(body, foreign), 'invalid-session');
    await refusesWith(take({ tenant: tenant.slug }, foreign), 'tenant-not-found');
    assert.equal((await take(body, own)).outcome, 'answered');
    assert.deepEqual(await take(body, foreign), {
      outcome: 'duplicate',
      sessionId: null,
      callId: null,
      tenant: null,
      decision: null,
    });
  });

  test('rejects a call of nobody', async () => {
    await refusesWith(take({}), 'invalid-request');
    await refusesWith(take({ calledNumber: newPhoneNumber() }), 'tenant-not-found');
    assert.deepEqual(rejected, [
      [openAiCallId, 603],
      [openAiCallId, 603],
    ]);
  });

  test('rejects what it declines, busy only when it is', async () => {
    const waiting = await start();
    const decisions: [Admission, Partial<TenantInput>, object, string, number][] = [
      ['capacity', {}, { calledNumber: number }, 'capacity', 486],
      ['draining', {}, { sipHeaders: headersOf(waiting) }, 'draining', 486],
      ['open', { status: 'suspended' }, { tenant: tenant.slug }, 'suspended', 603],
      ['open', { businessHours: {} }, { tenant: tenant.slug }, 'closed', 603],
    ];
    for (const [state, more, body, reason, status] of decisions) {
      openAiCallId += 'x';
      admission = state;
      const input = tenantInput({ phoneNumbers: [number], ...more });
      await new Tenants(database()).put(platform, tenant.slug, input);
      const { outcome, callId, decision, tenant: told } = await take(body);
      assert.deepEqual([outcome, callId, told?.id], ['declined', null, tenant.id], reason);
      assert.ok(decision?.action === 'decline' && decision.reason === reason);
      assert.deepEqual(rejected.at(-1), [openAiCallId, status]);
    }
    assert.equal(answered.length, 0);
  });

  test('a call that OpenAI does not hand over is busy, and one that cannot be rejected ends', async () => {
    accepts = () => {
      throw new Error('500');
    };
    await refusesWith(take({ tenant: tenant.slug }), 'sip-call-failed');
    assert.deepEqual(rejected, [[openAiCallId, 486]]);
    rejects = accepts;
    openAiCallId += 'x';
    await refusesWith(take({ tenant: tenant.slug }), 'sip-call-failed');
    assert.equal((await take({ tenant: tenant.slug })).outcome, 'duplicate');
  });

  test('a call that its session could not be answered with is rejected', async () => {
    const broken = testDomain(database(), {
      clock,
      sipAnswering: {
        answer: () => assert.fail('it has no tenant'),
        reject: (id, statusCode) => Promise.resolve(void rejected.push([id, statusCode])),
      },
    });
    let isAway = true;
    const byId = broken.tenants.byId.bind(broken.tenants);
    broken.tenants.byId = (id) => (isAway ? Promise.reject(new Error('lost')) : byId(id));
    const request = { sipHeaders: headersOf(await start()) };
    await assert.rejects(take(request, platform, broken.sipCalls), /lost/);
    assert.deepEqual(rejected, [[openAiCallId, 486]]);

    isAway = false;
    clock.advance(15_000);
    assert.equal((await take(request, platform, broken.sipCalls)).outcome, 'duplicate');
    clock.advance(1);
    await refusesWith(take(request, platform, broken.sipCalls), 'sip-call-failed');
    assert.equal(rejected.length, 2);
  });

  test('a call that no session has yet is left to who asks once more', async () => {
    const { tenants, sipCalls } = testDomain(database(), {
      clock,
      sipAnswering: {
        answer: () => Promise.resolve('answered'),
        reject: () => assert.fail('it still rings'),
      },
    });
    let isAway = true;
    const byIdOrSlug = tenants.byIdOrSlug.bind(tenants);
    tenants.byIdOrSlug = (...about) =>
      isAway ? Promise.reject(new Error('lost')) : byIdOrSlug(...about);
    await assert.rejects(take({ tenant: tenant.slug }, platform, sipCalls), /lost/);
    isAway = false;
    assert.equal((await take({ tenant: tenant.slug }, platform, sipCalls)).outcome, 'answered');
  });

  test('without OpenAI there are no such calls', async () => {
    const none = testDomain(database()).sipCalls;
    await refusesWith(take({ tenant: tenant.slug }, platform, none), 'sip-not-configured');
  });

  test('remembers for longer than OpenAI repeats itself', async () => {
    const db = database();
    await take({ tenant: tenant.slug });
    const { recorder, transcriptionRecorder } = testDomain(db);
    const records = {
      calls: recorder,
      transcriptions: transcriptionRecorder,
      deliveries: silentQueue,
    };
    clock.advance(95 * 3_600_000);
    await new Housekeeping(db, records, clock).tidyUp();
    assert.equal((await take({ tenant: tenant.slug })).outcome, 'duplicate');
    clock.advance(2 * 3_600_000);
    await new Housekeeping(db, records, clock).tidyUp();
    assert.equal((await take({ tenant: tenant.slug })).outcome, 'answered');
  });
});
