import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import type { RunInput } from '../engine/engine.ts';
import { TwilioRig } from './twilio-voice-rest.ts';

let rig: TwilioRig;
let callSid: string;
before(async () => {
  rig = await TwilioRig.start();
  callSid = await rig.runningCall();
});
after(() => rig[Symbol.asyncDispose]());

const trigger = (parameters: IDataObject = {}) => ({ node: 'twilioVoiceTrigger', parameters });
const prologue = '<?xml version="1.0" encoding="UTF-8"?>';
const waiting = 'https://n8n.example.com/webhook-waiting/an-execution/call';

const converse = (parameters: IDataObject, more: Partial<RunInput> = {}) =>
  rig.run(
    { resource: 'conversation', ...parameters },
    {
      before: [trigger()],
      items: [{ json: { event: 'incomingCall', callSid, from: '+56987654321', order: 7 } }],
      ...more,
    },
  );

/** The document that was answered, with the execution's address put shortly. */
async function answer(parameters: IDataObject, more?: Partial<RunInput>): Promise<string> {
  const { responses, error, waitTill } = await converse(parameters, more);
  assert.equal(error, undefined, `${String(error?.message)} ${String(error?.description)}`);
  assert.equal(responses.length, 1);
  const [response] = responses;
  assert.equal(response?.statusCode, 200);
  assert.match(String(response?.headers['content-type']), /^text\/xml/);
  assert.ok(waitTill && waitTill > new Date(), 'the execution waits');
  return short(String(response?.body));
}

const short = (document: string) =>
  document
    .replace(prologue, '')
    .replaceAll('&amp;', '&')
    .replace(
      /https:\/\/n8n\.example\.com\/webhook-waiting\/an-execution\/call\?signature=\w*&event=(\w+)&step=1#rc=5&rp=all/g,
      '{$1}',
    );

test('the first node has Twilio tell the end of the call, before it answers', async () => {
  await converse({ operation: 'say', text: 'Hola' });
  const { request, form } = rig.last();
  assert.equal(request, `POST /Calls/${callSid}.json`);
  const url = new URL(String(form.StatusCallback));
  assert.equal(url.origin + url.pathname, waiting);
  assert.equal(url.searchParams.get('event'), 'ended');
  assert.match(url.searchParams.get('signature') ?? '', /^\w{20,}$/);
  assert.equal(url.hash, '#rc=5&rp=all');
  assert.equal(form.StatusCallbackMethod, 'POST');
});

