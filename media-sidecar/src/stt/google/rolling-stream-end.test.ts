import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setUpRollingStream as setUp } from './testing/rolling-stream-harness.ts';

describe('the end of a stream of recognitions', () => {
  it('sends what is left of a batch, and reports the last words before it is over', async () => {
    const { hear, stream, current, finals } = setUp({ batchMs: 100 });
    hear(250);
    const finished = stream.finish();
    assert.equal(current().audio.length, 260 * 8);
    assert.equal(current().ended, true);
    current().final('hasta luego', 240);
    current().listener.onEnd();
    await finished;
    assert.deepEqual(
      finals.map(({ text }) => text),
      ['hasta luego'],
    );
  });

  it('takes no more audio, and opens nothing any more', async () => {
    const { clock, hear, stream, current, recognitions, errors } = setUp();
    hear(100);
    const finished = stream.finish();
    const { length } = current().requests;
    hear(100);
    assert.equal(current().requests.length, length);
    current().fail(14);
    await finished;
    clock.advance(10_000);
    assert.deepEqual([recognitions.length, errors.length], [1, 0]);
  });

  it('has what is held recognised first when it was about to try again', async () => {
    const { clock, hear, stream, current, recognitions, finals } = setUp();
    hear(200);
    current().fail(14);
    clock.advance(0);
    current().fail(14);
    const finished = stream.finish();
    assert.equal(recognitions.length, 3);
    assert.equal(current().audio.length, 200 * 8);
    current().final('adiós', 190);
    current().listener.onEnd();
    await finished;
    assert.deepEqual([finals.length, clock.pendingTimers], [1, 0]);
  });

  it('is there at once when nothing is under way, and when it is closed meanwhile', async () => {
    const { hear, stream, current } = setUp();
    hear(100);
    current().result('hola', 80);
    current().listener.onEnd();
    await stream.finish();
    await stream.finish();
    const other = setUp();
    const finished = other.stream.finish();
    other.stream.close();
    await finished;
    assert.equal(other.current().cancelled, true);
  });
});
