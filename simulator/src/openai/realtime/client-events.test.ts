import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnheardLine } from './sip-line.ts';
import { PCMU_SESSION, startSession } from './testing/session-rig.ts';

const message = (role: string, content: object[], more: object = {}) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role, content, ...more },
});
const update = (session: object) => ({ type: 'session.update', session });
const transcribing = (transcription: object) =>
  update({ type: 'realtime', audio: { input: { transcription } } });

/** What is sent, and the code and the place of its error. */
const REFUSED: readonly (readonly [string, unknown, string, string | null])[] = [
  ['no object', [], 'invalid_event', null],
  ['no type', { session: {} }, 'missing_required_parameter', 'type'],
  ['an unknown type', { type: 'session.upgrade' }, 'invalid_value', 'type'],
  ['an unknown field', { type: 'response.cancel', now: true }, 'unknown_parameter', 'now'],
  ['a session without a type', update({}), 'missing_required_parameter', 'session.type'],
  ['a transcription session', update({ type: 'transcription' }), 'invalid_value', 'session.type'],
  [
    'the name of the beta',
    update({ type: 'realtime', input_audio_format: 'g711_ulaw' }),
    'unknown_parameter',
    'session.input_audio_format',
  ],
  [
    'another model',
    update({ type: 'realtime', model: 'gpt-realtime-2' }),
    'cannot_update_model',
    'session.model',
  ],
  [
    'a model that is not there',
    update({ type: 'realtime', model: 'gpt-9' }),
    'model_not_found',
    'session.model',
  ],
  [
    'both modalities',
    update({ type: 'realtime', output_modalities: ['audio', 'text'] }),
    'invalid_value',
    'session.output_modalities',
  ],
  [
    'a rate for µ-law',
    update({ type: 'realtime', audio: { input: { format: { type: 'audio/pcmu', rate: 8000 } } } }),
    'unknown_parameter',
    'session.audio.input.format.rate',
  ],
  [
    'an impossible speed',
    update({ type: 'realtime', audio: { output: { speed: 2 } } }),
    'invalid_value',
    'session.audio.output.speed',
  ],
  ...[
    ['gpt-realtime-whisper', { prompt: 'Andes' }],
    ['gpt-4o-transcribe-diarize', { prompt: 'Andes' }],
    ['gpt-realtime-whisper', { keywords: ['Andes'] }],
    ['gpt-4o-transcribe', { keywords: ['Andes'] }],
    ['whisper-1', { languages: ['es'] }],
    ['gpt-transcribe', { language: 'es' }],
    ['gpt-live-transcribe', { language: 'es' }],
    [undefined, { language: 'es' }],
    ['gpt-live-transcribe', { delay: 'low' }],
    [undefined, { delay: 'low' }],
  ].map(
    ([model, hint]) =>
      [
        `what ${JSON.stringify(model)} does not take: ${JSON.stringify(hint)}`,
        transcribing({ model, ...(hint as object) }),
        'unsupported_parameter',
        `session.audio.input.transcription.${Object.keys(hint as object)[0]}`,
      ] as const,
  ),
  ...['gpt-transcribe', 'whisper-1'].map(
    (model) =>
      [
        `one language and several for ${model}`,
        transcribing({ model, language: 'es', languages: ['es'] }),
        'unsupported_parameter',
        `session.audio.input.transcription.${model === 'whisper-1' ? 'languages' : 'language'}`,
      ] as const,
  ),
  ...['es-CL', 'ES', 'spanish', 'e', '', 'zh-cns'].map(
    (code) =>
      [
        `a language with the code ${JSON.stringify(code)}`,
        transcribing({ languages: ['es', code] }),
        'invalid_value',
        'session.audio.input.transcription.languages[1]',
      ] as const,
  ),
  [
    'no language in a list of them',
    transcribing({ languages: [] }),
    'invalid_value',
    'session.audio.input.transcription.languages',
  ],
  [
    'a keyword with a line break',
    transcribing({ model: 'gpt-transcribe', keywords: ['Taller\nAndes'] }),
    'invalid_value',
    'session.audio.input.transcription.keywords[0]',
  ],
  ['no audio', { type: 'input_audio_buffer.append' }, 'missing_required_parameter', 'audio'],
  ['no base64', { type: 'input_audio_buffer.append', audio: '§§§§' }, 'invalid_value', 'audio'],
  [
    'an item of no kind',
    { type: 'conversation.item.create', item: { type: 'thought' } },
    'invalid_value',
    'item.type',
  ],
  [
    'audio of the assistant',
    message('assistant', [{ type: 'output_audio', transcript: 'hola' }]),
    'missing_required_parameter',
    'item.content[0].text',
  ],
  [
    'an image for the system',
    message('system', [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }]),
    'invalid_value',
    'item.content[0].type',
  ],
  [
    'an id that is too long',
    message('user', [{ type: 'input_text', text: 'hola' }], { id: 'x'.repeat(33) }),
    'string_above_max_length',
    'item.id',
  ],
  [
    'a call id that is too long',
    {
      type: 'conversation.item.create',
      item: { type: 'function_call', call_id: 'x'.repeat(33), name: 'a', arguments: '{}' },
    },
    'string_above_max_length',
    'item.call_id',
  ],
  [
    'a result with a call id that is too long',
    {
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'x'.repeat(33), output: '' },
    },
    'string_above_max_length',
    'item.call_id',
  ],
  [
    'an unknown predecessor',
    { ...message('user', [{ type: 'input_text', text: 'a' }]), previous_item_id: 'item_none' },
    'item_create_invalid_previous_item_id',
    'previous_item_id',
  ],
  [
    'a call id with a slash',
    {
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call/1', output: '' },
    },
    'invalid_value',
    'item.call_id',
  ],
  [
    'an item to delete that is not there',
    { type: 'conversation.item.delete', item_id: 'item_none' },
    'item_delete_invalid_item_id',
    'item_id',
  ],
  [
    'an item to retrieve that is not there',
    { type: 'conversation.item.retrieve', item_id: 'item_none' },
    'item_retrieve_invalid_item_id',
    'item_id',
  ],
  [
    'a negative end',
    { type: 'conversation.item.truncate', item_id: 'a', content_index: 0, audio_end_ms: -1 },
    'integer_below_min_value',
    'audio_end_ms',
  ],
  ...[
    ['any', 'invalid_value', ''],
    [{ type: 'anything' }, 'invalid_value', '.type'],
    [{ type: 'function' }, 'missing_required_parameter', '.name'],
    [{ type: 'function', name: 'a', server_label: 'b' }, 'unknown_parameter', '.server_label'],
    [{ type: 'mcp', name: 'a' }, 'missing_required_parameter', '.server_label'],
  ].map(
    ([choice, code, place]) =>
      [
        `the choice of tools ${JSON.stringify(choice)}`,
        update({ type: 'realtime', tool_choice: choice }),
        code as string,
        `session.tool_choice${place as string}`,
      ] as const,
  ),
  [
    'instructions that are too long',
    update({ type: 'realtime', instructions: 'a'.repeat(4 * 16_384 + 1) }),
    'invalid_value',
    'session.instructions',
  ],
  [
    'instructions of a response that are too long',
    { type: 'response.create', response: { instructions: 'a'.repeat(4 * 16_384 + 1) } },
    'invalid_value',
    'response.instructions',
  ],
  [
    'too many tokens',
    { type: 'response.create', response: { max_output_tokens: 5000 } },
    'invalid_value',
    'response.max_output_tokens',
  ],
  ['what WebRTC has', { type: 'output_audio_buffer.clear' }, 'invalid_value', 'type'],
];

