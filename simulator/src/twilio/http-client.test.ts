import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { after, beforeEach, test } from 'node:test';
import twilio from 'twilio';
import { connectionSettings } from './connection-overrides.ts';
import { WebhookClient, WebhookError } from './http-client.ts';

type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

const status =
  (code: number): Handler =>
  (_, outgoing) =>
    outgoing.writeHead(code, { 'content-type': 'text/xml' }).end('<Response/>');
const reset: Handler = (incoming) => void incoming.socket.destroy();
const silence: Handler = () => {};
const inPackets =
  (packets: number, everyMs: number): Handler =>
  (_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/xml' });
    const send = (left: number): void => {
      if (left === 0) outgoing.end();
      else {
        outgoing.write(' ');
        setTimeout(() => send(left - 1), everyMs).unref();
      }
    };
    send(packets);
  };

/** What is done with each request, one after the other; the last one again and again. */
let script: Handler[] = [];
let requests: { url: string; body: string; signature: string; token: string }[] = [];
const connections = new Set<Socket>();

const server = http.createServer((incoming, outgoing) => {
  connections.add(incoming.socket);
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    requests.push({
      url: incoming.url ?? '',
      body: Buffer.concat(chunks).toString(),
      signature: String(incoming.headers['x-twilio-signature']),
      token: String(incoming.headers['i-twilio-idempotency-token']),
    });
    const handler = script.length > 1 ? script.shift() : script[0];
    handler?.(incoming, outgoing);
  });
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/voice`;
const client = new WebhookClient();
const impatient = new WebhookClient({ timeoutMs: 500 });
after(() => {
  client.close();
  impatient.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
  connections.clear();
});

/** Requests our address with these overrides, as `outcomeAt` does. */
async function outcomeOf(overrides: string, handlers: Handler[], of = client) {
  script = [...handlers];
  const { outcome, retries } = await outcomeAt(address + overrides, of);
  return { outcome, attempts: requests.length, retries };
}

/** Resolves with the reply's status or the error's code, and why each further attempt was made. */
async function outcomeAt(url: string, of = client) {
  const retries: string[] = [];
  const outcome = await of
    .request({
      url,
      method: 'POST',
      params: { CallSid: 'CA1' },
      authToken: 'token',
      onRetry: (why) => retries.push(why),
    })
    .then(
      (reply) => reply.status,
      (error: unknown) => {
        assert.ok(error instanceof WebhookError);
        return error.code;
      },
    );
  return { outcome, retries };
}

test('asks once, whatever the status, where the address does not say otherwise', async () => {
  for (const code of [404, 409, 500, 503]) {
    requests = [];
    const { outcome, attempts } = await outcomeOf('', [status(code)]);
    assert.deepEqual({ outcome, attempts }, { outcome: code, attempts: 1 });
  }
});

test('connects a second time where there is no connection, as the default is', async () => {
  assert.deepEqual(await outcomeAt('http://127.0.0.1:9/voice'), {
    outcome: 11_205,
    retries: ['HTTP connection failure'],
  });
});

test('sends the same request again, as often as rc says', async () => {
  const { outcome, retries } = await outcomeOf('#rc=3&rp=all', [
    status(409),
    reset,
    status(503),
    status(200),
  ]);
  assert.equal(outcome, 200);
  assert.deepEqual(retries, ['HTTP 409', 'HTTP connection failure', 'HTTP 503']);
  assert.equal(new Set(requests.map(({ body }) => body)).size, 1);
  assert.equal(new Set(requests.map(({ token }) => token)).size, 1);
  assert.match(requests[0]?.token ?? '', /^[\da-f-]{36}$/);
  assert.equal(requests[0]?.body, 'CallSid=CA1');
  assert.equal(requests[0]?.url, '/voice');
});

test('signs the address without its overrides, at each attempt', async () => {
  await outcomeOf('?a=b#rc=1&rp=all', [status(503), status(200)]);
  assert.equal(requests.length, 2);
  for (const { signature } of requests)
    assert.ok(twilio.validateRequest('token', signature, `${address}?a=b`, { CallSid: 'CA1' }));
});

test('ends with the last failure when rc is used up', async () => {
  const refused = await outcomeOf('#rc=2&rp=4xx', [status(409)]);
  assert.deepEqual([refused.outcome, refused.attempts], [409, 3]);
  requests = [];
  const torn = await outcomeOf('#rc=1&rp=rt', [reset]);
  assert.deepEqual([torn.outcome, torn.attempts], [11_205, 2]);
});

test('repeats only what rp names', async () => {
  for (const [policy, handler] of [
    ['4xx', status(500)],
    ['5xx', status(404)],
    ['4xx,5xx', reset],
    ['ct', reset],
    ['rt', status(503)],
  ] as const) {
    requests = [];
    const { attempts } = await outcomeOf(`#rc=2&rp=${policy}`, [handler]);
    assert.equal(attempts, 1, policy);
  }
});

