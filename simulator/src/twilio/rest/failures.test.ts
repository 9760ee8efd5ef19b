import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { FaultChanges } from '../../index.ts';
import { ACCOUNT_SID, AUTH_TOKEN, NUMBER, startRig, type Rig } from '../testing/rig.ts';

let rig: Rig;
before(async () => {
  rig = await startRig();
});
after(() => rig.close());
beforeEach(() => rig.simulator.faults.reset());

const authorization = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`;
const ask = (path = '/Calls.json', init: RequestInit = {}) =>
  fetch(`${rig.simulator.url}/2010-04-01/Accounts/${ACCOUNT_SID}${path}`, {
    ...init,
    headers: { authorization },
  });
const failNext = (failure: NonNullable<NonNullable<FaultChanges['twilio']>['failNext']>): void =>
  rig.simulator.faults.set({ twilio: { failNext: failure } });

test('429 with and without a time to wait, as often as was asked for', async () => {
  failNext({ status: 429, retryAfterSeconds: 3, count: 1 });
  const limited = await ask();
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get('retry-after'), '3');
  assert.equal(((await limited.json()) as { code: number }).code, 20_429);
  assert.equal((await ask()).status, 200);
  failNext({ status: 429, count: 2 });
  assert.equal((await ask()).headers.get('retry-after'), null);
  assert.equal((await ask()).status, 429);
  assert.equal((await ask()).status, 200);
});

test('a page of HTML instead of an answer', async () => {
  failNext({ as: 'html', status: 503, count: 1 });
  const reply = await ask();
  assert.equal(reply.status, 503);
  assert.match(reply.headers.get('content-type') ?? '', /^text\/html/);
  assert.match(await reply.text(), /503 Service Temporarily Unavailable/);
});

test('an answer that breaks off: the request was carried out nevertheless', async () => {
  failNext({ as: 'cut', method: 'POST', count: 1 });
  const reply = await ask('/Calls.json', {
    method: 'POST',
    body: new URLSearchParams({ To: '+56911112222', From: NUMBER, Twiml: '<Response/>' }),
  });
  assert.equal(reply.status, 201);
  await assert.rejects(reply.json());
  const { calls } = (await (await ask()).json()) as { calls: { to: string }[] };
  assert.deepEqual(
    calls.map(({ to }) => to),
    ['+56911112222'],
  );
});

test('a connection that closes without an answer', async () => {
  failNext({ as: 'closed', count: 1 });
  await assert.rejects(ask());
  assert.equal((await ask()).status, 200);
});

test('fails only what is meant', async () => {
  failNext({ status: 500, path: '/Recordings', count: 1 });
  assert.equal((await ask()).status, 200);
  const failed = await ask('/Recordings.json');
  assert.equal(failed.status, 500);
  assert.equal(((await failed.json()) as { code: number }).code, 20_500);
  failNext({ status: 400, code: 21_215, count: 1 });
  assert.equal(((await (await ask()).json()) as { code: number }).code, 21_215);
});

test('wrong credentials are told before anything else', async () => {
  failNext({ status: 503, count: 1 });
  const url = `${rig.simulator.url}/2010-04-01/Accounts/${ACCOUNT_SID}/Calls.json`;
  assert.equal((await fetch(url)).status, 401);
  assert.equal((await ask()).status, 503);
});

test('a service that hangs answers late', async () => {
  rig.simulator.faults.set({ twilio: { stallMs: 3_600_000 } });
  const controller = new AbortController();
  const asked = ask('/Calls.json', { signal: controller.signal });
  const early = await Promise.race([
    asked,
    fetch(`${rig.simulator.url}/nowhere`).then(() => 'nothing yet'),
  ]);
  assert.equal(early, 'nothing yet');
  controller.abort();
  await assert.rejects(asked);
});
