import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IDataObject, INodeType, IWebhookResponseData } from 'n8n-workflow';

import { webhookContext, type Answer } from './contexts.ts';
import { instance } from './package.ts';
import { form } from './twilio-signature.ts';

const node = instance<INodeType>('nodes/TwilioVoice/TwilioVoiceTrigger.node');

const call = form('', {
  CallSid: `CA${'a'.repeat(32)}`,
  From: '+56912345678',
  To: '+56221234567',
  CallStatus: 'ringing',
  Direction: 'inbound',
});

/** What the trigger makes of a call, with `answer` as the sidecar. */
async function receive(parameters: IDataObject, answer: Answer) {
  const { description } = node;
  const mock = webhookContext({
    description,
    parameters: { resolveTenant: true, ...parameters },
    answer,
    ...call,
  });
  const result = (await node.webhook?.call(mock.context)) as IWebhookResponseData;
  const outputs = result.workflowData ?? [];
  return { ...mock, result, outputs, json: outputs.flat()[0]?.json };
}

const nobody: Answer = () => ({ statusCode: 404, body: { error: { code: 'tenant-not-found' } } });
const dead: Answer = () => ({ error: new Error('ECONNREFUSED') });
/** A proxy before the sidecar, while the sidecar is stopped. */
const proxy: Answer = () => ({ statusCode: 404, body: '404 page not found' });

test('runs for an unknown number, and says that nobody has it', async () => {
  const { json: item } = await receive({}, nobody);
  assert.equal(item?.tenant, null);
  assert.equal(item?.tenantLookup, 'not-found');
});

test('rejects a call to an unknown number where the builder wants it', async () => {
  const { outputs, response } = await receive({ unknownNumber: 'reject' }, nobody);
  assert.match(response.body, /<Response><Reject reason="rejected"\/><\/Response>/);
  assert.equal(outputs.length, 0);
});

const spanish =
  'Lo sentimos, este número no está en servicio; por favor, verifíquelo y vuelva a llamar.';
const refusals: Array<[chosen: string | undefined, language: string, sentence: string]> = [
  [undefined, 'es-MX', spanish],
  ['es-ES', 'es-ES', spanish],
  [
    'en-GB',
    'en-GB',
    'We are sorry, this number is not in service; please check it and call again.',
  ],
  [
    'pt-BR',
    'pt-BR',
    'Desculpe, este número não está em uso; por favor, verifique o número e ligue novamente.',
  ],
];
for (const [chosen, language, sentence] of refusals) {
  test(`refuses a call to an unknown number politely, in ${chosen ?? 'Spanish if nothing is chosen'}`, async () => {
    const options = chosen ? { fallbackLanguage: chosen } : {};
    const { outputs, response, result } = await receive({ unknownNumber: 'say', options }, nobody);
    assert.equal(
      response.body,
      `<?xml version="1.0" encoding="UTF-8"?><Response><Say language="${language}">${sentence}</Say><Hangup/></Response>`,
    );
    assert.equal(response.statusCode, 200);
    assert.equal(response.type, 'text/xml');
    assert.equal(result.noWebhookResponse, true);
    assert.equal(outputs.length, 0);
  });
}

test('refuses an unknown number before any greeting, whoever answers', async () => {
  const ways = [
    { responseMode: 'responseNode', options: { greeting: 'Bienvenido.' } },
    { responseMode: 'conversation', options: { greeting: 'Bienvenido.' } },
    { responseMode: 'onReceived', staticText: 'Bienvenido.' },
  ];
  for (const way of ways) {
    const { outputs, response } = await receive({ unknownNumber: 'say', ...way }, nobody);
    assert.match(response.body, /no está en servicio/);
    assert.doesNotMatch(response.body, /Bienvenido/);
    assert.equal(outputs.length, 0);
  }
});

test('runs for a known number where unknown ones are refused', async () => {
  const { json: item } = await receive({ unknownNumber: 'say' }, () => ({
    body: { tenant: { slug: 'automotora-andes' } },
  }));
  assert.equal(item?.tenantLookup, 'found');
});

const absences: Array<[who: string, answer: Answer]> = [
  ['the sidecar is dead', dead],
  ['a proxy answers 404 for the sidecar', proxy],
  [
    'another path of the sidecar is asked',
    () => ({ statusCode: 404, body: { error: { code: 'not-found' } } }),
  ],
];
for (const [absence, answer] of absences) {
  test(`runs when ${absence}, even where unknown numbers are refused`, async () => {
    for (const unknownNumber of ['reject', 'say']) {
      const { json: item, logged } = await receive({ unknownNumber }, answer);
      assert.equal(item?.tenantLookup, 'unavailable');
      assert.equal(item?.tenant, null);
      assert.equal(logged.length, 1);
    }
  });
}
