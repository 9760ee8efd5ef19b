import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RecognitionResult } from './recognition.ts';
import { loud, quiet, setUpRollingStream as setUp } from './testing/rolling-stream-harness.ts';

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a stream of recognitions', () => {
  it('opens a recognition at once and sends every frame in order', () => {
    const { hear, current, numbers, recognitions } = setUp();
    assert.equal(recognitions.length, 1);
    hear(1000);
    assert.deepEqual(numbers(current().audio), range(1, 50));
  });

  it('sends batches of the size it was told', () => {
    const { hear, current } = setUp({ batchMs: 100 });
    hear(250);
    assert.deepEqual(
      current().requests.map((request) => request.length),
      [800, 800],
    );
  });

  it('tells words with their place, the shaky rest of an interim joined to its beginning', () => {
    const { hear, current, interims, finals } = setUp();
    hear(2000);
    current().listener.onResults([
      interim('quiero saber', 1500, 0.9),
      interim('el horario', 1900, 0.1),
    ]);
    assert.deepEqual(interims[0], { text: 'quiero saber el horario', stability: 0.1, endMs: 1900 });
    current().final('quiero saber el horario', 1950);
    assert.deepEqual(finals[0], {
      text: 'quiero saber el horario',
      stability: 1,
      confidence: 0.8,
      endMs: 1950,
    });
  });

  it('tells a final before the interim that came with it, and no empty final', () => {
    const { hear, current, interims, finals, stream } = setUp();
    hear(3000);
    current().listener.onResults([
      { ...interim('hola', 900, 0), isFinal: true },
      interim('qué', 2800, 0.5),
    ]);
    current().final('', 2900);
    assert.deepEqual([finals.length, interims.length], [1, 1]);
    stream.close();
  });

  it('never places a word behind the audio that it has', () => {
    const { hear, current, finals } = setUp();
    hear(1000);
    current().final('hola', 5000);
    current().listener.onResults([{ ...interim('sí', 0, 0), isFinal: true, endMs: undefined }]);
    assert.deepEqual(
      finals.map(({ endMs }) => endMs),
      [1000, 1000],
    );
  });
});

