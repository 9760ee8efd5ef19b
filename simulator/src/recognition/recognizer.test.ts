import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeMulaw } from '../audio/mulaw.ts';
import type { Utterance } from '../voices/contract.ts';
import type { RecognizedSpeech } from './contract.ts';
import { Lexicon } from './lexicon.ts';
import { createRecognizer } from './recognizer.ts';
import { madeUpSpeech, seededRandom } from './testing/made-up-speech.ts';

const FRAME_BYTES = 160;
const ONE = madeUpSpeech('quiero saber el horario de mañana');
const TWO = madeUpSpeech('quiero saber cuánto cuesta la revisión');
const SHORT = madeUpSpeech('quiero saber');

const sound = (utterance: Utterance): Uint8Array => encodeMulaw(utterance.pcm8k);
const silence = (ms: number): Uint8Array => new Uint8Array(ms * 8).fill(0xff);

function noise(ms: number, seed = 1): Uint8Array {
  const random = seededRandom(seed);
  return encodeMulaw(Int16Array.from({ length: ms * 8 }, () => (random() - 0.5) * 12_000));
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function frames(audio: Uint8Array): Uint8Array[] {
  const count = Math.ceil(audio.length / FRAME_BYTES);
  return Array.from({ length: count }, (_, i) =>
    audio.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES),
  );
}

interface Heard {
  finals: RecognizedSpeech[];
  interims: { text: string; atMs: number }[];
  activity: string[];
}

function hear(known: Utterance[], chunks: Iterable<Uint8Array>, end = true): Heard {
  const lexicon = new Lexicon();
  for (const utterance of known) lexicon.add(utterance);
  const heard: Heard = { finals: [], interims: [], activity: [] };
  let fedSamples = 0;
  const stream = createRecognizer(lexicon).listen({
    interim: ({ text }) => heard.interims.push({ text, atMs: fedSamples / 8 }),
    final: (result) => heard.finals.push(result),
    speechStarted: (atMs) => heard.activity.push(`started ${Math.round(atMs / 100) * 100}`),
    speechEnded: (atMs) => heard.activity.push(`ended ${Math.round(atMs / 100) * 100}`),
  });
  for (const chunk of chunks) {
    fedSamples += chunk.length;
    stream.feed(chunk);
  }
  if (end) stream.end();
  return heard;
}

const texts = (heard: Heard): string[] => heard.finals.map(({ text }) => text);

describe('a listener', () => {
  it('finds a known utterance at any offset, with the times of its words', () => {
    for (const offset of [0, 1, 77, 159, 1_003]) {
      const audio = joined(new Uint8Array(offset).fill(0xff), sound(ONE), silence(1_000));
      const heard = hear([ONE, TWO], frames(audio), false);
      assert.deepEqual(texts(heard), [ONE.text]);
      const [final] = heard.finals;
      for (const [i, word] of final!.words.entries()) {
        assert.equal(word.word, ONE.words[i]!.word);
        assert.ok(Math.abs(word.startMs - ONE.words[i]!.startMs - offset / 8) < 1);
        assert.ok(Math.abs(word.endMs - ONE.words[i]!.endMs - offset / 8) < 1);
      }
      assert.equal(final!.confidence, 1);
    }
  });

  it('does not depend on how the audio is cut into pieces', () => {
    const audio = joined(silence(333), sound(ONE), silence(700), sound(TWO), silence(700));
    const random = seededRandom(5);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < audio.length;) {
      const size = 1 + Math.floor(random() * 900);
      chunks.push(audio.subarray(at, at + size));
      at += size;
    }
    assert.deepEqual(hear([ONE, TWO], chunks).finals, hear([ONE, TWO], frames(audio)).finals);
    assert.deepEqual(hear([ONE, TWO], [audio]).finals, hear([ONE, TWO], frames(audio)).finals);
  });

  it('gives interim words in time with the audio', () => {
    const heard = hear([ONE], frames(joined(silence(200), sound(ONE), silence(600))));
    assert.equal(heard.interims.length, ONE.words.length);
    for (const [i, { text, atMs }] of heard.interims.entries()) {
      assert.equal(
        text,
        ONE.words
          .slice(0, i + 1)
          .map(({ word }) => word)
          .join(' '),
      );
      assert.ok(atMs - 200 - ONE.words[i]!.endMs <= 20, `word ${i} came at ${atMs} ms`);
    }
  });

  it('takes another utterance back to back as a final of its own', () => {
    const heard = hear([ONE, TWO], frames(joined(sound(ONE), sound(TWO), sound(ONE))));
    assert.deepEqual(texts(heard), [ONE.text, TWO.text, ONE.text]);
  });

  it('hears the same utterance twice when it was said twice', () => {
    const heard = hear([ONE], frames(joined(sound(ONE), silence(300), sound(ONE))));
    assert.deepEqual(texts(heard), [ONE.text, ONE.text]);
  });

  it('tells utterances that begin alike apart as the audio goes on', () => {
    for (const said of [ONE, TWO, SHORT]) {
      const heard = hear([SHORT, ONE, TWO], frames(joined(silence(50), sound(said), silence(900))));
      assert.deepEqual(texts(heard), [said.text]);
    }
  });

  it('finds the right one among more alike beginnings than it follows at a time', () => {
    const many = Array.from({ length: 60 }, (_, i) => madeUpSpeech(`quiero saber de ${i}`));
    for (const said of [many[0]!, many[31]!, many[59]!]) {
      assert.deepEqual(texts(hear(many, frames(sound(said)))), [said.text]);
    }
  });

  it('keeps a pause inside an utterance in one final', () => {
    const utterance = madeUpSpeech('buenas tardes. quiero una hora');
    assert.deepEqual(texts(hear([utterance], frames(sound(utterance)))), [utterance.text]);
  });

  it('tells only the words whose audio arrived when playback is cut short', () => {
    // Into the middle of the fourth word.
    const cut = sound(ONE).subarray(0, (3 * 350 + 150) * 8);
    const heard = hear([ONE, TWO], frames(joined(cut, silence(1_000))), false);
    assert.deepEqual(texts(heard), ['quiero saber el']);
  });

  it('starts with the next whole word when the beginning is missing', () => {
    const heard = hear([ONE], frames(joined(sound(ONE).subarray(150 * 8), silence(600))));
    assert.deepEqual(texts(heard), ['saber el horario de mañana']);
  });
});

