import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differsMaterially, isBackchannel, isHesitation } from './backchannel.ts';
import { splitConsumed } from './transcript.ts';
import { joined, normalizedWords } from './words.ts';

test('compares words without case, accents and punctuation', () => {
  assert.deepEqual(normalizedWords('¿Qué, MAÑANA a las 10:30?'), [
    'que',
    'manana',
    'a',
    'las',
    '1030',
  ]);
  assert.equal(joined(' a ', ''), 'a');
  assert.equal(joined('a', 'b'), 'a b');
});

test('words that accompany are a backchannel, words that say something are not', () => {
  for (const text of ['ajá', 'Sí, sí.', 'mm', 'ok', 'claro', 'ya', 'mm ajá', 'sí claro']) {
    assert.ok(isBackchannel(text, 'es-CL'), text);
  }
  for (const text of ['no', 'espere', 'sí pero', 'ok y el precio', 'sí sí sí sí sí']) {
    assert.ok(!isBackchannel(text, 'es-CL'), text);
  }
  assert.ok(!isBackchannel('yeah but no', 'en-US'));
  assert.ok(isBackchannel('yeah right', 'en-US'));
});

test('a tenant may add backchannels, and parting words accompany a goodbye only', () => {
  assert.ok(!isBackchannel('po', 'es-CL'));
  assert.ok(isBackchannel('sí po', 'es-CL', ['po']));
  assert.ok(!isBackchannel('muchas gracias, hasta luego', 'es-CL'));
  assert.ok(isBackchannel('muchas gracias, hasta luego', 'es-CL', [], true));
});

test('hesitation is no answer', () => {
  assert.ok(isHesitation('eh… mmm'));
  assert.ok(!isHesitation('ajá'));
});

test('only words with a meaning make a material difference', () => {
  assert.ok(!differsMaterially('quiero una hora', 'Quiero una hora, por favor.', 'es-CL'));
  assert.ok(!differsMaterially('quiero la hora', 'eh quiero una hora', 'es-CL'));
  assert.ok(differsMaterially('quiero ir a Viña', 'quiero ir a Lima', 'es-CL'));
  assert.ok(differsMaterially('quiero una hora', 'no quiero una hora', 'es-CL'));
  assert.ok(differsMaterially('a las 2', 'a las 12', 'es-CL'));
});

test('finds what is new behind a beginning that was answered', () => {
  assert.deepEqual(splitConsumed('quiero una hora', 'Quiero una hora, no espere'), {
    matched: 'Quiero una hora,',
    fresh: 'no espere',
  });
  assert.deepEqual(splitConsumed('', 'hola'), { matched: '', fresh: 'hola' });
});

test('finds it also when the beginning is worded anew', () => {
  assert.deepEqual(splitConsumed('quiero ir a viña', 'Quiero ir a Lima mañana'), {
    matched: 'Quiero ir a Lima',
    fresh: 'mañana',
  });
  assert.deepEqual(splitConsumed('quiero el horar', 'quiero el horario de'), {
    matched: 'quiero el horario',
    fresh: 'de',
  });
});

test('takes another utterance for new', () => {
  assert.deepEqual(splitConsumed('qué horario tienen', 'no me sirve ninguno'), {
    matched: '',
    fresh: 'no me sirve ninguno',
  });
});
