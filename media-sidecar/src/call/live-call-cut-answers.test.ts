import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeLanguageModel, type ScriptedReply } from '../llm/testing/fake-language-model.ts';
import { CascadeHarness } from './testing/cascade-harness.ts';

const APOLOGY = 'Disculpe, tuve un problema técnico. ¿Me lo puede repetir, por favor?';
/** The turn has ended, so that a failure counts. */
const SLOW = { firstTokenMs: 700 };
const CUT = { finishReason: 'max-tokens' } as const;
const MALFORMED = { finishReason: 'malformed' } as const;

async function asking(replies: ScriptedReply[], fallbackReplies?: ScriptedReply[]) {
  const fallbacks: FakeLanguageModel[] = [];
  const talk = await new CascadeHarness({
    replies,
    providers: (clock) => {
      if (!fallbackReplies) return {};
      const fallbackModel = new FakeLanguageModel(clock, fallbackReplies);
      fallbacks.push(fallbackModel);
      return { fallbackModel };
    },
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('¿Qué horario tienen?');
  return { talk, fallbacks };
}

test('of an answer that the limit cuts, the whole sentences are said, and nothing else is history', async () => {
  const { talk } = await asking([
    {
      ...SLOW,
      ...CUT,
      text: ['Atendemos de lunes a viernes. ', 'Los sábados abri'],
      providerParts: 'all that was generated',
    },
    { text: ['De nueve a una.'] },
  ]);
  await talk.until(() => talk.agentTurns.length === 2);
  const [, { text, generatedText }] = talk.agentTurns as [unknown, (typeof talk.agentTurns)[0]];
  assert.deepEqual([text, generatedText], Array(2).fill('Atendemos de lunes a viernes.'));
  await talk.say('¿Y los sábados?');
  await talk.until(() => talk.agentTurns.length === 3);
  assert.equal(talk.llm.requests.length, 2);
  assert.deepEqual(talk.llm.requests[1]!.history.at(-2), {
    role: 'agent',
    text: 'Atendemos de lunes a viernes.',
  });
  talk.call.stop();
});

for (const [what, text] of [
  ['whose thoughts use up the limit', []],
  ['that gets no further than half a sentence', ['Los sábados abri']],
  // Of "10.500" this may be what is left.
  ['that is cut behind a full stop', ['Cuesta 10.']],
  ['of which only a clause was ready', ['Con mucho gusto le cuento lo que sé, por ejem']],
] as const) {
  test(`a model ${what} is not asked the same again: the fallback answers`, async () => {
    const { talk, fallbacks } = await asking(
      [{ ...SLOW, ...CUT, text }],
      [{ text: ['De nueve a seis.'] }],
    );
    await talk.until(() => talk.agentTurns.length === 2);
    assert.equal(talk.llm.requests.length, 1);
    assert.equal(fallbacks[0]!.requests.length, 1);
    assert.equal(talk.transcript.at(-1), 'agent: De nueve a seis.');
    talk.call.stop();
  });
}

test('a clause that sounded before the limit cut its sentence is followed by an apology', async () => {
  const { talk } = await asking([
    {
      ...CUT,
      text: ['Con mucho gusto le cuento lo que sé, ', 'por ejem'],
      tokenGapMs: 900,
    },
  ]);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.agentTurns[1]!.text, `Con mucho gusto le cuento lo que sé, ${APOLOGY}`);
  talk.call.stop();
});

test('without a fallback, an answer that the limit leaves nothing of is an apology at once', async () => {
  const { talk } = await asking([{ ...SLOW, ...CUT }]);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.llm.requests.length, 1);
  assert.equal(talk.transcript.at(-1), `agent: ${APOLOGY}`);
  talk.call.stop();
});

test('a call that its provider cannot read goes to the fallback, with what was to lead up to it', async () => {
  const { talk, fallbacks } = await asking(
    [{ ...SLOW, ...MALFORMED, text: ['Un momento. ', 'Lo reviso.'] }],
    [{ text: ['De nueve a seis.'] }],
  );
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.llm.requests.length, 1);
  assert.equal(fallbacks[0]!.requests.length, 1);
  assert.equal(talk.transcript.at(-1), 'agent: De nueve a seis.');
  talk.call.stop();
});

test('without a fallback, a model that wrote what its provider cannot read is asked once more', async () => {
  const { talk } = await asking([{ ...SLOW, ...MALFORMED }, { text: ['De nueve a seis.'] }]);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.llm.requests.length, 2);
  assert.equal(talk.transcript.at(-1), 'agent: De nueve a seis.');
  talk.call.stop();
});
