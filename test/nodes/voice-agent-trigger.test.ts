import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { hookContext, type Answer } from './contexts.ts';
import { secret, Webhook, type Delivery } from './signed-webhook.ts';
import { node, receive, registered } from './voice-agent-webhook.ts';

const completed = {
  type: 'call.completed',
  timestamp: '2026-11-21T12:00:00.000Z',
  data: {
    tenant: { slug: 'automotora-andes' },
    call: { id: 'c1', turns: [{ role: 'agent', text: 'Hola' }] },
  },
};
const toolCall = {
  type: 'tool.call',
  timestamp: '2026-11-21T12:00:00.000Z',
  data: { toolCallId: 't1', name: 'consultar', arguments: { tema: 'horario' }, deadlineMs: 5000 },
};
const asTool = { mode: 'tool', toolName: 'consultar', toolDescription: 'Responde.' };

test('hands an event to the workflow after it is acknowledged', async () => {
  const { json, response, result } = await receive(completed, {}, { id: 'evt-first' });
  assert.equal(response.statusCode, 204);
  assert.equal(result.noWebhookResponse, true);
  assert.deepEqual(json, {
    eventId: 'evt-first',
    type: 'call.completed',
    timestamp: '2026-11-21T12:00:00.000Z',
    tenant: { slug: 'automotora-andes' },
    call: completed.data.call,
    transcript: 'agent: Hola',
  });
});

test('hands on the turn of a turn event', async () => {
  const message = {
    ...completed,
    type: 'call.turn',
    data: { ...completed.data, turn: { index: 2 } },
  };
  const { json } = await receive(message, { events: ['call.turn'] });
  assert.deepEqual(json?.turn, { index: 2 });
});

test('hands on what is said on a call that is transcribed live', async () => {
  const transcription = { id: 't1', callSid: 'CA1', language: 'es-CL' };
  const utterance = { index: 0, track: 'inbound', text: 'Hola', startMs: 100, endMs: 900 };
  const tenant = { slug: 'automotora-andes' };
  const said = await receive(
    {
      type: 'transcription.utterance',
      timestamp: completed.timestamp,
      data: { tenant, transcription, utterance },
    },
    { events: ['transcription.utterance'] },
    { id: 'evt-utterance' },
  );
  assert.deepEqual(said.json, {
    eventId: 'evt-utterance',
    type: 'transcription.utterance',
    timestamp: completed.timestamp,
    tenant,
    call: null,
    transcript: '',
    transcription,
    utterance,
  });
  const later = { ...utterance, index: 1, track: 'outbound', text: 'Buenas', startMs: 50 };
  const over = await receive(
    {
      type: 'transcription.completed',
      timestamp: completed.timestamp,
      data: { tenant, transcription: { ...transcription, utterances: [utterance, later] } },
    },
    { events: ['transcription.completed'] },
  );
  assert.equal(over.json?.transcript, 'outbound: Buenas\ninbound: Hola');
});

test('a tool call waits for the last node of the workflow', async () => {
  const { json, response, result } = await receive(toolCall, asTool);
  assert.equal(response.statusCode, undefined);
  assert.equal(result.noWebhookResponse, undefined);
  assert.deepEqual(json, { timestamp: toolCall.timestamp, ...toolCall.data });
});

const refused: Array<[rule: string, delivery: Delivery, staticData?: IDataObject]> = [
  ['another secret', { secret: `whsec_${Buffer.from('another').toString('base64')}` }],
  ['a body that was swapped', { rawBody: JSON.stringify({ ...completed, type: 'call.failed' }) }],
  ['an ID that was swapped', { headers: { 'webhook-id': 'another' } }],
  [
    'a time that was swapped',
    { headers: { 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 1) } },
  ],
  ['a request of six minutes ago', { at: new Date(Date.now() - 360_000) }],
  ['a request of the future', { at: new Date(Date.now() + 360_000) }],
  ['a time that is none', { headers: { 'webhook-timestamp': 'now' } }],
  ['no signature', { headers: { 'webhook-signature': '' } }],
  ['a signature of another version', { headers: { 'webhook-signature': 'v2,AAAA' } }],
  ['anything while nothing is registered', {}, {}],
];
for (const [rule, delivery, staticData] of refused) {
  test(`refuses ${rule} with 403 and runs nothing`, async () => {
    const { response, result } = await receive(completed, {}, delivery, staticData ?? registered());
    assert.equal(response.statusCode, 403);
    assert.deepEqual(result, { noWebhookResponse: true });
  });
}

test('accepts a request from the edge of the five minutes', async () => {
  const { json } = await receive(completed, {}, { at: new Date(Date.now() - 299_000) });
  assert.equal(json?.type, 'call.completed');
});

