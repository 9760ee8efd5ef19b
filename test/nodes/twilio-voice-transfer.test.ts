import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IDataObject, INodeType } from 'n8n-workflow';

import { credentials, executeNode, webhookContext } from './contexts.ts';
import { built, instance } from './package.ts';
import { form, productionUrl } from './twilio-signature.ts';

const node = instance<INodeType>('nodes/TwilioVoice/TwilioVoice.node');
const { answerTransfer, isTransfer } = built<
  typeof import('../../nodes/TwilioVoice/transfer/answers.ts')
>('nodes/TwilioVoice/transfer/answers');
const { seal, unseal } = built<typeof import('../../nodes/TwilioVoice/transfer/state.ts')>(
  'nodes/TwilioVoice/transfer/state',
);

const sid = `CA${'a'.repeat(32)}`;
const trigger = 'https://n8n.example.com/webhook/id/voice';
const authToken = String(credentials.twilioVoiceApi?.authToken);
const place = { address: trigger, authToken };
const recorded = `${trigger}?event=recorded`;

async function transfer(parameters: IDataObject, items: IDataObject[] = [{}]) {
  const ran = await executeNode(node, {
    parameters: {
      resource: 'call',
      operation: 'transfer',
      callSid: { mode: 'id', value: sid },
      to: '+56933334444',
      ...parameters,
    },
    answer: () => ({ body: { sid, status: 'in-progress' } }),
    items,
  });
  const twiml = new URLSearchParams(String(ran.sent[0]?.body)).get('Twiml') ?? '';
  return { ...ran, twiml };
}

/** The address in an attribute, as Twilio reads it. */
function address(document: string, attribute: string): URL {
  const [, found = ''] = new RegExp(` ${attribute}="([^"]*)"`).exec(document) ?? [];
  return new URL(found.replaceAll('&amp;', '&'));
}

const ask = (url: URL, params: Record<string, string> = {}) =>
  answerTransfer(url.searchParams, params, place, recorded);

const warm = {
  kind: 'warm',
  triggerUrl: `${trigger}?event=status`,
  summary: 'Llama Ana Pérez & quiere <reagendar>',
};

test('a blind transfer without a trigger dials, and runs the fallback behind it', async () => {
  const { twiml, sent } = await transfer({
    options: { callerId: '+56221234567', timeout: 15, firstText: 'Un momento' },
  });
  assert.match(String(sent[0]?.url), new RegExp(`/Calls/${sid}\\.json$`));
  assert.equal(
    twiml,
    '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="es-MX">Un momento</Say>' +
      '<Dial callerId="+56221234567" timeout="15"><Number>+56933334444</Number></Dial>' +
      '<Say language="es-MX">Lo sentimos, en este momento nadie puede atenderle. Por favor, llame más tarde.</Say><Hangup/></Response>',
  );
});

for (const [to, noun] of [
  ['sip:ana@example.com', '<Sip>sip:ana@example.com</Sip>'],
  ['client:ana', '<Client>ana</Client>'],
] as const)
  test(`dials ${to} as ${noun}`, async () => {
    const { twiml } = await transfer({ to, fallback: 'hangUp' });
    assert.ok(twiml.includes(`<Dial timeout="25">${noun}</Dial><Hangup/>`), twiml);
  });

test('records the conversation and reports the call to the human, when asked for', async () => {
  const { twiml } = await transfer({
    options: { record: true, statusCallback: 'https://n8n.example.com/s' },
  });
  assert.match(
    twiml,
    /<Dial timeout="25" record="record-from-answer-dual"><Number statusCallback="https:\/\/n8n\.example\.com\/s" statusCallbackEvent="initiated ringing answered completed">/,
  );
});

test('a warm transfer says the summary to the human only, and joins them for the right key', async () => {
  const { twiml } = await transfer(warm);
  assert.match(twiml, /<Dial action="[^"]+" timeout="25" answerOnBridge="true"><Number url="/);
  assert.ok(!twiml.includes('Ana'), 'the summary is not readable in the address');
  const whisper = address(twiml, 'url');
  assert.ok(isTransfer(whisper.searchParams));
  assert.equal(whisper.origin + whisper.pathname, trigger);
  const heard = ask(whisper);
  assert.match(
    heard,
    /<Gather input="dtmf" numDigits="1" timeout="10" action="[^"]+"><Say language="es-MX">Llama Ana Pérez &amp; quiere &lt;reagendar&gt;<\/Say><Say language="es-MX">Para tomar la llamada, marque 1\. Para rechazarla, cuelgue\.<\/Say><\/Gather><Hangup\/>/,
  );
  const key = address(heard, 'action');
  assert.equal(
    ask(key, { Digits: '1' }),
    '<?xml version="1.0" encoding="UTF-8"?><Response/>',
    'an empty document joins the two',
  );
  assert.match(ask(key, { Digits: '2' }), /<Response><Hangup\/><\/Response>/);
});

