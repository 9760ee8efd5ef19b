import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silence } from '../audio/testing/signals.ts';
import { ProviderError } from '../kernel/errors.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import type { Transcript } from './contract.ts';
import { FallbackSpeechToText } from './fallback.ts';
import { FakeSpeechToText } from './testing/fake-speech-to-text.ts';

const down = new ProviderError('p', 'unavailable', 'down', { retryable: true });

function setUp() {
  const clock = new VirtualClock();
  const first = new FakeSpeechToText(clock, [], 'first');
  const second = new FakeSpeechToText(clock, [], 'second');
  const transcripts: Transcript[] = [];
  const errors: ProviderError[] = [];
  const seconds: number[] = [];
  const stream = new FallbackSpeechToText([first, second]).open(
    {
      languageCode: 'es-CL',
      model: 'of-the-first',
      onUsage: (usage) => seconds.push(usage.seconds),
    },
    {
      onInterim: (transcript) => transcripts.push(transcript),
      onFinal: (transcript) => transcripts.push(transcript),
      onError: (error) => errors.push(error),
    },
  );
  const hear = (frames: number) => {
    for (let i = 0; i < frames; i += 1) stream.write(silence(20));
  };
  return { first, second, stream, hear, transcripts, errors, seconds };
}

describe('fallback of recognisers', () => {
  it('tells what each of them got, also what was sent again', () => {
    const { first, stream, hear, seconds } = setUp();
    hear(100);
    first.stream.final('hola', { endMs: 1500 });
    first.stream.fail(down);
    hear(50);
    stream.close();
    assert.deepEqual(seconds, [2, 1.5]);
  });

  it('lets the next one hear the utterance from its beginning, in its place', () => {
    const { first, second, hear, transcripts } = setUp();
    hear(100);
    first.stream.final('hola', { endMs: 1500 });
    first.stream.interim('quie', { endMs: 1900 });
    first.stream.fail(down);
    assert.equal(second.stream.frames.length, 25);
    hear(25);
    second.stream.final('quiero', { endMs: 800 });
    assert.deepEqual(
      transcripts.map(({ text, endMs }) => [text, endMs]),
      [
        ['hola', 1500],
        ['quie', 1900],
        ['quiero', 2300],
      ],
    );
    const { languageCode, model } = second.stream.options;
    assert.deepEqual([languageCode, model], ['es-CL', undefined]);
  });

  it('tells an error only when nobody is left, and is closed then', () => {
    const { first, second, hear, errors } = setUp();
    first.stream.fail(down);
    assert.deepEqual(errors, []);
    second.stream.fail(down);
    assert.deepEqual(errors, [down]);
    hear(5);
    assert.equal(second.stream.frames.length, 0);
  });

  it('holds a bounded amount of audio', () => {
    const { first, second, hear } = setUp();
    hear(10_000);
    first.stream.fail(down);
    assert.equal(second.stream.frames.length, 1500);
  });

  it('closes what is open, and opens nothing afterwards', () => {
    const { first, second, stream, transcripts } = setUp();
    stream.close();
    assert.equal(first.stream.closed, true);
    first.stream.fail(down);
    first.stream.final('hola');
    assert.deepEqual([second.streams.length, transcripts.length], [0, 0]);
  });

  it('finishes with the one that is listening, and takes nothing more', async () => {
    const { first, second, stream, hear, transcripts } = setUp();
    hear(10);
    first.stream.fail(down);
    second.stream.onFinish = () => second.stream.final('adiós', { endMs: 180 });
    await stream.finish();
    hear(10);
    assert.deepEqual(
      transcripts.map(({ text }) => text),
      ['adiós'],
    );
    assert.deepEqual([second.stream.closed, second.stream.frames.length], [true, 10]);
  });

  it('needs somebody to ask', () => {
    assert.throws(() => new FallbackSpeechToText([]), RangeError);
  });
});