test('gives an application up that says nothing for rt, and all of it after tt', async () => {
  const late = await outcomeOf('#rt=500&rc=1&rp=rt', [silence]);
  assert.deepEqual([late.outcome, late.attempts], [11_200, 2]);
  requests = [];
  const noOverride = await outcomeOf('?a=b&tt=100', [silence], impatient);
  assert.deepEqual([noOverride.outcome, noOverride.attempts], [11_200, 1]);
  requests = [];
  const total = await outcomeOf('#tt=150&rt=100&rc=5&rp=all', [silence]);
  assert.equal(total.outcome, 11_203);
  assert.ok(total.attempts < 6);
});

test('waits rt for each packet, and asks for no reply again that broke off', async () => {
  const slow = await outcomeOf('#rt=1000', [inPackets(4, 400)]);
  assert.equal(slow.outcome, 200);
  requests = [];
  const torn = await outcomeOf('#rt=300&rc=3&rp=all', [inPackets(2, 30_000)]);
  assert.deepEqual([torn.outcome, torn.attempts], [11_200, 1]);
});

test('shakes hands a second time where TLS fails, as the default is', async () => {
  assert.deepEqual(await outcomeAt(address.replace('http', 'https')), {
    outcome: 11_220,
    retries: ['SSL/TLS handshake error'],
  });
});

test('has a connection of its own for each request', async () => {
  await outcomeOf('#rc=2&rp=4xx', [status(404)]);
  assert.equal(connections.size, 3);
});

test('puts the parameters of a GET before the overrides', async () => {
  script = [status(200)];
  const request = { method: 'GET', params: { CallSid: 'CA1' }, authToken: 'token' } as const;
  await client.request({ ...request, url: `${address}?a=b#rc=1` });
  await client.request({ ...request, url: `${address}#rc=1` });
  assert.deepEqual(
    requests.map(({ url }) => url),
    ['/voice?a=b&CallSid=CA1', '/voice?CallSid=CA1'],
  );
});

test('refuses overrides that Twilio does not know, before it asks', async () => {
  for (const [overrides, code] of [
    ['#rp=409', 11_243],
    ['#rp=', 11_243],
    ['#rc=6', 11_100],
    ['#rc=-1', 11_100],
    ['#ct=99', 11_100],
    ['#rt=15001', 11_100],
    ['#tt=soon', 11_100],
  ] as const) {
    const { outcome, attempts } = await outcomeOf(overrides, [status(200)]);
    assert.deepEqual([outcome, attempts], [code, 0], overrides);
  }
});

test('the defaults are those of the documentation', () => {
  assert.deepEqual(connectionSettings('https://example.com/voice#e=dublin&sni=n', 15_000), {
    connectTimeoutMs: 5000,
    readTimeoutMs: 15_000,
    totalTimeoutMs: 15_000,
    hasOwnTotal: false,
    retries: 1,
    retryOn: new Set(['ct']),
  });
});