for (const [what, event, code, param] of REFUSED) {
  test(`${what} is refused by name, and the session goes on`, () => {
    const rig = startSession();
    rig.send(event as object);
    const [error] = rig.errors();
    assert.deepEqual([error?.code, error?.param], [code, param]);
    assert.equal(error?.type, 'invalid_request_error');
    rig.send({ type: 'input_audio_buffer.clear' });
    rig.only('input_audio_buffer.cleared');
  });
}

test('what is no JSON is refused', () => {
  const rig = startSession();
  rig.session.receive('{"type":');
  assert.equal(rig.errors()[0]?.code, 'invalid_json');
});

test('an append of more than 15 MiB is refused', () => {
  const rig = startSession();
  rig.append(Buffer.alloc(15 * 1024 * 1024 + 1));
  assert.deepEqual(
    [rig.errors()[0]?.code, rig.errors()[0]?.param],
    ['string_above_max_length', 'audio'],
  );
});

test('items find their place, are deleted, and have one id each', () => {
  const rig = startSession();
  const item = (id: string) => message('user', [{ type: 'input_text', text: id }], { id });
  rig.send(item('item_1'));
  rig.send({ ...item('item_2'), previous_item_id: 'root' });
  rig.send({ ...item('item_3'), previous_item_id: 'item_2' });
  rig.send(item('item_3'));
  assert.equal(rig.errors()[0]?.code, 'item_create_duplicate_item_id');
  assert.deepEqual(
    rig.inbox.of('conversation.item.added').map(({ previous_item_id }) => previous_item_id),
    [null, null, 'item_2'],
  );
  rig.send({ type: 'conversation.item.delete', item_id: 'item_2' });
  assert.equal(rig.only('conversation.item.deleted').item_id, 'item_2');
});

test('the voice is fixed once the model has spoken', async () => {
  const rig = startSession({ script: [{ reply: 'hola' }] });
  const voice = (name: string) => update({ type: 'realtime', audio: { output: { voice: name } } });
  rig.send(voice('cedar'));
  assert.equal(rig.only('session.updated').session.audio.output.voice, 'cedar');
  rig.send({ type: 'response.create' });
  await rig.clock.advance(3000);
  rig.send(voice('cedar'));
  rig.send(voice('marin'));
  assert.deepEqual(
    rig.errors().map(({ code }) => code),
    ['cannot_update_voice'],
  );
});

