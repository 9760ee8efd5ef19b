import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from './options.ts';

test('takes lists of calls and a number of rounds', () => {
  const options = parseOptions(['--calls', '1,25', '--rounds', '2']);
  assert.deepEqual(options.calls, [1, 25]);
  assert.equal(options.rounds, 2);
});

for (const args of [
  ['--calls', ''],
  ['--calls', '1,,2'],
  ['--calls', '0'],
  ['--calls', '1000000'],
  ['--rounds', 'many'],
  ['--rounds', '-1'],
  ['--spacing-ms', '99999999'],
  ['--unknown'],
]) {
  test(`refuses ${args.join(' ')}`, () => {
    assert.throws(() => parseOptions(args));
  });
}
