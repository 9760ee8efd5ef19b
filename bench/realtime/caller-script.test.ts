import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallerScript } from './caller-script.ts';

const options = { interruptEvery: 2, interruptFromMs: 1000, interruptToMs: 2000, answerMs: 5000 };

test('asks first, and every other answer is interrupted', () => {
  const script = new CallerScript(options, () => 0, 0);
  assert.equal(script.isSpeaking(1499), false);
  assert.equal(script.isSpeaking(1500), true);
  assert.equal(script.isSpeaking(2100), false);
  script.answerBegins(3000);
  assert.equal(script.isSpeaking(4100), false);
  assert.equal(script.isSpeaking(8400), true);
  script.answerBegins(10_000);
  assert.equal(script.isSpeaking(10_999), false);
  assert.equal(script.isSpeaking(11_000), true);
});

test('hears the first answer to its end, whatever comes later', () => {
  const script = new CallerScript({ ...options, interruptEvery: 1 }, () => 0, 0);
  script.answerBegins(1000);
  assert.equal(script.isSpeaking(2500), false);
  assert.equal(script.isSpeaking(6400), true);
  script.answerBegins(8000);
  assert.equal(script.isSpeaking(9000), true);
});

test('asks again when no answer comes', () => {
  const script = new CallerScript(options, () => 0, 0);
  assert.equal(script.isSpeaking(10_000), false);
  assert.equal(script.isSpeaking(10_200), true);
});