test('accepts the right one of several signatures', async () => {
  const id = randomUUID();
  const at = new Date();
  const good = new Webhook(secret).sign(id, at, JSON.stringify(completed));
  const headers = {
    'webhook-signature': `v1,${Buffer.from('x'.repeat(32)).toString('base64')} ${good}`,
  };
  const { json } = await receive(completed, {}, { id, at, headers });
  assert.equal(json?.type, 'call.completed');
});

test('handles a repeated event once, also after a restart', async () => {
  const id = randomUUID();
  const staticData = registered();
  const first = await receive(completed, {}, { id }, staticData);
  assert.ok(first.json);
  const again = await receive(completed, {}, { id }, staticData);
  assert.equal(again.response.statusCode, 204);
  assert.equal(again.json, undefined);
  // The memory of the process knows it too, where n8n has not saved the static data.
  const forgotten = await receive(completed, {}, { id }, registered());
  assert.equal(forgotten.json, undefined);
});

test('does not run a tool twice for a repeated request', async () => {
  const id = randomUUID();
  await receive(toolCall, asTool, { id });
  const again = await receive(toolCall, asTool, { id });
  assert.equal(again.response.statusCode, 409);
  assert.equal(again.json, undefined);
});

test('acknowledges an event that is no longer wanted, and refuses what is no tool call', async () => {
  const started = await receive({ ...completed, type: 'call.started' });
  assert.equal(started.response.statusCode, 204);
  assert.equal(started.json, undefined);
  const noTool = await receive(completed, asTool);
  assert.equal(noTool.response.statusCode, 400);
});

test('refuses a signed body that is no JSON object', async () => {
  const id = randomUUID();
  const at = new Date();
  const headers = { 'webhook-signature': new Webhook(secret).sign(id, at, 'nonsense') };
  const { response } = await receive({}, {}, { id, at, headers, rawBody: 'nonsense' });
  assert.equal(response.statusCode, 400);
});

test('signs as the standard says', () => {
  // A sanity check of the test's own library against the formula of the contract.
  const at = new Date(1_700_000_000_000);
  const expected = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update('id.1700000000.{}')
    .digest('base64');
  assert.equal(new Webhook(secret).sign('id', at, '{}'), `v1,${expected}`);
});

// The life of a registration.

function sidecar(faults: Record<string, number> = {}) {
  const held = new Map<string, IDataObject>();
  let next = 0;
  const answer: Answer = ({ method, url, body }) => {
    const fault = faults[method];
    if (fault) return { statusCode: fault, body: { error: { code: 'x', message: 'no' } } };
    const [, kind = '', id = ''] = /\/v1\/(subscriptions|tools)\/?(.*)$/.exec(url) ?? [];
    if (method === 'POST') {
      next += 1;
      held.set(`${kind}/${next}`, body as IDataObject);
      return { statusCode: 201, body: { id: String(next), secret } };
    }
    if (!held.has(`${kind}/${id}`)) {
      const code = kind === 'tools' ? 'tool-not-found' : 'subscription-not-found';
      return { statusCode: 404, body: { error: { code } } };
    }
    if (method === 'DELETE') held.delete(`${kind}/${id}`);
    return { statusCode: method === 'DELETE' ? 204 : 200, body: {} };
  };
  return { held, answer, faults };
}

const url = 'https://n8n.example.com/webhook/id/agent';

function trigger(answer: Answer, parameters: IDataObject, staticData: IDataObject = {}) {
  const call = async (method: 'checkExists' | 'create' | 'delete') => {
    const mock = hookContext({
      description: node.description,
      parameters,
      staticData,
      answer,
      url,
    });
    return await node.webhookMethods?.default?.[method]?.call(mock.context);
  };
  return { staticData, call };
}

test('subscribes when it is published and unsubscribes when it is unpublished', async () => {
  const { held, answer } = sidecar();
  const parameters = {
    events: ['call.completed', 'call.turn'],
    tenant: { mode: 'id', value: 'andes' },
  };
  const { call, staticData } = trigger(answer, parameters);
  assert.equal(await call('checkExists'), false);
  assert.equal(await call('create'), true);
  assert.deepEqual(
    [...held.values()],
    [{ url, events: ['call.completed', 'call.turn'], tenant: 'andes' }],
  );
  assert.equal((staticData.registration as IDataObject).secret, secret);
  assert.equal(await call('checkExists'), true);
  assert.equal(await call('delete'), true);
  assert.equal(held.size, 0);
  assert.equal(staticData.registration, undefined);
  assert.equal(await call('delete'), true);
});

