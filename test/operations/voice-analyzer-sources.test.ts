import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import type { RunInput } from '../engine/engine.ts';
import { startCloud, type Cloud } from './cloud.ts';

let cloud: Cloud;
before(async () => {
  cloud = await startCloud();
});
after(() => cloud[Symbol.asyncDispose]());
beforeEach(() => {
  cloud.simulator.requests.clear();
  cloud.simulator.gemini.script([]);
});

const run = (parameters: IDataObject, items: IDataObject[], more: Partial<RunInput> = {}) =>
  cloud.engine.run({
    node: 'voiceAnalyzer',
    parameters,
    credentials: cloud.credentials,
    items: items.map((json) => ({ json })),
    ...more,
  });

const redact = { resource: 'personalData', operation: 'redact', engine: 'rules' };
const told =
  'Soy Ana Pérez, mi RUT es 12.345.678-5, mi fono +56 9 1234 5678 y mi correo ana.perez@gmail.com.';

test('redact: replaces what has the form and the check digits, and counts it', async () => {
  const { items } = await run({ ...redact, knownNames: 'Ana Pérez' }, [
    { turns: [{ role: 'caller', text: told }] },
  ]);
  const { transcript, found } = items[0]?.json.redacted as IDataObject;
  assert.equal(
    transcript,
    'caller: Soy [NAME], mi RUT es [RUT], mi fono [PHONE] y mi correo [EMAIL].',
  );
  assert.deepEqual(found, { email: 1, rut: 1, phone: 1, name: 1 });
  assert.doesNotMatch(JSON.stringify(items), /Ana|12\.345|1234 5678/);
  assert.deepEqual(cloud.simulator.requests.list(), []);
});

test('redact: a language model adds names and addresses, but none that nobody said', async () => {
  cloud.simulator.gemini.script([
    {
      reply: JSON.stringify({
        personal_data: [
          { kind: 'name', text: 'Ana Pérez' },
          { kind: 'name', text: 'Juan Soto' },
        ],
      }),
    },
  ]);
  const { items, error } = await run({ ...redact, engine: 'gemini', redactionStyle: 'number' }, [
    { transcript: `Caller: ${told}\nAgent: Gracias, Ana Pérez.` },
  ]);
  assert.equal(error, undefined);
  const { transcript, found } = items[0]?.json.redacted as IDataObject;
  assert.match(String(transcript), /Soy \[NAME_1\], .*\nagent: Gracias, \[NAME_1\]\./);
  assert.equal((found as IDataObject).name, 2);
});

test('personal data can be kept from the engine', async () => {
  await run(
    {
      resource: 'conversation',
      operation: 'summarize',
      options: { redactBeforeSending: true },
    },
    [{ turns: [{ role: 'caller', text: told }] }],
  );
  const wire = JSON.stringify(cloud.simulator.requests.list().map(({ body }) => body));
  assert.match(wire, /\[RUT\]/);
  assert.doesNotMatch(wire, /12\.345|1234 5678|gmail/);
});

test('a transcript of Speech-to-Text: the chosen channel is the caller', async () => {
  const turns = [
    { channel: 1, text: 'Buenos días, Automotora Andes.', startMs: 0, endMs: 900 },
    { channel: 2, text: 'Estoy harta, es la tercera vez que llamo.', startMs: 1000, endMs: 2500 },
  ];
  const { items } = await run(
    {
      resource: 'conversation',
      operation: 'analyze',
      engine: 'rules',
      analyses: ['sentiment'],
      options: { callerIs: '2' },
    },
    [{ text: 'Buenos días…', turns }],
  );
  const { label, turns: scored } = items[0]?.json.sentiment as {
    label: string;
    turns: Array<{ turn: number }>;
  };
  assert.equal(label, 'negative');
  assert.deepEqual(
    scored.map(({ turn }) => turn),
    [1],
  );
});

test('each item is analysed by itself; a bad one fails alone when it may', async () => {
  const parameters = {
    resource: 'conversation',
    operation: 'analyze',
    engine: 'rules',
    analyses: ['sentiment'],
  };
  const items = [{ transcript: 'Todo perfecto, gracias' }, { note: 'no transcript' }];
  const { error } = await run(parameters, items);
  assert.match(error?.message ?? '', /no conversation in the input item/);
  assert.equal(error?.itemIndex, 1);
  const { items: results } = await run(parameters, items, { continueOnFail: true });
  assert.equal((results[0]?.json.sentiment as IDataObject).label, 'positive');
  assert.match(String(results[1]?.json.error), /no conversation/);
  assert.deepEqual(
    results.map(({ pairedItem }) => pairedItem),
    [{ item: 0 }, { item: 1 }],
  );
});

