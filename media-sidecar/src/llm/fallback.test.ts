import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProviderError } from '../kernel/errors.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import type { LanguageModel, LlmEvent } from './contract.ts';
import { FallbackLanguageModel } from './fallback.ts';
import { FakeLanguageModel } from './testing/fake-language-model.ts';

const down = new ProviderError('p', 'unavailable', 'down', { retryable: true });
const request = { system: '', history: [], tools: [] };

async function ask(clock: VirtualClock, model: LanguageModel): Promise<LlmEvent[]> {
  const events: LlmEvent[] = [];
  const asking = (async () => {
    for await (const event of model.generate(request, new AbortController().signal)) {
      events.push(event);
    }
  })();
  asking.catch(() => undefined);
  await clock.advanceAsync(10_000);
  await asking;
  return events;
}

describe('fallback of models', () => {
  it('asks the next model when one fails before it has answered', async () => {
    const clock = new VirtualClock();
    const first = new FakeLanguageModel(clock, [{ error: down }]);
    const second = new FakeLanguageModel(clock, [{ text: ['hola'] }]);
    const events = await ask(clock, new FallbackLanguageModel([first, second]));
    assert.deepEqual(
      events.map((event) => event.type),
      ['text', 'done'],
    );
  });

  it('does not begin an answer twice', async () => {
    const clock = new VirtualClock();
    const first = new FakeLanguageModel(clock, [{ text: ['ho'], error: down }]);
    const second = new FakeLanguageModel(clock, [{ text: ['hola'] }]);
    await assert.rejects(ask(clock, new FallbackLanguageModel([first, second])), down);
    assert.equal(second.requests.length, 0);
  });

  it('needs somebody to ask', () => {
    assert.throws(() => new FallbackLanguageModel([]), RangeError);
  });
});
