import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { silentLogger } from './kernel/logger.ts';
import { VirtualClock } from './kernel/testing/virtual-clock.ts';
import { PhraseWarmer } from './phrase-warmer.ts';
import type { PhraseCache } from './tts/phrase-cache.ts';

const voice = { name: 'es-US-Neural2-A', languageCode: 'es-US' };
const agent = { phrases: () => ['Un momento.', 'Déjeme ver.'] };

test('warms each voice once for each tenant', () => {
  const warmed: (readonly string[])[] = [];
  const warmer = new PhraseWarmer(
    { warm: (phrases) => Promise.resolve(void warmed.push(phrases)) },
    new VirtualClock(),
    silentLogger,
  );
  warmer.warm(agent, voice, 'andes');
  warmer.warm(agent, voice, 'andes');
  warmer.warm(agent, { ...voice, name: 'es-ES-Neural2-A' }, 'andes');
  warmer.warm({ phrases: () => ['Hola.'] }, voice, 'andes');
  warmer.warm(agent, voice, 'maipo');
  assert.deepEqual(warmed, [agent.phrases(), agent.phrases(), ['Hola.'], agent.phrases()]);
});

test('tries again after it did not work, each time after a longer pause', async () => {
  const clock = new VirtualClock();
  let tries = 0;
  const warm = (): Promise<void> => {
    tries += 1;
    return Promise.reject(new Error('away'));
  };
  const warmer = new PhraseWarmer({ warm }, clock, silentLogger);
  /** One session after the other begins, for so long. @returns how often it was tried */
  const sessionsFor = async (seconds: number): Promise<number> => {
    tries = 0;
    for (let second = 0; second < seconds; second += 1) {
      warmer.warm(agent, voice, 'andes');
      await setImmediate();
      clock.advance(1000);
    }
    return tries;
  };
  assert.equal(await sessionsFor(30), 1);
  assert.equal(await sessionsFor(60), 1);
  assert.equal(await sessionsFor(120), 1);
  await sessionsFor(3600);
  assert.ok((await sessionsFor(3600)) >= 5, 'not more than ten minutes pass between two tries');
});

test('one voice that cannot be warmed keeps no other from it', async () => {
  const warmed: string[] = [];
  const warm: PhraseCache['warm'] = (_phrases, { name }) => {
    warmed.push(name);
    return name === voice.name ? Promise.reject(new Error('unknown voice')) : Promise.resolve();
  };
  const warmer = new PhraseWarmer({ warm }, new VirtualClock(), silentLogger);
  for (const name of [voice.name, voice.name, 'es-ES-Neural2-A']) {
    warmer.warm(agent, { ...voice, name }, 'andes');
    await setImmediate();
  }
  assert.deepEqual(warmed, [voice.name, 'es-ES-Neural2-A']);
});
