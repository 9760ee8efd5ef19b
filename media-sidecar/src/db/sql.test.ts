import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { json } from './sql.ts';
import { onEachDatabase } from './testing/test-database.ts';

onEachDatabase('JSON', (database) => {
  const stored = async (value: unknown): Promise<unknown> => {
    const { rows } = await database().withSystem((tx) =>
      sql<{ stored: unknown }>`select ${json(value)} as stored`.execute(tx.db),
    );
    return rows[0]?.stored;
  };

  test('is stored as it is', async () => {
    for (const value of [{ a: [1, '😀', null], 'ñ 😀': { b: true } }, ['\\ud83d'], 'x', 0, null]) {
      assert.deepEqual(await stored(value), value);
    }
  });

  test('half a character, such as a cut leaves it, becomes the sign for one that is unknown', async () => {
    const cut = '😀'.slice(0, 1);
    assert.deepEqual(
      await stored({ text: `a${cut}`, all: [`${cut}b`, { [cut]: '😀'.slice(1) }], at: 7 }),
      { text: 'a\ufffd', all: ['\ufffdb', { '\ufffd': '\ufffd' }], at: 7 },
    );
  });
});
