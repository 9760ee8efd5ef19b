import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import type { SipCall } from '../../simulator/src/openai/realtime/sip-calls.ts';
import { startCloud, type Cloud } from './cloud.ts';

let cloud: Cloud;
before(async () => {
  cloud = await startCloud();
});
after(() => cloud[Symbol.asyncDispose]());
beforeEach(() => cloud.simulator.requests.clear());

const ring = (): Promise<SipCall> =>
  cloud.simulator.openai.project.incomingCall({ from: '+56912345678', to: 'proj_tests' });

const run = (resource: string, operation: string, parameters: IDataObject, more: object = {}) =>
  cloud.engine.run({
    node: 'openAiRealtime',
    parameters: { resource, operation, ...parameters },
    credentials: { voiceOpenAiApi: cloud.credentials.voiceOpenAiApi ?? {} },
    ...more,
  });

const sent = () => {
  const [request, ...others] = cloud.simulator.requests.list();
  assert.deepEqual(others, []);
  assert.ok(request);
  return request;
};

const agent = {
  model: { __rl: true, mode: 'name', value: 'gpt-realtime-2.1' },
  instructions: 'Eres la asistente virtual de la automotora.',
};

test('accept: sends the session that the fields describe, without what SIP negotiates', async () => {
  const call = await ring();
  const { items, error } = await run('call', 'accept', {
    callId: call.id,
    ...agent,
    sessionOptions: {
      functions: {
        function: [
          {
            name: 'consultar_stock',
            description: 'Busca un auto',
            parameters: '{"type":"object","properties":{"modelo":{"type":"string"}}}',
          },
        ],
      },
      mcpServers: {
        server: [
          {
            label: 'crm',
            url: 'https://mcp.example.com/sse',
            authorization: 'a-token-of-the-crm',
            allowedTools: 'buscar_cliente, crear_cita',
          },
        ],
      },
      reasoningEffort: 'low',
      maxOutputTokens: 800,
      speed: 1.1,
    },
  });
  assert.equal(error, undefined);
  const session = {
    type: 'realtime',
    model: 'gpt-realtime-2.1',
    instructions: 'Eres la asistente virtual de la automotora.',
    output_modalities: ['audio'],
    audio: {
      input: {
        noise_reduction: { type: 'near_field' },
        transcription: { model: 'gpt-transcribe', languages: ['es'] },
        turn_detection: {
          type: 'semantic_vad',
          create_response: true,
          interrupt_response: true,
          eagerness: 'auto',
        },
      },
      output: { voice: 'marin', speed: 1.1 },
    },
    tools: [
      {
        type: 'function',
        name: 'consultar_stock',
        description: 'Busca un auto',
        parameters: { type: 'object', properties: { modelo: { type: 'string' } } },
      },
      {
        type: 'mcp',
        server_label: 'crm',
        server_url: 'https://mcp.example.com/sse',
        authorization: 'a-token-of-the-crm',
        allowed_tools: ['buscar_cliente', 'crear_cita'],
        require_approval: 'never',
      },
    ],
    tool_choice: 'auto',
    max_output_tokens: 800,
    reasoning: { effort: 'low' },
  };
  const request = sent();
  assert.equal(request.method, 'POST');
  assert.equal(request.path, `/openai/v1/realtime/calls/${call.id}/accept`);
  assert.deepEqual(request.body, session);
  assert.deepEqual(call.state, { name: 'active', session });
  assert.equal(items[0]?.json.accepted, true);
  assert.ok(!JSON.stringify(items).includes('a-token-of-the-crm'), 'no secret in the output');
});

test('accept: takes the session of a Build operation', async () => {
  const call = await ring();
  const built = await run('session', 'build', { ...agent, turnDetection: 'server_vad' });
  assert.equal(built.error, undefined);
  assert.deepEqual(cloud.simulator.requests.list(), [], 'building sends nothing');
  const { session } = built.items[0]?.json as { session: IDataObject };
  assert.deepEqual((session.audio as Record<string, IDataObject>).input?.format, {
    type: 'audio/pcmu',
  });
  const { error } = await run(
    'call',
    'accept',
    { callId: call.id, sessionFrom: 'json', sessionJson: '={{ $json.session }}' },
    { items: built.items },
  );
  assert.equal(error, undefined);
  assert.equal(call.state.name, 'active');
});

test('accept: with the tuning of turn detection by silence; a refusal of it names the field', async (t) => {
  t.after(() => cloud.simulator.faults.reset());
  const tuned = {
    ...agent,
    turnDetection: 'server_vad',
    sessionOptions: { threshold: 0.7, prefixPaddingMs: 200, silenceDurationMs: 700 },
  };
  const call = await ring();
  const { error } = await run('call', 'accept', { callId: call.id, ...tuned });
  assert.equal(error, undefined);
  const { state } = call;
  assert.deepEqual(state.name === 'active' && state.session.audio?.input?.turn_detection, {
    type: 'server_vad',
    create_response: true,
    interrupt_response: true,
    threshold: 0.7,
    prefix_padding_ms: 200,
    silence_duration_ms: 700,
  });
  cloud.simulator.faults.set({ openAiRealtime: { refusesSipTuning: true } });
  const refused = await ring();
  const second = await run('call', 'accept', { callId: refused.id, ...tuned });
  assert.match(second.error?.message ?? '', /turn_detection\.threshold is wrong/);
  assert.match(second.error?.description ?? '', /Unknown parameter/);
});