describe('damaged audio', () => {
  const whole = frames(sound(ONE));
  // Inside "el", whose audio is from 700 to 1,000 ms.
  const damagedFrame = 42;

  it('loses the word in which a frame was dropped, and no other', () => {
    const chunks = whole.filter((_, i) => i !== damagedFrame);
    assert.deepEqual(texts(hear([ONE, TWO], chunks)), ['quiero saber horario de mañana']);
  });

  it('loses the words whose frames were swapped', () => {
    const chunks = [...whole];
    [chunks[damagedFrame], chunks[damagedFrame + 1]] = [
      whole[damagedFrame + 1]!,
      whole[damagedFrame]!,
    ];
    assert.deepEqual(texts(hear([ONE, TWO], chunks)), ['quiero saber horario de mañana']);
  });

  it('loses the word in which a frame is noise', () => {
    const chunks = whole.map((frame, i) => (i === damagedFrame ? noise(20) : frame));
    assert.deepEqual(texts(hear([ONE], chunks)), ['quiero saber horario de mañana']);
  });

  it('loses the word in which a frame was repeated', () => {
    const chunks = whole.flatMap((frame, i) => (i === damagedFrame ? [frame, frame] : [frame]));
    assert.deepEqual(texts(hear([ONE], chunks)), ['quiero saber horario de mañana']);
  });

  it('survives single wrong bits with less confidence', () => {
    const chunks = whole.map((frame, i) => {
      if (i % 10 !== 5) return frame;
      const copy = frame.slice();
      copy[80] = copy[80]! ^ 0x40;
      return copy;
    });
    const heard = hear([ONE], chunks);
    assert.deepEqual(texts(heard), [ONE.text]);
    assert.ok(heard.finals[0]!.confidence < 1);
  });

  it('hears nothing when every frame has many wrong bits', () => {
    const random = seededRandom(9);
    const chunks = whole.map((frame) =>
      frame.map((byte) => (random() < 0.2 ? byte ^ (1 << Math.floor(random() * 8)) : byte)),
    );
    assert.deepEqual(texts(hear([ONE], chunks)), []);
  });

  it('loses no word to frames dropped in a pause', () => {
    const said = madeUpSpeech('buenas tardes. quiero una hora');
    const pauseFrame = Math.round((said.words[1]!.endMs + 100) / 20);
    const chunks = frames(sound(said)).filter((_, i) => i !== pauseFrame);
    assert.deepEqual(texts(hear([said], chunks)), [said.text]);
  });

  it('never tells a word that was not said, whatever happens to the frames', () => {
    const random = seededRandom(77);
    for (let round = 0; round < 40; round++) {
      const chunks: Uint8Array[] = [];
      for (const frame of whole) {
        const luck = random();
        if (luck < 0.05) continue;
        if (luck < 0.1) chunks.push(noise(20, round));
        if (luck < 0.15) chunks.unshift(frame);
        else chunks.push(frame);
      }
      const said = new Set(ONE.words.map(({ word }) => word));
      for (const { words } of hear([ONE, TWO], chunks).finals) {
        for (const { word } of words) assert.ok(said.has(word), `${word} was invented`);
      }
    }
  });
});

describe('unknown sounds', () => {
  it('are speech without text', () => {
    const heard = hear([ONE], frames(joined(silence(500), noise(2_000), silence(1_000))));
    assert.deepEqual(texts(heard), []);
    assert.deepEqual(heard.interims, []);
    assert.deepEqual(heard.activity, ['started 500', 'ended 2500']);
  });

  it('leave an unknown utterance unheard', () => {
    assert.deepEqual(texts(hear([TWO], frames(sound(madeUpSpeech('nunca dicho antes'))))), []);
  });

  it('do not hide a known utterance that follows at once', () => {
    assert.deepEqual(texts(hear([ONE], frames(joined(noise(700), sound(ONE))))), [ONE.text]);
  });

  it('silence is nothing at all', () => {
    const heard = hear([ONE], frames(silence(5_000)));
    assert.deepEqual(heard, { finals: [], interims: [], activity: [] });
  });

  it('refuse audio after the end', () => {
    const stream = createRecognizer(new Lexicon()).listen({ final: () => undefined });
    stream.end();
    assert.throws(() => stream.feed(silence(20)), /ended/);
  });
});
