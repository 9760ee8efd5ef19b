import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../config/config.ts';
import { examine, report } from './examine.ts';
import type { HttpGet } from './finding.ts';

const ACCOUNT = `AC${'a'.repeat(32)}`;
const environment = {
  PUBLIC_URL: 'https://voice.example.com',
  ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
  TWILIO_ACCOUNT_SID: ACCOUNT,
  TWILIO_AUTH_TOKEN: 'a-token',
  OPENAI_API_KEY: 'sk-a-key',
  OPENAI_PROJECT_ID: 'proj_abc',
};

type Answer = { status: number; body: unknown } | Error;
/** By host. */
type Answers = Readonly<Record<string, Answer | ((path: string) => Answer)>>;

const number = (phoneNumber: string, more: object = {}): object => ({
  phone_number: phoneNumber,
  voice_url: 'https://n8n.example.com/webhook/1',
  voice_application_sid: '',
  trunk_sid: null,
  ...more,
});
const numbers = (...all: object[]): { status: number; body: unknown } => ({
  status: 200,
  body: { incoming_phone_numbers: all, next_page_uri: null },
});
const models = { status: 200, body: { object: 'list', data: [{ id: 'gpt-realtime-2.1' }] } };

const healthy: Answers = {
  'voice.example.com': { status: 200, body: {} },
  'api.openai.com': models,
  'api.twilio.com': numbers(number('+56221234501')),
};

async function findings(
  answers: Answers = {},
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const get: HttpGet = (url) => {
    const { host, pathname, search } = new URL(url);
    const known = { ...healthy, ...answers }[host];
    const answer = typeof known === 'function' ? known(pathname + search) : known;
    if (!answer) return Promise.reject(new Error(`nobody is ${url}`));
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve({
      status: answer.status,
      body: typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body),
    });
  };
  const config = loadConfig({ ...environment, ...env });
  return report(await examine(config, { get, connect: () => Promise.resolve() }));
}

test('a healthy installation has no problem, and is told what to set', async () => {
  const text = await findings();
  assert.doesNotMatch(text, /PROBLEM/);
  assert.match(text, /ok +the key belongs to proj_abc/);
  assert.match(text, /ok +sip\.api\.openai\.com is the SIP host of api\.openai\.com/);
  assert.match(text, /ok +\+56221234501 is answered by n8n\.example\.com/);
  assert.match(text, /sip:proj_abc@sip\.api\.openai\.com;transport=tls/);
  assert.match(text, /realtime\.call\.incoming/);
});

test('no secret is shown', async () => {
  const text = await findings({ 'api.openai.com': new Error('down') });
  assert.doesNotMatch(text, /sk-a-key|a-token/);
});

test('a key of another project is recognised by what OpenAI says of its header', async () => {
  const error = { code: 'mismatched_project', message: 'OpenAI-Project header should match' };
  const text = await findings({ 'api.openai.com': { status: 401, body: { error } } });
  assert.match(text, /PROBLEM +the key does not belong to OPENAI_PROJECT_ID/);
});

test('each thing that is wrong with OpenAI is named', async () => {
  const wrong: [Answers, RegExp][] = [
    [
      { 'api.openai.com': { status: 401, body: { error: { code: 'invalid_api_key' } } } },
      /refuses the key/,
    ],
    [{ 'api.openai.com': { status: 200, body: '<html>' } }, /list of models makes no sense/],
    [
      { 'api.openai.com': { status: 200, body: { data: [{ id: 'gpt-5' }] } } },
      /may not use gpt-realtime-2\.1/,
    ],
    [{ 'api.openai.com': new Error('down') }, /api\.openai\.com does not answer \(down\)/],
    [{ 'api.openai.com': { status: 503, body: '<html>' } }, /OpenAI answered 503/],
  ];
  for (const [answers, expected] of wrong) assert.match(await findings(answers), expected);
  assert.match(await findings({}, { OPENAI_API_KEY: undefined }), /OPENAI_API_KEY is not set/);
  assert.match(
    await findings({}, { OPENAI_REALTIME_MODEL: 'gpt-realtime' }),
    /PROBLEM +the realtime model gpt-realtime is retired: use gpt-realtime-2\.1/,
  );
});

