import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from './kernel/logger.ts';
import { PhraseWarmer } from './phrase-warmer.ts';

const voice = { name: 'es-US-Neural2-A', languageCode: 'es-US' };
const agent = { phrases: () => ['Un momento.', 'Déjeme ver.'] };

test('warms each voice once for each tenant', () => {
  const warmed: (readonly string[])[] = [];
  const warmer = new PhraseWarmer(
    { warm: (phrases) => Promise.resolve(void warmed.push(phrases)) },
    silentLogger,
  );
  warmer.warm(agent, voice, 'andes');
  warmer.warm(agent, voice, 'andes');
  warmer.warm(agent, { ...voice, name: 'es-ES-Neural2-A' }, 'andes');
  warmer.warm({ phrases: () => ['Hola.'] }, voice, 'andes');
  warmer.warm(agent, voice, 'maipo');
  assert.deepEqual(warmed, [agent.phrases(), agent.phrases(), ['Hola.'], agent.phrases()]);
});

test('tries again after it did not work', async () => {
  let tries = 0;
  const failed = Promise.withResolvers<void>();
  const logger = { ...silentLogger, warn: () => failed.resolve() };
  const warm = (): Promise<void> => {
    tries += 1;
    return Promise.reject(new Error('away'));
  };
  const warmer = new PhraseWarmer({ warm }, logger);
  warmer.warm(agent, voice, 'andes');
  await failed.promise;
  warmer.warm(agent, voice, 'andes');
  assert.equal(tries, 2);
});
