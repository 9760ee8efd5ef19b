import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type * as Gate from '../../nodes/GoogleTTS/synthesis/requestGate.ts';
import type * as Markup from '../../nodes/GoogleTTS/text/markup.ts';
import type * as Parallel from '../../nodes/shared/parallel.ts';
import type * as Split from '../../nodes/GoogleTTS/text/split.ts';
import { built } from './package.ts';

const { splitText } = built<typeof Split>('nodes/GoogleTTS/text/split');
const { markupProblems } = built<typeof Markup>('nodes/GoogleTTS/text/markup');
const { RequestGate } = built<typeof Gate>('nodes/GoogleTTS/synthesis/requestGate');
const { inParallel } = built<typeof Parallel>('nodes/shared/parallel');

describe('a long text', () => {
  const bare = (text: string) => text.replace(/\s+/g, '');

  test('that fits is one piece, without the space around it', () => {
    assert.deepEqual(splitText('  Hola, ¿cómo está?\n', 5000), ['Hola, ¿cómo está?']);
  });

  test('is divided between sentences', () => {
    assert.deepEqual(splitText('Uno dos. ¿Tres cuatro? ¡Cinco! Seis.', 24), [
      'Uno dos. ¿Tres cuatro?',
      '¡Cinco! Seis.',
    ]);
  });

  test('is divided between paragraphs where those fit', () => {
    assert.deepEqual(splitText('Uno. Dos.\n\nTres. Cuatro.', 20), ['Uno. Dos.', 'Tres. Cuatro.']);
  });

  test('a sentence does not end with an abbreviation or within a number', () => {
    assert.deepEqual(splitText('Llame al Sr. Pérez. Cuesta 49.990 pesos. Av. Italia 10.', 30), [
      'Llame al Sr. Pérez.',
      'Cuesta 49.990 pesos.',
      'Av. Italia 10.',
    ]);
  });

  test('a long sentence is divided between clauses, a long clause between words', () => {
    assert.deepEqual(splitText('uno dos tres, cuatro cinco; seis', 20), [
      'uno dos tres,',
      'cuatro cinco; seis',
    ]);
    assert.deepEqual(splitText('uno dos tres cuatro', 9), ['uno dos', 'tres', 'cuatro']);
  });

  test('a word that is too long is divided between characters that one sees as one', () => {
    const family = '👨‍👩‍👧‍👦';
    const pieces = splitText(family.repeat(5), 60);
    assert.deepEqual(pieces, [family.repeat(2), family.repeat(2), family]);
  });

  test('in a script without spaces is divided behind its full stops', () => {
    assert.deepEqual(splitText('こんにちは。さようなら。', 24), ['こんにちは。', 'さようなら。']);
  });

  test('keeps its order and loses nothing, whatever the limit', () => {
    const text =
      'Señora Muñoz: su «hora» del 3.º es a las 15:30… ¿Confirma? Sí — claro; (o no).\n\nAdiós, ñandú 🚗🚗.'.repeat(
        20,
      );
    for (const limit of [7, 16, 33, 80, 500, 4999]) {
      const pieces = splitText(text, limit);
      assert.equal(bare(pieces.join('')), bare(text), String(limit));
      for (const piece of pieces) assert.ok(Buffer.byteLength(piece) <= limit, piece);
    }
  });

  test('of 200,000 characters is divided into pieces that are well filled', () => {
    const pieces = splitText('Este es un texto bastante largo, como un libro. '.repeat(4200), 5000);
    assert.ok(pieces.every((piece) => Buffer.byteLength(piece) <= 5000));
    assert.ok(pieces.slice(0, -1).every((piece) => piece.length > 4900));
  });

  test('a pause of the markup stays whole', () => {
    const pieces = splitText('uno [pause short] dos [pause long] tres', 14);
    assert.deepEqual(pieces.join(' '), 'uno [pause short] dos [pause long] tres');
    assert.ok(pieces.some((piece) => piece.includes('[pause short]')));
    assert.ok(pieces.some((piece) => piece.includes('[pause long]')));
  });
});

describe('markup', () => {
  test('takes the three pauses, and brackets that are text', () => {
    assert.deepEqual(markupProblems('a [pause] b [pause short] [pause long] c [1]'), []);
  });

  for (const tag of ['[pause medium]', '[Pause]', '[pausa]', '[pause', '[ pause ]']) {
    test(`refuses ${tag}, which would be read aloud`, () => {
      const [problem] = markupProblems(`Hola ${tag}`);
      assert.match(problem?.message ?? '', /is no pause that Google knows/);
      assert.equal(problem?.offset, 5);
    });
  }

  test('refuses SSML', () => {
    assert.match(markupProblems('Hola <break time="1s"/>')[0]?.cure ?? '', /Set Input to SSML/);
  });
});

/** Time that passes when somebody waits for it. */
function virtualTime() {
  let nowMs = 0;
  return {
    now: () => nowMs,
    wait: async (ms: number) => {
      nowMs += ms;
      await Promise.resolve();
    },
  };
}

describe('the gate for requests', () => {
  test('lets as many through at once as it is told, in order', async () => {
    const gate = new RequestGate({ parallel: 2, perMinute: 100, ...virtualTime() });
    let active = 0;
    let most = 0;
    const begun: number[] = [];
    await Promise.all(
      [0, 1, 2, 3, 4].map((index) =>
        gate.run(async () => {
          begun.push(index);
          most = Math.max(most, ++active);
          for (let round = 0; round < 20; round++) await Promise.resolve();
          active--;
        }),
      ),
    );
    assert.equal(most, 2);
    assert.deepEqual(begun, [0, 1, 2, 3, 4]);
  });

  test('lets no more begin within a minute than it is told', async () => {
    const time = virtualTime();
    const gate = new RequestGate({ parallel: 10, perMinute: 3, ...time });
    const begun = await Promise.all(
      Array.from({ length: 7 }, () => gate.run(async () => time.now())),
    );
    assert.deepEqual(begun, [0, 0, 0, 60_000, 60_000, 60_000, 120_000]);
  });

  test('a request that fails makes room for the next', async () => {
    const gate = new RequestGate({ parallel: 1, perMinute: 100, ...virtualTime() });
    const results = await Promise.allSettled([
      gate.run(() => Promise.reject(new Error('no'))),
      gate.run(() => Promise.resolve('yes')),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    );
  });
});

describe('several tasks at a time', () => {
  test('give their results in order, whichever ends first', async () => {
    const ends: number[] = [];
    const results = await inParallel(4, 3, async (index) => {
      for (let round = 0; round < 4 - index; round++) await Promise.resolve();
      ends.push(index);
      return index * 10;
    });
    assert.deepEqual(results, [0, 10, 20, 30]);
    assert.notDeepEqual(ends, [0, 1, 2, 3]);
  });

  test('after a failure no further one begins', async () => {
    const begun: number[] = [];
    await assert.rejects(
      inParallel(100, 2, async (index) => {
        begun.push(index);
        await Promise.resolve();
        throw new Error(`failure ${String(index)}`);
      }),
      /failure 0/,
    );
    assert.deepEqual(begun, [0, 1]);
  });

  test('none is no work', async () => {
    assert.deepEqual(await inParallel(0, 4, () => Promise.reject(new Error('never'))), []);
  });
});
