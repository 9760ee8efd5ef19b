import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Playout } from './playout.ts';

test('plays 8 bytes each millisecond from the moment at which audio comes', () => {
  const playout = new Playout();
  assert.equal(playout.push(0, 800, 1000), 1000);
  assert.equal(playout.heard(1000).get(0) ?? 0, 0);
  assert.equal(playout.heard(1050).get(0), 400);
  assert.equal(playout.heard(5000).get(0), 800);
});

test('audio that comes in time follows without a gap', () => {
  const playout = new Playout();
  playout.push(0, 800, 0);
  assert.equal(playout.push(1, 800, 60), 100);
  assert.deepEqual(
    [...playout.heard(150)],
    [
      [0, 800],
      [1, 400],
    ],
  );
});

test('a buffer that ran dry begins anew when audio comes', () => {
  const playout = new Playout();
  playout.push(0, 800, 0);
  assert.equal(playout.isDry(100), true);
  assert.equal(playout.push(0, 800, 300), 300);
  assert.equal(playout.heard(350).get(0), 1200);
});

test('a mark is due when the audio before it has been heard, once', () => {
  const playout = new Playout();
  playout.mark('before');
  playout.push(0, 800, 0);
  playout.mark('behind');
  assert.deepEqual(playout.takeDueMarks(0), ['before']);
  assert.deepEqual(playout.takeDueMarks(99), []);
  assert.deepEqual(playout.takeDueMarks(100), ['behind']);
  assert.deepEqual(playout.takeDueMarks(200), []);
});

test('a clear forgets what was not heard, and returns the pending marks', () => {
  const playout = new Playout();
  playout.push(0, 800, 0);
  playout.mark('first');
  playout.push(1, 800, 0);
  playout.mark('second');
  assert.deepEqual(playout.clear(110), ['first', 'second']);
  assert.deepEqual(
    [...playout.heard(9000)],
    [
      [0, 800],
      [1, 80],
    ],
  );
  assert.equal(playout.isDry(110), true);
});

test('after a clear new audio begins at once', () => {
  const playout = new Playout();
  playout.push(0, 8000, 0);
  playout.clear(500);
  assert.equal(playout.push(1, 800, 700), 700);
  assert.equal(playout.heard(750).get(0), 4000);
  assert.equal(playout.heard(750).get(1), 400);
});
