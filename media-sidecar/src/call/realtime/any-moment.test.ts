import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeRealtimeSession } from '../../realtime/testing/fake-realtime-model.ts';
import { hears } from '../testing/hearing-session.ts';
import { RealtimeHarness } from '../testing/realtime-harness.ts';

/**
 * The session dies at every moment of a turn, in steps of 100 ms; the model takes turns on the audio
 * that it gets. Whatever the moment: one line of the caller, lines in order, and soon a sound.
 */

const QUESTION = '¿Qué horario tienen ustedes los sábados?';
const ANSWER = 'Los sábados atendemos de diez a dos de la tarde.';
const SPEECH_MS = 2000;
const STEP_MS = 100;
const UNTIL_MS = 7500;

function hearingHarness(): RealtimeHarness {
  const talk = new RealtimeHarness({ turns: { silence: { idleAfterMs: 60_000 } } });
  const { onOpen } = talk.model;
  let answers = 0;
  const onAnswer = (session: FakeRealtimeSession) => {
    const responseId = `answer-${++answers}`;
    session.speaks(responseId, ANSWER, 2900, { responseId, everyMs: 150 });
  };
  talk.model.onOpen = (session) => {
    onOpen(session);
    const timing = { wordsAfterMs: 250, answerAfterMs: 400 };
    hears(session, { clock: talk.clock, words: QUESTION, onAnswer, ...timing });
  };
  return talk;
}

for (let atMs = 0; atMs <= UNTIL_MS; atMs += STEP_MS) {
  test(`a session that dies ${atMs} ms after the caller began to speak costs no line`, async () => {
    const talk = await hearingHarness().afterOpening();
    const { clock } = talk;
    clock.schedule(atMs, () => talk.line.dies());
    const beganMs = clock.monotonicMs();
    await talk.noise(SPEECH_MS);
    const played = talk.leg.played.length;
    await talk.until(() => talk.leg.played.length > played, 4000);
    const waitedMs = clock.monotonicMs() - beganMs - SPEECH_MS;
    assert.ok(waitedMs < 3000, `${waitedMs} ms without a sound`);
    await talk.wait(14_000);

    const lines = talk.transcript.join('\n');
    const { turns } = talk.recorder;
    assert.deepEqual(
      turns.map(({ index }) => index),
      turns.map((_, index) => index),
      lines,
    );
    const callers = turns.filter(({ role }) => role === 'caller').map(({ text }) => text);
    assert.deepEqual(callers, [QUESTION], lines);
    const whole = talk.agentTurns.filter(({ text }) => text === ANSWER);
    assert.equal(whole.length, 1, lines);
    talk.call.stop();
    await talk.wait(5000);
    assert.equal(clock.pendingTimers, 0);
  });
}
