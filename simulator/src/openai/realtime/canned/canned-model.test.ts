import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silence, startSession } from '../testing/session-rig.ts';
import { MarkReader, writeMarks } from './marks.ts';

const canned = { answerMs: 1000, deltaMs: 400, allAtOnce: false, realTimeFactor: 4 };
const faults = { canned, firstAudioDelayMs: 0, transcriptionDelayMs: 0 };

function startCanned(more: Partial<typeof canned> = {}) {
  const rig = startSession({ faults: { ...faults, canned: { ...canned, ...more } } });
  const audio = () =>
    rig.inbox
      .of('response.output_audio.delta')
      .map(({ delta }) => Buffer.from(delta as string, 'base64'));
  const speak = (number = 7) =>
    rig.append(Buffer.concat([silence(100), writeMarks(number, 600), silence(700)]));
  return { ...rig, audio, speak };
}

test('a turn by level is answered with marked audio of the given length', async () => {
  const rig = startCanned();
  rig.speak();
  rig.only('input_audio_buffer.speech_stopped');
  await rig.clock.advance(2000);
  const { response } = rig.only('response.done');
  assert.equal(response.status, 'completed');
  const marks = new MarkReader().feed(Buffer.concat(rig.audio()));
  assert.deepEqual(
    marks.map(({ ms }) => ms),
    Array.from({ length: 1000 }, (_, ms) => ms),
  );
  const [answer] = rig.canned.answers;
  assert.deepEqual(
    [answer?.number, answer?.itemId, answer?.sentMs, answer?.truncated],
    [marks[0]?.number, response.output[0].id, 1000, null],
  );
  assert.equal(rig.only('response.output_audio_transcript.done').transcript, '0 400 800');
});

test('deltas come at a multiple of real time, or all at once', async () => {
  const paced = startCanned();
  paced.send({ type: 'response.create' });
  await paced.clock.advance(99);
  assert.equal(paced.audio().length, 1);
  await paced.clock.advance(1);
  assert.equal(paced.audio().length, 2);
  await paced.clock.advance(100);
  assert.deepEqual(
    paced.audio().map(({ length }) => length),
    [3200, 3200, 1600],
  );
  const burst = startCanned({ allAtOnce: true, deltaMs: 100 });
  burst.send({ type: 'response.create' });
  await burst.clock.advance(0);
  assert.equal(burst.audio().length, 10);
});

test('answers have numbers of their own, and where they were cut is written down', async () => {
  const rig = startCanned({ allAtOnce: true });
  for (let i = 0; i < 2; i++) {
    rig.send({ type: 'response.create' });
    await rig.clock.advance(10);
  }
  const [first, second] = rig.canned.answers;
  assert.notEqual(first?.number, second?.number);
  const cut = { type: 'conversation.item.truncate', content_index: 0 };
  rig.send({ ...cut, item_id: second?.itemId, audio_end_ms: 1001 });
  assert.match(rig.errors()[0]?.message ?? '', /1000ms is already shorter than 1001ms/);
  assert.equal(second?.truncated, null);
  rig.send({ ...cut, item_id: second?.itemId, audio_end_ms: 640 });
  assert.equal(rig.canned.answers[1]?.truncated?.audioEndMs, 640);
  assert.equal(first?.truncated, null);
});

test('barge-in cancels the answer, of which only what was sent counts', async () => {
  const rig = startCanned({ realTimeFactor: 1 });
  rig.send({ type: 'response.create' });
  await rig.clock.advance(450);
  rig.speak();
  assert.equal(rig.inbox.of('response.done')[0]?.response.status, 'cancelled');
  assert.equal(rig.canned.answers[0]?.sentMs, 800);
});

test("marks of the caller's are written down as they arrive", () => {
  const rig = startCanned();
  for (let ms = 0; ms < 100; ms += 20) rig.append(writeMarks(42, 20, ms));
  assert.deepEqual(
    rig.canned.heard.map(({ number, ms }) => [number, ms]),
    [0, 20, 40, 60, 80].map((ms) => [42, ms]),
  );
  rig.canned.forget();
  assert.equal(rig.canned.heard.length, 0);
});

test('a script still says and calls', async () => {
  const rig = startCanned();
  rig.script.set([{ reply: { text: 'uno dos', calls: [{ name: 'x', arguments: {} }] } }]);
  rig.send({ type: 'response.create' });
  await rig.clock.advance(1000);
  assert.equal(rig.only('response.output_audio_transcript.done').transcript, 'uno dos');
  rig.only('response.function_call_arguments.done');
});
