import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentAudioReader, agentAudio } from './agent-audio.ts';

test('tells which bytes of which item a piece of audio is', () => {
  const reader = new AgentAudioReader();
  const audio = agentAudio(7, 400);
  assert.deepEqual(reader.read(audio.subarray(0, 1600)), [{ item: 7, startByte: 0, bytes: 1600 }]);
  assert.deepEqual(reader.read(audio.subarray(1600)), [{ item: 7, startByte: 1600, bytes: 1600 }]);
  assert.equal(reader.misplacedBytes, 0);
});

test('audio may be cut anywhere', () => {
  const reader = new AgentAudioReader();
  const audio = agentAudio(300, 200);
  const read = [0, 37, 41, 200, 555, 1600]
    .map((from, index, cuts) => audio.subarray(from, cuts[index + 1] ?? from))
    .flatMap((piece) => reader.read(piece));
  assert.equal(
    read.reduce((sum, { bytes }) => sum + bytes, 0),
    1600,
  );
  assert.deepEqual(read[0], { item: 300, startByte: 0, bytes: 37 });
  assert.equal(reader.misplacedBytes, 0);
});

test('one piece may hold the end of an item and the beginning of the next', () => {
  const reader = new AgentAudioReader();
  reader.read(agentAudio(1, 100).subarray(0, 700));
  const piece = Buffer.concat([agentAudio(1, 100).subarray(700), agentAudio(2, 50)]);
  assert.deepEqual(reader.read(piece), [
    { item: 1, startByte: 700, bytes: 100 },
    { item: 2, startByte: 0, bytes: 400 },
  ]);
  assert.equal(reader.misplacedBytes, 0);
});

test('counts audio behind a hole, and audio that comes twice', () => {
  const reader = new AgentAudioReader();
  const audio = agentAudio(1, 100);
  reader.read(audio.subarray(0, 160));
  reader.read(audio.subarray(320, 480));
  assert.ok(reader.misplacedBytes > 0);
  const twice = new AgentAudioReader();
  twice.read(audio.subarray(0, 160));
  twice.read(audio.subarray(0, 160));
  assert.ok(twice.misplacedBytes > 0);
});
