import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PCMU_SESSION, startSession } from './testing/session-rig.ts';

const user = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});
const hours = {
  type: 'function',
  name: 'consultar_horario',
  description: 'Dice el horario de un día.',
  parameters: { type: 'object', properties: { dia: { type: 'string' } }, required: ['dia'] },
} as const;

test('one response at a time; the error names the event', async () => {
  const rig = startSession({ script: [{ reply: 'uno dos tres' }] });
  rig.send({ type: 'response.create' });
  rig.send({ type: 'response.create', event_id: 'second' });
  const { id } = rig.only('response.created').response;
  assert.deepEqual(rig.errors(), [
    {
      type: 'invalid_request_error',
      code: 'conversation_already_has_active_response',
      message: `Conversation already has an active response in progress: ${id}. Wait until the response is finished before creating a new one.`,
      param: null,
      event_id: 'second',
    },
  ]);
  await rig.clock.advance(5000);
  assert.equal(rig.only('response.done').response.status, 'completed');
});

test('a client cancels what is active, and only that', async () => {
  const rig = startSession({
    script: [{ reply: 'uno dos tres cuatro cinco seis' }],
    faults: { deltaIntervalMs: 300 },
  });
  rig.send({ type: 'response.cancel', event_id: 'early' });
  rig.send({ type: 'response.create' });
  await rig.clock.advance(400);
  rig.send({ type: 'response.cancel', response_id: 'resp_other' });
  assert.deepEqual(
    rig.errors().map(({ code, event_id }) => [code, event_id]),
    [
      ['response_cancel_not_active', 'early'],
      ['response_cancel_not_active', null],
    ],
  );
  rig.send({ type: 'response.cancel' });
  const { status, status_details } = rig.only('response.done').response;
  assert.equal(status, 'cancelled');
  assert.deepEqual(status_details, { type: 'cancelled', reason: 'client_cancelled' });
  const sent = rig.inbox.all.length;
  await rig.clock.advance(5000);
  assert.equal(rig.inbox.all.length, sent, 'nothing follows');
});

test('truncating keeps to what there was, and forgets the transcript', async () => {
  const rig = startSession({ script: [{ reply: 'uno dos tres' }] });
  rig.send(user('hola'));
  rig.send({ type: 'response.create' });
  await rig.clock.advance(5000);
  const [userItem, answer] = rig.inbox.of('conversation.item.done').map(({ item }) => item);
  const truncate = (item_id: string, audio_end_ms: number): void =>
    rig.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms });
  truncate(answer.id, 1051);
  truncate(userItem.id, 10);
  truncate('item_none', 10);
  assert.deepEqual(
    rig.errors().map(({ code, message }) => [code, message]),
    [
      ['invalid_value', 'Audio content of 1050ms is already shorter than 1051ms'],
      ['invalid_value', 'Only model output audio messages can be truncated'],
      [
        'item_truncate_invalid_item_id',
        "Error truncating item: the item with id 'item_none' does not exist.",
      ],
    ],
  );
  truncate(answer.id, 700);
  assert.equal(rig.only('conversation.item.truncated').audio_end_ms, 700);
  rig.send({ type: 'conversation.item.retrieve', item_id: answer.id });
  const [part] = rig.only('conversation.item.retrieved').item.content;
  assert.equal(part.transcript, undefined);
  assert.equal(Buffer.from(part.audio as string, 'base64').length, 700 * 8);
  truncate(answer.id, 701);
  assert.match(rig.errors().at(-1)?.message ?? '', /700ms is already shorter than 701ms/);
});

test('text alone is written', async () => {
  const rig = startSession({ script: [{ reply: 'uno dos' }] });
  rig.send({ type: 'response.create', response: { output_modalities: ['text'] } });
  await rig.clock.advance(2000);
  const deltas = rig.inbox.of('response.output_text.delta').map(({ delta }) => delta as string);
  assert.deepEqual(deltas, ['uno', ' dos']);
  assert.equal(rig.only('response.output_text.done').text, 'uno dos');
  const { output, usage } = rig.only('response.done').response;
  assert.deepEqual(output[0].content, [{ type: 'output_text', text: 'uno dos' }]);
  assert.equal(usage.output_token_details.audio_tokens, 0);
  assert.deepEqual(rig.inbox.of('response.output_audio.delta'), []);
});

