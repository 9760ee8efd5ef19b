import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ThinkingLevel } from '@google/genai';
import type { GenerateContentConfig, GenerateContentResponse } from '@google/genai';
import { MODEL, start } from './testing/service.ts';

type Service = Awaited<ReturnType<typeof start>>;

async function streamed(
  { ai }: Service,
  config: GenerateContentConfig = {},
  model = MODEL,
): Promise<GenerateContentResponse[]> {
  const chunks = [];
  const contents = 'Hola';
  for await (const chunk of await ai.models.generateContentStream({ model, contents, config })) {
    chunks.push(chunk);
  }
  return chunks;
}

async function thoughtsOf(service: Service, config: GenerateContentConfig, model = MODEL) {
  const { usageMetadata } = await service.ai.models.generateContent({
    model,
    contents: 'Hola',
    config,
  });
  return usageMetadata?.thoughtsTokenCount ?? 0;
}

describe('thoughts', () => {
  it('are as long as the level says, or as is usual for the model', async (t) => {
    const service = await start(t);
    const lengths = [];
    for (const thinkingLevel of [ThinkingLevel.LOW, ThinkingLevel.MEDIUM, ThinkingLevel.HIGH]) {
      lengths.push(await thoughtsOf(service, { thinkingConfig: { thinkingLevel } }));
    }
    const [low, medium, high] = lengths as [number, number, number];
    assert.ok(0 < low && low < medium && medium < high, String(lengths));
    const unspecified = { thinkingLevel: ThinkingLevel.THINKING_LEVEL_UNSPECIFIED };
    assert.equal(await thoughtsOf(service, { thinkingConfig: unspecified }), medium);
    for (const [model, usual] of [
      [MODEL, medium],
      ['gemini-3.5-flash-lite', 0],
      ['gemini-3.1-pro-preview', high],
      ['gemini-2.5-flash', medium],
    ] as const) {
      assert.equal(await thoughtsOf(service, {}, model), usual, model);
    }
  });

  it('keep to their budget', async (t) => {
    const service = await start(t);
    const thinking = (thinkingBudget: number) =>
      thoughtsOf(service, { thinkingConfig: { thinkingBudget } }, 'gemini-2.5-flash');
    assert.deepEqual([await thinking(0), await thinking(50)], [0, 50]);
    assert.equal(await thinking(-1), await thoughtsOf(service, {}, 'gemini-2.5-flash'));
  });

  it('are counted in every chunk, and words only once there are some', async (t) => {
    const service = await start(t, { thoughtTokens: 70 });
    service.script.set([{ reply: 'Una respuesta que llega en varias piezas.' }]);
    const chunks = await streamed(service, { thinkingConfig: { includeThoughts: true } });
    assert.ok(chunks.length > 2);
    for (const { usageMetadata: usage } of chunks) {
      assert.equal(usage!.thoughtsTokenCount, 70);
      const { promptTokenCount, candidatesTokenCount = 0 } = usage!;
      assert.equal(usage!.totalTokenCount, promptTokenCount! + 70 + candidatesTokenCount);
    }
    assert.equal('candidatesTokenCount' in chunks[0]!.usageMetadata!, false);
    assert.ok(chunks.at(-1)!.usageMetadata!.candidatesTokenCount! > 0);
  });

  it('are summed up before the answer where that is wished, and only there', async (t) => {
    const service = await start(t);
    const { ai, script } = service;
    script.set([{ reply: 'Buenos días.', times: 3 }]);
    const thinkingConfig = { includeThoughts: true };
    const [summary, answer] = await streamed(service, { thinkingConfig });
    const [part] = summary!.candidates![0]!.content!.parts!;
    assert.ok(part!.thought && part!.text);
    assert.equal(answer!.text, 'Buenos días.');
    const whole = await ai.models.generateContent({
      model: MODEL,
      contents: 'Hola',
      config: { thinkingConfig },
    });
    assert.deepEqual(
      whole.candidates![0]!.content!.parts!.map(({ thought = false }) => thought),
      [true, false],
    );
    const quiet = await streamed(service);
    const parts = quiet.flatMap(({ candidates }) => candidates![0]!.content!.parts!);
    assert.equal(
      parts.some(({ thought }) => thought),
      false,
    );
  });

  it('take from the limit of the answer what they need', async (t) => {
    const { ai, script } = await start(t, { thoughtTokens: 40 });
    script.set([{ reply: 'Con mucho gusto le cuento todo.' }]);
    const config = { maxOutputTokens: 43 };
    const { text, candidates, usageMetadata } = await ai.models.generateContent({
      model: MODEL,
      contents: 'Hola',
      config,
    });
    assert.deepEqual([text, candidates![0]!.finishReason], ['Con mucho gu', 'MAX_TOKENS']);
    assert.deepEqual(
      [usageMetadata!.thoughtsTokenCount, usageMetadata!.candidatesTokenCount],
      [40, 3],
    );
  });

  it('leave nothing of an answer, not even a content, where they use the limit up', async (t) => {
    const service = await start(t, { thoughtTokens: 5000 });
    service.script.set([
      { reply: 'Nunca se dice.' },
      { reply: { toolCall: { name: 'consultar' } } },
      { reply: 'Nunca se dice.' },
    ]);
    const config = { maxOutputTokens: 400 };
    for (let times = 0; times < 2; times += 1) {
      const chunks = await streamed(service, config);
      assert.equal(chunks.length, 1);
      const { candidates, usageMetadata, modelVersion, responseId } = chunks[0]!;
      assert.deepEqual(candidates, [{ finishReason: 'MAX_TOKENS', index: 0 }]);
      assert.ok(modelVersion && responseId);
      assert.equal(usageMetadata!.thoughtsTokenCount, 400);
    }
    const contents = 'Hola';
    const whole = await service.ai.models.generateContent({ model: MODEL, contents, config });
    assert.deepEqual(whole.candidates, [{ finishReason: 'MAX_TOKENS', index: 0 }]);
  });
});