test('build: PCM has a rate, turn detection by silence has its own fields, off is null', async () => {
  const of = async (parameters: IDataObject) =>
    (await run('session', 'build', { ...agent, ...parameters })).items[0]?.json.session as {
      audio: Record<'input' | 'output', IDataObject>;
      truncation?: object;
    };
  const silence = await of({
    turnDetection: 'server_vad',
    sessionOptions: {
      inputFormat: 'audio/pcm',
      outputFormat: 'audio/pcma',
      threshold: 0.6,
      silenceDurationMs: 700,
      idleTimeoutMs: 6000,
      createResponse: false,
      noiseReduction: 'none',
      transcriptionModel: 'none',
      retentionRatio: 0.7,
      eagerness: 'high',
    },
  });
  assert.deepEqual(silence.audio.input, {
    format: { type: 'audio/pcm', rate: 24000 },
    noise_reduction: null,
    transcription: null,
    turn_detection: {
      type: 'server_vad',
      create_response: false,
      interrupt_response: true,
      threshold: 0.6,
      silence_duration_ms: 700,
      idle_timeout_ms: 6000,
    },
  });
  assert.deepEqual(silence.audio.output.format, { type: 'audio/pcma' });
  assert.deepEqual(silence.truncation, { type: 'retention_ratio', retention_ratio: 0.7 });
  const off = await of({ turnDetection: 'none' });
  assert.equal(off.audio.input.turn_detection, null);
});

test('build: the language of the transcript has the name that its model takes', async () => {
  const transcriptions: Array<[options: IDataObject, transcription: IDataObject]> = [
    [{}, { model: 'gpt-transcribe', languages: ['es'] }],
    [
      { transcriptionModel: 'gpt-live-transcribe', transcriptionLanguage: ' en ' },
      { model: 'gpt-live-transcribe', languages: ['en'] },
    ],
    [{ transcriptionLanguage: 'ES-cl' }, { model: 'gpt-transcribe', languages: ['es'] }],
    [
      { transcriptionModel: 'gpt-realtime-whisper' },
      { model: 'gpt-realtime-whisper', language: 'es' },
    ],
    [{ transcriptionLanguage: '' }, { model: 'gpt-transcribe' }],
  ];
  for (const [sessionOptions, transcription] of transcriptions) {
    const { items } = await run('session', 'build', { ...agent, sessionOptions });
    const session = items[0]?.json.session as { audio: { input: IDataObject } };
    assert.deepEqual(session.audio.input.transcription, transcription);
  }
});

test('reject: gives the caller the chosen SIP status', async () => {
  const call = await ring();
  const { items } = await run('call', 'reject', { callId: call.id, statusCode: 486 });
  assert.deepEqual(sent().body, { status_code: 486 });
  assert.deepEqual(call.state, { name: 'rejected', statusCode: 486 });
  assert.deepEqual(items[0]?.json, { callId: call.id, rejected: true, statusCode: 486 });
});

test('refer: transfers to a number or an address', async () => {
  for (const [target, targetUri] of [
    ['+56221234567', 'tel:+56221234567'],
    ['sip:ventas@example.com', 'sip:ventas@example.com'],
  ]) {
    const call = await ring();
    await run('call', 'accept', { callId: call.id, ...agent });
    cloud.simulator.requests.clear();
    const { error } = await run('call', 'refer', { callId: call.id, target });
    assert.equal(error, undefined);
    assert.deepEqual(sent().body, { target_uri: targetUri });
    assert.deepEqual(call.state, { name: 'referred', targetUri });
  }
});

test('hang up: ends the call', async () => {
  const call = await ring();
  await run('call', 'accept', { callId: call.id, ...agent });
  cloud.simulator.requests.clear();
  const { items } = await run('call', 'hangUp', { callId: call.id });
  assert.equal(sent().path, `/openai/v1/realtime/calls/${call.id}/hangup`);
  assert.deepEqual(call.state, { name: 'ended', by: 'application' });
  assert.deepEqual(items[0]?.json, { callId: call.id, hungUp: true });
});

test('create a client secret: for the session, with the time that it is valid', async () => {
  const { items, error } = await run('clientSecret', 'create', { ...agent, expiresAfter: 60 });
  assert.equal(error, undefined);
  const body = sent().body as IDataObject;
  assert.deepEqual(body.expires_after, { anchor: 'created_at', seconds: 60 });
  assert.equal((body.session as IDataObject).model, 'gpt-realtime-2.1');
  assert.match(String(items[0]?.json.clientSecret), /^ek_/);
  assert.ok(Date.parse(String(items[0]?.json.expiresAt)) > Date.now());
});

