import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usageOf } from './google-text-to-speech.ts';

test('a text is paid by its characters and the kind of its voice', () => {
  const paid = (name: string, text = 'Hola.') => {
    const { model, characters } = usageOf({ text, voice: { name, languageCode: 'es-US' } });
    return `${model} ${characters}`;
  };
  assert.equal(paid('es-US-Chirp3-HD-Aoede'), 'chirp3-hd 5');
  assert.equal(paid('es-US-Neural2-A'), 'neural2 5');
  assert.equal(paid('es-ES-Wavenet-B'), 'wavenet 5');
  assert.equal(paid('es-ES-Standard-A'), 'standard 5');
  assert.equal(paid('es-US-Neural2-A', '¡Sí, ñandú! 🙂'), 'neural2 13');
  // A name of another form is told as it is: no price fits it by mistake.
  assert.equal(paid('Aoede'), 'aoede 5');
});
