import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import type { RespondRequest } from '../../realtime/contract.ts';
import { isAnswer, Responses } from './responses.ts';

function start() {
  const sent: RespondRequest[] = [];
  const responses = new Responses(new VirtualClock(), (request) => sent.push(request));
  return { responses, sent };
}

const filler = { outOfBand: true, instructions: 'Di: Un momento.' };

test('what nobody wants to hear any more is known for what it is when it begins', () => {
  const { responses, sent } = start();
  const tag = responses.ask(filler);
  responses.mute(tag);
  const begun = responses.started('response-1', tag);
  assert.ok(begun);
  assert.deepEqual(
    [begun.muted, begun.isRemembered, isAnswer(begun), begun.request?.tag],
    [true, false, false, tag],
  );
  responses.ask();
  assert.equal(sent.length, 2, 'the answer does not wait for it');
});

test('an answer that nobody wants to hear is in the way of the next one, and leaves its trace', () => {
  const { responses, sent } = start();
  const tag = responses.ask();
  assert.equal(responses.muteAll().isAsked, true);
  assert.equal(responses.muteAll().isAsked, false);
  const begun = responses.started('response-1', tag);
  assert.deepEqual([begun?.muted, begun?.isRemembered], [true, true]);
  responses.ask();
  assert.equal(sent.length, 1);
  responses.ended('response-1');
  responses.askNext();
  assert.equal(sent.length, 2);
});

test('a response of which nobody here knows is not heard', () => {
  const { responses } = start();
  const begun = responses.started('response-1', 'of-another-session');
  assert.deepEqual([begun?.muted, begun?.isRemembered], [true, false]);
});
