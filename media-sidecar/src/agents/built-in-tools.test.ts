import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentTime, phoneTools } from './built-in-tools.ts';

test('the time is what a clock on the wall of the company shows', () => {
  const atMs = Date.UTC(2026, 0, 6, 1, 5);
  assert.deepEqual(currentTime(atMs, 'America/Santiago'), {
    date: '2026-01-05',
    time: '22:05',
    weekday: 'Monday',
    timezone: 'America/Santiago',
  });
  assert.deepEqual(
    [currentTime(atMs, 'Europe/Madrid').date, currentTime(atMs, 'Europe/Madrid').time],
    ['2026-01-06', '02:05'],
  );
});

test('it follows the change to summer time', () => {
  const minute = 60_000;
  const changeMs = Date.UTC(2026, 2, 29, 1, 0);
  assert.equal(currentTime(changeMs - minute, 'Europe/Madrid').time, '01:59');
  assert.equal(currentTime(changeMs, 'Europe/Madrid').time, '03:00');
});

test('an unknown time zone is an error, not a wrong hour', () => {
  assert.throws(() => currentTime(0, 'Chile/Nowhere'), RangeError);
});

test('every tool has a name that all models take, and describes each of its arguments', () => {
  const names = phoneTools.map(({ definition }) => definition.name);
  assert.equal(new Set(names).size, names.length);
  for (const { definition } of phoneTools) {
    assert.match(definition.name, /^[a-z_]{1,64}$/);
    const properties: Record<string, { type: string; description: string }> =
      definition.parameters.properties;
    for (const property of Object.values(properties)) {
      assert.equal(property.type, 'string');
      assert.ok(property.description.length > 10);
    }
  }
});
