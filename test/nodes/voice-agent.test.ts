import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { hookContext, type Answer } from './contexts.ts';
import { node, run, sidecar } from './voice-agent-node.ts';

const start = { resource: 'session', operation: 'start', calledNumber: '+56221234567' };
const connected = {
  sessionId: 's1',
  token: 't1',
  streamUrl: 'wss://voice.example.com/twilio/media',
  tenant: { slug: 'automotora-andes' },
  decision: { action: 'connect', reason: 'open' },
};
const declined = {
  sessionId: null,
  token: null,
  tenant: { slug: 'automotora-andes', language: 'es-CL' },
  decision: { action: 'decline', reason: 'closed', message: 'Estamos cerrados.' },
};

test('session: asks for the called number, with the call of the item', async () => {
  const item = { callSid: 'CA1', from: '+56912345678', to: '+56221234567' };
  const { sent, outputs } = await run(start, () => ({ body: connected }), { items: [item] });
  assert.deepEqual(sent, [
    {
      credential: 'voiceSidecarApi',
      method: 'POST',
      url: `${sidecar}/v1/sessions`,
      body: { calledNumber: '+56221234567', direction: 'inbound', ...item },
    },
  ]);
  assert.deepEqual(outputs, [[{ json: { ...item, ...connected }, pairedItem: { item: 0 } }], []]);
});

test('session: sends what the builder chose, and nothing that was left empty', async () => {
  const { sent } = await run(
    {
      ...start,
      tenantBy: 'tenant',
      tenant: { mode: 'id', value: 'clinica-sur' },
      direction: 'outbound',
      options: {
        agent: 'contact-center',
        pipeline: 'cascade',
        contactName: 'Ana',
        from: '+56221234567',
        to: '',
        tools: 'consultar_concesionario, agendar ,',
        variables: {
          variable: [
            { name: 'auto', value: 2019 },
            { name: '', value: 'x' },
          ],
        },
      },
    },
    () => ({ body: connected }),
  );
  assert.deepEqual(sent[0]?.body, {
    tenant: 'clinica-sur',
    direction: 'outbound',
    from: '+56221234567',
    agent: 'contact-center',
    pipeline: 'cascade',
    contact: { name: 'Ana' },
    variables: { auto: '2019' },
    tools: ['consultar_concesionario', 'agendar'],
  });
});

test('session: a declined call leaves by its own output', async () => {
  const { outputs } = await run(start, () => ({ body: declined }));
  assert.equal(outputs[0]?.length, 0);
  assert.deepEqual(outputs[1]?.[0]?.json.decision, declined.decision);
});

test('session: as a tool, both answers leave by the only output', async () => {
  const { outputs } = await run(start, () => ({ body: declined }), { asTool: true });
  assert.equal(outputs[0]?.length, 1);
});

const bad: Array<[rule: string, parameters: IDataObject, message: RegExp]> = [
  ['a national number', { ...start, calledNumber: '221234567' }, /field Called Number/],
  ['an expression that found nothing', { ...start, calledNumber: '' }, /Called Number is empty/],
  ['no tenant', { ...start, tenantBy: 'tenant' }, /field Tenant is empty/],
  ['no call ID', { resource: 'call', operation: 'get', callId: ' ' }, /field Call is empty/],
  ['no limit', { resource: 'call', operation: 'getMany', limit: 0 }, /Limit must be at least 1/],
  [
    'a filter that is no date',
    { resource: 'call', operation: 'getMany', filters: { startedBefore: 'ayer' } },
    /not a date/,
  ],
];
for (const [rule, parameters, message] of bad) {
  test(`refuses ${rule} before anything is sent`, async () => {
    let requests = 0;
    const answer: Answer = () => {
      requests += 1;
      return {};
    };
    await assert.rejects(run(parameters, answer), message);
    assert.equal(requests, 0);
  });
}

test('refuses a reply without a decision: the address is somebody else', async () => {
  await assert.rejects(
    run(start, () => ({ body: { hello: 'there' } })),
    /has no decision/,
  );
});

const refusals: Array<[status: number, code: string, message: RegExp]> = [
  [404, 'tenant-not-found', /No tenant has this number/],
  [404, 'call-not-found', /knows no such call/],
  [400, 'url-not-allowed', /may not call the address/],
  [409, 'tool-name-taken', /already registered/],
  [401, 'unauthorized', /refused the API key/],
  [403, 'forbidden', /may not do this/],
  [413, 'too-large', /too large/],
  [429, 'rate-limited', /Too many requests/],
  [503, 'draining', /takes no work/],
  [400, 'invalid-request', /refused: must be E\.164/],
];
for (const [statusCode, code, message] of refusals) {
  test(`tells what the sidecar's ${statusCode} ${code} means, and which field is at fault`, async () => {
    const error = { code, message: 'must be E.164', field: 'calledNumber' };
    await assert.rejects(
      run(start, () => ({ statusCode, body: { error } })),
      (thrown: Error & { description?: string; httpCode?: string }) => {
        assert.match(thrown.message, message);
        assert.match(thrown.description ?? '', /calledNumber/);
        assert.equal(thrown.httpCode, String(statusCode));
        return true;
      },
    );
  });
}

