import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import twilio from 'twilio';
import { ACCOUNT_SID, AUTH_TOKEN, NUMBER, startRig, type Rig } from '../testing/rig.ts';

const OTHER_NUMBER = '+34910000000';
const FREE = '+56911112222';

let rig: Rig;
let client: twilio.Twilio;

before(async () => {
  rig = await startRig({
    numbers: [{ phoneNumber: NUMBER }, { phoneNumber: OTHER_NUMBER, friendlyName: 'Madrid' }],
    callablePrefixes: ['+56'],
  });
  rig.simulator.telephone(FREE, { does: 'no-answer' });
  client = twilio(ACCOUNT_SID, AUTH_TOKEN);
  client.api.baseUrl = rig.simulator.url;
});
after(() => rig.close());

const authorization = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`;
const path = (rest: string): string =>
  `${rig.simulator.url}/2010-04-01/Accounts/${ACCOUNT_SID}${rest}`;
const twiml = '<Response><Hangup/></Response>';

const usual = { To: FREE, From: NUMBER, Twiml: twiml };

async function failure(promise: Promise<unknown>): Promise<{ status: number; code: number }> {
  return promise.then(
    () => assert.fail('the request was accepted'),
    (error: { status: number; code: number }) => ({ status: error.status, code: error.code }),
  );
}

test("Twilio's client creates, fetches, cancels and lists calls", async () => {
  const created = await client.calls.create({
    to: FREE,
    from: NUMBER,
    twiml,
    statusCallbackEvent: ['initiated', 'completed'],
  });
  assert.match(created.sid, /^CA[0-9a-f]{32}$/);
  assert.equal(created.direction, 'outbound-api');
  assert.equal(created.apiVersion, '2010-04-01');
  assert.ok(created.dateCreated instanceof Date && !Number.isNaN(+created.dateCreated));
  assert.equal((await client.calls(created.sid).fetch()).to, FREE);
  const canceled = await client.calls(created.sid).update({ status: 'canceled' });
  assert.equal(canceled.status, 'canceled');
  assert.equal(canceled.duration, '0');
  const listed = await client.calls.list({ to: FREE, status: 'canceled' });
  assert.deepEqual(
    listed.map(({ sid }) => sid),
    [created.sid],
  );
});

test('pages through a list, newest first, without repeating what was created meanwhile', async () => {
  const made: string[] = [];
  for (let i = 0; i < 5; i++) {
    const call = await client.calls.create({ to: '+56933334444', from: NUMBER, twiml });
    made.unshift(call.sid);
  }
  const first = await client.calls.page({ to: '+56933334444', pageSize: 2 });
  assert.deepEqual(
    first.instances.map(({ sid }) => sid),
    made.slice(0, 2),
  );
  await client.calls.create({ to: '+56933334444', from: NUMBER, twiml });
  const second = await first.nextPage();
  assert.deepEqual(
    second?.instances.map(({ sid }) => sid),
    made.slice(2, 4),
  );
  const third = await second?.nextPage();
  assert.deepEqual(
    third?.instances.map(({ sid }) => sid),
    made.slice(4),
  );
  assert.equal(await third?.nextPage(), undefined);
  assert.equal((await client.calls.list({ to: '+56933334444', pageSize: 2 })).length, 6);
});

test('filters calls by the day they started', async () => {
  const now = new Date();
  assert.ok((await client.calls.list({ startTimeAfter: new Date(+now - 86_400_000) })).length > 0);
  assert.equal(
    (await client.calls.list({ startTimeBefore: new Date(+now - 3 * 86_400_000) })).length,
    0,
  );
});

test('lists, fetches and updates the numbers of the account', async () => {
  const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: NUMBER });
  assert.equal(number?.phoneNumber, NUMBER);
  const updated = await client.incomingPhoneNumbers(number.sid).update({
    voiceUrl: 'https://n8n.example.com/webhook/1',
    voiceMethod: 'GET',
    voiceFallbackUrl: 'https://n8n.example.com/webhook/1?fallback=true',
    statusCallback: 'https://n8n.example.com/webhook/2',
  });
  assert.equal(updated.voiceUrl, 'https://n8n.example.com/webhook/1');
  assert.equal(updated.voiceMethod, 'GET');
  const fetched = await client.incomingPhoneNumbers(number.sid).fetch();
  assert.equal(fetched.voiceFallbackUrl, 'https://n8n.example.com/webhook/1?fallback=true');
  assert.equal(fetched.statusCallback, 'https://n8n.example.com/webhook/2');
  const emptied = await client.incomingPhoneNumbers(number.sid).update({ voiceUrl: '' });
  assert.equal(emptied.voiceUrl, '');
  assert.equal(emptied.statusCallback, 'https://n8n.example.com/webhook/2');
  assert.equal((await client.incomingPhoneNumbers.list()).length, 2);
  assert.equal((await client.incomingPhoneNumbers.list({ friendlyName: 'Madrid' })).length, 1);
});

test('an update with one bad field changes nothing', async () => {
  const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: OTHER_NUMBER });
  assert.ok(number);
  const update = client.incomingPhoneNumbers(number.sid).update({
    friendlyName: 'Barcelona',
    voiceUrl: 'ftp://example.com',
  });
  assert.deepEqual(await failure(update), { status: 400, code: 21_205 });
  assert.equal((await client.incomingPhoneNumbers(number.sid).fetch()).friendlyName, 'Madrid');
});

test('fetches the account, as a test of credentials does', async () => {
  const account = await client.api.accounts(ACCOUNT_SID).fetch();
  assert.equal(account.status, 'active');
});

for (const [what, header] of [
  ['no credentials', undefined],
  ['a wrong token', `Basic ${Buffer.from(`${ACCOUNT_SID}:wrong`).toString('base64')}`],
  ['an unknown account', `Basic ${Buffer.from(`AC0:${AUTH_TOKEN}`).toString('base64')}`],
  ['another scheme', `Bearer ${AUTH_TOKEN}`],
] as const)
  test(`refuses ${what} with 20003`, async () => {
    const reply = await fetch(path('/Calls.json'), {
      headers: header ? { authorization: header } : {},
    });
    assert.equal(reply.status, 401);
    assert.deepEqual(await reply.json(), {
      code: 20_003,
      message: 'Authenticate',
      more_info: 'https://www.twilio.com/docs/errors/20003',
      status: 401,
    });
  });

test("another account's resources cannot be reached", async () => {
  const url = path('/Calls.json').replace(ACCOUNT_SID, `AC${'f'.repeat(32)}`);
  assert.equal((await fetch(url, { headers: { authorization } })).status, 401);
});

test('what does not exist is a 20404', async () => {
  const none = `CA${'0'.repeat(32)}`;
  assert.deepEqual(await failure(client.calls(none).fetch()), { status: 404, code: 20_404 });
  assert.deepEqual(await failure(client.calls(none).recordings.list()), {
    status: 404,
    code: 20_404,
  });
  const reply = await fetch(path('/Unicorns.json'), { headers: { authorization } });
  assert.equal(((await reply.json()) as { code: number }).code, 20_404);
});

for (const [what, fields, code] of [
  ['no To', { To: undefined }, 21_201],
  ['no From', { From: undefined }, 21_213],
  ['a To that is no number', { To: '12' }, 21_211],
  ['a From that is no number', { From: 'me' }, 21_212],
  ["a From that is not the account's", { From: '+56900000000' }, 21_210],
  ['a country that is not permitted', { To: '+34600000000' }, 21_215],
  ['neither Url nor Twiml', { Twiml: undefined }, 21_205],
  ['a Url that is none', { Twiml: undefined, Url: 'not a url' }, 21_205],
  ['both Url and Twiml', { Url: 'https://example.com' }, 20_001],
  ['TwiML that is too long', { Twiml: 'x'.repeat(4001) }, 20_001],
  ['an unknown application', { ApplicationSid: 'AP0' }, 21_218],
  ['keys that are none', { SendDigits: 'abc' }, 21_206],
  ['too many keys', { SendDigits: '1'.repeat(33) }, 21_206],
  ['a timeout beyond ten minutes', { Timeout: '601' }, 21_208],
  ['another method', { Method: 'PUT' }, 21_209],
  [
    'an unknown event',
    { StatusCallback: 'https://a.example', StatusCallbackEvent: 'done' },
    20_001,
  ],
  ['an unknown detection', { MachineDetection: 'Maybe' }, 20_001],
  [
    'a threshold out of range',
    { MachineDetection: 'Enable', MachineDetectionSpeechThreshold: '10' },
    20_001,
  ],
  ['a field that does not exist', { Caller: 'x' }, 20_001],
] as const)
  test(`refuses a call with ${what} (${code})`, async () => {
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...usual, ...fields }))
      if (value !== undefined) form.set(name, value);
    const reply = await fetch(path('/Calls.json'), {
      method: 'POST',
      headers: { authorization },
      body: form,
    });
    const error = (await reply.json()) as { code: number; status: number; more_info: string };
    assert.equal(error.code, code);
    assert.equal(reply.status, 400);
    assert.equal(error.more_info, `https://www.twilio.com/docs/errors/${code}`);
  });