const summarize = { resource: 'conversation', operation: 'summarize', source: 'item' };
const item = [{ transcript: 'Caller: Hola, quiero agendar.' }];
const failures: Array<[what: string, faults: object, message: RegExp, cure: RegExp]> = [
  [
    'a rate limit that says when',
    { status: 429, retryAfterMs: 11_200, count: 1 },
    /rate limit or quota is used up; try again in 12 seconds/,
    /Retry On Fail/,
  ],
  [
    'a rate limit that does not',
    { status: 429, count: 1 },
    /try again in a moment/,
    /Retry On Fail/,
  ],
  ['an overload', { status: 503, count: 1 }, /failed with status 503/, /overloaded/],
  [
    'a key without the right',
    { status: 403, count: 1 },
    /may not use Gemini/,
    /Generative Language/,
  ],
];
for (const [what, failNext, message, cure] of failures) {
  test(`gemini: ${what}`, async () => {
    cloud.simulator.faults.set({ gemini: { failNext: failNext as never } });
    const { error } = await run(summarize, item);
    assert.match(error?.message ?? '', message);
    assert.match(error?.description ?? '', cure);
  });
}

test('gemini: a wrong key and a model that is gone', async () => {
  const geminiOf = (apiKey: string) => ({
    ...cloud.credentials,
    voiceGeminiApi: { ...cloud.credentials.voiceGeminiApi, apiKey },
  });
  const wrong = await run(summarize, item, { credentials: geminiOf('wrong-key-of-tests') });
  assert.match(wrong.error?.message ?? '', /Gemini refused the API key/);
  const gone = await run({ ...summarize, geminiModel: { mode: 'id', value: 'gemini-1.0' } }, item);
  assert.match(gone.error?.message ?? '', /no such model/);
});

test('gemini: blocked, and cut off', async () => {
  const after = async (reply: object) => {
    cloud.simulator.gemini.script([{ reply: reply as never }]);
    const { error } = await run(summarize, item);
    return error?.message ?? '';
  };
  assert.match(await after({ blockReason: 'SAFETY' }), /blocked the transcript \(SAFETY\)/);
  assert.match(await after({ finishReason: 'PROHIBITED_CONTENT' }), /blocked its answer/);
  assert.match(await after({ text: '{"a', finishReason: 'MAX_TOKENS' }), /cut off at the limit/);
});

const openAi = { ...summarize, engine: 'openAi' };
const openAiFailures: Array<[what: string, reply: object, message: RegExp]> = [
  [
    'a rate limit that says when',
    { error: { status: 429, code: 'rate_limit_exceeded', retryAfterMs: 1500 } },
    /rate limit is reached; try again in 2 seconds/,
  ],
  ['no credit', { error: { status: 429, code: 'insufficient_quota' } }, /no credit left/],
  [
    'a transcript beyond the context',
    { error: { status: 400, code: 'context_length_exceeded' } },
    /too long for this model/,
  ],
  ['a project without the model', { error: { status: 403 } }, /may not use this model/],
  ['a breakdown', { error: { status: 500 } }, /failed with status 500/],
  ['a refusal', { refusal: 'Lo siento, no puedo.' }, /refused to analyse/],
  ['a filter', { incomplete: 'content_filter' }, /refused to analyse/],
  ['the limit of tokens', { text: '{"a', incomplete: 'max_output_tokens' }, /cut off at the limit/],
];
for (const [what, reply, message] of openAiFailures) {
  test(`openAi: ${what}`, async () => {
    cloud.simulator.openai.script([{ reply: reply as never }]);
    const { error } = await run(openAi, item);
    assert.match(error?.message ?? '', message);
    assert.ok((error?.description ?? '').length > 20);
  });
}

test('openAi: a wrong key and a model that does not exist', async () => {
  const credentials = {
    ...cloud.credentials,
    voiceOpenAiApi: { ...cloud.credentials.voiceOpenAiApi, apiKey: 'sk-wrong' },
  };
  const wrong = await run(openAi, item, { credentials });
  assert.match(wrong.error?.message ?? '', /OpenAI refused the API key/);
  const gone = await run({ ...openAi, openAiModel: { mode: 'id', value: 'gpt-9' } }, item);
  assert.match(gone.error?.message ?? '', /no such model/);
});

test('a service that is not there is named, with what to check', async () => {
  const credentials = {
    ...cloud.credentials,
    voiceGeminiApi: { apiKey: 'a-key', baseUrl: 'http://127.0.0.1:9' },
  };
  const { error } = await run(summarize, item, { credentials });
  assert.match(error?.message ?? '', /Gemini did not answer/);
  assert.match(error?.description ?? '', /base URL/);
});
