import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportText } from './report.ts';
import { loadFigures } from './testing/load-rounds.ts';

const nothing = {
  load: [],
  memory: [],
  truncation: [],
  profiles: [],
  bridges: [],
  verdicts: [],
  keepGoing: false,
};

test('a part that was not measured has no paragraph', () => {
  const verdicts = [{ name: 'delay', value: 1, limit: 20, unit: 'ms' }];
  assert.equal(reportText({ ...nothing, verdicts }), 'delay: at most 20 ms – 1, met');
});

test('says where it is the load that was measured, and what a bridge complained of', () => {
  const pace = { frames: 1000, p95Ms: 30, lateShare: 0.123 };
  const report = {
    ...nothing,
    load: [loadFigures('ours', 200, { pace }), loadFigures('relay', 200)],
    bridges: [{ name: 'ours', complaints: new Map([['model lost', 3]]) }],
  };
  const text = reportText(report);
  assert.match(text, /At 200 calls with ours .*\(12\.3 % of the frames late\): no more calls were/);
  assert.doesNotMatch(reportText({ ...report, keepGoing: true }), /no more calls/);
  assert.doesNotMatch(text, /At 200 calls with relay/);
  assert.match(text, /ours logged 3 × “model lost”/);
});

test('says which rounds were done again', () => {
  const load = [{ ...loadFigures('relay', 25), disturbed: 2 }, loadFigures('ours', 25)];
  const text = reportText({ ...nothing, load });
  assert.match(text, /At 25 calls with relay rounds were done again, .*: 2\./);
  assert.doesNotMatch(text, /At 25 calls with ours/);
});