const documents: Array<[rule: string, parameters: IDataObject, document: string]> = [
  [
    'say: the text in the nearest language, and back',
    { operation: 'say', text: 'Hola & chao', language: 'es-CL', options: { voice: 'Polly.Mia' } },
    '<Response><Say language="es-MX" voice="Polly.Mia">Hola & chao</Say><Redirect method="POST">{result}</Redirect></Response>',
  ],
  [
    'play: the audio, and back',
    { operation: 'play', audioUrl: 'https://cdn.example.com/a.mp3', options: { loop: 2 } },
    '<Response><Play loop="2">https://cdn.example.com/a.mp3</Play><Redirect method="POST">{result}</Redirect></Response>',
  ],
  [
    'pause: silence, and back',
    { operation: 'pause', seconds: 3 },
    '<Response><Pause length="3"/><Redirect method="POST">{result}</Redirect></Response>',
  ],
  [
    'hang up: a farewell, and the end',
    { operation: 'hangUp', farewell: 'Adiós', language: 'es-ES' },
    '<Response><Say language="es-ES">Adiós</Say><Hangup/></Response>',
  ],
  [
    'reject: before it is answered',
    { operation: 'reject', reason: 'busy' },
    '<Response><Reject reason="busy"/></Response>',
  ],
  ['hang up: without a word', { operation: 'hangUp' }, '<Response><Hangup/></Response>'],
  [
    'record: the result, or nothing recorded',
    {
      operation: 'record',
      maxLength: 30,
      options: { playBeep: false, finishOnKey: '', silence: 0, trim: false },
    },
    '<Response><Record action="{result}" method="POST" maxLength="30" timeout="0" finishOnKey="" playBeep="false" trim="do-not-trim"/><Redirect method="POST">{silence}</Redirect></Response>',
  ],
  [
    'dial: a number with a caller ID',
    {
      operation: 'dial',
      to: '+56 2 2123 4567',
      ringTimeout: 20,
      options: { callerId: '+56221234567', record: 'record-from-answer-dual', timeLimit: 60 },
    },
    '<Response><Dial action="{result}" method="POST" callerId="+56221234567" timeout="20" timeLimit="60" answerOnBridge="true" record="record-from-answer-dual"><Number>+56221234567</Number></Dial></Response>',
  ],
  [
    'dial: a SIP address',
    { operation: 'dial', to: 'sip:ventas@pbx.example.com', options: { hangupOnStar: true } },
    '<Response><Dial action="{result}" method="POST" timeout="30" answerOnBridge="true" hangupOnStar="true"><Sip>sip:ventas@pbx.example.com</Sip></Dial></Response>',
  ],
  [
    'dial: an app',
    { operation: 'dial', to: 'client:ana' },
    '<Response><Dial action="{result}" method="POST" timeout="30" answerOnBridge="true"><Client>ana</Client></Dial></Response>',
  ],
  [
    'enqueue: a queue with its music',
    {
      operation: 'enqueue',
      queue: 'ventas',
      options: { waitUrl: 'https://cdn.example.com/m.mp3' },
    },
    '<Response><Enqueue action="{result}" method="POST" waitUrl="https://cdn.example.com/m.mp3">ventas</Enqueue></Response>',
  ],
  [
    'ask: text by speech or keys',
    { operation: 'ask', text: '¿Su nombre?', language: 'es-CL' },
    '<Response><Gather input="dtmf speech" action="{result}" method="POST" timeout="5" bargeIn="true" language="es-CL" speechTimeout="auto" profanityFilter="false" finishOnKey="#"><Say language="es-MX">¿Su nombre?</Say></Gather><Redirect method="POST">{silence}</Redirect></Response>',
  ],
  [
    'ask: a choice whose words are hints, and one key is enough',
    {
      operation: 'ask',
      promptKind: 'play',
      audioUrl: 'https://cdn.example.com/menu.mp3',
      answerType: 'choice',
      choices: {
        choice: [
          { value: 'ventas', synonyms: 'comprar, auto', key: '1' },
          { value: 'taller', synonyms: '', key: '2' },
        ],
      },
      options: { hints: 'por favor', bargeIn: false, timeout: 8, finishOnKey: '' },
    },
    '<Response><Gather input="dtmf speech" action="{result}" method="POST" timeout="8" bargeIn="false" language="es-CL" speechTimeout="auto" hints="por favor, ventas, comprar, auto, taller" profanityFilter="false" finishOnKey="" numDigits="1"><Play>https://cdn.example.com/menu.mp3</Play></Gather><Redirect method="POST">{silence}</Redirect></Response>',
  ],
  [
    'ask: keys only, without what belongs to speech',
    { operation: 'ask', text: '¿RUT?', input: 'dtmf', options: { numDigits: 8 } },
    '<Response><Gather input="dtmf" action="{result}" method="POST" timeout="5" bargeIn="true" finishOnKey="#" numDigits="8"><Say language="es-MX">¿RUT?</Say></Gather><Redirect method="POST">{silence}</Redirect></Response>',
  ],
  [
    'ask: speech only; a speech model wants a pause in seconds',
    {
      operation: 'ask',
      text: '¿Qué?',
      input: 'speech',
      options: { speechModel: 'googlev2_telephony' },
    },
    '<Response><Gather input="speech" action="{result}" method="POST" timeout="5" bargeIn="true" language="es-CL" speechTimeout="2" speechModel="googlev2_telephony" profanityFilter="false"><Say language="es-MX">¿Qué?</Say></Gather><Redirect method="POST">{silence}</Redirect></Response>',
  ],
];
for (const [rule, parameters, document] of documents) {
  test(rule, async () => assert.equal(await answer(parameters), document));
}

