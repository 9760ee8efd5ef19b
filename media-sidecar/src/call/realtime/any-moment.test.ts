import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeRealtimeSession } from '../../realtime/testing/fake-realtime-model.ts';
import { asksForPrice } from '../testing/asking-caller.ts';
import { fakeTool } from '../testing/fake-session.ts';
import { hears, type HearingSetup } from '../testing/hearing-session.ts';
import { RealtimeHarness } from '../testing/realtime-harness.ts';
import { INAUDIBLE } from './caller-turns.ts';

/**
 * The session dies at every moment of a turn, in steps of 100 ms; the model takes turns on the audio
 * that it gets. Whatever the moment: one line of the caller, lines in order, and soon a sound. The same
 * where another turn came before it whose words nobody knows yet, where a tool runs meanwhile, and where the
 * caller speaks over the opening.
 */

const QUESTION = '¿Qué horario tienen ustedes los sábados?';
const ANSWER = 'Los sábados atendemos de diez a dos de la tarde.';
const SPEECH_MS = 2000;
/** Said before it. */
const GREETING = 'Buenas.';
const GREETING_MS = 600;
const PAUSE_MS = 700;
/** A question before it, for which a tool runs that takes longer than anybody waits. */
const PRICE_QUESTION = '¿Cuánto cuesta?';
const TOOL_MS = 60_000;
const STEP_MS = 100;
const UNTIL_MS = 7500;

/** The transcript of the greeting is slow. */
function wordsOf(voicedMs: number) {
  return voicedMs > GREETING_MS
    ? { text: QUESTION, afterMs: 250 }
    : { text: GREETING, afterMs: 6000 };
}

function wordsBehindTool(voicedMs: number) {
  return { text: voicedMs > GREETING_MS ? QUESTION : PRICE_QUESTION, afterMs: 250 };
}

/** Slow enough that most sessions of the sweep die before it. */
const wordsOverOpening = () => ({ text: QUESTION, afterMs: 1500 });

/** @param usesTool the first answer is to call a tool */
function hearingHarness(
  usesTool = false,
  words: HearingSetup['wordsOf'] = usesTool ? wordsBehindTool : wordsOf,
): RealtimeHarness {
  const talk = new RealtimeHarness({
    session: { tools: [fakeTool('precio')] },
    turns: { silence: { idleAfterMs: 60_000 } },
  });
  const { onOpen } = talk.model;
  let answers = 0;
  const onAnswer = (session: FakeRealtimeSession) => {
    if (usesTool && talk.tools.invocations.length === 0) {
      asksForPrice(talk, TOOL_MS);
      return;
    }
    const responseId = `answer-${++answers}`;
    session.speaks(responseId, ANSWER, 2900, { responseId, everyMs: 150 });
  };
  talk.model.onOpen = (session) => {
    onOpen(session);
    hears(session, { clock: talk.clock, wordsOf: words, onAnswer, answerAfterMs: 400 });
  };
  return talk;
}

/** The call is over and left nothing behind; before that its lines stood in the order of their numbers. */
async function assertInOrder(talk: RealtimeHarness): Promise<void> {
  const { turns } = talk.recorder;
  assert.deepEqual(
    turns.map(({ index }) => index),
    turns.map((_, index) => index),
    talk.transcript.join('\n'),
  );
  talk.call.stop();
  await talk.wait(5000);
  assert.equal(talk.clock.pendingTimers, 0);
}

function callerLines(talk: RealtimeHarness): string[] {
  return talk.recorder.turns.filter(({ role }) => role === 'caller').map(({ text }) => text);
}

function wholeAnswers(talk: RealtimeHarness): number {
  return talk.agentTurns.filter(({ text }) => text === ANSWER).length;
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
    assert.deepEqual(callerLines(talk), [QUESTION], talk.transcript.join('\n'));
    assert.equal(wholeAnswers(talk), 1, talk.transcript.join('\n'));
    await assertInOrder(talk);
  });

  test(`one that dies ${atMs} ms after the first of two turns began costs none of them`, async () => {
    const talk = await hearingHarness().afterOpening();
    talk.clock.schedule(atMs, () => talk.line.dies());
    await talk.noise(GREETING_MS);
    await talk.wait(PAUSE_MS);
    await talk.noise(SPEECH_MS);
    await talk.wait(18_000);
    const [first, ...others] = callerLines(talk);
    assert.ok(first === GREETING || first === INAUDIBLE, talk.transcript.join('\n'));
    assert.deepEqual(others, [QUESTION], talk.transcript.join('\n'));
    assert.equal(wholeAnswers(talk), 1, talk.transcript.join('\n'));
    await assertInOrder(talk);
  });

  test(`one that dies ${atMs} ms after a question began while a tool runs does not cost that question`, async () => {
    const talk = await hearingHarness(true).afterOpening();
    await talk.noise(GREETING_MS);
    await talk.until(() => talk.tools.invocations.length === 1, 3000);
    await talk.wait(PAUSE_MS);
    talk.clock.schedule(atMs, () => talk.line.dies());
    await talk.noise(SPEECH_MS);
    await talk.wait(16_000);
    assert.deepEqual(callerLines(talk), [PRICE_QUESTION, QUESTION], talk.transcript.join('\n'));
    assert.equal(wholeAnswers(talk), 1, talk.transcript.join('\n'));
    assert.deepEqual(talk.tools.aborted, ['precio']);
    await assertInOrder(talk);
  });

  test(`one that dies ${atMs} ms after the caller began to speak over the opening costs no line`, async () => {
    const talk = await hearingHarness(false, wordsOverOpening).begin();
    await talk.until(() => talk.agentSounds);
    talk.clock.schedule(atMs, () => talk.line.dies());
    await talk.noise(GREETING_MS);
    await talk.wait(16_000);
    assert.deepEqual(callerLines(talk), [QUESTION], talk.transcript.join('\n'));
    assert.equal(wholeAnswers(talk), 1, talk.transcript.join('\n'));
    await assertInOrder(talk);
  });
}