test('without a project there are no calls over SIP, which is no problem', async () => {
  const text = await findings(
    {
      'eu.api.openai.com': models,
      'api.twilio.com': numbers(number('+56221234501', { trunk_sid: 'TK1' })),
    },
    { OPENAI_PROJECT_ID: undefined, OPENAI_BASE_URL: 'https://eu.api.openai.com/v1' },
  );
  assert.match(text, /\? +OPENAI_PROJECT_ID is not set: no calls over SIP/);
  assert.match(text, /\? +\+56221234501 goes to the SIP trunk TK1, wherever that leads/);
  assert.doesNotMatch(text, /PROBLEM|For calls over SIP/);
});

const regions: [api: string, sip: string, expected: RegExp][] = [
  ['api.openai.com', 'SIP.api.openai.com', /ok +sip\.api\.openai\.com is the SIP host of api/],
  [
    'eu.api.openai.com',
    'sip-eu.api.openai.com',
    /ok +sip-eu\.api\.openai\.com is the SIP host of eu/,
  ],
  [
    'eu.api.openai.com',
    'sip.api.openai.com',
    /PROBLEM +sip\.api\.openai\.com is not the SIP host of eu\.api\.openai\.com\n +Set OPENAI_SIP_HOST to sip-eu\.api\.openai\.com\.\n/,
  ],
  [
    'api.openai.com',
    'sip-eu.api.openai.com',
    /PROBLEM +sip-eu\.api\.openai\.com is not the SIP host of api\.openai\.com\n +Set OPENAI_SIP_HOST to sip\.api\.openai\.com, or OPENAI_BASE_URL to https:\/\/eu\.api\.openai\.com\/v1 /,
  ],
  ['jp.api.openai.com', 'sip.api.openai.com', /\? +OpenAI's guide names no SIP host for jp\.api/],
];
for (const [api, sip, expected] of regions) {
  test(`calls at ${sip}, and the API at ${api}`, async () => {
    const env = { OPENAI_BASE_URL: `https://${api}/v1`, OPENAI_SIP_HOST: sip };
    const text = await findings({ [api]: models }, env);
    assert.match(text, expected);
    assert.equal(text.includes('PROBLEM'), expected.source.startsWith('PROBLEM'), text);
  });
}

test('nothing is said of regions where a host is not of OpenAI', async () => {
  const text = await findings({}, { OPENAI_SIP_HOST: 'sip.example.com' });
  assert.doesNotMatch(text, /SIP host|PROBLEM/);
});

test('each way in which a number does not reach n8n is named', async () => {
  const text = await findings({
    'api.twilio.com': numbers(
      number('+2', { voice_application_sid: 'AP2' }),
      number('+3', { voice_url: '' }),
      number('+4', { voice_url: 'http://n8n.example.com/x' }),
      number('+5', { voice_url: 'https://demo.twilio.com/welcome/voice/' }),
    ),
  });
  for (const expected of [
    /\+2 is answered by the TwiML App AP2/,
    /nobody answers \+3/,
    /\+4 is answered over plain http/,
    /\+5 still plays Twilio's demo/,
  ]) {
    assert.match(text, expected);
  }
});

/** A page of a trunk's origination URLs: the address, and what is not as usual. */
const originationUrls = (
  urls: readonly [sipUrl: string, more?: object][],
  nextPageUrl: string | null = null,
): { status: number; body: unknown } => ({
  status: 200,
  body: {
    meta: { key: 'origination_urls', next_page_url: nextPageUrl },
    origination_urls: urls.map(([sip_url, more]) => ({
      sip_url,
      enabled: true,
      priority: 10,
      weight: 10,
      ...more,
    })),
  },
});
const onTrunk = numbers(number('+1', { trunk_sid: 'TK1' }), number('+2', { trunk_sid: 'TK1' }));
const project = 'sip:proj_abc@sip.api.openai.com;transport=tls';

const leading: Record<string, readonly [sipUrl: string, more?: object][]> = {
  'its address': [[project]],
  'its address as Twilio and RFC 3261 may write it': [
    ['SIP:proj_abc@Sip.Api.OpenAI.com:5061;edge=ashburn;Transport=TLS'],
  ],
  'another address that is turned off': [[project], ['sip:pbx.example.com', { enabled: false }]],
  'another address only where it does not answer': [
    ['sip:pbx.example.com', { priority: 20 }],
    [project],
  ],
};
for (const [what, urls] of Object.entries(leading)) {
  test(`a trunk with ${what} leads to the project`, async () => {
    const text = await findings({
      'api.twilio.com': onTrunk,
      'trunking.twilio.com': originationUrls(urls),
    });
    for (const name of ['1', '2']) {
      const found = `ok +\\+${name} goes to the SIP trunk TK1, which leads to the OpenAI project`;
      assert.match(text, new RegExp(found));
    }
    assert.doesNotMatch(text, /PROBLEM/);
  });
}

const astray: [leads: string, ...urls: [sipUrl: string, more?: object][]][] = [
  ['nowhere'],
  ['nowhere', [project, { enabled: false }]],
  ['to sip:pbx.example.com', ['sip:pbx.example.com']],
  // For a part of the calls, and for all of them.
  ['to sip:pbx.example.com', [project], ['sip:pbx.example.com', { weight: 1 }]],
  ['to sip:pbx.example.com', [project], ['sip:pbx.example.com', { priority: 0 }]],
  ['to sip:a.example.com and sip:b.example.com', ['sip:a.example.com'], ['sip:b.example.com']],
  ...[
    'sip:proj_ABC@sip.api.openai.com;transport=tls',
    'sip:proj_abc@sip-eu.api.openai.com;transport=tls',
    'sip:proj_abc@sip.api.openai.com',
    'sip:proj_abc@sip.api.openai.com;transport=tcp',
    'sip:proj_abc@sip.api.openai.com:5060;transport=tls',
  ].map((url): (typeof astray)[number] => [`to ${url}`, [url]]),
];
for (const [leads, ...urls] of astray) {
  test(`a trunk with ${JSON.stringify(urls)} leads ${leads}, and the right address is told`, async () => {
    const text = await findings({
      'api.twilio.com': onTrunk,
      'trunking.twilio.com': originationUrls(urls),
    });
    for (const name of ['+1', '+2']) {
      const found = `PROBLEM ${name} goes to the SIP trunk TK1, which leads ${leads}\n`;
      assert.ok(text.includes(found), text);
    }
    assert.match(text, /origination URI (be )?sip:proj_abc@sip\.api\.openai\.com;transport=tls,/);
  });
}

test('a trunk is read once, with all its pages, and from no other host', async () => {
  const asked: string[] = [];
  const text = await findings({
    'api.twilio.com': onTrunk,
    'trunking.twilio.com': (path) => {
      asked.push(path);
      return path.includes('Page=1')
        ? originationUrls([[project]])
        : originationUrls(
            [['sip:pbx.example.com', { enabled: false }]],
            'https://elsewhere.example.com/v1/Trunks/TK1/OriginationUrls?PageSize=100&Page=1',
          );
    },
  });
  assert.match(text, /ok +\+1 goes to the SIP trunk TK1/);
  assert.deepEqual(asked, [
    '/v1/Trunks/TK1/OriginationUrls?PageSize=100',
    '/v1/Trunks/TK1/OriginationUrls?PageSize=100&Page=1',
  ]);
});

test('a trunk that cannot be read is no problem, and what to look at is told', async () => {
  const unread: [Answer, RegExp][] = [
    [new Error('ECONNRESET'), /is not told: trunking\.twilio\.com does not answer \(ECONNRESET\)/],
    [{ status: 404, body: { code: 20_404 } }, /is not told: Twilio answered 404/],
    [{ status: 200, body: '<html>' }, /is not told: Twilio answered 200/],
  ];
  for (const [answer, expected] of unread) {
    const text = await findings({ 'api.twilio.com': onTrunk, 'trunking.twilio.com': answer });
    assert.match(text, expected);
    assert.match(text, /\? +\+1 goes to the SIP trunk TK1/);
    assert.match(text, /has to be sip:proj_abc@sip\.api\.openai\.com;transport=tls/);
    assert.doesNotMatch(text, /PROBLEM/);
  }
});

test('an account without numbers, a refused one and a broken answer are problems', async () => {
  assert.match(await findings({ 'api.twilio.com': numbers() }), /has no phone number/);
  const refused = { status: 401, body: { code: 20003 } };
  assert.match(await findings({ 'api.twilio.com': refused }), /Twilio refuses the account/);
  const html = { status: 502, body: '<html>' };
  assert.match(await findings({ 'api.twilio.com': html }), /Twilio answered 502/);
});

test('a sidecar that is not reached at its public address is a problem', async () => {
  assert.match(
    await findings({ 'voice.example.com': new Error('ECONNREFUSED') }),
    /PROBLEM +https:\/\/voice\.example\.com\/health does not answer \(ECONNREFUSED\)/,
  );
  assert.match(
    await findings({ 'voice.example.com': { status: 502, body: '' } }),
    /health answers 502/,
  );
});