describe('a roll-over', () => {
  it('comes after the first final of an old recognition, with the audio behind it', () => {
    const { hear, current, recognitions, numbers, finals } = setUp();
    hear(100_000);
    current().final('uno', 99_000);
    hear(175_000);
    current().result('dos', 174_000);
    assert.equal(recognitions.length, 1);
    current().final('dos', 274_000);
    assert.equal(recognitions.length, 2);
    assert.equal(recognitions[0]?.cancelled, true);
    // From frame 13701, which begins at 274,000 ms, to the last one.
    assert.deepEqual(numbers(current().audio), range(13_701, 13_750));
    hear(1000);
    current().final('tres', 1500);
    assert.equal(finals.at(-1)?.endMs, 275_500);
    assert.deepEqual(
      finals.map(({ text }) => text),
      ['uno', 'dos', 'tres'],
    );
  });

  it('comes in a pause when nothing is being said', () => {
    const { hear, recognitions, current, numbers } = setUp();
    hear(269_000, loud);
    current().final('algo', 268_900);
    hear(2000, quiet);
    assert.equal(recognitions.length, 2);
    assert.equal(recognitions[0]?.cancelled, true);
    const all = recognitions.flatMap((recognition) => numbers(recognition.audio));
    assert.deepEqual([...new Set(all)], range(1, 13_550));
  });

  it('does not come in a pause of an utterance, but at the latest moment, and hears it again', () => {
    const { hear, recognitions, current, numbers, interims, finals } = setUp();
    hear(280_000);
    current().final('antes', 279_000 - 10_000);
    assert.equal(recognitions.length, 2);
    hear(280_000);
    current().result('quiero', 291_000);
    hear(9000, quiet);
    assert.equal(recognitions.length, 2);
    hear(1500, loud);
    assert.equal(recognitions.length, 3);
    const baseMs = ((numbers(current().audio)[0] ?? 0) - 1) * 20;
    // 5 s before the first interim, at 560 s: as far back as is held while nothing is said.
    assert.equal(baseMs, 555_000);
    const before = interims.length;
    // The new recognition is still behind what was told: the words must not shrink.
    current().result('qui', 500);
    assert.equal(interims.length, before);
    hear(2000);
    const place = 570_000 - baseMs;
    current().result('quiero una cita', place);
    assert.equal(interims.at(-1)?.text, 'quiero una cita');
    current().final('quiero una cita', place + 100);
    assert.equal(finals.at(-1)?.text, 'quiero una cita');
    assert.equal(finals.at(-1)?.endMs, 570_100);
  });

  it('takes no more results of the old recognition', () => {
    const { hear, recognitions, current, finals, errors } = setUp();
    hear(275_000);
    current().final('uno', 274_990);
    const [old] = recognitions;
    old?.final('uno', 274_990);
    old?.fail(11);
    assert.deepEqual([finals.length, errors.length, recognitions.length], [1, 0, 2]);
  });

  it('sends what is held in requests that Google takes', () => {
    const { hear, current } = setUp();
    hear(20_000);
    current().fail(14);
    const { clock } = setUp();
    clock.advance(0);
    hear(20);
    assert.ok(current().requests.every((request) => request.length <= 8000));
  });

  it('happens when Google ends a recognition for its age, or for want of audio', () => {
    for (const [code, message] of [
      [11, 'Exceeded maximum allowed stream duration of 305 seconds.'],
      [11, 'Audio Timeout Error: Long duration elapsed without audio.'],
      [10, '10 ABORTED: Max duration of 5 minutes reached for stream.'],
      [10, '10 ABORTED: Stream timed out after receiving no more client requests.'],
    ] as const) {
      const { clock, hear, recognitions, current, numbers, errors, finals } = setUp();
      hear(30_000);
      current().final('hola', 29_000);
      current().fail(code, message);
      // Nothing is opened before there is audio again.
      clock.advance(60_000);
      assert.equal(recognitions.length, 1);
      hear(40);
      assert.equal(recognitions.length, 2);
      assert.deepEqual(numbers(current().audio), range(1451, 1502));
      current().final('adiós', 1000);
      assert.equal(finals.at(-1)?.endMs, 30_000);
      assert.deepEqual(errors, []);
    }
  });
});

