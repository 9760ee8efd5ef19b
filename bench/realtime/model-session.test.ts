import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test, type TestContext } from 'node:test';
import { callerPayload, FRAME_MS } from './caller-audio.ts';
import { INTERRUPTION, QUESTION } from './caller-words.ts';
import { CannedAnswers } from './canned-answers.ts';
import type { ModelOptions } from './model-options.ts';
import { ModelSession } from './model-session.ts';

interface Event {
  readonly type: string;
  readonly item_id?: string;
  readonly delta?: string;
  readonly error?: { readonly code: string };
  readonly response?: { readonly status: string };
  readonly transcript?: string;
  readonly usage?: { readonly seconds: number };
  readonly item?: { readonly content: readonly { readonly transcript: string }[] };
}

/** A session whose model makes an answer of 1 s, all of it at once. */
function open(t: TestContext, different: Partial<ModelOptions> = {}) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const events: Event[] = [];
  const session = new ModelSession(
    '1',
    'gpt-realtime-2.1',
    {
      deltaMs: 200,
      speed: Number.POSITIVE_INFINITY,
      greetingMs: 1000,
      answerMs: 1000,
      thinkingMs: 100,
      ...different,
    },
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

/** `family: one, another` for types that follow each other within a family of the API. */
function inShort(types: readonly string[]): string[] {
  const lines: [family: string, events: string[]][] = [];
  for (const type of types) {
    const family = type.slice(0, type.lastIndexOf('.'));
    const event = type.slice(family.length + 1);
    const latest = lines.at(-1);
    if (latest?.[0] === family) latest[1].push(event);
    else lines.push([family, [event]]);
  }
  return lines.map(([family, events]) => `${family}: ${events.join(', ')}`);
}

test('a turn is heard and answered in the order of the API', (t) => {
  const { say, types, events } = open(t);
  say(10, true);
  say(25, false);
  t.mock.timers.tick(100);
  assert.deepEqual(inShort(types().filter((type) => !type.endsWith('delta'))), [
    'session: created',
    'input_audio_buffer: speech_started, speech_stopped, committed',
    'conversation.item: added, done',
    'response: created',
    'rate_limits: updated',
    'response.output_item: added',
    'conversation.item: added',
    'response.content_part: added',
    'response.output_audio: done',
    'response.output_audio_transcript: done',
    'response.content_part: done',
    'conversation.item: done',
    'response.output_item: done',
    'response: done',
  ]);
  const audio = events
    .filter(({ type }) => type === 'response.output_audio.delta')
    .map(({ delta }) => Buffer.from(delta ?? '', 'base64').length);
  assert.deepEqual(audio, [1600, 1600, 1600, 1600, 1600]);
});

test('the first answer has a length of its own', (t) => {
  const { send, types } = open(t, { greetingMs: 400 });
  const deltas = () => types().filter((type) => type === 'response.output_audio.delta').length;
  send({ type: 'response.create' });
  t.mock.timers.tick(100);
  assert.equal(deltas(), 2);
  send({ type: 'response.create' });
  t.mock.timers.tick(100);
  assert.equal(deltas(), 2 + 5);
});

test('what the caller said is told by its length', (t) => {
  const { send, say, events } = open(t);
  const transcription = { model: 'gpt-transcribe' };
  send({ type: 'session.update', session: { audio: { input: { transcription } } } });
  for (const { spokenMs } of [QUESTION, INTERRUPTION]) {
    say(spokenMs / FRAME_MS, true);
    say(25, false);
  }
  const completed = events.filter(({ type }) => type.endsWith('transcription.completed'));
  assert.deepEqual(
    completed.map(({ transcript, usage }) => [transcript, usage?.seconds]),
    [
      [QUESTION.text, 3],
      [INTERRUPTION.text, 2],
    ],
  );
  send({ type: 'conversation.item.retrieve', item_id: completed[1]?.item_id });
  assert.equal(events.at(-1)?.item?.content[0]?.transcript, INTERRUPTION.text);
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
