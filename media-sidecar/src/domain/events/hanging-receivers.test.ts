import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { BulkheadRejectedError } from 'cockatiel';
import { WebhookError, type WebhookFailure } from '../webhooks/webhook-client.ts';
import { HangingReceivers } from './hanging-receivers.ts';

const refused = BulkheadRejectedError;

describe('receivers that hang', () => {
  let receivers: HangingReceivers;
  beforeEach(() => (receivers = new HangingReceivers()));

  const failing = (subscriptionId: string, failure: WebhookFailure) =>
    assert.rejects(
      receivers.attempt(subscriptionId, () => Promise.reject(new WebhookError(failure))),
      { failure },
    );

  /** A delivery that is going on until it is told how it ends. */
  function begin(subscriptionId: string) {
    const { promise, resolve: answer, reject: fail } = Promise.withResolvers<string>();
    const attempt = receivers.attempt(subscriptionId, () => promise);
    return { attempt, answer, fail };
  }

  const answered = async (subscriptionId: string) =>
    assert.equal(await receivers.attempt(subscriptionId, () => Promise.resolve('ok')), 'ok');

  test('nobody is held up who answers, or refuses', async () => {
    await failing('down', 'unreachable');
    const one = begin('down');
    const two = begin('down');
    one.answer('one');
    two.answer('two');
    assert.deepEqual(await Promise.all([one.attempt, two.attempt]), ['one', 'two']);
  });

  test('each gets one delivery at a time, all of them three, the others what they ask for', async () => {
    const hanging = ['a', 'b', 'c', 'd'] as const;
    for (const each of hanging) await failing(each, 'timeout');
    const [first, second, third] = [begin('a'), begin('b'), begin('c')];
    await assert.rejects(begin('a').attempt, refused);
    await assert.rejects(begin('d').attempt, refused);
    await answered('up');

    first.fail(new WebhookError('timeout'));
    await assert.rejects(first.attempt, { failure: 'timeout' });
    const next = begin('d');
    await assert.rejects(begin('a').attempt, refused);
    for (const each of [second, third, next]) each.answer('ok');
    await Promise.all([second.attempt, third.attempt, next.attempt]);
    await answered('b');
  });

  test('an answer ends it, and so does another kind of failure', async () => {
    for (const end of [() => answered('a'), () => failing('a', 'unreachable')]) {
      await failing('a', 'timeout');
      await end();
      const one = begin('a');
      await answered('a');
      one.answer('ok');
      await one.attempt;
    }
  });

  test('a failure of our own says nothing of the receiver', async () => {
    await failing('a', 'timeout');
    const ours = new Error('ours');
    await assert.rejects(
      receivers.attempt('a', () => Promise.reject(ours)),
      ours,
    );
    const probe = begin('a');
    await assert.rejects(begin('a').attempt, refused);
    probe.answer('ok');
    await probe.attempt;
  });
});
