import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { built } from './package.ts';

interface Turn {
  index: number;
  role: string;
  text: string;
}

const { parseTranscript } = built<{
  parseTranscript(value: unknown, options: { callerIs: string }): Turn[] | undefined;
}>('nodes/VoiceAnalyzer/transcript/parse');
const { verifiedQuote } = built<{
  verifiedQuote(
    quote: { turn: number; quote: string },
    turns: readonly Turn[],
  ): { turn: number; quote: string } | undefined;
}>('nodes/VoiceAnalyzer/transcript/quotes');

const parsed = (value: unknown, callerIs = '1') =>
  parseTranscript(value, { callerIs })?.map(({ role, text }) => [role, text]);

describe('a conversation out of text', () => {
  test('names before colons, in Spanish and English, with times before them', () => {
    assert.deepEqual(
      parsed('[00:01] Agente: Hola.\n00:03 - Cliente 1: Buenas\nCALLER: Sí\nBot: Ya'),
      [
        ['agent', 'Hola.'],
        ['caller', 'Buenas'],
        ['caller', 'Sí'],
        ['agent', 'Ya'],
      ],
    );
  });

  test('a word before a colon is no name, unless it comes back', () => {
    assert.deepEqual(parsed('Agente: Dígame\nCliente: Le digo algo: no\nQuiero esto: aquello'), [
      ['agent', 'Dígame'],
      ['caller', 'Le digo algo: no Quiero esto: aquello'],
    ]);
    assert.deepEqual(parsed('Marta: Hola\nAgente: Sí\nMarta: Adiós'), [
      ['caller', 'Hola'],
      ['agent', 'Sí'],
      ['caller', 'Adiós'],
    ]);
  });

  test('without names, each line is the caller', () => {
    assert.deepEqual(parsed('Hola\n\n  Quiero   agendar '), [
      ['caller', 'Hola'],
      ['caller', 'Quiero agendar'],
    ]);
  });

  test('JSON in a text is read as what it is', () => {
    assert.deepEqual(parsed('[{"role":"agent","text":"Hola"}]'), [['agent', 'Hola']]);
    assert.deepEqual(parsed('{no JSON'), [['caller', '{no JSON']]);
  });
});

describe('a conversation out of data', () => {
  test('turns of the sidecar, without tools and silence', () => {
    const call = {
      id: 'c',
      turns: [
        { role: 'agent', text: 'Hola' },
        { role: 'tool', text: '{"a":1}' },
        { role: 'caller', text: '  ' },
        { role: 'caller', text: 'Buenas' },
      ],
    };
    const expected = [
      ['agent', 'Hola'],
      ['caller', 'Buenas'],
    ];
    assert.deepEqual(parsed(call), expected);
    assert.deepEqual(parsed({ type: 'call.completed', data: { call } }), expected);
  });

  test('the indices are without gaps', () => {
    const turns = [{ text: '' }, { text: 'a' }, { text: ' ' }, { text: 'b' }];
    assert.deepEqual(
      parseTranscript({ turns }, { callerIs: '1' })?.map(({ index }) => index),
      [0, 1],
    );
  });

  test('channels and speakers: the named one is the caller', () => {
    const turns = [
      { channel: 1, text: 'a' },
      { speaker: 'Speaker 2', text: 'b' },
      { speaker: 'agent', text: 'c' },
    ];
    const roles = (callerIs: string) => parsed({ turns }, callerIs)?.map(([role]) => role);
    assert.deepEqual(roles('1'), ['caller', 'agent', 'agent']);
    assert.deepEqual(roles('speaker_2'), ['agent', 'caller', 'agent']);
  });

  test('turns go before the text that they make up; the text where there are none', () => {
    assert.deepEqual(parsed({ text: 'todo', turns: [{ text: 'a' }] }), [['caller', 'a']]);
    assert.deepEqual(parsed({ text: 'todo', turns: [] }), [['caller', 'todo']]);
  });

  test('what holds no words is no conversation', () => {
    for (const nothing of [{}, { a: 1 }, 5, null, undefined, { turns: 5 }]) {
      assert.equal(parseTranscript(nothing, { callerIs: '1' }), undefined);
    }
    assert.deepEqual(parsed(''), []);
    assert.deepEqual(parsed([{ role: 'caller' }, 7]), []);
  });
});

describe('a quote', () => {
  const turns: Turn[] = [
    { index: 0, role: 'agent', text: 'Buenos días, soy un asistente "virtual".' },
    { index: 1, role: 'caller', text: 'No  funciona — otra vez.' },
  ];
  const verified = (turn: number, quote: string) => verifiedQuote({ turn, quote }, turns);

  test('stands in its turn letter by letter', () => {
    assert.deepEqual(verified(0, 'soy un asistente'), { turn: 0, quote: 'soy un asistente' });
    assert.equal(verified(0, 'soy una asistente'), undefined);
    assert.equal(verified(0, 'Soy un asistente'), undefined);
  });

  test('may differ in spaces, dashes, quotation marks and an ellipsis at its ends', () => {
    assert.equal(verified(1, '…No funciona - otra vez...')?.turn, 1);
    assert.equal(verified(0, '“asistente «virtual»')?.turn, 0);
  });

  test('with the wrong turn gets the right one', () => {
    assert.deepEqual(verified(7, 'otra vez'), { turn: 1, quote: 'otra vez' });
    assert.equal(verified(-1, 'Buenos días')?.turn, 0);
  });

  test('that is empty proves nothing', () => {
    assert.equal(verified(0, ' … '), undefined);
  });
});
