import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IDataObject, INodeType } from 'n8n-workflow';

import { executeNode, type ExecuteOptions } from './contexts.ts';
import { instance } from './package.ts';

const node = instance<INodeType>('nodes/TwilioVoice/TwilioVoice.node');
const prologue = '<?xml version="1.0" encoding="UTF-8"?>';

async function respond(parameters: IDataObject, more: Partial<ExecuteOptions> = {}) {
  const ran = await executeNode(node, {
    parameters: { resource: 'response', ...parameters },
    ...more,
  });
  const [response] = ran.responses as Array<{
    body: string;
    headers: IDataObject;
    statusCode: number;
  }>;
  return { ...ran, response };
}

const session = {
  sessionId: 's1',
  token: 'secret-token',
  streamUrl: 'wss://voice.example.com/twilio/media',
};
const urls = {
  actionUrl: 'https://voice.example.com/twilio/stream-ended',
  streamStatusUrl: 'https://voice.example.com/twilio/stream-status?a=1&b=2',
};

test('connect: the TwiML of the contract, with the URLs of the session', async () => {
  const { response, items, sent } = await respond(
    { operation: 'connect', ...session },
    { items: [{ ...urls, callSid: 'CA1', tenant: { language: 'es-ES' } }] },
  );
  assert.deepEqual(response?.headers, { 'content-type': 'text/xml; charset=utf-8' });
  assert.equal(response?.statusCode, 200);
  assert.equal(
    response?.body,
    `${prologue}<Response><Connect action="https://voice.example.com/twilio/stream-ended">` +
      '<Stream url="wss://voice.example.com/twilio/media" statusCallback="https://voice.example.com/twilio/stream-status?a=1&amp;b=2">' +
      '<Parameter name="sessionId" value="s1"/><Parameter name="token" value="secret-token"/></Stream></Connect>' +
      '<Say language="es-ES">Lo sentimos, en este momento no podemos atender su llamada. Por favor, deje su mensaje después de la señal y le llamaremos lo antes posible.</Say>' +
      '<Record maxLength="120" playBeep="true"/></Response>',
  );
  assert.equal(sent.length, 0);
  assert.equal(items[0]?.json.responded, true);
  assert.equal(items[0]?.json.callSid, 'CA1');
  assert.deepEqual(items[0]?.json.verbs, ['Connect', 'Say', 'Record']);
  assert.deepEqual(items[0]?.pairedItem, { item: 0 });
});

test('connect: keeps the token out of what the node puts out', async () => {
  const { items } = await respond({ operation: 'connect', ...session }, { items: [urls] });
  assert.doesNotMatch(JSON.stringify(items[0]?.json.twiml), /secret-token/);
});

test('connect: without an action the fallback verbs follow, as the builder words them', async () => {
  const { response } = await respond(
    {
      operation: 'connect',
      ...session,
      afterStream: 'verbs',
      agentOptions: {
        fallbackMessage: 'Deje su <mensaje>.',
        recordMaxLength: 30,
        recordAction: 'https://n8n.example.com/r',
      },
    },
    { items: [urls] },
  );
  assert.match(response?.body ?? '', /<Connect><Stream /);
  assert.match(
    response?.body ?? '',
    /<Say language="es-MX">Deje su &lt;mensaje&gt;\.<\/Say><Record maxLength="30" playBeep="true" action="https:\/\/n8n\.example\.com\/r"\/>/,
  );
});

const incomplete: Array<[rule: string, parameters: IDataObject, message: RegExp]> = [
  ['a declined session', { ...session, sessionId: '' }, /Session ID is empty/],
  ['no token', { ...session, token: '' }, /Session Token is empty/],
  ['a ws address', { ...session, streamUrl: 'ws://voice.example.com/x' }, /Stream URL/],
  [
    'a query in the stream URL',
    { ...session, streamUrl: 'wss://voice.example.com/x?t=1' },
    /Stream URL/,
  ],
  ['a token longer than a Parameter', { ...session, token: 'x'.repeat(500) }, /too long/],
];

for (const [rule, parameters, message] of incomplete) {
  test(`connect: refuses ${rule}`, async () => {
    await assert.rejects(
      respond({ operation: 'connect', ...parameters }, { items: [urls] }),
      message,
    );
  });
}

test('connect: refuses a session without an action URL where the sidecar is to decide', async () => {
  await assert.rejects(respond({ operation: 'connect', ...session }), /no action URL/);
});

const sip = {
  uri: 'sip:proj_1@sip.api.openai.com;transport=tls?X-Session-Id=s1&X-Session-Token=secret-token',
  actionUrl: 'https://voice.example.com/twilio/dial-ended',
  timeLimitMs: 1_919_500,
};
const written =
  'sip:proj_1@sip.api.openai.com;transport=tls?X-Session-Id=s1&amp;X-Session-Token=secret-token';
const declinedStream = { sessionId: 's1', token: 'secret-token', streamUrl: null };

test('connect: a session over SIP is dialled, with the same way out behind it', async () => {
  const { response, items } = await respond(
    { operation: 'connect', ...declinedStream },
    { items: [{ sip, tenant: { language: 'es-ES' } }] },
  );
  assert.match(
    String(response?.body).slice(prologue.length),
    new RegExp(
      `^<Response><Dial action="https://voice\\.example\\.com/twilio/dial-ended" method="POST" timeout="30" timeLimit="1920" answerOnBridge="true"><Sip>${written.replace(/[.?+]/g, '\\$&')}</Sip></Dial><Say language="es-ES">Lo sentimos[^<]+</Say><Record [^>]+/></Response>$`,
    ),
  );
  assert.deepEqual(items[0]?.json.verbs, ['Dial', 'Say', 'Record']);
  assert.doesNotMatch(String(items[0]?.json.twiml), /secret-token/);
  assert.match(String(items[0]?.json.twiml), /X-Session-Id=s1/);
});

