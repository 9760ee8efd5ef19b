import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speakable } from './speakable.ts';

test('leaves plain sentences as they are', () => {
  const plain = '¿Le sirve a las 10:30, el martes 5? Son 12.500 pesos (con IVA).';
  assert.equal(speakable(plain), plain);
});

test('takes the marks of markdown out and leaves the words', () => {
  assert.equal(speakable('**Horario:** de *9* a `18` horas'), 'Horario: de 9 a 18 horas');
  assert.equal(speakable('## Sedes'), 'Sedes');
  assert.equal(speakable('- Providencia'), 'Providencia');
  assert.equal(speakable('2. Ñuñoa'), 'Ñuñoa');
  assert.equal(speakable('Vea [nuestra web](https://a.cl/x?y=1).'), 'Vea nuestra web.');
  assert.equal(speakable('| rojo | azul |'), ', rojo, azul,');
});

test('takes half a mark out: markdown may be cut between two sentences', () => {
  assert.equal(speakable('**Lunes a viernes'), 'Lunes a viernes');
  assert.equal(speakable('hasta las seis**.'), 'hasta las seis.');
});

test('says no emoji and no address scheme', () => {
  assert.equal(speakable('¡Listo! 😀👍🏽 🇨🇱 Nos vemos ❤️.'), '¡Listo! Nos vemos.');
  assert.equal(speakable('Está en https://www.andes.cl'), 'Está en andes.cl');
});

test('keeps digits, which Unicode counts among the emoji', () => {
  assert.equal(speakable('Marque 1 # o * 2'), 'Marque 1 # o 2');
});
