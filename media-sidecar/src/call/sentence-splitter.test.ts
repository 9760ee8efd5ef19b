import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SentenceSplitter } from './sentence-splitter.ts';

/** The text in one piece, and letter by letter: where it is cut must not depend on the stream. */
function split(text: string): string[] {
  const whole = new SentenceSplitter();
  const atOnce = [...whole.push(text), ...whole.flush()];
  const slow = new SentenceSplitter();
  const trickled = [...[...text].flatMap((char) => slow.push(char)), ...slow.flush()];
  assert.deepEqual(trickled, atOnce);
  return atOnce;
}

test('cuts where a sentence ends, and hands it out before the text is complete', () => {
  const splitter = new SentenceSplitter();
  assert.deepEqual(splitter.push('Sí, tenemos. Aten'), ['Sí, tenemos.']);
  assert.deepEqual(splitter.push('demos hasta las seis. ¿Algo'), ['Atendemos hasta las seis.']);
  assert.deepEqual(splitter.flush(), ['¿Algo']);
  assert.deepEqual(splitter.flush(), []);
});

test('does not take an abbreviation, a time, a price or an initial for an end', () => {
  assert.deepEqual(split('El Sr. Soto y la Dra. Paz atienden en Av. Italia.'), [
    'El Sr. Soto y la Dra. Paz atienden en Av. Italia.',
  ]);
  assert.deepEqual(split('Abre a las 10.30 y cuesta 12.500 pesos. Gracias por llamar.'), [
    'Abre a las 10.30 y cuesta 12.500 pesos.',
    'Gracias por llamar.',
  ]);
  assert.deepEqual(split('Le atiende J. Pérez hoy.'), ['Le atiende J. Pérez hoy.']);
  assert.deepEqual(split('Abre a las 9 a.m. los martes.'), ['Abre a las 9 a.m. los martes.']);
});

test('takes a full stop behind "p.m." for an end when a new sentence begins', () => {
  assert.deepEqual(split('Cierra a las 6 p.m. ¿Le sirve esa hora?'), [
    'Cierra a las 6 p.m.',
    '¿Le sirve esa hora?',
  ]);
});

test('keeps questions and exclamations whole', () => {
  assert.deepEqual(
    split('¿A qué hora le gustaría venir, por la mañana o por la tarde? ¡Perfecto, lo anoto!'),
    ['¿A qué hora le gustaría venir, por la mañana o por la tarde?', '¡Perfecto, lo anoto!'],
  );
});

test('speaks the first clause early, and later clauses with their sentence', () => {
  assert.deepEqual(
    split(
      'Por supuesto, le cuento ahora, tenemos tres sedes. La más cercana, según veo, es la del centro.',
    ),
    [
      'Por supuesto, le cuento ahora,',
      'tenemos tres sedes.',
      'La más cercana, según veo, es la del centro.',
    ],
  );
});

test('speaks very short sentences together with the next, except the first', () => {
  assert.deepEqual(split('Claro. Ya. Sí. Le ayudo con eso.'), [
    'Claro.',
    'Ya. Sí. Le ayudo con eso.',
  ]);
});

test('cuts a line break, and never hands out what has no words', () => {
  assert.deepEqual(split('Tenemos dos:\n- Uno rojo grande\n- Uno azul grande\n\n---\n'), [
    'Tenemos dos:',
    '- Uno rojo grande',
    '- Uno azul grande',
  ]);
});

test('cuts a long sentence also when its end is there already', () => {
  const long = `Primero ${'vemos una cosa, '.repeat(20)}y después nada.`;
  const parts = split(`Hola. ${long} Y algo más.`);
  assert.equal(parts.join(' '), `Hola. ${long} Y algo más.`);
  assert.ok(parts.every((part) => part.length <= 240));
});

test('cuts an endless sentence at a comma', () => {
  const clause = 'y después seguimos con otra cosa más';
  const parts = split(`Primero vemos esto ${Array.from({ length: 20 }, () => clause).join(', ')}`);
  assert.ok(parts.length > 2);
  assert.ok(parts.every((part) => part.length <= 241));
  assert.equal(
    parts.join(' '),
    `Primero vemos esto ${Array.from({ length: 20 }, () => clause).join(', ')}`,
  );
});