test('while it waits, the node shows what n8n answers with when the wait is saved', async () => {
  const { items, responses } = await converse({ operation: 'pause', seconds: 1 });
  assert.deepEqual(items[0]?.json, { callSid, twiml: String(responses[0]?.body) });
});

for (const publicUrl of [
  'https://calls.example.org/',
  '={{ "https://calls." + "example.org/" }}',
  '=https://{{ "calls" }}.example.org',
]) {
  test(`the public URL of the trigger holds for the waiting execution, too: ${publicUrl}`, async () => {
    const before = [trigger({ options: { publicUrl } })];
    const document = await answer({ operation: 'pause', seconds: 1 }, { before });
    assert.match(document, />https:\/\/calls\.example\.org\/webhook-waiting\/an-execution\/call\?/);
  });
}

test('a wait that comes to its limit goes on as if the caller had hung up', async () => {
  const outputs: Array<[operation: IDataObject, output: number, count: number]> = [
    [{ operation: 'ask', text: '¿Qué?' }, 2, 3],
    [{ operation: 'say', text: 'Hola' }, 1, 2],
    [{ operation: 'hangUp' }, 0, 1],
  ];
  for (const [parameters, output, count] of outputs) {
    const { waitOver } = await converse(parameters);
    const left = await waitOver();
    assert.deepEqual(
      left.map(({ length }) => length),
      Array.from({ length: count }, (_, index) => (index === output ? 1 : 0)),
    );
    const json = left[output]?.[0]?.json;
    assert.equal(json?.callEnded, true);
    assert.equal(json?.waitTimedOut, true);
    assert.equal(json?.order, 7);
    assert.equal('answer' in (json ?? {}), false);
  }
});

test('a call that is over passes through without a word', async () => {
  const items = [{ json: { callSid, callEnded: true, order: 7 } }];
  const { outputs, responses, waitTill } = await converse(
    { operation: 'ask', text: '¿Qué?' },
    { items },
  );
  assert.deepEqual(
    outputs.map((one) => one.map(({ json }) => json.order)),
    [[], [], [7]],
  );
  assert.equal(responses.length, 0);
  assert.equal(waitTill, undefined);
  assert.deepEqual(rig.requests, []);
});

test('only the first item is a call', async () => {
  const item = { json: { callSid } };
  const { responses } = await converse({ operation: 'pause', seconds: 1 }, { items: [item, item] });
  assert.equal(responses.length, 1);
});

test('the call goes on where Twilio cannot be asked to tell its end', async () => {
  const items = [{ json: { callSid: `CA${'0'.repeat(32)}` } }];
  const { responses, waitTill, error } = await converse(
    { operation: 'say', text: 'Hola' },
    { items },
  );
  assert.equal(error, undefined);
  assert.equal(responses.length, 1);
  assert.ok(waitTill);
  assert.equal(rig.requests[0]?.status, 404);
});

const mistakes: Array<
  [rule: string, parameters: IDataObject, message: RegExp, items?: IDataObject]
