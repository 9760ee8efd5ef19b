import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measuresAllTargets, parseOptions } from './options.ts';

test('without options all bridges are compared, ours and its floor at more calls', () => {
  const options = parseOptions([]);
  assert.deepEqual(options.calls, [1, 25, 50, 100, 200]);
  assert.deepEqual(options.callsWithoutPeer, [250]);
  assert.deepEqual(options.bridges, ['ours', 'relay', 'agents']);
  assert.equal(options.seconds, 30);
  assert.equal(options.warmUpSeconds, 60);
  assert.equal(options.truncationSeconds, 15);
  assert.equal(options.check, false);
});

test('whoever names the calls gets these and no others', () => {
  const { calls, callsWithoutPeer } = parseOptions(['--calls', '10,300']);
  assert.deepEqual(calls, [10, 300]);
  assert.deepEqual(callsWithoutPeer, []);
});

test('a quick run has small numbers, except those that are given', () => {
  const options = parseOptions(['--quick', '--seconds', '9']);
  assert.deepEqual(options.calls, [1, 10]);
  assert.deepEqual(options.deltasMs, [400]);
  assert.equal(options.rounds, 1);
  assert.equal(options.seconds, 9);
  assert.equal(options.truncationSeconds, 9);
});

test('the relay is not even started where only truncation is measured', () => {
  assert.deepEqual(parseOptions(['--parts', 'truncation']).bridges, ['ours', 'agents']);
  assert.throws(() => parseOptions(['--parts', 'truncation', '--bridges', 'relay']), /relay/);
});

test('a run without options measures every target, and one of a part does not', () => {
  assert.equal(measuresAllTargets(parseOptions(['--check'])), true);
  assert.equal(measuresAllTargets(parseOptions(['--calls', '100,250'])), true);
  for (const args of [
    ['--quick'],
    ['--calls', '100'],
    ['--bridges', 'ours,relay'],
    ['--parts', 'load'],
  ]) {
    assert.equal(measuresAllTargets(parseOptions(args)), false);
  }
});

for (const args of [
  ['--calls', ''],
  ['--calls', '0'],
  ['--calls', '1,,2'],
  ['--seconds', '1.5'],
  ['--bridges', 'ours,theirs'],
  ['--parts', 'none'],
  ['--delay-ms', '-1'],
  ['--frobnicate'],
]) {
  test(`refuses ${args.join(' ') || 'nothing'}`, () => {
    assert.throws(() => parseOptions(args));
  });
}
