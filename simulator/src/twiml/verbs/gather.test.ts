import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatherInput, type GatherOptions } from './gather.ts';

const options: GatherOptions = {
  dtmf: true,
  speech: true,
  bargeIn: true,
  timeoutMs: 1000,
  speechTimeoutMs: 500,
  maxSpeechMs: 3000,
  numDigits: Number.POSITIVE_INFINITY,
  finishOnKey: '#',
};

function gather(changes: Partial<GatherOptions> = {}) {
  const state = { interrupted: 0, done: false };
  const input = new GatherInput({ ...options, ...changes }, () => state.interrupted++);
  void input.done.then(() => (state.done = true));
  const wait = async (ms: number): Promise<boolean> => {
    for (let passed = 0; passed < ms; passed += 20) input.frame();
    await Promise.resolve();
    return state.done;
  };
  return { input, state, wait };
}

test('gives up after the timeout, counted from the end of the prompt', async () => {
  const { input, wait } = gather();
  assert.equal(await wait(5000), false);
  input.promptIsOver();
  assert.equal(await wait(980), false);
  assert.equal(await wait(20), true);
  assert.deepEqual(input.result(), {});
});

test('a key stops the prompt, and each one starts the timeout anew', async () => {
  const { input, state, wait } = gather();
  input.digit('1');
  assert.equal(state.interrupted, 1);
  input.promptIsOver();
  assert.equal(await wait(980), false);
  input.digit('2');
  assert.equal(await wait(980), false);
  assert.equal(await wait(20), true);
  assert.deepEqual(input.result(), { Digits: '12' });
});

test('ends at the last digit that was asked for', async () => {
  const { input, wait } = gather({ numDigits: 2 });
  input.digit('4');
  input.digit('2');
  assert.equal(await wait(0), true);
  assert.deepEqual(input.result(), { Digits: '42' });
});

test('ends at the finishing key, which is no digit', async () => {
  const { input, wait } = gather();
  input.digit('7');
  input.digit('#');
  assert.equal(await wait(0), true);
  assert.deepEqual(input.result(), { Digits: '7', FinishedOnKey: '#' });
});

test('an empty finishing key makes every key a digit', async () => {
  const { input } = gather({ finishOnKey: '' });
  input.digit('#');
  assert.deepEqual(input.result(), { Digits: '#' });
});

test('ignores keys where only speech is asked for', async () => {
  const { input, state } = gather({ dtmf: false });
  input.digit('1');
  assert.equal(state.interrupted, 0);
  assert.deepEqual(input.result(), {});
});

test('waits for the silence behind speech, and joins what was said', async () => {
  const { input, wait } = gather();
  input.promptIsOver();
  input.speechStarted();
  assert.equal(await wait(2000), false);
  input.final('quiero', 0.8);
  assert.equal(await wait(400), false);
  input.speechStarted();
  input.final('una cita', 0.6);
  assert.equal(await wait(500), true);
  assert.deepEqual(input.result(), { SpeechResult: 'quiero una cita', Confidence: '0.7' });
});

test('the first pause is enough for speechTimeout auto', async () => {
  const { input, wait } = gather({ speechTimeoutMs: null });
  input.final('sí', 0.9);
  assert.equal(await wait(0), true);
});

test('words interrupt the prompt only where bargeIn allows', () => {
  const patient = gather({ bargeIn: false });
  patient.input.interim('hola');
  assert.equal(patient.state.interrupted, 0);
  const eager = gather();
  eager.input.interim('hola');
  assert.equal(eager.state.interrupted, 1);
});

test('nobody speaks for ever', async () => {
  const { input, wait } = gather();
  input.promptIsOver();
  input.speechStarted();
  assert.equal(await wait(2980), false);
  assert.equal(await wait(20), true);
});
