import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import twilio from 'twilio';
import type { TelephoneInput } from '../index.ts';
import { parseAddress } from './phone-numbers.ts';
import { refusal } from './testing/calls.ts';
import { ACCOUNT_SID, AUTH_TOKEN, CALLER, NUMBER, startRig, type Rig } from './testing/rig.ts';

const SIP = 'sip:recepcion@pbx.example.com';
const CLIENT = 'client:ana';
const PRIVATE = '+56977776666';

let rig: Rig;
let client: twilio.Twilio;

before(async () => {
  rig = await startRig({ verifiedNumbers: [PRIVATE] });
  client = twilio(ACCOUNT_SID, AUTH_TOKEN);
  client.api.baseUrl = rig.simulator.url;
});
after(() => rig.close());
beforeEach(() => {
  rig.application.requests.length = 0;
  rig.application.document('/next', '<Hangup/>');
});

const twiml = '<Response><Say language="es-MX">Buenas</Say></Response>';
const greeted: Extract<TelephoneInput, { does: 'answer' }> = {
  does: 'answer',
  script: [
    { do: 'wait-for-speech', matching: /buenas/i },
    { do: 'wait-for-end', timeoutMs: 20_000 },
  ],
};

for (const [text, expected] of [
  ['+56 9 8765 4321', { kind: 'number', text: '+56987654321', place: '+56987654321' }],
  [
    'sip:ana@pbx.example.com;transport=tls?x-tenant=1',
    {
      kind: 'sip',
      text: 'sip:ana@pbx.example.com;transport=tls?x-tenant=1',
      place: 'sip:ana@pbx.example.com',
    },
  ],
  ['client:ana?a=1', { kind: 'client', text: 'client:ana?a=1', place: 'client:ana' }],
  ['sip:pbx.example.com', undefined],
  ['client:', undefined],
  ['tel:+56987654321', undefined],
] as const)
  test(`${text} is ${expected?.kind ?? 'no address'}`, () => {
    assert.deepEqual(parseAddress(text), expected);
  });

for (const [to, from, shown] of [
  [`${SIP};transport=tls?x-tenant=1`, 'clinica', 'clinica'],
  [CLIENT, 'client:robot', 'client:robot'],
  [SIP, PRIVATE, PRIVATE],
] as const)
  test(`calls ${to} as ${from}`, async () => {
    const telephone = rig.simulator.telephone(to.startsWith('sip') ? SIP : CLIENT, greeted);
    const report = telephone.nextReport();
    const call = await client.calls.create({
      to,
      from,
      twiml,
      ...(to.startsWith('sip') ? { sipAuthUsername: 'a', sipAuthPassword: 'b' } : {}),
    });
    assert.deepEqual((await report).failures, []);
    assert.equal(telephone.calls.at(-1)?.from, shown);
    const fetched = await client.calls(call.sid).fetch();
    assert.deepEqual([fetched.to, fetched.from, fetched.status], [to, from, 'completed']);
  });

test('shows another caller ID than the number that calls', async () => {
  const telephone = rig.simulator.telephone('+56911112222', greeted);
  const report = telephone.nextReport();
  const create = (callerId: string) =>
    client.calls.create({ to: '+56911112222', from: NUMBER, callerId, twiml });
  assert.deepEqual(await refusal(create('+56900000000')), [400, 21_210]);
  const call = await create(PRIVATE);
  await report;
  assert.equal(telephone.calls.at(-1)?.from, PRIVATE);
  assert.equal((await client.calls(call.sid).fetch()).from, NUMBER);
});

for (const [what, fields, code] of [
  ['a SIP address without a name', { to: 'sip:pbx.example.com' }, 21_211],
  ['a client without a name', { to: 'client:' }, 21_211],
  ['a telephone called by a name', { to: '+56911112222', from: 'client:robot' }, 21_212],
  ['a SIP call by a number of others', { to: SIP, from: '+56900000000' }, 21_210],
  ['a SIP password without a user', { to: SIP, sipAuthPassword: 'b' }, 20_001],
] as const)
  test(`refuses ${what} (${code})`, async () => {
    const create = client.calls.create(Object.assign({ from: NUMBER, twiml }, fields));
    assert.deepEqual(await refusal(create), [400, code]);
  });

test('a trial account calls verified numbers only (21219)', async (t) => {
  const trial = await startRig({ type: 'Trial', verifiedNumbers: [PRIVATE] });
  t.after(() => trial.close());
  const own = twilio(ACCOUNT_SID, AUTH_TOKEN);
  own.api.baseUrl = trial.simulator.url;
  const create = (to: string) => own.calls.create({ to, from: NUMBER, twiml });
  assert.deepEqual(await refusal(create('+56911112222')), [400, 21_219]);
  assert.equal((await create(PRIVATE)).to, PRIVATE);
  assert.equal((await own.api.accounts(ACCOUNT_SID).fetch()).type, 'Trial');
});

