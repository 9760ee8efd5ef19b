import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runTakesMs } from './duration.ts';
import { parseOptions } from './options.ts';

const secondsOf = (...args: string[]) => runTakesMs(parseOptions(args)) / 1000;

test('a truncation run takes two warm-ups, and arrival, settling, case and aftermath of each case', () => {
  const warmUps = 2 * (1 + 6 + 10 + 1);
  const cases = 12 * 2 * (1 + 4 + 6 + 1);
  assert.equal(secondsOf('--parts', 'truncation', '--seconds', '6'), warmUps + cases);
});

test('a load run also takes the idle reading and the event loop’s, and many calls take long to arrive', () => {
  const warmUp = 1 + 6 + 60 + 1;
  const rounds = 2 * (1.5 + 2 + 6 + 10 + 5 + 1);
  const args = ['--parts', 'load', '--bridges', 'ours', '--calls', '200', '--seconds', '10'];
  assert.equal(secondsOf(...args), warmUp + rounds);
});

test('the peer takes no time at the calls that it is not measured at', () => {
  const without = secondsOf('--parts', 'load', '--bridges', 'ours,relay');
  const peer = secondsOf('--parts', 'load') - without;
  const ownWarmUp = 68;
  const ownRounds = 2 * (4 * (1 + 43.5) + (2 + 43.5));
  assert.equal(peer, ownWarmUp + ownRounds);
});

test('memory takes a round of its own for each number of calls', () => {
  const warmUp = 1 + 6 + 60 + 1;
  const rounds = 1 + 6 + 10 + 1 + (2 + 6 + 10 + 1);
  const args = ['--parts', 'memory', '--bridges', 'ours', '--calls', '25,200'];
  assert.equal(secondsOf(...args), warmUp + rounds);
});