test('after a conversation the caller hears nothing more; after a refusal the fallback', async () => {
  const { twiml } = await transfer({ ...warm, fallback: 'record' });
  const done = address(twiml, 'action');
  assert.match(
    ask(done, { DialCallStatus: 'completed', DialBridged: 'true', RecordingUrl: 'https://x' }),
    /<Response><Hangup\/><\/Response>/,
  );
  const message = ask(done, { DialCallStatus: 'completed', DialBridged: 'false' });
  assert.match(message, /deje su mensaje/);
  assert.ok(message.includes(`action="${recorded}"`), message);
});

test('tries the next number, with the same summary, and then gives up', async () => {
  const { twiml } = await transfer({
    ...warm,
    to: '+56933334444, +56955556666',
    fallback: 'say',
    language: 'en-US',
    options: { fallbackText: 'Nobody is there', acceptKey: '5' },
  });
  const next = ask(address(twiml, 'action'), { DialCallStatus: 'no-answer', DialBridged: 'false' });
  assert.match(next, /\+56955556666<\/Number>/);
  assert.match(ask(address(next, 'url')), /press 5/);
  const last = ask(address(next, 'action'), { DialCallStatus: 'busy' });
  assert.match(last, /<Say language="en-US">Nobody is there<\/Say><Hangup\/>/);
});

test('fits a long summary into what Twilio takes, and refuses one that is too long', async () => {
  const { twiml } = await transfer({ ...warm, summary: 'á'.repeat(600) });
  assert.ok(twiml.length <= 4000);
  await assert.rejects(transfer({ ...warm, summary: 'á'.repeat(3000) }), /Twilio takes 4000/);
});

test('what was sealed opens with the same Auth Token only, and only unchanged', () => {
  const whisper = { text: 'Ana', language: 'es-MX', key: '1' };
  const sealed = seal(whisper, authToken);
  assert.match(sealed, /^[\w-]+$/);
  assert.notEqual(seal(whisper, authToken), sealed, 'no two look alike');
  assert.deepEqual(unseal(sealed, authToken), whisper);
  assert.throws(() => unseal(sealed, 'another token'));
  const bytes = Buffer.from(sealed, 'base64url');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  assert.throws(() => unseal(bytes.toString('base64url'), authToken));
});

for (const [what, parameters, message] of [
  ['a warm transfer without a trigger', { ...warm, triggerUrl: '' }, /Trigger URL is empty/],
  ['several numbers without one', { to: '+56933334444,+56955556666' }, /Trigger URL is empty/],
  ['a trigger that is no address', { ...warm, triggerUrl: 'n8n.example.com' }, /no Trigger URL/],
  ['an empty summary', { ...warm, summary: ' ' }, /field Summary is empty/],
  ['a key of two digits', { ...warm, options: { acceptKey: '12' } }, /is not a key/],
  ['nobody to call', { to: '' }, /field To is not a phone number/],
  ['a number of a list that is none', { to: '+56933334444,juan' }, /"juan" in the field To/],
  ['a caller ID that is none', { options: { callerId: 'x' } }, /Caller ID is not a phone number/],
  ['a ringing time out of range', { options: { timeout: 2 } }, /Ring At Most is out of range/],
] as const)
  test(`refuses ${what}`, async () => {
    await assert.rejects(transfer(parameters), message);
  });

test('the trigger answers a transfer by itself, to Twilio only', async () => {
  const triggerNode = instance<INodeType>('nodes/TwilioVoice/TwilioVoiceTrigger.node');
  const receive = async (query: string, params: Record<string, string>, token?: string) => {
    const incoming = form(query, params, token === undefined ? {} : { token });
    const mock = webhookContext({
      description: triggerNode.description,
      parameters: {},
      ...incoming,
    });
    const result = await triggerNode.webhook?.call(mock.context);
    return { ...mock.response, result };
  };
  const { twiml } = await transfer({ ...warm, triggerUrl: productionUrl, fallback: 'record' });
  const whisper = await receive(address(twiml, 'url').search, { CallSid: sid });
  assert.deepEqual(whisper.result, { noWebhookResponse: true }, 'the workflow does not run');
  assert.equal(whisper.type, 'text/xml');
  assert.match(whisper.body, /<Gather .*Llama Ana Pérez/);
  const key = await receive(address(whisper.body, 'action').search, { Digits: '1' });
  assert.match(key.body, /<Response\/>$/);
  const done = await receive(address(twiml, 'action').search, {
    DialCallStatus: 'completed',
    DialBridged: 'true',
    RecordingUrl: 'https://api.twilio.com/RE1',
  });
  assert.match(done.body, /<Response><Hangup\/><\/Response>$/);
  const nobody = await receive(address(twiml, 'action').search, { DialCallStatus: 'no-answer' });
  assert.ok(nobody.body.includes(`action="${productionUrl}?event=recorded"`), nobody.body);
  const stranger = await receive(address(twiml, 'url').search, { CallSid: sid }, 'another token');
  assert.equal(stranger.statusCode, 403);
});