test('several ring at once, the first to answer is heard, the others stop ringing', async () => {
  const [slow, busy] = ['+56911110001', '+56911110002'];
  rig.simulator.telephone(slow, { ...greeted, afterMs: 60_000 });
  rig.simulator.telephone(busy, { does: 'busy' });
  const quick = rig.simulator.telephone(CLIENT, {
    does: 'answer',
    afterMs: 100,
    script: [
      { do: 'wait', ms: 600 },
      { do: 'say', text: 'Habla la recepción' },
      { do: 'wait', ms: 600 },
      { do: 'hang-up' },
    ],
  });
  const status = rig.application.document('/status', '');
  rig.application.document(
    '/voice',
    `<Dial action="/next" callerId="${NUMBER}">` +
      `<Number statusCallback="${status}" statusCallbackEvent="initiated completed">${slow}</Number>` +
      `<Number>${busy}</Number><Client>ana</Client></Dial>`,
  );
  const report = await rig.simulator.dial({
    from: CALLER,
    to: NUMBER,
    script: [{ do: 'wait-for-speech', matching: /recepción/i }, { do: 'wait-for-end' }],
  }).done;
  assert.deepEqual(report.failures, []);
  assert.equal(quick.calls[0]?.from, NUMBER);
  const params = rig.application.requestsTo('/next')[0]?.params;
  assert.deepEqual([params?.DialCallStatus, params?.DialBridged], ['completed', 'true']);
  assert.equal(params?.DialCallSid, quick.calls[0]?.callSid);
  assert.deepEqual(
    rig.application.requestsTo('/status').map(({ params: one }) => one.CallStatus),
    ['initiated', 'canceled'],
  );
});

test('a SIP noun reaches the SIP telephone, with a whisper that it may refuse', async () => {
  const telephone = rig.simulator.telephone(SIP, {
    does: 'answer',
    script: [
      { do: 'wait-for-speech', matching: /acepta/i },
      { do: 'press', digits: '2' },
      { do: 'wait-for-end' },
    ],
  });
  rig.application.document(
    '/whisper',
    '<Gather numDigits="1" action="/key"><Say language="es-MX">¿Acepta la llamada?</Say></Gather>',
  );
  rig.application.answer('/key', ({ params }) =>
    params.Digits === '1' ? '<Response/>' : '<Response><Hangup/></Response>',
  );
  rig.application.document(
    '/voice',
    `<Dial action="/next" answerOnBridge="true"><Sip url="/whisper">${SIP}</Sip></Dial>`,
  );
  const report = telephone.nextReport();
  await rig.simulator.dial({
    from: CALLER,
    to: NUMBER,
    script: [{ do: 'wait-for-end', timeoutMs: 20_000 }],
  }).done;
  assert.deepEqual((await report).failures, []);
  const params = rig.application.requestsTo('/next')[0]?.params;
  assert.deepEqual([params?.DialCallStatus, params?.DialBridged], ['completed', 'false']);
  const whispered = rig.application.requestsTo('/whisper')[0]?.params;
  assert.equal(whispered?.To, SIP);
  assert.equal(whispered?.ParentCallSid, params?.CallSid);
});

test('the called leg of a conversation can be sent elsewhere; the caller goes on', async () => {
  const telephone = rig.simulator.telephone('+56911110003', {
    does: 'answer',
    script: [
      { do: 'wait-for-speech', matching: /otra parte/i, timeoutMs: 30_000 },
      { do: 'wait-for-end' },
    ],
  });
  rig.application.document('/voice', `<Dial action="/next">+56911110003</Dial>`);
  const report = telephone.nextReport();
  const caller = rig.simulator.dial({
    from: CALLER,
    to: NUMBER,
    script: [{ do: 'wait-for-end', timeoutMs: 30_000 }],
  });
  const session = rig.simulator.exchange.findCall(await caller.started);
  while (!session?.events.some(({ type }) => type === 'bridged'))
    await new Promise((resolve) => setTimeout(resolve, 20));
  await client
    .calls(telephone.calls[0]?.callSid as string)
    .update({ twiml: '<Response><Say language="es-MX">Usted está en otra parte</Say></Response>' });
  assert.deepEqual((await report).failures, []);
  await caller.done;
  const params = rig.application.requestsTo('/next')[0]?.params;
  assert.deepEqual([params?.DialCallStatus, params?.DialBridged], ['completed', 'true']);
});
