import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { newId, newToken } from '../../domain/identifiers.ts';
import type { Api, TestTenant } from '../testing/api-fixture.ts';
import { refused, startApi, tenantWithKey } from '../testing/api-fixture.ts';

onEachDatabase('SIP calls over HTTP', (database) => {
  let api: Api;
  let a: TestTenant;
  let rejected: number[];
  let calls = 0;

  before(async () => {
    api = await startApi(database(), {
      sipAnswering: {
        answer: () => Promise.resolve('answered'),
        reject: (_id, status) => {
          rejected.push(status);
          return Promise.resolve();
        },
      },
    });
    a = await tenantWithKey(api, 'andes');
  });
  beforeEach(() => {
    rejected = [];
    calls += 1;
  });

  const take = (body: object, key: string | null | undefined = a.key) =>
    api.call('POST', '/v1/sip-calls', { openAiCallId: `rtc_${String(calls)}`, ...body }, key);

  test('takes the call of a session, and tells whose it is', async () => {
    const asked = { calledNumber: a.number, direction: 'inbound', transport: 'sip' };
    const { json: session } = await api.call('POST', '/v1/sessions', asked, a.key);
    const { uri } = session['sip'] as { uri: string };
    const headers = new URLSearchParams(uri.slice(uri.indexOf('?')));
    const sipHeaders = [...headers].map(([name, value]) => ({ name, value, index: 1 }));
    const reply = await take({ sipHeaders });
    assert.equal(reply.status, 200);
    const { tenant, ...rest } = reply.json;
    assert.equal((tenant as { slug: string }).slug, 'andes');
    assert.deepEqual(rest, {
      outcome: 'answered',
      sessionId: session['sessionId'],
      callId: session['callId'],
      decision: { action: 'connect', reason: 'open' },
    });
    assert.equal((await take({ sipHeaders })).json['outcome'], 'duplicate');
  });

  test('a token that is unknown is a 401, after the call was rejected', async () => {
    const sipHeaders = [
      { name: 'X-Session-Id', value: newId() },
      { name: 'X-Session-Token', value: newToken() },
    ];
    const reply = await take({ sipHeaders });
    refused(reply, 401, 'invalid-session', 'sipHeaders');
    assert.equal('www-authenticate' in reply.headers, false, 'the key of the API is good');
    assert.deepEqual(rejected, [603]);
  });

  test('refuses a body that is none', async () => {
    const header = { name: 'X-A', value: 'b' };
    const bad: [object, string | undefined][] = [
      [{ openAiCallId: undefined }, 'openAiCallId'],
      [{ openAiCallId: 'CA1' }, 'openAiCallId'],
      [{ openAiCallId: `rtc_${'x'.repeat(121)}` }, 'openAiCallId'],
      [{ openAiCallId: 'rtc_../hangup' }, 'openAiCallId'],
      [{ sipHeaders: {} }, 'sipHeaders'],
      [{ sipHeaders: [{ name: 'X-A' }] }, 'sipHeaders.0.value'],
      [{ sipHeaders: [{ ...header, value: 'x'.repeat(8193) }] }, 'sipHeaders.0.value'],
      [{ sipHeaders: Array.from({ length: 201 }, () => header) }, 'sipHeaders'],
      [{ calledNumber: '123' }, 'calledNumber'],
      [{ tenant: 'andes', variables: { a: 1 } }, 'variables.a'],
      [{ tenant: 'andes', agent: 'nobody' }, 'agent'],
      [{ tenant: 'andes', direction: 'inbound' }, undefined],
    ];
    for (const [body, field] of bad) {
      refused(await take(body), 400, 'invalid-request', field);
    }
    refused(await take({}), 400, 'invalid-request', 'calledNumber');
    refused(await take({ tenant: 'nobody' }), 404, 'tenant-not-found', 'tenant');
    refused(await take({ tenant: 'andes' }, null), 401, 'unauthenticated');
  });

  test('is a conflict where OpenAI is not configured', async () => {
    const without = await startApi(database());
    const body = { openAiCallId: 'rtc_9', tenant: 'andes' };
    refused(await without.call('POST', '/v1/sip-calls', body), 409, 'sip-not-configured');
  });
});