describe('a failure', () => {
  it('is mended without a word lost, when it may pass', () => {
    const { hear, recognitions, current, numbers, clock, errors } = setUp();
    hear(3000);
    current().final('hola', 1000);
    current().result('quiero', 2500);
    current().fail(14);
    hear(100);
    clock.advance(0);
    assert.equal(recognitions.length, 2);
    hear(100);
    assert.deepEqual(numbers(current().audio), range(51, 160));
    assert.deepEqual(errors, []);
  });

  it('is what version 2 aborts for any other reason', () => {
    const { hear, recognitions, clock, current, errors } = setUp({ maxFailures: 0 });
    hear(3000);
    current().fail(10, '10 ABORTED: The operation was aborted.');
    assert.equal(errors[0]?.code, 'unavailable');
    clock.advance(60_000);
    assert.equal(recognitions.length, 1);
  });

  it('is given up after so many tries in a row, which come further and further apart', () => {
    const { hear, recognitions, clock, current, errors } = setUp({ maxFailures: 3 });
    hear(1000);
    current().fail(14);
    clock.advance(0);
    assert.equal(recognitions.length, 2);
    current().fail(14);
    clock.advance(240);
    assert.equal(recognitions.length, 2);
    clock.advance(10);
    assert.equal(recognitions.length, 3);
    current().fail(14);
    clock.advance(500);
    assert.equal(recognitions.length, 4);
    current().fail(14);
    assert.equal(errors[0]?.code, 'unavailable');
    clock.advance(60_000);
    hear(100);
    assert.equal(recognitions.length, 4);
    assert.equal(clock.pendingTimers, 0);
  });

  it('counts anew after a recognition that has worked', () => {
    const { hear, clock, current, errors } = setUp({ maxFailures: 1 });
    for (let round = 0; round < 5; round += 1) {
      hear(3000);
      current().result('hola', 1000);
      current().fail(14);
      clock.advance(0);
    }
    assert.deepEqual(errors, []);
  });

  it('does not loop when every recognition ends at once for its limit', () => {
    const { hear, clock, current, errors, recognitions } = setUp();
    for (let round = 0; round < 10 && errors.length === 0; round += 1) {
      hear(20);
      current().fail(11);
      clock.advance(1000);
    }
    assert.equal(errors[0]?.code, 'stream-limit');
    assert.equal(recognitions.length, 4);
  });

  it('is told at once when it cannot pass', () => {
    for (const [status, code] of [
      [3, 'invalid-request'],
      [7, 'permission-denied'],
      [16, 'unauthenticated'],
    ] as const) {
      const { current, errors, recognitions, hear } = setUp();
      current().fail(status);
      hear(100);
      assert.deepEqual(
        errors.map((error) => [error.code, error.retryable]),
        [[code, false]],
      );
      assert.equal(recognitions.length, 1);
    }
  });

  it('is told at once when the service wants more patience than somebody on the phone has', () => {
    for (const [seconds, told] of [
      [2, []],
      [3, ['rate-limited']],
    ] as const) {
      const { current, errors, recognitions, clock } = setUp();
      const busy = { code: 8, statusDetails: [{ retryDelay: { seconds } }] };
      current().listener.onError(Object.assign(new Error('busy'), busy));
      clock.advance(2000);
      assert.deepEqual(
        errors.map(({ code }) => code),
        told,
      );
      assert.equal(recognitions.length, told.length === 0 ? 2 : 1);
    }
  });

  it('is an end without a result, too', () => {
    const { current, clock, recognitions, errors } = setUp({ maxFailures: 1 });
    current().listener.onEnd();
    clock.advance(0);
    current().listener.onEnd();
    assert.equal(recognitions.length, 2);
    assert.equal(errors[0]?.code, 'unavailable');
  });

  it('of an unknown language makes room for the language that stands in', () => {
    const { current, errors, recognitions } = setUp({}, ['es-CL', 'es-US']);
    current().fail(3, 'Invalid recognition config: bad language code for model');
    assert.equal(recognitions[1]?.languageCode, 'es-US');
    current().fail(3, 'Invalid recognition config: bad language code for model');
    assert.equal(errors[0]?.code, 'invalid-request');
  });
});

describe('what is held', () => {
  it('is no more than the cap, and little while nothing is said', () => {
    const { hear, current, numbers, clock } = setUp({ maxHeldMs: 30_000 });
    hear(100_000);
    current().fail(14);
    clock.advance(0);
    // Nothing was recognised in 100 s: only the last 5 s may hide the beginning of a word.
    assert.equal(numbers(current().audio).length, 250);
    current().result('hola', 1000);
    hear(60_000);
    current().fail(14);
    clock.advance(0);
    assert.equal(numbers(current().audio).length, 1500);
  });

  it('is nothing after closing, and nothing happens any more', () => {
    const { hear, stream, current, recognitions, interims, errors, clock } = setUp();
    hear(1000);
    stream.close();
    stream.close();
    assert.equal(current().cancelled, true);
    const { length } = current().requests;
    hear(1000);
    current().result('hola', 500);
    current().fail(14);
    assert.deepEqual([recognitions.length, interims.length, errors.length], [1, 0, 0]);
    assert.equal(current().requests.length, length);
    assert.equal(clock.pendingTimers, 0);
  });
});

function interim(text: string, endMs: number, stability: number): RecognitionResult {
  return { text, endMs, stability, isFinal: false, confidence: undefined, languageCode: undefined };
}
