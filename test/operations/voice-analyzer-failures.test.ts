import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { Engine, type RunInput } from '../engine/engine.ts';

let engine: Engine;
let answer: (response: ServerResponse) => void;
const server = createServer((_request, response) => answer(response));
let baseUrl: string;

before(async () => {
  engine = await Engine.start();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
after(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await engine[Symbol.asyncDispose]();
});

const conversation = { turns: [{ role: 'caller', text: 'Hola, quiero agendar.' }] };

async function run(
  parameters: IDataObject,
  json: IDataObject = conversation,
  more: Partial<RunInput> = {},
) {
  return await engine.run({
    node: 'voiceAnalyzer',
    parameters: { resource: 'conversation', operation: 'summarize', ...parameters },
    credentials: {
      voiceGeminiApi: { apiKey: 'a-key', baseUrl },
      voiceOpenAiApi: { apiKey: 'a-key', baseUrl: `${baseUrl}/v1` },
      voiceSidecarApi: { apiKey: 'a-key', baseUrl },
    },
    items: [{ json }],
    ...more,
  });
}

const reply = (status: number, contentType: string, body: string) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': contentType }).end(body);
const asJson = (body: unknown) => reply(200, 'application/json', JSON.stringify(body));

const cutInTheMiddle = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"candidates": [{"content": ', () => response.destroy());
};

describe('a reply that is none', () => {
  for (const engineName of ['gemini', 'openAi']) {
    const name = engineName === 'gemini' ? 'Gemini' : 'OpenAI';

    test(`${name}: a page of HTML`, async () => {
      answer = reply(200, 'text/html', '<!doctype html><title>Sign in</title>');
      const { error } = await run({ engine: engineName });
      assert.match(error?.message ?? '', new RegExp(`${name} answered something that is no JSON`));
      assert.match(error?.description ?? '', /HTML.*base URL/);
    });

    test(`${name}: a gateway that fails`, async () => {
      answer = reply(502, 'text/html', '<html>Bad gateway</html>');
      const { error } = await run({ engine: engineName });
      assert.match(error?.message ?? '', new RegExp(`${name} failed with status 502`));
    });

    test(`${name}: cut in the middle`, async () => {
      answer = cutInTheMiddle;
      const { error } = await run({ engine: engineName });
      assert.match(error?.message ?? '', new RegExp(`${name} (did not answer|answered something)`));
    });

    test(`${name}: JSON without an answer`, async () => {
      answer = asJson({});
      const { error } = await run({ engine: engineName });
      assert.match(error?.message ?? '', new RegExp(`${name} sent no answer`));
    });

    test(`${name}: Rules step in where they may, and say why`, async () => {
      answer = cutInTheMiddle;
      const options = { onEngineFailure: 'rules' };
      const { items } = await run({ engine: engineName, options });
      const report = items[0]?.json.engine as IDataObject;
      assert.equal(report.name, 'rules');
      assert.match(String(report.fallbackReason), new RegExp(name));
    });
  }

  test('the repair that is worse than the answer before does not take its place', async () => {
    const answers = [
      {
        summary: 'Bien',
        action_items: [
          { task: 'x', owner: 'agent', due: null, evidence: [{ turn: 0, quote: 'nadie lo dijo' }] },
        ],
      },
      { summary: 5 },
    ];
    answer = (response) =>
      asJson({
        candidates: [
          { content: { parts: [{ text: JSON.stringify(answers.shift()) }] }, finishReason: 'STOP' },
        ],
      })(response);
    const { items, error } = await run({});
    assert.equal(error, undefined);
    const { summary, actionItems, droppedQuotes, engine: report } = items[0]?.json as IDataObject;
    assert.equal(summary, 'Bien');
    assert.deepEqual((actionItems as IDataObject[])[0]?.evidence, []);
    assert.equal(droppedQuotes, 1);
    assert.equal((report as IDataObject).repaired, true);
  });
});

describe('a call of the sidecar', () => {
  const call = {
    id: '0199-1',
    callSid: `CA${'0'.repeat(32)}`,
    turns: [{ role: 'caller', text: 'Estoy harta' }],
  };
  const ofCall = (value: string) => ({
    source: 'call',
    call: { mode: 'id', value },
    operation: 'decideEscalation',
  });

  test('is fetched by its ID, which comes out as well', async () => {
    answer = asJson(call);
    const { outputs } = await run(ofCall('0199-1'));
    const { callId, callSid, frustration } = outputs[1]?.[0]?.json as IDataObject;
    assert.deepEqual([callId, callSid], [call.id, call.callSid]);
    assert.ok(Number(frustration) >= 0.7);
  });

  test('that does not exist, or in which nobody spoke', async () => {
    answer = reply(404, 'application/json', '{"error":{"code":"call-not-found"}}');
    assert.match((await run(ofCall('x'))).error?.message ?? '', /knows no such call/);
    answer = asJson({ ...call, turns: [] });
    const { error } = await run(ofCall('0199-1'));
    assert.match(error?.message ?? '', /no conversation in the Call/);
    assert.match(error?.description ?? '', /call\.completed/);
    assert.match(
      (await run(ofCall('={{ $json.nothing }}'))).error?.message ?? '',
      /field Call is empty/,
    );
  });

  test('is offered by time, number and state, and found by number', async () => {
    const asked: string[] = [];
    server.once('request', ({ url }) => asked.push(url ?? ''));
    answer = asJson({
      data: [{ id: '1', startedAt: '2026-11-20', from: '+56912345678', status: 'completed' }],
      nextCursor: 'c',
    });
    const input: RunInput = {
      node: 'voiceAnalyzer',
      parameters: { source: 'call' },
      credentials: { voiceSidecarApi: { apiKey: 'k', baseUrl } },
    };
    assert.deepEqual(await engine.search(input, 'searchCalls', '+56912345678'), {
      results: [{ name: '2026-11-20 · +56912345678 · completed', value: '1' }],
      paginationToken: 'c',
    });
    assert.deepEqual(asked, ['/v1/calls?limit=50&from=%2B56912345678']);
    assert.deepEqual((await engine.search(input, 'searchCalls', 'failed')).results, []);
  });
});

const long = { turns: [{ role: 'caller', text: 'x'.repeat(101) }] };
const rules = { engine: 'rules' };
const twice = [
  { name: 'a', description: '', keywords: '' },
  { name: 'a', description: '', keywords: '' },
];
const bad: Array<[what: string, parameters: IDataObject, message: RegExp, json?: IDataObject]> = [
  [
    'no transcript',
    { ...rules, source: 'transcript', transcript: '={{ $json.nothing }}' },
    /no conversation in the Transcript/,
  ],
  ['an item without words', rules, /no conversation in the input item/, { a: 1 }],
  [
    'a conversation that is too long',
    { ...rules, options: { mostCharacters: 100 } },
    /has 101 characters, and 100 are allowed/,
    long,
  ],
  ['a limit that is none', { ...rules, options: { mostCharacters: 'x' } }, /Max Characters is not/],
  ['a timeout that is none', { options: { timeoutSeconds: 0 } }, /Timeout \(Seconds\) is not/],
  ['no model', { geminiModel: { mode: 'id', value: ' ' } }, /field Model is empty/],
  ['no analysis', { operation: 'analyze', analyses: '={{ [] }}' }, /No analysis is chosen/],
  [
    'questions for Rules',
    { ...rules, operation: 'analyze', analyses: ['questions'] },
    /Rules cannot answer questions/,
  ],
  ['no question', { operation: 'answerQuestions' }, /Questions is empty/],
  [
    'too many questions',
    {
      operation: 'answerQuestions',
      questions: {
        question: Array.from({ length: 31 }, (_, n) => ({ text: `${n}?`, type: 'text' })),
      },
    },
    /Questions has 31 rows, and 30 are possible/,
  ],
  [
    'two intents of one name',
    { ...rules, operation: 'analyze', analyses: ['intent'], intents: { intent: twice } },
    /Intents has "a" twice/,
  ],
  ['no criterion', { operation: 'scoreQuality', criteria: {} }, /Criteria is empty/],
  [
    'criteria that Rules cannot judge',
    { ...rules, operation: 'scoreQuality', criteria: { criterion: [{ name: 'a', phrases: '' }] } },
    /None of the Criteria has phrases/,
  ],
  [
    'a weight that is none',
    { operation: 'scoreQuality', criteria: { criterion: [{ name: 'a', weight: -1 }] } },
    /Weight must be a number from 0/,
  ],
  ['a pass mark beyond 100', { operation: 'scoreQuality', passMark: 101 }, /Pass Mark must be/],
  [
    'a threshold beyond 1',
    { operation: 'decideEscalation', frustrationThreshold: 7 },
    /Escalate at Frustration must be a number from 0 to 1/,
  ],
  [
    'a sentiment beyond 1',
    { operation: 'decideEscalation', escalationOptions: { sentimentThreshold: -60 } },
    /Sentiment at or Below must be/,
  ],
  ['a summary of no words', { summaryWords: 0 }, /Max Words must be a number from 10/],
  [
    'no kind of personal data',
    { resource: 'personalData', operation: 'redact', personalDataKinds: [] },
    /Personal Data is empty/,
  ],
];
for (const [what, parameters, message, json] of bad) {
  test(`refuses ${what}, naming the field and the cure`, async () => {
    answer = reply(500, 'text/plain', 'nobody should have asked');
    const { error } = await run(parameters, json);
    assert.match(error?.message ?? '', message);
    assert.ok((error?.description ?? '').length > 20, error?.description);
  });
}

test('no items, no request; ten thousand items, each by itself', async () => {
  answer = reply(500, 'text/plain', 'nobody should have asked');
  const none = await run(rules, conversation, { items: [] });
  assert.deepEqual([none.error, none.items], [undefined, []]);
  const items = Array.from({ length: 10_000 }, () => ({ json: conversation }));
  const many = await run(rules, conversation, { items });
  assert.equal(many.items.length, 10_000);
  assert.deepEqual(many.items.at(-1)?.pairedItem, { item: 9_999 });
});
