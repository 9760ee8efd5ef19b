import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { encodeMulaw } from '../audio/mulaw.ts';
import { createRecognizer } from '../recognition/recognizer.ts';
import { createVoices } from './espeak-voices.ts';
import type { EspeakVoices } from './espeak-voices.ts';

const TEXT = 'Hola, buenos días. ¿Qué horario tienen el sábado?';

describe('the voices', () => {
  let voices: EspeakVoices;
  before(async () => {
    voices = await createVoices();
  });
  after(() => voices.close());

  it('speak at telephone level, with every word in its place', async () => {
    const { pcm8k, words, durationMs } = await voices.speak({ text: TEXT, voice: 'es-419+f3' });
    assert.deepEqual(
      words.map(({ word }) => word),
      TEXT.split(' '),
    );
    let endedMs = 0;
    for (const { startMs, endMs } of words) {
      assert.ok(startMs >= endedMs && endMs > startMs);
      endedMs = endMs;
    }
    assert.ok(endedMs <= durationMs);
    const energy = pcm8k.reduce((sum, sample) => sum + sample * sample, 0) / pcm8k.length;
    const dbfs = 10 * Math.log10(energy / 32_768 ** 2);
    assert.ok(dbfs > -26 && dbfs < -17, `${dbfs} dBFS`);
  });

  it('say the same text in the same way, whatever was said before', async () => {
    const forgetful = await createVoices({ cacheBytes: 0 });
    try {
      const request = { text: TEXT, voice: 'es-419+f3' };
      const first = await forgetful.speak(request);
      await forgetful.speak({ text: 'Otra cosa.', voice: 'es+m2', rate: 1.3 });
      const again = await forgetful.speak(request);
      assert.notEqual(again, first);
      const bytes = Buffer.from(first.pcm8k.buffer);
      assert.ok(bytes.equals(Buffer.from(again.pcm8k.buffer)));
      assert.ok(bytes.equals(Buffer.from((await voices.speak(request)).pcm8k.buffer)));
      assert.equal(forgetful.lexicon.size, 2);
    } finally {
      await forgetful.close();
    }
  });

  it('go on speaking after long texts, in any voice', async () => {
    // The binding replaces its text buffer behind a long text; a stale one broke voices with variants.
    for (const length of [130, 700, 4000]) {
      const text = 'La mantención del vehículo se hace cada diez mil kilómetros. '.repeat(
        Math.ceil(length / 60),
      );
      const long = await voices.speak({ text, voice: 'es-419+f5' });
      assert.ok(long.durationMs > length * 30);
      const next = await voices.speak({ text: `Son ${length} letras.`, voice: 'es-419+m3' });
      assert.ok(next.words.length === 3);
    }
    await assert.rejects(voices.speak({ text: 'a'.repeat(20_000), voice: 'es-419' }), RangeError);
  });

  it('make speech once for requests that come at the same time', async () => {
    const request = { text: 'Al mismo tiempo.', voice: 'es' };
    const [one, other] = await Promise.all([voices.speak(request), voices.speak(request)]);
    assert.equal(one, other);
  });

  it('speak faster at a higher rate', async () => {
    const slow = await voices.speak({ text: TEXT, voice: 'es', rate: 1 });
    const fast = await voices.speak({ text: TEXT, voice: 'es', rate: 1.5 });
    assert.ok(fast.durationMs < 0.8 * slow.durationMs);
  });

  it('refuse an unknown voice or variant, an empty text and an impossible rate', async () => {
    const text = 'hola';
    await assert.rejects(voices.speak({ text, voice: 'xx' }), RangeError);
    await assert.rejects(voices.speak({ text, voice: 'es+nobody' }), RangeError);
    await assert.rejects(voices.speak({ text: ' … ', voice: 'es' }), RangeError);
    await assert.rejects(voices.speak({ text, voice: 'es', rate: 9 }), RangeError);
    await assert.rejects(voices.speak({ text, voice: 'es', rate: Number.NaN }), RangeError);
  });

  it('give names of Google and Twilio a voice of the right language', () => {
    assert.match(voices.voiceFor('es-US-Chirp3-HD-Kore', 'es-US'), /^es-419\+f\d$/);
    assert.match(voices.voiceFor('es-US-Chirp3-HD-Puck', 'es-CL'), /^es-419\+m\d$/);
    assert.match(voices.voiceFor('Polly.Sergio-Neural', 'es-ES'), /^es\+m\d$/);
    assert.match(voices.voiceFor('alice', 'en-GB'), /^en-gb\+f\d$/);
    assert.throws(() => voices.voiceFor('alice', 'xx-XX'), RangeError);
  });

  it('are recognized, each of two voices with the same words', async () => {
    const heard: string[] = [];
    const stream = createRecognizer(voices.lexicon).listen({
      final: ({ text }) => heard.push(text),
    });
    for (const voice of ['es-419+f3', 'es+m2']) {
      stream.feed(new Uint8Array(777).fill(0xff));
      stream.feed(encodeMulaw((await voices.speak({ text: TEXT, voice })).pcm8k));
    }
    stream.end();
    assert.deepEqual(heard, [TEXT, TEXT]);
  });
});

describe('closed voices', () => {
  it('refuse to speak instead of waiting for ever', async () => {
    const voices = await createVoices();
    const unfinished = voices.speak({ text: TEXT, voice: 'es' });
    const refused = assert.rejects(unfinished, /closed/);
    await voices.close();
    await refused;
    await assert.rejects(voices.speak({ text: 'tarde', voice: 'es' }), /closed/);
  });
});