> = [
  ['an empty text', { operation: 'say', text: ' ' }, /Text is empty/],
  ['an address that is none', { operation: 'play', audioUrl: 'a.mp3' }, /"a.mp3".*Audio URL/],
  ['a pause without end', { operation: 'pause', seconds: 181 }, /"181".*Seconds.*1 to 180/],
  ['half a second', { operation: 'pause', seconds: 0.5 }, /"0.5".*Seconds/],
  ['a number not in E.164', { operation: 'dial', to: '22123' }, /"22123".*To/],
  [
    'a caller ID that is none',
    { operation: 'dial', to: '+56221234567', options: { callerId: '1' } },
    /"1".*Caller ID/,
  ],
  [
    'a key that is none',
    { operation: 'record', options: { finishOnKey: 'a' } },
    /"a".*Finish on Key/,
  ],
  ['a message without length', { operation: 'record', maxLength: 0 }, /"0".*Record At Most/],
  ['a queue with a blank name', { operation: 'enqueue', queue: ' ' }, /Queue is empty/],
  [
    'a queue with too long a name',
    { operation: 'enqueue', queue: 'a'.repeat(65) },
    /Queue is too long/,
  ],
  [
    'a wait URL that is none',
    { operation: 'enqueue', queue: 'a', options: { waitUrl: 'm' } },
    /"m".*Wait URL/,
  ],
  ['no attempt', { operation: 'ask', text: '?', maxAttempts: 0 }, /"0".*Attempts/],
  [
    'bounds that exclude everything',
    { operation: 'ask', text: '?', answerType: 'number', min: 5, max: 1 },
    /Minimum 5 is above the Maximum 1/,
  ],
  [
    'a bound that is no number',
    { operation: 'ask', text: '?', answerType: 'number', min: '=a' },
    /"a".*Minimum/,
  ],
  [
    'a time zone that is none',
    { operation: 'ask', text: '?', answerType: 'date', options: { timeZone: 'Chile' } },
    /"Chile".*Time Zone/,
  ],
  ['no choice', { operation: 'ask', text: '?', answerType: 'choice', choices: {} }, /no choice/],
  [
    'a choice without a value',
    {
      operation: 'ask',
      text: '?',
      answerType: 'choice',
      choices: { choice: [{ value: '?', key: '1' }] },
    },
    /no value/,
  ],
  [
    'a key that stands for two choices',
    {
      operation: 'ask',
      text: '?',
      answerType: 'choice',
      choices: {
        choice: [
          { value: 'a', key: '1' },
          { value: 'b', key: '1' },
        ],
      },
    },
    /"key 1" stands for both "a" and "b"/,
  ],
  [
    'a word that stands for two choices',
    {
      operation: 'ask',
      text: '?',
      answerType: 'choice',
      choices: { choice: [{ value: 'a', synonyms: 'Té' }, { value: 'te' }] },
    },
    /"te" stands for both/,
  ],
  [
    'a text that Twilio would cut',
    { operation: 'say', text: 'a'.repeat(64_000) },
    /The answer has \d+ bytes/,
  ],
  ['an item that is no call', { operation: 'say', text: 'a' }, /does not tell which call/, {}],
  [
    'a status, which nobody waits for',
    { operation: 'say', text: 'a' },
    /No call waits/,
    { event: 'callStatus' },
  ],
];
for (const [rule, parameters, message, json] of mistakes) {
  test(`refuses ${rule}, and says what to change`, async () => {
    const { error, responses } = await converse(parameters, json ? { items: [{ json }] } : {});
    assert.match(error?.message ?? '', message);
    assert.ok((error?.description ?? '').length > 20);
    assert.equal(responses.length, 0);
  });
}

test('refuses to speak where no call waits', async () => {
  const without = await converse({ operation: 'say', text: 'a' }, { before: [] });
  assert.match(without.error?.message ?? '', /no call to respond to/);
  const answered = [trigger({ responseMode: 'onReceived' })];
  const late = await converse({ operation: 'say', text: 'a' }, { before: answered });
  assert.match(late.error?.message ?? '', /already answered/);
});

test('a node that can only answer at once is refused where a conversation is waited for', async () => {
  const before = [trigger({ responseMode: 'conversation' })];
  const { error, responses } = await rig.run(
    { resource: 'response', operation: 'hangUp' },
    { before, items: [{ json: { callSid } }] },
  );
  assert.match(error?.message ?? '', /waits for a conversation/);
  assert.equal(responses.length, 0);
  assert.match(await answer({ operation: 'hangUp' }, { before }), /<Hangup/);
});
