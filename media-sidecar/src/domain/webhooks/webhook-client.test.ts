import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, beforeEach, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Receiver } from '../testing/webhook-receiver.ts';
import { newWebhookSecret } from './sealer.ts';
import { WebhookClient, WebhookError } from './webhook-client.ts';
import type { WebhookFailure } from './webhook-client.ts';

const client = new WebhookClient({ allowLoopback: true });
const secret = newWebhookSecret();
let receiver: Receiver;

beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.close());
after(() => client.close());

const request = (path = '/') => ({
  url: `${receiver.url}${path}`,
  secret,
  id: 'evt_1',
  body: '{"año":"2026"}',
  nowMs: Date.now(),
});
const never = new AbortController().signal;
const failsWith = (failure: WebhookFailure) => (error: unknown) =>
  error instanceof WebhookError && error.failure === failure;

test('sends a body that the receiver can verify', async () => {
  const reply = await client.post(request('/hook?a=1'), never);
  assert.equal(reply.status, 200);
  const [received] = receiver.received;
  assert.equal(received?.path, '/hook?a=1');
  assert.equal(received.headers['webhook-id'], 'evt_1');
  new Webhook(secret).verify(received.body, received.headers as Record<string, string>);
});

test('follows no redirect', async () => {
  receiver.reply = (_request, response) => {
    response.writeHead(302, { location: '/elsewhere' }).end();
  };
  assert.equal((await client.post(request(), never)).status, 302);
  assert.equal(receiver.received.length, 1);
});

test('reads no more than 64 KB of a reply', async () => {
  receiver.reply = (_request, response) => {
    response.writeHead(200).end(Buffer.alloc(65_536));
  };
  assert.equal((await client.post(request(), never)).body.length, 65_536);
  receiver.reply = (_request, response) => {
    response.writeHead(200).end(Buffer.alloc(65_537));
  };
  await assert.rejects(client.post(request(), never), failsWith('too-large'));
});

test('stops reading a reply that never ends', async () => {
  receiver.reply = (_request, response) => {
    response.writeHead(200);
    const more = (): void => {
      if (!response.destroyed) response.write(Buffer.alloc(16_384), () => setImmediate(more));
    };
    more();
  };
  await assert.rejects(client.post(request(), never), failsWith('too-large'));
});

test('who is only notified has answered with the status, whatever stands behind it', async () => {
  receiver.reply = (_request, response) => {
    response.writeHead(200).end(Buffer.alloc(1_000_000));
  };
  assert.equal(await client.notify(request(), never), 200);
  const abort = new AbortController();
  let cutOff: Promise<unknown> | undefined;
  receiver.reply = (_request, response) => {
    cutOff = once(response, 'close');
    response.writeHead(410).write('x');
  };
  assert.equal(await client.notify(request(), abort.signal), 410);
  abort.abort();
  await cutOff;
});

test('gives up when it is told to, also in the middle of a reply', async () => {
  const abort = new AbortController();
  receiver.reply = (_request, response) => {
    response.writeHead(200);
    response.write('{', () => abort.abort());
  };
  await assert.rejects(client.post(request(), abort.signal), failsWith('timeout'));
});

test('tells that nobody listens', async () => {
  const gone = request();
  await receiver.close();
  await assert.rejects(client.post(gone, never), failsWith('unreachable'));
  receiver = await Receiver.start();
});

test('sends nothing to this machine unless that is allowed', async () => {
  const strict = new WebhookClient({ allowLoopback: false });
  await assert.rejects(strict.post(request(), never), failsWith('refused-address'));
  const named = {
    ...request(),
    url: receiver.url.replace('http://127.0.0.1', 'https://localhost'),
  };
  await assert.rejects(strict.post(named, never), failsWith('refused-address'));
  assert.equal(receiver.received.length, 0);
  strict.close();
});