test('functions are called in parallel, and their results are told', async () => {
  const rig = startSession({
    session: { ...PCMU_SESSION, tools: [hours] },
    script: [
      {
        match: 'horario',
        reply: {
          text: 'un momento',
          calls: [
            { name: 'consultar_horario', arguments: { dia: 'lunes' } },
            { name: 'consultar_horario', arguments: '{"dia": ' },
          ],
        },
      },
      { match: 'de nueve', reply: 'lunes de nueve a seis' },
    ],
  });
  rig.send(user('el horario'));
  rig.send({ type: 'response.create' });
  await rig.clock.advance(3000);
  const calls = rig.inbox.of('response.function_call_arguments.done');
  assert.deepEqual(
    calls.map(({ name, arguments: args, output_index }) => [name, args, output_index]),
    [
      ['consultar_horario', '{"dia":"lunes"}', 1],
      ['consultar_horario', '{"dia": ', 2],
    ],
  );
  const deltas = rig.inbox
    .of('response.function_call_arguments.delta')
    .filter(({ call_id }) => call_id === calls[0]?.call_id);
  assert.equal(deltas.map(({ delta }) => delta).join(''), '{"dia":"lunes"}');
  const output = (call_id: unknown) => ({
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id, output: 'de nueve a seis' },
  });
  rig.send(output('call_none'));
  assert.deepEqual(
    rig.errors().map(({ code, message }) => [code, message]),
    [['invalid_tool_call_id', "Tool call ID 'call_none' not found in conversation."]],
  );
  for (const { call_id } of calls) rig.send(output(call_id));
  rig.send({ type: 'response.create' });
  await rig.clock.advance(3000);
  const said = rig.inbox.of('response.output_audio_transcript.done').map((each) => each.transcript);
  assert.deepEqual(said, ['un momento', 'lunes de nueve a seis']);
});

test('by itself it answers from the instructions, calls what fits, and says what it is told to', async () => {
  const rig = startSession({ session: { ...PCMU_SESSION, tools: [hours] } });
  const said = () => rig.inbox.of('response.output_audio_transcript.done').at(-1)?.transcript;
  rig.send({ type: 'response.create' });
  await rig.clock.advance(5000);
  assert.match(said() as string, /^Hola/);
  rig.send({ type: 'response.create', response: { instructions: 'Di: "Buenas, soy Ana."' } });
  await rig.clock.advance(5000);
  assert.equal(said(), 'Buenas, soy Ana.');
  rig.send(user('¿Cuál es el horario?'));
  rig.send({ type: 'response.create', response: { tool_choice: 'none' } });
  await rig.clock.advance(9000);
  assert.match(said() as string, /lunes a viernes/);
  rig.send(user('Quiero consultar el horario del lunes'));
  rig.send({ type: 'response.create' });
  await rig.clock.advance(5000);
  const { name, arguments: args } = rig.only('response.function_call_arguments.done');
  assert.deepEqual([name, JSON.parse(args as string)], ['consultar_horario', { dia: 'lunes' }]);
});

test('a response may be cut short or fail', async () => {
  const rig = startSession({
    script: [
      { reply: 'uno dos tres cuatro cinco seis' },
      { reply: { text: 'uno', incomplete: 'content_filter' } },
      { reply: { error: { code: 'rate_limit_exceeded', message: 'Rate limit reached' } } },
    ],
  });
  rig.send({ type: 'response.create', response: { max_output_tokens: 20 } });
  await rig.clock.advance(3000);
  rig.send({ type: 'response.create' });
  await rig.clock.advance(3000);
  rig.send({ type: 'response.create' });
  await rig.clock.advance(3000);
  rig.faults.set({ openAiRealtime: { failNextResponses: 1 } });
  rig.send({ type: 'response.create' });
  await rig.clock.advance(3000);
  const [tokens, filter, failed, broken] = rig.inbox.of('response.done').map((e) => e.response);
  assert.deepEqual(tokens.status_details, { type: 'incomplete', reason: 'max_output_tokens' });
  assert.equal(tokens.output[0].status, 'incomplete');
  assert.deepEqual(filter.status_details, { type: 'incomplete', reason: 'content_filter' });
  assert.equal(failed.status, 'failed');
  assert.equal(failed.status_details.error.code, 'rate_limit_exceeded');
  assert.equal(broken.status_details.error.type, 'server_error');
});

test('a response out of band has its own input and leaves the conversation alone', async () => {
  const rig = startSession({
    script: [{ match: 'aparte', reply: 'sí' }, { reply: 'uno dos tres' }],
  });
  rig.send(user('hola'));
  const { id } = rig.only('conversation.item.done').item;
  rig.send({ type: 'response.create' });
  const beside = {
    conversation: 'none',
    output_modalities: ['text'],
    metadata: { topic: 'aparte' },
    input: [{ type: 'item_reference', id }, user('esto es aparte').item],
  };
  rig.send({ type: 'response.create', response: beside });
  await rig.clock.advance(3000);
  const done = rig.inbox.of('response.done').map(({ response }) => response);
  const out = done.find(({ metadata }) => metadata !== null);
  assert.equal(out.conversation_id, null);
  assert.deepEqual(out.metadata, { topic: 'aparte' });
  assert.equal(out.output[0].content[0].text, 'sí');
  assert.equal(rig.inbox.of('conversation.item.done').length, 2);
  beside.input = [{ type: 'item_reference', id: 'item_none' }];
  rig.send({ type: 'response.create', response: beside });
  assert.equal(rig.errors()[0]?.param, 'response.input[0].id');
});

test('audio may come after a cancellation, on demand', async () => {
  const rig = startSession({
    script: [{ reply: 'uno dos tres cuatro' }],
    faults: { lateAudio: true, deltaIntervalMs: 300 },
  });
  rig.send({ type: 'response.create' });
  await rig.clock.advance(400);
  rig.send({ type: 'response.cancel' });
  assert.equal(rig.inbox.types().at(-1), 'response.output_audio.delta');
});
