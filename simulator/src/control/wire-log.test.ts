import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import fastify from 'fastify';
import twilio from 'twilio';
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  CONTROL_KEY,
  NUMBER,
  startRig,
  type Rig,
} from '../twilio/testing/rig.ts';
import { WireLog } from './wire-log.ts';

let rig: Rig;
let client: twilio.Twilio;

before(async () => {
  rig = await startRig();
  client = twilio(ACCOUNT_SID, AUTH_TOKEN);
  client.api.baseUrl = rig.simulator.url;
});
after(() => rig.close());
beforeEach(() => rig.simulator.requests.clear());

test('keeps the request of each response: method, path, query, form, status', async () => {
  await client.calls.create({
    to: '+56911112222',
    from: NUMBER,
    twiml: '<Response/>',
    statusCallback: 'https://example.com',
    statusCallbackEvent: ['initiated', 'completed'],
  });
  await client.calls.list({ status: 'busy', limit: 5 });
  const path = `/2010-04-01/Accounts/${ACCOUNT_SID}/Calls.json`;
  const [created, listed, ...others] = rig.simulator.requests.list();
  assert.deepEqual(others, []);
  assert.deepEqual([created?.method, created?.path, created?.status], ['POST', path, 201]);
  assert.deepEqual(created?.body, {
    To: ['+56911112222'],
    From: [NUMBER],
    Twiml: ['<Response/>'],
    StatusCallback: ['https://example.com'],
    StatusCallbackEvent: ['initiated', 'completed'],
  });
  assert.deepEqual([listed?.method, listed?.path, listed?.status], ['GET', path, 200]);
  assert.deepEqual(listed?.query.Status, ['busy']);
  assert.equal(listed?.body, null);
  assert.ok(Date.parse(created?.at ?? '') <= Date.parse(listed?.at ?? ''));
});

test('shows the scheme of credentials only', async () => {
  await client.calls.list();
  await fetch(`${rig.simulator.url}/v1/voices?key=a-secret-key`, {
    headers: { 'x-goog-api-key': 'another-secret-key' },
  });
  const text = JSON.stringify(rig.simulator.requests.list());
  assert.ok(!text.includes('secret-key'));
  assert.ok(!text.includes(Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')));
  assert.equal(rig.simulator.requests.list()[0]?.headers.authorization, 'Basic');
});

test('keeps requests that were refused, also those to nowhere', async () => {
  await fetch(`${rig.simulator.url}/2010-04-01/Accounts/${ACCOUNT_SID}/Calls.json`);
  await fetch(`${rig.simulator.url}/nowhere`, { method: 'PUT' });
  const seen = rig.simulator.requests.list().map(({ method, status }) => [method, status]);
  assert.deepEqual(seen, [
    ['GET', 401],
    ['PUT', 404],
  ]);
});

test('filters by path and method, also over HTTP, and does not show itself', async () => {
  await client.calls.list();
  await client.incomingPhoneNumbers.list();
  const { requests } = rig.simulator;
  assert.equal(requests.list({ path: /Calls\.json$/g }).length, 1);
  assert.equal(requests.list({ path: /Calls\.json$/g }).length, 1);
  assert.equal(requests.list({ method: 'post' }).length, 0);
  const ask = async (query: string, method = 'GET') =>
    fetch(`${rig.simulator.url}/sim/v1/requests${query}`, {
      method,
      headers: { authorization: `Bearer ${CONTROL_KEY}` },
    });
  const found = (await (await ask('?path=IncomingPhoneNumbers&method=GET')).json()) as {
    data: unknown;
  };
  assert.deepEqual(found.data, requests.list({ path: /IncomingPhoneNumbers/ }));
  assert.equal((await ask('?path=(')).status, 400);
  assert.equal((await ask('', 'DELETE')).status, 204);
  assert.deepEqual(requests.list(), []);
});

test('forgets the oldest beyond its bounds', async (t) => {
  const log = new WireLog({ maxRequests: 3, maxBytes: 100 });
  const app = fastify();
  t.after(() => app.close());
  log.watch(app);
  app.post('/*', async () => 'ok');
  const paths = (): string[] => log.list().map(({ path }) => path);
  for (const path of ['/1', '/2', '/3', '/4']) await app.inject({ method: 'POST', url: path });
  assert.deepEqual(paths(), ['/2', '/3', '/4']);
  for (const path of ['/5', '/6'])
    await app.inject({ method: 'POST', url: path, payload: { text: 'x'.repeat(60) } });
  assert.deepEqual(paths(), ['/6']);
});
