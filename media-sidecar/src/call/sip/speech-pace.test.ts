import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpeechPace } from './speech-pace.ts';

const WORDS = 'Atendemos de lunes a viernes de nueve a seis.';
/** What the pace takes ten characters for, in ms. */
const ofTen = (pace: SpeechPace) => pace.words('other', '0123456789');

test('a voice is taken for an ordinary one until it is known, by its speed', () => {
  assert.equal(ofTen(new SpeechPace()), 600);
  assert.equal(ofTen(new SpeechPace(1.5)), 400);
});

test('what was heard whole teaches the pace, also when it came in many pieces', () => {
  const pace = new SpeechPace();
  for (const word of WORDS.split(/(?<= )/)) pace.words('r', word);
  pace.played('r', WORDS.length * 80);
  assert.equal(ofTen(pace), 700);
  pace.words('r2', WORDS);
  pace.played('r2', WORDS.length * 80);
  assert.equal(ofTen(pace), 750);
});

test('nothing is learnt from what was cut, missed in part, too short, or no speech', () => {
  const pace = new SpeechPace();
  pace.words('cut', WORDS);
  pace.cut('cut');
  pace.played('cut', 9000);
  pace.words('missed', WORDS);
  pace.missed();
  pace.played('missed', 9000);
  pace.words('short', 'Sí.');
  pace.played('short', 900);
  pace.words('unknown begin', WORDS);
  pace.played('unknown begin', 0);
  pace.words('endless', WORDS);
  pace.played('endless', 600_000);
  assert.equal(ofTen(pace), 600);
});
