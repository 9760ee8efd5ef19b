import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../kernel/errors.ts';
import { FakeLanguageModel } from '../llm/testing/fake-language-model.ts';
import { FakeTextToSpeech } from '../tts/testing/fake-text-to-speech.ts';
import { CascadeHarness, type CascadeSetup } from './testing/cascade-harness.ts';

const BUSY = new ProviderError('fake-llm', 'unavailable', 'busy', { retryable: true });
const REFUSED = new ProviderError('fake-llm', 'permission-denied', 'no', { retryable: false });
const APOLOGY = 'Disculpe, tuve un problema técnico. ¿Me lo puede repetir, por favor?';

async function asking(setup: CascadeSetup) {
  const talk = await new CascadeHarness(setup).afterGreeting();
  await talk.wait(500);
  await talk.say('¿Qué horario tienen?');
  return talk;
}

/** The turn has ended, so that a failure counts. */
const SLOW = { firstTokenMs: 700 };

test('a model that fails before a word is asked again, and the caller notices nothing', async () => {
  const talk = await asking({
    replies: [{ ...SLOW, error: BUSY }, { text: ['De nueve a seis.'] }],
  });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.transcript.at(-1), 'agent: De nueve a seis.');
  talk.call.stop();
});

test('the fallback model answers when the first one fails again', async () => {
  let fallback: FakeLanguageModel | undefined;
  const talk = await asking({
    replies: [{ ...SLOW, error: BUSY }, { error: BUSY }],
    providers: (clock) => {
      fallback = new FakeLanguageModel(clock, [{ text: ['De nueve a seis.'] }]);
      return { fallbackModel: fallback };
    },
  });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(fallback!.requests.length, 1);
  assert.equal(talk.transcript.at(-1), 'agent: De nueve a seis.');
  talk.call.stop();
});

test('a refusal is not tried again: an apology, and the call goes on', async () => {
  const talk = await asking({
    replies: [{ ...SLOW, error: REFUSED }, { text: ['De nueve a seis.'] }],
  });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.transcript.at(-1), `agent: ${APOLOGY}`);
  await talk.say('¿Qué horario tienen?');
  await talk.until(() => talk.agentTurns.length === 3);
  assert.equal(talk.transcript.at(-1), 'agent: De nueve a seis.');
  talk.call.stop();
});

test('a second answer in a row that fails ends the call with an apology and a reason', async () => {
  const talk = await asking({
    replies: [
      { ...SLOW, error: REFUSED },
      { ...SLOW, error: REFUSED },
    ],
  });
  await talk.until(() => talk.agentTurns.length === 2);
  await talk.say('¿Qué horario tienen?');
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'provider-failure');
  assert.equal(
    talk.transcript.at(-1),
    'agent: Lo siento mucho, tengo un problema técnico y no puedo seguir con la llamada.',
  );
});

test('a model that fails in mid-answer is not asked again: what was said stays, an apology follows', async () => {
  const talk = await asking({
    replies: [{ text: ['Atendemos de lunes a viernes. Los sá'], error: BUSY, tokenGapMs: 900 }],
  });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.llm.requests.length, 1);
  assert.match(
    talk.agentTurns[1]!.text,
    new RegExp(`^Atendemos de lunes a viernes\\. ${APOLOGY.slice(0, 30)}`),
  );
  talk.call.stop();
});

test('a model that fails before its first words sound is asked again, and they are forgotten', async () => {
  const talk = await asking({
    replies: [
      { ...SLOW, text: ['Sí, abrimos. Y a las'], error: BUSY },
      { text: ['De nueve a seis.'] },
    ],
  });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.transcript.at(-1), 'agent: De nueve a seis.');
  talk.call.stop();
});

for (const text of [[], [' ']]) {
  test(`a model that says nothing at all (${JSON.stringify(text)}) is asked again`, async () => {
    const talk = await asking({
      replies: [{ ...SLOW, text }, { text: ['De nueve a seis.'] }],
    });
    await talk.until(() => talk.agentTurns.length === 2);
    assert.equal(talk.transcript.at(-1), 'agent: De nueve a seis.');
    talk.call.stop();
  });
}

test('a model that hangs is given up in time, under a filler', async () => {
  const talk = await asking({
    replies: [{ text: ['tarde'], firstTokenMs: 60_000 }, { text: ['De nueve a seis.'] }],
  });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.match(talk.agentTurns[1]!.text, /^Un momento.*De nueve a seis\.$/);
  talk.call.stop();
});

test('a voice that fails before a sound is tried again', async () => {
  const talk = await asking({ replies: [{ text: ['De nueve a seis.'] }] });
  talk.tts.failNext(BUSY);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.transcript.at(-1), 'agent: De nueve a seis.');
  talk.call.stop();
});

test('the fallback voice speaks when the first one fails again', async () => {
  const talk = await asking({
    replies: [{ text: ['De nueve a seis.'] }],
    providers: (clock) => ({ fallbackTts: new FakeTextToSpeech(clock) }),
  });
  talk.tts.failNext(BUSY);
  talk.tts.failNext(BUSY);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.transcript.at(-1), 'agent: De nueve a seis.');
  talk.call.stop();
});

test('a voice that breaks off in mid-sentence is followed by an apology', async () => {
  const talk = await asking({
    replies: [{ text: ['Atendemos de lunes a viernes de nueve a seis.'] }],
  });
  talk.tts.failNext(BUSY, 3);
  await talk.until(() => talk.agentTurns.length === 2);
  const { text } = talk.agentTurns[1]!;
  assert.ok(text.startsWith('Atendemos') && text.endsWith(APOLOGY) && !text.includes('seis'), text);
  talk.call.stop();
});

test('without any voice the call ends, so that the carrier can take a message', async () => {
  const talk = await asking({ replies: [{ text: ['De nueve a seis.'] }] });
  for (let i = 0; i < 6; i += 1) talk.tts.failNext(REFUSED);
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'provider-failure');
});

test('a greeting that cannot be spoken ends the call at once', async () => {
  const talk = new CascadeHarness();
  talk.tts.failNext(REFUSED);
  await talk.begin();
  await talk.until(() => talk.call.endReason !== undefined, 5000);
  assert.equal(talk.call.endReason, 'provider-failure');
  assert.deepEqual(talk.transcript, []);
});

test('a lost recognition is opened again, and the caller is understood', async () => {
  const talk = await new CascadeHarness({
    replies: [{ text: ['De nueve a seis.'] }],
  }).afterGreeting();
  talk.stt.stream.fail(BUSY);
  assert.equal(talk.stt.streams.length, 2);
  await talk.wait(500);
  await talk.say('¿Qué horario tienen?');
  await talk.until(() => talk.agentTurns.length === 2);
  talk.call.stop();
});

test('a recognition that cannot be kept open ends the call with an explanation', async () => {
  const talk = await new CascadeHarness().afterGreeting();
  for (let i = 0; i < 3; i += 1) talk.stt.stream.fail(BUSY);
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'provider-failure');
  assert.equal(
    talk.transcript.at(-1),
    'agent: Lo siento, no le puedo escuchar por un problema técnico.',
  );
});