test('the speed changes between responses only', async () => {
  const rig = startSession({ script: [{ reply: 'hola' }, { reply: 'hola' }] });
  const speed = (value: number) =>
    rig.send(update({ type: 'realtime', audio: { output: { speed: value } } }));
  speed(1.2);
  for (const response of [{}, { conversation: 'none' }]) {
    rig.send({ type: 'response.create', response });
    await rig.clock.advance(100);
    speed(1.2);
    speed(1.1);
    rig.send(update({ type: 'realtime', instructions: 'Sé breve.' }));
    const { code, param, type } = rig.errors().at(-1) ?? {};
    assert.deepEqual(
      [type, code, param],
      ['invalid_request_error', 'invalid_value', 'session.audio.output.speed'],
    );
    await rig.clock.advance(3000);
    const { session } = rig.inbox.of('session.updated').at(-1)!;
    assert.deepEqual([session.audio.output.speed, session.instructions], [1.2, 'Sé breve.']);
  }
  speed(1.1);
  assert.equal(rig.inbox.of('session.updated').at(-1)?.session.audio.output.speed, 1.1);
  assert.equal(rig.errors().length, 2);
});

test('each model of the transcript takes its own hints', () => {
  const rig = startSession();
  const given = [
    { model: 'gpt-transcribe', languages: ['es'], keywords: ['Andes'], prompt: 'Un taller.' },
    { model: 'gpt-live-transcribe', languages: ['es', 'yue', 'zh-tw'], keywords: ['Andes & Cía'] },
    { model: 'gpt-realtime-whisper', language: 'es', delay: 'low' },
    { model: 'gpt-4o-mini-transcribe-2025-12-15', language: 'es', prompt: 'Un taller.' },
    { model: 'whisper-1', language: 'es', prompt: 'Andes' },
    { keywords: ['Andes'] },
  ];
  for (const each of given) rig.send(transcribing(each));
  assert.deepEqual(rig.errors(), []);
  assert.deepEqual(
    rig.inbox.of('session.updated').map(({ session }) => session.audio.input.transcription),
    given,
  );
});

test('instructions may have 16384 tokens, and are told how many they have beyond', () => {
  const rig = startSession();
  const instruct = (tokens: number) =>
    rig.send(update({ type: 'realtime', instructions: 'a'.repeat(4 * tokens) }));
  instruct(16_384);
  assert.deepEqual(rig.errors(), []);
  instruct(17_199);
  assert.deepEqual(
    rig.errors().map(({ message }) => message),
    ['Instructions cannot be longer than 16384 tokens, you have provided 17199 tokens.'],
  );
  rig.only('session.updated');
});

test('a tool may be chosen by its name', () => {
  const rig = startSession();
  const choices = [
    'required',
    { type: 'function', name: 'agendar' },
    { type: 'mcp', server_label: 'crm' },
    { type: 'mcp', server_label: 'crm', name: 'buscar_cliente' },
  ];
  for (const choice of choices) rig.send(update({ type: 'realtime', tool_choice: choice }));
  assert.deepEqual(rig.errors(), []);
  assert.deepEqual(
    rig.inbox.of('session.updated').map(({ session }) => session.tool_choice as unknown),
    choices,
  );
});

test('an update changes what it names and keeps the rest', () => {
  const rig = startSession();
  const input = (change: object) => update({ type: 'realtime', audio: { input: change } });
  rig.send(input({ turn_detection: { type: 'server_vad', threshold: 0.7 } }));
  rig.send(input({ turn_detection: { type: 'semantic_vad', eagerness: 'high' } }));
  rig.send(input({ turn_detection: null }));
  const [server, semantic, none] = rig.inbox
    .of('session.updated')
    .map(({ session }) => session.audio.input.turn_detection);
  assert.deepEqual([server.threshold, server.silence_duration_ms], [0.7, 500]);
  assert.deepEqual(semantic, {
    type: 'semantic_vad',
    eagerness: 'high',
    create_response: true,
    interrupt_response: true,
  });
  assert.equal(none, null);
  const { session } = rig.inbox.of('session.updated').at(-1)!;
  assert.equal(session.instructions, PCMU_SESSION.instructions);
  assert.deepEqual(session.audio.input.format, { type: 'audio/pcmu' });
});

test('a session over SIP refuses the tuning of server_vad where that is asked for, others never', () => {
  const tuned = { type: 'server_vad', silence_duration_ms: 700 };
  const change = update({ type: 'realtime', audio: { input: { turn_detection: tuned } } });
  const faults = { refusesSipTuning: true };
  const plain = startSession({ faults });
  plain.send(change);
  assert.deepEqual(plain.errors(), []);
  const overSip = startSession({ faults, line: (clock) => new UnheardLine(clock) });
  overSip.send(change);
  const param = 'session.audio.input.turn_detection.silence_duration_ms';
  assert.deepEqual(
    overSip.errors().map((error) => [error.code, error.param]),
    [['unknown_parameter', param]],
  );
  assert.deepEqual(overSip.inbox.of('session.updated'), []);
  overSip.faults.set({ openAiRealtime: { refusesSipTuning: false } });
  overSip.send(change);
  const [updated] = overSip.inbox.of('session.updated');
  assert.equal(updated?.session.audio.input.turn_detection.silence_duration_ms, 700);
});
