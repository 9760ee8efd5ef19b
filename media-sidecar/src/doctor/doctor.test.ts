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

type Answers = Readonly<Record<string, { status: number; body: unknown } | Error>>;

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
  const asked: { url: string; headers: Readonly<Record<string, string>> }[] = [];
  const get: HttpGet = (url, headers = {}) => {
    asked.push({ url, headers });
    const answer = { ...healthy, ...answers }[new URL(url).host];
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
  const noProject = await findings({}, { OPENAI_PROJECT_ID: undefined });
  assert.match(noProject, /OPENAI_PROJECT_ID is not set/);
  assert.doesNotMatch(noProject, /For calls over SIP/);
});

test('each way in which a number does not reach n8n is named', async () => {
  const text = await findings({
    'api.twilio.com': numbers(
      number('+1', { trunk_sid: 'TK1' }),
      number('+2', { voice_application_sid: 'AP2' }),
      number('+3', { voice_url: '' }),
      number('+4', { voice_url: 'http://n8n.example.com/x' }),
      number('+5', { voice_url: 'https://demo.twilio.com/welcome/voice/' }),
    ),
  });
  for (const expected of [
    /\+1 goes to the SIP trunk TK1/,
    /\+2 is answered by the TwiML App AP2/,
    /nobody answers \+3/,
    /\+4 is answered over plain http/,
    /\+5 still plays Twilio's demo/,
  ]) {
    assert.match(text, expected);
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