test('takes forms only', async () => {
  const reply = await fetch(path('/Calls.json'), {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ To: FREE, From: NUMBER, Twiml: twiml }),
  });
  assert.equal(reply.status, 415);
});

test('a call that has ended can neither be redirected nor cancelled (21220)', async () => {
  const call = await client.calls.create({ to: FREE, from: NUMBER, twiml });
  const redirect = client.calls(call.sid).update({ twiml });
  assert.deepEqual(await failure(redirect), { status: 400, code: 21_220 });
  await client.calls(call.sid).update({ status: 'completed' });
  const again = client.calls(call.sid).update({ status: 'canceled' });
  assert.deepEqual(await failure(again), { status: 400, code: 21_220 });
  assert.equal(await client.calls(call.sid).remove(), true);
});

test('starts one call per second and tells the others how long they wait', async (t) => {
  const slow = await startRig({ callsPerSecond: 1 });
  t.after(() => slow.close());
  slow.simulator.telephone(FREE, { does: 'no-answer' });
  const own = twilio(ACCOUNT_SID, AUTH_TOKEN);
  own.api.baseUrl = slow.simulator.url;
  const calls = [];
  for (let i = 0; i < 3; i++) calls.push(await own.calls.create({ to: FREE, from: NUMBER, twiml }));
  assert.equal(calls[2]?.status, 'queued');
  const [first = 0, second = 0, third = 0] = calls.map(({ queueTime }) => Number(queueTime));
  assert.equal(first, 0);
  assert.ok(second > 0 && second <= 1000);
  assert.ok(third > second && third <= 2000);
});

test('more requests than the limit are a 20429', async (t) => {
  const strict = await startRig({ requestsPerSecond: 2 });
  t.after(() => strict.close());
  const url = `${strict.simulator.url}/2010-04-01/Accounts/${ACCOUNT_SID}.json`;
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => fetch(url, { headers: { authorization } })),
  );
  const refused = replies.find(({ status }) => status === 429);
  assert.equal(((await refused?.json()) as { code: number }).code, 20_429);
});