const away: Answer = () => ({ statusCode: 503 });

test('a session that cannot be started leaves as a declined one, where the builder goes on', async () => {
  const { outputs } = await run(start, away, { onError: 'continueRegularOutput' });
  assert.deepEqual(outputs[0], []);
  const [failed] = outputs[1] ?? [];
  assert.match(String(failed?.json.error), /takes no work/);
  assert.deepEqual(failed?.pairedItem, { item: 0 });
});

test('with an error output of its own, n8n finds a failed item on the first output', async () => {
  const { outputs } = await run(start, away, { onError: 'continueErrorOutput' });
  assert.match(String(outputs[0]?.[0]?.json.error), /takes no work/);
  assert.deepEqual(outputs[1], []);
});

test('a session that cannot be started leaves a tool by its only output', async () => {
  const { outputs } = await run(start, away, { onError: 'continueRegularOutput', asTool: true });
  assert.match(String(outputs[0]?.[0]?.json.error), /takes no work/);
});

test('what has one output only leaves by it when it fails', async () => {
  const { outputs } = await run({ resource: 'call', operation: 'get', callId: 'c1' }, away, {
    onError: 'continueRegularOutput',
  });
  assert.deepEqual(
    outputs.map((items) => items.length),
    [1],
  );
});

test('call: comes with its transcript, as it was heard', async () => {
  const turns = [
    { role: 'agent', text: 'Hola', generatedText: 'Hola, ¿en qué puedo ayudarle?' },
    { role: 'tool', text: '{"encontrado":true}' },
    { role: 'caller', text: '¿Qué horario tienen?' },
    { role: 'agent', text: '' },
  ];
  const { sent, outputs } = await run(
    { resource: 'call', operation: 'get', callId: 'CA/1' },
    () => ({ body: { id: 'c1', turns } }),
  );
  assert.equal(sent[0]?.url, `${sidecar}/v1/calls/CA%2F1`);
  assert.equal(outputs[0]?.[0]?.json.transcript, 'agent: Hola\ncaller: ¿Qué horario tienen?');
  assert.equal(outputs.length, 1);
});

test('calls: filters, and follows the cursor until the limit', async () => {
  const { sent, outputs } = await run(
    {
      resource: 'call',
      operation: 'getMany',
      limit: 3,
      filters: { tenant: 'a', status: 'completed', startedAfter: '2026-11-21T09:00:00-03:00' },
    },
    ({ qs }) => ({
      body: { data: [{ id: '1' }, { id: '2' }], nextCursor: qs?.cursor ? null : 'n' },
    }),
  );
  assert.deepEqual(
    sent.map(({ qs }) => qs),
    [
      { tenant: 'a', status: 'completed', startedAfter: '2026-11-21T12:00:00.000Z', limit: 3 },
      {
        tenant: 'a',
        status: 'completed',
        startedAfter: '2026-11-21T12:00:00.000Z',
        limit: 1,
        cursor: 'n',
      },
    ],
  );
  assert.equal(outputs[0]?.length, 3);
});

test('calls: all of them means until there is no cursor', async () => {
  const { outputs } = await run(
    { resource: 'call', operation: 'getMany', returnAll: true },
    ({ qs }) => ({
      body: { data: [{ id: '1' }], nextCursor: qs?.cursor === 'b' ? null : qs?.cursor ? 'b' : 'a' },
    }),
  );
  assert.equal(outputs[0]?.length, 3);
});

test('tenant: by number, by slug, and all of them', async () => {
  const tenant = { slug: 'clinica-sur', name: 'Clínica Sur' };
  const resolved = await run(
    { resource: 'tenant', operation: 'resolve', phoneNumber: '+56 2 2123 4567' },
    () => ({ body: { tenant } }),
  );
  assert.deepEqual(resolved.sent[0]?.qs, { number: '+56221234567' });
  assert.deepEqual(resolved.outputs[0]?.[0]?.json, tenant);
  const got = await run(
    { resource: 'tenant', operation: 'get', tenant: { mode: 'id', value: 'clinica-sur' } },
    () => ({ body: tenant }),
  );
  assert.equal(got.sent[0]?.url, `${sidecar}/v1/tenants/clinica-sur`);
  const many = await run({ resource: 'tenant', operation: 'getMany', limit: 1 }, () => ({
    body: { data: [tenant, tenant] },
  }));
  assert.equal(many.outputs[0]?.length, 1);
});

test('lists the tenants for the selector, by name or slug', async () => {
  const body = {
    data: [
      { slug: 'clinica-sur', name: 'Clínica Sur' },
      { slug: 'andes', name: 'Andes' },
    ],
  };
  const mock = hookContext({
    description: node.description,
    parameters: {},
    answer: () => ({ body }),
  });
  const found = await node.methods?.listSearch?.searchTenants?.call(mock.context, 'SUR');
  assert.deepEqual(found?.results, [{ name: 'Clínica Sur (clinica-sur)', value: 'clinica-sur' }]);
});
