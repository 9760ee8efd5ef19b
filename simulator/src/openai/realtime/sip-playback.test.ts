import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeMarks } from './canned/marks.ts';
import { UnheardLine } from './sip-line.ts';
import { PCMU_SESSION, silence, startSession } from './testing/session-rig.ts';

const canned = { answerMs: 1000, deltaMs: 400, allAtOnce: true, realTimeFactor: 1 };

/** A session over SIP whose answers are a second long. */
function startCall(faults: Partial<typeof canned> = {}) {
  const rig = startSession({
    session: PCMU_SESSION,
    line: (clock) => new UnheardLine(clock),
    faults: { canned: { ...canned, ...faults }, firstAudioDelayMs: 0 },
  });
  const told = () =>
    rig.inbox.all
      .filter(({ type }) => /^(output_audio_buffer|conversation.item.truncated)/.test(type))
      .map(({ type, response_id: response, item_id: item, audio_end_ms: endMs }) =>
        [type.split('.').at(-1), response ?? item, ...(endMs === undefined ? [] : [endMs])].join(
          ' ',
        ),
      );
  const responses = () => rig.inbox.of('response.created').map(({ response }) => response.id);
  const answer = () => rig.send({ type: 'response.create' });
  const hear = (audio: Buffer) => rig.session.hear(audio);
  return { ...rig, told, responses, answer, hear, speak: () => hear(writeMarks(1, 60)) };
}

test('a response has stopped once its audio was played, long after it was made', async () => {
  const call = startCall();
  call.answer();
  await call.clock.advance(900);
  const [id] = call.responses();
  assert.equal(call.only('response.done').response.id, id);
  assert.deepEqual(call.told(), [`started ${id}`]);
  await call.clock.advance(200);
  assert.deepEqual(call.told(), [`started ${id}`, `stopped ${id}`]);
});

test('a response that is made meanwhile is played behind the one before', async () => {
  const call = startCall();
  call.answer();
  await call.clock.advance(300);
  call.answer();
  await call.clock.advance(600);
  const [first, second] = call.responses();
  assert.deepEqual(call.told(), [`started ${first}`]);
  await call.clock.advance(150);
  assert.deepEqual(call.told(), [`started ${first}`, `stopped ${first}`, `started ${second}`]);
  await call.clock.advance(1000);
  assert.equal(call.told().at(-1), `stopped ${second}`);
});

test('a caller who speaks over it clears it, and each item ends where it was heard', async () => {
  const call = startCall();
  call.answer();
  await call.clock.advance(10);
  call.answer();
  await call.clock.advance(740);
  call.speak();
  const [first] = call.responses();
  const [one, two] = call.canned.answers.map(({ itemId }) => itemId);
  assert.deepEqual(call.told(), [
    `started ${first}`,
    `cleared ${first}`,
    `truncated ${one} 750`,
    `truncated ${two} 0`,
  ]);
  await call.clock.advance(3000);
  assert.equal(call.told().length, 4);
});

test('what was played to its end is not truncated by who speaks then', async () => {
  const call = startCall();
  call.answer();
  await call.clock.advance(1100);
  call.speak();
  assert.deepEqual(
    call.told().map((each) => each.split(' ')[0]),
    ['started', 'stopped'],
  );
});

test('a response that is being made is cancelled before its audio is cleared and cut', async () => {
  const call = startCall({ allAtOnce: false });
  call.answer();
  await call.clock.advance(600);
  call.speak();
  const types = call.inbox.types();
  const at = (type: string) => types.indexOf(type);
  assert.equal(call.only('response.done').response.status_details.reason, 'turn_detected');
  assert.ok(at('input_audio_buffer.speech_started') < at('response.done'));
  assert.ok(at('response.done') < at('output_audio_buffer.cleared'));
  assert.ok(at('output_audio_buffer.cleared') < at('conversation.item.truncated'));
  assert.equal(call.only('conversation.item.truncated').audio_end_ms, 600);
});

test('a client that clears stops the sound; what the conversation keeps is for it to say', async () => {
  const call = startCall();
  call.answer();
  await call.clock.advance(200);
  call.send({ type: 'output_audio_buffer.clear' });
  const [id] = call.responses();
  assert.deepEqual(call.told(), [`started ${id}`, `cleared ${id}`]);
  call.send({ type: 'output_audio_buffer.clear' });
  assert.equal(call.told().length, 2);
});

test('a turn after silence is answered, and nothing is played once the call is over', async () => {
  const call = startCall();
  call.hear(Buffer.concat([writeMarks(1, 300), silence(600)]));
  await call.clock.advance(100);
  call.session.end();
  await call.clock.advance(2000);
  const [id] = call.responses();
  assert.deepEqual(call.told(), [`started ${id}`]);
});

test('what a call costs grows with what was heard and said', async () => {
  const call = startCall();
  for (let turn = 0; turn < 2; turn++) {
    call.hear(Buffer.concat([writeMarks(1, 300), silence(600)]));
    await call.clock.advance(1500);
  }
  const [first, second] = call.inbox.of('response.done').map(({ response }) => response.usage);
  assert.equal(first.output_token_details.audio_tokens, 20);
  const heard = first.input_token_details.audio_tokens;
  assert.ok(heard >= 8 && heard <= 12, `${heard}`);
  // The turn and the answer before, and another turn.
  assert.ok(second.input_token_details.audio_tokens >= 2 * heard + 20);
  assert.equal(second.input_token_details.cached_tokens_details.audio_tokens, heard);
});
