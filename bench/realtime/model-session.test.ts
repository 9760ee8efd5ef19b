import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test, type TestContext } from 'node:test';
import { callerPayload } from './caller-audio.ts';
import { CannedAnswers } from './canned-answers.ts';
import { ModelSession } from './model-session.ts';

interface Event {
  readonly type: string;
  readonly item_id?: string;
  readonly delta?: string;
  readonly error?: { readonly code: string };
  readonly response?: { readonly status: string };
}

/** A session whose model makes an answer of 1 s, all of it at once. */
function open(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const events: Event[] = [];
  const session = new ModelSession(
    '1',
    'gpt-realtime-2.1',
    { deltaMs: 200, speed: Number.POSITIVE_INFINITY, answerMs: 1000, thinkingMs: 100 },
    new CannedAnswers(),
    (text) => events.push(JSON.parse(text) as Event),
  );
  let frame = 0;
  const send = (event: object) => session.receive(JSON.stringify(event));
  const say = (frames: number, loud: boolean) => {
    for (let count = 0; count < frames; count += 1, frame += 1) {
      send({ type: 'input_audio_buffer.append', audio: callerPayload(9, frame, loud) });
    }
  };
  const types = () => events.map(({ type }) => type);
  return { session, events, send, say, types };
}

test('a turn is heard and answered in the order of the API', (t) => {
  const { say, types, events } = open(t);
  say(10, true);
  say(25, false);
  t.mock.timers.tick(100);
  assert.deepEqual(
    types().filter((type) => !type.endsWith('delta')),
    [
      'session.created',
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
      'rate_limits.updated',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
    ],
  );
  const audio = events
    .filter(({ type }) => type === 'response.output_audio.delta')
    .map(({ delta }) => Buffer.from(delta ?? '', 'base64').length);
  assert.deepEqual(audio, [1600, 1600, 1600, 1600, 1600]);
});

test('speech stops a response that is being made', (t) => {
  const { send, say, events } = open(t);
  send({ type: 'response.create' });
  say(2, true);
  assert.equal(events.at(-1)?.response?.status, 'cancelled');
});

test('refuses to truncate an item beyond what there is of it', (t) => {
  const { session, send, events } = open(t);
  send({ type: 'response.create' });
  t.mock.timers.tick(100);
  const item_id = events.find(({ type }) => type === 'response.output_audio.delta')?.item_id;
  send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 1001 });
  assert.equal(events.at(-1)?.error?.code, 'invalid_value');
  send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 640 });
  assert.equal(events.at(-1)?.type, 'conversation.item.truncated');
  assert.deepEqual(session.report().truncations, [
    { item: 0, audioEndMs: 1001, refused: true },
    { item: 0, audioEndMs: 640, refused: false },
  ]);
});

test('reports which frames came, and which came twice or late', (t) => {
  const { session, send } = open(t);
  for (const frame of [0, 2, 1, 2, 4]) {
    send({ type: 'input_audio_buffer.append', audio: callerPayload(9, frame, false) });
  }
  const { phone, receivedAtMs, outOfOrder, doubled } = session.report();
  assert.equal(phone, 9);
  assert.deepEqual(
    Array.from(receivedAtMs, (atMs) => Number.isNaN(atMs)),
    [false, false, false, true, false],
  );
  assert.equal(outOfOrder, 1);
  assert.equal(doubled, 1);
});

test('a client that decides about turns itself is not answered unasked', (t) => {
  const { send, say, types } = open(t);
  send({ type: 'session.update', session: { audio: { input: { turn_detection: null } } } });
  say(10, true);
  say(50, false);
  assert.deepEqual(types(), ['session.created', 'session.updated']);
});
