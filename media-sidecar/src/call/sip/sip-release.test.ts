import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../kernel/errors.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { noMetrics } from '../../kernel/metrics.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { FakeSipCalls } from '../../realtime/testing/fake-sip-calls.ts';
import { SipRelease } from './sip-release.ts';

const away = new ProviderError('fake', 'unavailable', 'scripted', { retryable: true });

function start() {
  const clock = new VirtualClock();
  const sipCalls = new FakeSipCalls();
  const complaints: string[] = [];
  const logger = {
    ...silentLogger,
    error: (_: object, message: string) => complaints.push(message),
  };
  const release = new SipRelease({ sipCalls, clock, metrics: noMetrics, logger });
  return { clock, sipCalls, release, complaints };
}

/** Whether a promise has settled, asked at any time. */
function watched(promise: Promise<void>): () => boolean {
  let isDone = false;
  void promise.then(() => (isDone = true));
  return () => isDone;
}

test('its end waits for a hang-up that has to be repeated, and leaves no timer', async () => {
  const { clock, sipCalls, release, complaints } = start();
  for (let i = 0; i < 2; i += 1) sipCalls.failNext('hang-up', away);
  release.hangUp('rtc_1', 'call-1');
  const isClosed = watched(release.close());
  await clock.advanceAsync(5999);
  assert.deepEqual([isClosed(), sipCalls.asked.length], [false, 2]);
  await clock.advanceAsync(1);
  assert.deepEqual([isClosed(), sipCalls.asked.length], [true, 3]);
  assert.deepEqual([clock.pendingTimers, complaints], [0, []]);
});

test('its end waits until a caller who was referred must have gone', async () => {
  const { clock, sipCalls, release } = start();
  release.refer('rtc_1', 'tel:+56955556666', 'call-1');
  const isClosed = watched(release.close());
  await clock.advanceAsync(19_999);
  assert.equal(isClosed(), false);
  await clock.advanceAsync(1);
  assert.equal(isClosed(), true);
  assert.deepEqual(sipCalls.asked, ['refer', 'hang-up']);
});

test('its end does not wait longer than it may, and tells what it leaves', async () => {
  const { clock, sipCalls, release, complaints } = start();
  for (let i = 0; i < 4; i += 1) sipCalls.failNext('hang-up', away);
  release.hangUp('rtc_1', 'call-1');
  const isClosed = watched(release.close());
  await clock.advanceAsync(24_999);
  assert.deepEqual([isClosed(), complaints], [false, []]);
  await clock.advanceAsync(1);
  assert.equal(isClosed(), true);
  assert.deepEqual(complaints, ['SIP calls could not be released in time']);
});

test('nothing is waited for when nothing is to be done', async () => {
  const { clock, release, complaints } = start();
  release.hangUp('rtc_1', 'call-1');
  await release.released('call-1');
  await release.close();
  assert.deepEqual([clock.pendingTimers, complaints], [0, []]);
});

test('a call is released when its own hang-up is done, whatever becomes of others', async () => {
  const { clock, sipCalls, release } = start();
  sipCalls.failNext('hang-up', away);
  release.hangUp('rtc_1', 'call-1');
  release.hangUp('rtc_2', 'call-2');
  const [first, second] = [release.released('call-1'), release.released('call-2')].map(watched);
  await clock.advanceAsync(999);
  assert.deepEqual([first?.(), second?.()], [false, true]);
  await clock.advanceAsync(1);
  assert.equal(first?.(), true);
});