test('registers a tool with the schema of its parameters', async () => {
  const { held, answer } = sidecar();
  const parameter = [
    {
      name: 'tema',
      type: 'string',
      description: 'Sobre qué',
      values: 'horario, precio',
      required: true,
    },
    { name: 'cantidad', type: 'integer', description: '', values: 'x', required: false },
  ];
  const { call } = trigger(answer, { ...asTool, parameters: { parameter }, deadlineMs: 3000 });
  await call('create');
  assert.deepEqual(
    [...held.entries()],
    [
      [
        'tools/1',
        {
          url,
          name: 'consultar',
          description: 'Responde.',
          parameters: {
            type: 'object',
            properties: {
              tema: { type: 'string', description: 'Sobre qué', enum: ['horario', 'precio'] },
              cantidad: { type: 'integer' },
            },
            required: ['tema'],
          },
          deadlineMs: 3000,
        },
      ],
    ],
  );
});

test('registers a tool with a schema that the builder wrote', async () => {
  const { held, answer } = sidecar();
  const parametersSchema = '{"type":"object","properties":{"a":{"type":"array"}}}';
  await trigger(answer, { ...asTool, parametersBy: 'schema', parametersSchema }).call('create');
  assert.deepEqual(held.get('tools/1')?.parameters, JSON.parse(parametersSchema));
});

test('registers anew when its fields have changed, and leaves nothing behind', async () => {
  const { held, answer } = sidecar();
  const staticData: IDataObject = {};
  await trigger(answer, { events: ['call.completed'] }, staticData).call('create');
  const changed = trigger(answer, { events: ['call.failed'] }, staticData);
  assert.equal(await changed.call('checkExists'), false);
  await changed.call('create');
  assert.deepEqual([...held.keys()], ['subscriptions/2']);
});

test('registers anew when the sidecar has lost it', async () => {
  const { held, answer } = sidecar();
  const { call } = trigger(answer, {});
  await call('create');
  held.clear();
  assert.equal(await call('checkExists'), false);
  assert.equal(await call('delete'), true);
});

test('a 404 of a proxy before the sidecar forgets no registration', async () => {
  const { held, answer } = sidecar();
  for (const parameters of [{}, asTool]) {
    const { call, staticData } = trigger(answer, parameters);
    await call('create');
    const stopped = trigger(
      () => ({ statusCode: 404, body: '404 page not found' }),
      parameters,
      staticData,
    );
    await assert.rejects(stopped.call('checkExists'), /other than the voice sidecar answered/);
    await assert.rejects(stopped.call('delete'), /other than the voice sidecar answered/);
    assert.ok(staticData.registration);
    // The sidecar is back, and says itself that it has lost it.
    held.clear();
    assert.equal(await call('delete'), true);
    assert.equal(staticData.registration, undefined);
  }
});

test('tells when the sidecar does not do what was asked', async () => {
  await assert.rejects(
    trigger(sidecar({ POST: 409 }).answer, asTool).call('create'),
    /already exists/,
  );
  const broken = sidecar();
  const { call, staticData } = trigger(broken.answer, {});
  await call('create');
  Object.assign(broken.faults, { GET: 503, DELETE: 503 });
  await assert.rejects(call('checkExists'), /takes no work/);
  await assert.rejects(call('delete'), /takes no work/);
  // Still known, so that the next attempt can remove it.
  assert.ok(staticData.registration);
  const noSecret: Answer = () => ({ statusCode: 201, body: { id: '1' } });
  await assert.rejects(trigger(noSecret, {}).call('create'), /has no secret/);
});

const bad: Array<[rule: string, parameters: IDataObject, message: RegExp]> = [
  ['no event', { events: [] }, /No event is chosen/],
  ['a tool name with spaces', { ...asTool, toolName: 'mi tool' }, /cannot be the name of a tool/],
  ['no tool description', { ...asTool, toolDescription: '' }, /no description/],
  [
    'a schema that is no JSON',
    { ...asTool, parametersBy: 'schema', parametersSchema: '{' },
    /not JSON/,
  ],
  [
    'a schema that is no object',
    { ...asTool, parametersBy: 'schema', parametersSchema: '{"type":"string"}' },
    /does not describe an object/,
  ],
  [
    'a parameter name with an accent',
    { ...asTool, parameters: { parameter: [{ name: 'dirección', type: 'string' }] } },
    /cannot be the name of a parameter/,
  ],
  [
    'a parameter twice',
    {
      ...asTool,
      parameters: {
        parameter: [
          { name: 'a', type: 'string' },
          { name: 'a', type: 'number' },
        ],
      },
    },
    /there twice/,
  ],
];
for (const [rule, parameters, message] of bad) {
  test(`refuses to be published with ${rule}`, async () => {
    const { held, answer } = sidecar();
    await assert.rejects(trigger(answer, parameters).call('create'), message);
    assert.equal(held.size, 0);
  });
}