test('models: the realtime ones, the newest first, with the day on which they end', async () => {
  const { results } = await cloud.engine.search(
    {
      node: 'openAiRealtime',
      parameters: { resource: 'call', operation: 'accept' },
      credentials: { voiceOpenAiApi: cloud.credentials.voiceOpenAiApi ?? {} },
    },
    'searchRealtimeModels',
  );
  const names = results.map(({ name }) => name);
  assert.deepEqual(names.slice(0, 2), ['gpt-realtime-2.1-mini', 'gpt-realtime-2.1']);
  assert.ok(names.includes('gpt-realtime (ends on 2027-01-20)'));
  assert.ok(!names.some((name) => /transcribe|gpt-6/.test(name)));
});

test('a caller who has left is told, and other items go on', async () => {
  const left = await ring();
  left.callerHangsUp();
  const waiting = await ring();
  const { items, error } = await run(
    'call',
    'accept',
    { callId: '={{ $json.callId }}', ...agent },
    {
      continueOnFail: true,
      items: [{ json: { callId: left.id } }, { json: { callId: waiting.id } }],
    },
  );
  assert.equal(error, undefined);
  assert.deepEqual(
    items.map(({ json, pairedItem }) => [json.error ?? json.accepted, pairedItem]),
    [
      ['OpenAI has no such call any more', { item: 0 }],
      [true, { item: 1 }],
    ],
  );
});

const refusals: [string, string, IDataObject, RegExp, RegExp][] = [
  ['a Call SID of Twilio', 'accept', { callId: 'CA1' }, /not a Call ID of OpenAI/, /rtc_/],
  ['no call', 'hangUp', { callId: '={{ "" }}' }, /Call ID is empty/, /rtc_/],
  ['nobody to transfer to', 'refer', { target: '912345678' }, /not somebody to transfer/, /E\.164/],
  [
    'a model that was shut down',
    'accept',
    { model: { __rl: true, mode: 'name', value: 'gpt-4o-realtime-preview' } },
    /shut down the model/,
    /gpt-realtime-2\.1/,
  ],
  [
    'an unknown model',
    'accept',
    { model: { __rl: true, mode: 'name', value: 'gpt-realtime-9' } },
    /no such realtime model/,
    /gpt-realtime-2\.1/,
  ],
  [
    'parameters that are not JSON',
    'accept',
    { sessionOptions: { functions: { function: [{ name: 'uno', parameters: '{' }] } } },
    /not JSON/,
    /./,
  ],
  [
    'a function without a proper name',
    'accept',
    { sessionOptions: { functions: { function: [{ name: 'dos palabras', parameters: '{}' }] } } },
    /cannot be the name of a function/,
    /letters/,
  ],
  [
    'two tools of one name',
    'accept',
    {
      sessionOptions: {
        functions: {
          function: [1, 2].map(() => ({ name: 'uno', parameters: '{"type":"object"}' })),
        },
      },
    },
    /two tools with the name "uno"/,
    /own name/,
  ],
  [
    'an MCP server over http',
    'accept',
    {
      sessionOptions: { mcpServers: { server: [{ label: 'crm', url: 'http://mcp.example.com' }] } },
    },
    /MCP server "crm" is not complete/,
    /https/,
  ],
  [
    'a session that is none',
    'accept',
    { sessionFrom: 'json', sessionJson: '{"model":"gpt-realtime-2.1"}' },
    /holds no session/,
    /"type": "realtime"/,
  ],
];
for (const [what, operation, parameters, message, description] of refusals) {
  test(`${operation}: ${what} is refused with the field and the cure`, async () => {
    const call = await ring();
    const { error } = await run('call', operation, { callId: call.id, ...agent, ...parameters });
    assert.match(error?.message ?? '', message);
    assert.match(error?.description ?? '', description);
    assert.equal(call.state.name, 'ringing');
  });
}

test('build: does not show the access token of an MCP server', async () => {
  const server = [{ label: 'crm', url: 'https://mcp.example.com', authorization: 'secret' }];
  const { error } = await run('session', 'build', {
    ...agent,
    sessionOptions: { mcpServers: { server } },
  });
  assert.match(error?.message ?? '', /would be visible/);
});

test('a wrong API key is told as such', async () => {
  const { error } = await cloud.engine.run({
    node: 'openAiRealtime',
    parameters: { resource: 'clientSecret', operation: 'create', ...agent },
    credentials: { voiceOpenAiApi: { ...cloud.credentials.voiceOpenAiApi, apiKey: 'sk-wrong' } },
  });
  assert.equal(error?.message, 'OpenAI refused the API key');
});

test('no items, no request', async () => {
  const { items, error } = await run('call', 'hangUp', { callId: 'rtc_1' }, { items: [] });
  assert.deepEqual([items, error], [[], undefined]);
  assert.deepEqual(cloud.simulator.requests.list(), []);
});
