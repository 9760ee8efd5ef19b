import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeMulaw } from '../../audio/mulaw.ts';
import { seededRandom } from '../../recognition/testing/made-up-speech.ts';
import type { TurnDetection } from './settings.ts';
import { isUnfinished, TurnDetector, type TurnChange } from './turn-detector.ts';

/** A hum at a level, dBFS. */
function hum(ms: number, level = -20): Uint8Array {
  const amplitude = 32_768 * 10 ** (level / 20) * Math.SQRT2;
  return encodeMulaw(
    Int16Array.from({ length: ms * 8 }, (_, i) => amplitude * Math.sin((2 * Math.PI * i) / 40)),
  );
}
const silence = (ms: number): Uint8Array => new Uint8Array(ms * 8).fill(0xff);

function changes(
  settings: TurnDetection,
  audio: readonly Uint8Array[],
  words = '',
  pieces: (whole: Buffer) => Iterable<Uint8Array> = inSteps,
): TurnChange[] {
  const detector = new TurnDetector(settings, 0, () => words);
  const found: TurnChange[] = [];
  for (const piece of pieces(Buffer.concat(audio))) {
    const change = detector.feed(piece);
    if (change) found.push(change);
  }
  return found;
}

function* inSteps(whole: Buffer): Generator<Uint8Array> {
  for (let at = 0; at < whole.length; at += 80) yield whole.subarray(at, at + 80);
}

const SERVER: TurnDetection = { type: 'server_vad' };

test('a turn begins with its padding and ends with its silence', () => {
  assert.deepEqual(changes(SERVER, [silence(1000), hum(600), silence(1000)]), [
    { type: 'started', audioStartMs: 700 },
    { type: 'stopped', audioEndMs: 2100 },
  ]);
  const tuned: TurnDetection = { ...SERVER, prefix_padding_ms: 100, silence_duration_ms: 200 };
  assert.deepEqual(changes(tuned, [silence(1000), hum(600), silence(1000)]), [
    { type: 'started', audioStartMs: 900 },
    { type: 'stopped', audioEndMs: 1800 },
  ]);
});

test('the padding does not reach before the first audio', () => {
  assert.deepEqual(changes(SERVER, [hum(600)]), [{ type: 'started', audioStartMs: 0 }]);
});

test('a click is no turn, and a pause shorter than the silence does not end one', () => {
  assert.deepEqual(changes(SERVER, [silence(500), hum(30), silence(1000)]), []);
  const found = changes(SERVER, [hum(300), silence(400), hum(300), silence(600)]);
  assert.deepEqual(
    found.map(({ type }) => type),
    ['started', 'stopped'],
  );
});

test('while no audio arrives no silence passes', () => {
  assert.deepEqual(
    changes(SERVER, [hum(300), silence(490)]).map(({ type }) => type),
    ['started'],
  );
});

test('a higher threshold needs a louder voice', () => {
  const at = (threshold: number, level: number): number =>
    changes({ ...SERVER, threshold }, [hum(300, level)]).length;
  assert.deepEqual(
    [at(0.5, -40), at(0.5, -50), at(0.9, -40), at(0.9, -25), at(0.1, -50)],
    [1, 0, 0, 1, 1],
  );
});

test('turns do not depend on how the audio is cut', () => {
  const audio = [silence(333), hum(700), silence(800), hum(400), silence(900)];
  const random = seededRandom(3);
  const raggedly = function* (whole: Buffer): Generator<Uint8Array> {
    for (let at = 0; at < whole.length;) {
      const size = 1 + Math.floor(random() * 80);
      yield whole.subarray(at, at + size);
      at += size;
    }
  };
  assert.deepEqual(changes(SERVER, audio, '', raggedly), changes(SERVER, audio));
});

test('semantic turn detection waits longer for somebody who has not finished', () => {
  const endOf = (words: string, eagerness: 'low' | 'medium' | 'high' | 'auto'): number => {
    const settings: TurnDetection = { type: 'semantic_vad', eagerness };
    const found = changes(settings, [hum(1000), silence(10_000)], words);
    const [, stopped] = found;
    assert.equal(stopped?.type, 'stopped');
    return stopped.audioEndMs - 1000;
  };
  for (const eagerness of ['low', 'auto', 'high'] as const) {
    const finished = endOf('quiero una hora para mañana', eagerness);
    const unknown = endOf('', eagerness);
    const unfinished = endOf('quiero una hora para', eagerness);
    assert.ok(finished < unknown && unknown < unfinished, eagerness);
  }
  assert.deepEqual(
    (['low', 'medium', 'auto', 'high'] as const).map((each) => endOf('quiero y', each)),
    [8000, 4000, 4000, 2000],
  );
  assert.ok(endOf('listo.', 'high') < endOf('listo.', 'auto'));
  assert.ok(endOf('listo.', 'auto') < endOf('listo.', 'low'));
});

test('connectives and open punctuation are unfinished', () => {
  for (const words of ['y', 'me gustaría saber si', 'uno, dos,', 'pues...', 'eh', 'I want to']) {
    assert.ok(isUnfinished(words), words);
  }
  for (const words of ['sí', 'mañana', '¿Cuál es el horario?', 'the price.', '']) {
    assert.ok(!isUnfinished(words), words);
  }
});
