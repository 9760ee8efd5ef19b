import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_MS } from './caller-audio.ts';
import { CallerScript } from './caller-script.ts';
import { INTERRUPTION, QUESTION } from './caller-words.ts';
import { loadPlan } from './plans.ts';
import { seededRandom } from './random.ts';

const options = {
  interruptEvery: 2,
  interruptFromMs: 1000,
  interruptToMs: 2000,
  greetingMs: 3000,
  answerMs: 5000,
  pauseMs: 400,
};

/** From the first moment of speech at or after `fromMs` to the first silence, each in ms. */
function speechOf(script: CallerScript, fromMs: number): { fromMs: number; lastsMs: number } {
  let startMs = fromMs;
  while (!script.isSpeaking(startMs)) startMs += 1;
  let endMs = startMs;
  while (script.isSpeaking(endMs)) endMs += 1;
  return { fromMs: startMs, lastsMs: endMs - startMs };
}

test('asks first, and every other answer is interrupted, each for as long as the words take', () => {
  const script = new CallerScript(options, () => 0, 0);
  assert.deepEqual(speechOf(script, 0), { fromMs: 1500, lastsMs: QUESTION.spokenMs });
  script.answerBegins(5000);
  assert.deepEqual(speechOf(script, 5000), { fromMs: 8400, lastsMs: QUESTION.spokenMs });
  script.answerBegins(12_000);
  assert.deepEqual(speechOf(script, 12_000), { fromMs: 13_000, lastsMs: INTERRUPTION.spokenMs });
  script.answerBegins(16_000);
  assert.deepEqual(speechOf(script, 16_000), { fromMs: 21_400, lastsMs: QUESTION.spokenMs });
});

test('hears the first answer to its end, whatever comes later', () => {
  const script = new CallerScript({ ...options, interruptEvery: 1 }, () => 0, 0);
  script.answerBegins(1000);
  assert.equal(speechOf(script, 1000).fromMs, 4400);
  script.answerBegins(8000);
  assert.equal(speechOf(script, 8000).fromMs, 9000);
});

test('asks again when no answer comes', () => {
  const script = new CallerScript(options, () => 0, 0);
  const first = speechOf(script, 0);
  const again = speechOf(script, first.fromMs + first.lastsMs);
  assert.equal(again.fromMs, first.fromMs + first.lastsMs + 8001);
  assert.equal(again.lastsMs, QUESTION.spokenMs);
});

/** Five minutes with an agent that answers 700 ms after a turn and stops when it is interrupted. */
function conversation() {
  const { script: caller } = loadPlan(1, 30);
  const script = new CallerScript(caller, seededRandom(1), 0);
  const share = { caller: 0, agent: 0, nobody: 0 };
  const frames = (5 * 60_000) / FRAME_MS;
  let answerAtMs = Number.POSITIVE_INFINITY;
  let agentUntilMs = 0;
  let wasSpeaking = false;
  let interruptions = 0;
  for (let frame = 0; frame < frames; frame += 1) {
    const nowMs = frame * FRAME_MS;
    if (nowMs >= answerAtMs) {
      script.answerBegins(nowMs);
      agentUntilMs = nowMs + caller.answerMs;
      answerAtMs = Number.POSITIVE_INFINITY;
    }
    const speaks = script.isSpeaking(nowMs);
    if (speaks && !wasSpeaking && nowMs < agentUntilMs) interruptions += 1;
    if (speaks) agentUntilMs = nowMs;
    if (wasSpeaking && !speaks) answerAtMs = nowMs + 700;
    wasSpeaking = speaks;
    share[speaks ? 'caller' : nowMs < agentUntilMs ? 'agent' : 'nobody'] += 1 / frames;
  }
  return { share, interruptions };
}

test('nobody speaks for as much of a call as in the conversations of ITU-T P.59', () => {
  const { share } = conversation();
  assert.ok(Math.abs(share.nobody - 0.2248) < 0.02, `${share.nobody} of the time`);
  assert.ok(share.agent > share.caller && share.caller > 0.2);
});

test('interruptions begin over the agent', () => {
  // Fifteen seconds or so from one to the next.
  const { interruptions } = conversation();
  assert.ok(interruptions >= 18 && interruptions <= 24, `${interruptions} interruptions`);
});
