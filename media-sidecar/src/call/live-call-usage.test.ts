import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../kernel/errors.ts';
import { FakeLanguageModel } from '../llm/testing/fake-language-model.ts';
import { PhraseCache } from '../tts/phrase-cache.ts';
import { FakeTextToSpeech } from '../tts/testing/fake-text-to-speech.ts';
import type { UsageRecord } from './ports.ts';
import { CascadeHarness, type CascadeSetup } from './testing/cascade-harness.ts';
import { fakeTool } from './testing/fake-session.ts';

const ANSWER = 'Atendemos de lunes a viernes de nueve a seis.';

async function asked(setup: CascadeSetup = {}): Promise<CascadeHarness> {
  const talk = await new CascadeHarness({
    replies: [{ text: [ANSWER] }],
    ...setup,
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('¿Qué horario tienen?');
  return talk;
}

const of = (talk: CascadeHarness, service: UsageRecord['service']) =>
  talk.recorder.usages.filter((usage) => usage.service === service);

test('what an answer costs is counted for the turn that it became', async () => {
  const usage = { inputTokens: 800, cachedInputTokens: 500, outputTokens: 40 };
  const talk = await asked({ replies: [{ text: [ANSWER], usage }] });
  await talk.until(() => talk.agentTurns.length === 2);
  const { index } = talk.agentTurns[1]!;
  const [tokens] = of(talk, 'language-model');
  assert.deepEqual(tokens, {
    callId: 'call-1',
    tenantId: 'tenant-1',
    turnIndex: index,
    atMs: tokens!.atMs,
    service: 'language-model',
    provider: 'google',
    model: 'fake-llm',
    amounts: {
      'text-input-token': 300,
      'cached-text-input-token': 500,
      'text-output-token': 40,
    },
  });
  const spoken = of(talk, 'text-to-speech');
  assert.deepEqual(
    spoken.map(({ turnIndex, amounts }) => [turnIndex, amounts.character]),
    [
      [0, 'Hola, habla con Automotora Andes.'.length],
      [0, 'Soy un asistente virtual.'.length],
      [index, ANSWER.length],
    ],
  );
  talk.call.stop();
});

test('it is counted when it happened, although the turn is known later', async () => {
  const talk = await asked({ replies: [{ text: [ANSWER], firstTokenMs: 100 }] });
  await talk.until(() => talk.agentTurns.length === 2);
  const [tokens] = of(talk, 'language-model');
  assert.ok(tokens!.atMs < talk.agentTurns[1]!.startedAtMs);
  talk.call.stop();
});

test('each step of an answer counts for its turn, also the one that only asked for a tool', async () => {
  const talk = await asked({
    session: { tools: [fakeTool('stock')] },
    replies: [{ toolCalls: [{ id: 'c1', name: 'stock', arguments: {} }] }, { text: [ANSWER] }],
  });
  await talk.until(() => talk.agentTurns.length === 2);
  const { index } = talk.agentTurns[1]!;
  assert.deepEqual(
    of(talk, 'language-model').map(({ turnIndex }) => turnIndex),
    [index, index],
  );
  talk.call.stop();
});

test('an answer that was prepared in vain costs too, and belongs to no turn', async () => {
  const talk = await new CascadeHarness({
    replies: Array.from({ length: 4 }, () => ({ text: [ANSWER], firstTokenMs: 10 })),
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('¿Qué horario tienen?', { finalAfterMs: null });
  await talk.until(() => talk.llm.requests.length === 1);
  await talk.say('digo, ¿qué precio tienen?');
  await talk.until(() => talk.agentTurns.length === 2);
  const counted = of(talk, 'language-model').map(({ turnIndex }) => turnIndex);
  assert.equal(counted.length, talk.llm.requests.length);
  assert.ok(counted.length > 1);
  const inVain = counted.slice(0, -1);
  assert.deepEqual([...new Set(inVain)], [undefined]);
  assert.equal(counted.at(-1), talk.agentTurns[1]!.index);
  talk.call.stop();
});

test('the seconds that the recogniser got are counted when the call ends, before its end is written', async () => {
  const talk = await asked();
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(of(talk, 'speech-to-text'), []);
  talk.leg.end('caller-hung-up');
  const [listened, ...others] = of(talk, 'speech-to-text');
  assert.deepEqual(others, []);
  assert.equal(listened!.turnIndex, undefined);
  assert.equal(listened!.model, 'speech-v1');
  assert.equal(listened!.amounts.second, (talk.leg.framesReceived * 20) / 1000);
  assert.deepEqual(
    await talk.call.ended.then(() => talk.recorder.usages.length),
    of(talk, 'speech-to-text').length +
      of(talk, 'language-model').length +
      of(talk, 'text-to-speech').length,
  );
});

test('what a recogniser heard that failed costs, beside what the next one hears', async () => {
  const talk = await new CascadeHarness().afterGreeting();
  const seconds = talk.stt.stream.frames.length / 50;
  talk.stt.stream.fail(new ProviderError('stt', 'unavailable', 'down', { retryable: true }));
  await talk.wait(1000);
  talk.call.stop();
  assert.deepEqual(
    of(talk, 'speech-to-text').map(({ amounts }) => amounts.second),
    [seconds, 1],
  );
});

test('a phrase that was there already costs nothing', async () => {
  const greeting = ['Hola, habla con Automotora Andes.', 'Soy un asistente virtual.'];
  let cache: PhraseCache | undefined;
  const talk = new CascadeHarness({
    replies: [{ text: [ANSWER] }],
    providers: (clock) => {
      cache = new PhraseCache(new FakeTextToSpeech(clock));
      return { tts: cache };
    },
  });
  const warmed = cache!.warm(greeting, talk.session.tenant.voice);
  await talk.clock.advanceAsync(60_000);
  await warmed;
  await talk.afterGreeting();
  await talk.wait(500);
  await talk.say('¿Qué horario tienen?');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(
    of(talk, 'text-to-speech').map(({ amounts }) => amounts.character),
    [ANSWER.length],
  );
  talk.call.stop();
});

test('an interrupted answer costs what was made of it, and no more comes after the end', async () => {
  const talk = await asked({
    replies: [{ text: [ANSWER, ANSWER], tokenGapMs: 4000 }],
  });
  await talk.until(() => talk.agentSounds);
  talk.leg.end('caller-hung-up');
  const counted = talk.recorder.usages.length;
  assert.equal(of(talk, 'language-model').length, 1);
  assert.equal(of(talk, 'language-model')[0]!.turnIndex, 2);
  await talk.wait(10_000);
  assert.equal(talk.recorder.usages.length, counted);
});

test('the model that stood in is the one that is paid', async () => {
  const down = new ProviderError('llm', 'unavailable', 'down', { retryable: false });
  const talk = await asked({
    replies: [{ error: down }],
    providers: (clock) => ({
      fallbackModel: new FakeLanguageModel(clock, [{ text: [ANSWER] }], 'other-llm'),
    }),
  });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(
    of(talk, 'language-model').map(({ model }) => model),
    ['other-llm'],
  );
  talk.call.stop();
});
