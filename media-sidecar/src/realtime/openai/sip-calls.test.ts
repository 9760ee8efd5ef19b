import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProviderError } from '../../kernel/errors.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import type { Post, RestReply, RestRequest } from './rest.ts';
import { OpenAiSipCalls } from './sip-calls.ts';
import { settings } from './testing/fake-socket.ts';

const never = new AbortController().signal;
interface LateReply {
  readonly afterMs: number;
  readonly reply: RestReply;
}

const reply = (status: number, body = '', retryAfter?: string): RestReply => ({
  status,
  body,
  retryAfter,
});

function start(...replies: readonly (RestReply | LateReply | Error | 'silence')[]) {
  const clock = new VirtualClock();
  const left = [...replies];
  const requests: RestRequest[] = [];
  const post: Post = async (request, signal) => {
    requests.push(request);
    const next = left.shift();
    if (next instanceof Error) throw next;
    if (next !== undefined && next !== 'silence' && 'status' in next) return next;
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      if (typeof next === 'object') clock.schedule(next.afterMs, () => resolve(next.reply));
    });
  };
  const calls = new OpenAiSipCalls(
    { apiKey: 'sk-a-key-of-tests', baseUrl: 'https://openai.test/v1/', projectId: 'proj_1' },
    { clock, post },
  );
  return { clock, calls, requests };
}

const failure = async (promise: Promise<unknown>): Promise<ProviderError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProviderError, String(error));
  return error;
};

describe('a call over SIP', () => {
  it('is accepted, rejected, referred and hung up', async () => {
    const { calls, requests } = start(reply(200), reply(200), reply(200), reply(200));
    await calls.accept('rtc_1', settings, never);
    await calls.reject('rtc_1', 486, never);
    await calls.refer('rtc_1', 'tel:+56911112222', never);
    await calls.hangUp('rtc/../1', never);
    assert.deepEqual(
      requests.map(({ url }) => url),
      [
        'https://openai.test/v1/realtime/calls/rtc_1/accept',
        'https://openai.test/v1/realtime/calls/rtc_1/reject',
        'https://openai.test/v1/realtime/calls/rtc_1/refer',
        'https://openai.test/v1/realtime/calls/rtc%2F..%2F1/hangup',
      ],
    );
    const [accept, ...others] = requests.map(({ body }) => body);
    assert.equal((accept as { model: string }).model, 'gpt-realtime-2.1');
    assert.deepEqual(others, [{ status_code: 486 }, { target_uri: 'tel:+56911112222' }, undefined]);
    assert.deepEqual(requests[0]?.headers, {
      authorization: 'Bearer sk-a-key-of-tests',
      'openai-project': 'proj_1',
    });
  });

  for (const [status, code, expected] of [
    [400, undefined, ['invalid-request', false]],
    [401, 'invalid_api_key', ['unauthenticated', false]],
    [404, 'call_id_not_found', ['not-found', false]],
    [404, undefined, ['not-found', false]],
    [404, 'model_not_found', ['invalid-request', false]],
    [429, 'rate_limit_exceeded', ['rate-limited', true]],
  ] as const) {
    it(`fails once with ${status} ${code ?? ''}: ${expected[0]}`, async () => {
      const { clock, calls, requests } = start(
        reply(status, JSON.stringify({ error: { code, message: 'about +56911112222' } }), '3'),
      );
      const error = await failure(calls.accept('rtc_1', settings, never));
      assert.deepEqual([error.code, error.retryable], expected);
      assert.equal(error.retryAfterMs, expected[1] ? 3000 : undefined);
      assert.doesNotMatch(error.message, /569/);
      assert.equal(requests.length, 1);
      assert.equal(clock.pendingTimers, 0);
    });
  }

  it('is tried once more when it failed on their side, or the connection broke', async () => {
    for (const first of [reply(503, '<html>'), new Error('socket hang up')]) {
      const { calls, requests } = start(first, reply(200));
      await calls.hangUp('rtc_1', never);
      assert.equal(requests.length, 2);
      const again = start(first, reply(500));
      const error = await failure(again.calls.hangUp('rtc_1', never));
      assert.deepEqual([error.code, error.retryable], ['unavailable', true]);
      assert.equal(again.requests.length, 2);
    }
  });

  it('may have been accepted when the second attempt finds it no more, whatever the first met', async () => {
    for (const first of [reply(503), new Error('socket hang up')]) {
      const { calls, requests } = start(first, reply(404));
      const error = await failure(calls.accept('rtc_1', settings, never));
      assert.deepEqual([error.code, error.retryable], ['unavailable', true]);
      assert.equal(requests.length, 2);
      const again = start(first, reply(404));
      assert.equal((await failure(again.calls.hangUp('rtc_1', never))).code, 'not-found');
    }
  });

  it('is waited for until OpenAI, which takes its time for that, says that there is none', async () => {
    for (const act of ['accept', 'hang-up'] as const) {
      const { clock, calls } = start({ afterMs: 5500, reply: reply(404) });
      const failed = failure(
        act === 'accept' ? calls.accept('rtc_1', settings, never) : calls.hangUp('rtc_1', never),
      );
      await clock.advanceAsync(5500);
      assert.equal((await failed).code, 'not-found');
      assert.equal(clock.pendingTimers, 0);
    }
  });

  it('is given up after 8 s, both attempts together', async () => {
    for (const replies of [
      ['silence'],
      [{ afterMs: 3000, reply: reply(503) }, 'silence'],
    ] as const) {
      const { clock, calls, requests } = start(...replies);
      const failed = failure(calls.hangUp('rtc_1', never));
      await clock.advanceAsync(7999);
      assert.equal(clock.pendingTimers, 1, 'it goes on');
      await clock.advanceAsync(1);
      const { code, retryable } = await failed;
      assert.deepEqual([code, retryable], ['timeout', true]);
      assert.equal(requests.length, replies.length);
    }
  });

  it('gives up when nobody wants it any more', async () => {
    const { clock, calls } = start('silence');
    const controller = new AbortController();
    const failed = failure(calls.hangUp('rtc_1', controller.signal));
    controller.abort();
    assert.equal((await failed).code, 'cancelled');
    assert.equal(clock.pendingTimers, 0);
  });
});