test('connect: the dial into SIP as the builder wants it', async () => {
  const { response } = await respond(
    {
      operation: 'connect',
      transport: 'sip',
      sipUri: sip.uri,
      agentOptions: {
        actionUrl: 'https://n8n.example.com/ended',
        answerOnBridge: false,
        ringTimeout: 10,
        referUrl: 'https://n8n.example.com/refer',
      },
    },
    { items: [{}] },
  );
  assert.match(
    response?.body ?? '',
    /<Dial action="https:\/\/n8n\.example\.com\/ended" method="POST" timeout="10" answerOnBridge="false" referUrl="https:\/\/n8n\.example\.com\/refer"><Sip>/,
  );
});

test('connect: the refer URL of the session is used, and no action where the verbs follow', async () => {
  const { response } = await respond(
    { operation: 'connect', afterStream: 'verbs' },
    { items: [{ sip: { ...sip, referUrl: 'https://voice.example.com/twilio/refer' } }] },
  );
  assert.match(
    response?.body ?? '',
    /<Dial timeout="30" timeLimit="1920" answerOnBridge="true" referUrl="https:\/\/voice\.example\.com\/twilio\/refer"><Sip>/,
  );
});

for (const timeLimitMs of [0, -1, 86_400_001, NaN, '1920000', null]) {
  test(`connect: no time limit that Twilio would not take, ${String(timeLimitMs)}`, async () => {
    const { response } = await respond(
      { operation: 'connect' },
      { items: [{ sip: { ...sip, timeLimitMs } }] },
    );
    assert.match(response?.body ?? '', /method="POST" timeout="30" answerOnBridge="true"><Sip>/);
  });
}

test('connect: a media stream that was chosen stays one, though the item has a SIP URI', async () => {
  const { response } = await respond(
    { operation: 'connect', transport: 'media-stream', ...session },
    { items: [{ ...urls, sip }] },
  );
  assert.match(response?.body ?? '', /<Connect /);
});

const undialable: Array<[rule: string, parameters: IDataObject, item: IDataObject, what: RegExp]> =
  [
    ['no address', { transport: 'sip', sipUri: '' }, {}, /SIP URI is empty/],
    ['a phone number', { transport: 'sip', sipUri: '+56912345678' }, { sip }, /no address to dial/],
    ['an address with a blank', {}, { sip: { ...sip, uri: 'sip:a@b c' } }, /no address to dial/],
    ['no action URL', {}, { sip: { uri: sip.uri } }, /no action URL/],
    [
      'an endless ring',
      { agentOptions: { ringTimeout: 601 } },
      { sip },
      /Ring For is out of range/,
    ],
  ];
for (const [rule, parameters, item, what] of undialable) {
  test(`connect: over SIP, refuses ${rule}`, async () => {
    await assert.rejects(respond({ operation: 'connect', ...parameters }, { items: [item] }), what);
  });
}

test('say: a pause, the text with its voice, and the end', async () => {
  const { response } = await respond({
    operation: 'say',
    text: 'Estamos cerrados.',
    language: 'es-CL',
    options: { pauseFirst: 1, voice: 'Polly.Mia-Neural' },
  });
  assert.equal(
    response?.body,
    `${prologue}<Response><Pause length="1"/><Say language="es-MX" voice="Polly.Mia-Neural">Estamos cerrados.</Say><Hangup/></Response>`,
  );
});

test('play: the audio and the end', async () => {
  const { response } = await respond({
    operation: 'play',
    audioUrl: 'https://cdn.example.com/a.mp3?x=1&y=2',
    options: { loop: 2 },
  });
  assert.equal(
    response?.body,
    `${prologue}<Response><Play loop="2">https://cdn.example.com/a.mp3?x=1&amp;y=2</Play><Hangup/></Response>`,
  );
});

test('reject and hang up: one verb each', async () => {
  const busy = await respond({ operation: 'reject', reason: 'busy' });
  assert.equal(busy.response?.body, `${prologue}<Response><Reject reason="busy"/></Response>`);
  const end = await respond({ operation: 'hangUp' });
  assert.equal(end.response?.body, `${prologue}<Response><Hangup/></Response>`);
});

test('answers once, and says so when there are more items', async () => {
  const { responses, hints, items } = await respond({ operation: 'hangUp' }, { items: [{}, {}] });
  assert.equal(responses.length, 1);
  assert.equal(hints.length, 1);
  assert.deepEqual(
    items.map(({ json }) => json.responded),
    [true, false],
  );
});

test('refuses to answer where no call waits', async () => {
  await assert.rejects(
    respond({ operation: 'hangUp' }, { parents: [{ type: 'n8n-nodes-base.manualTrigger' }] }),
    /no call to respond to/,
  );
  await assert.rejects(
    respond(
      { operation: 'hangUp' },
      {
        parents: [
          {
            type: 'n8n-nodes-voice-agents.twilioVoiceTrigger',
            parameters: { responseMode: 'onReceived' },
          },
        ],
      },
    ),
    /already answered/,
  );
});
