import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeEnding } from './ending-words.ts';

test('tells who hung up', () => {
  const title = (endedBy: 'caller' | 'other-side') =>
    describeEnding({ status: 'completed', endedBy }, true).title;
  assert.equal(title('caller'), 'You hung up');
  assert.equal(title('other-side'), 'The other side hung up');
});

test('explains an error code of Twilio', () => {
  const words = describeEnding({ status: 'failed', endedBy: 'network', errorCode: 11200 }, true);
  assert.equal(words.errorCode, 11200);
  assert.match(words.title, /webhook/);
  assert.match(words.detail, /workflow/);
});

test('names the page of an error code that it has no words for', () => {
  const words = describeEnding({ status: 'completed', endedBy: 'network', errorCode: 14107 }, true);
  assert.match(words.detail, /docs\/api\/errors\/14107/);
});

test('tells an unknown number from a call that failed', () => {
  const ending = { status: 'failed', endedBy: 'network' } as const;
  assert.match(describeEnding(ending, false).title, /not in service/);
  assert.doesNotMatch(describeEnding(ending, true).title, /not in service/);
});
