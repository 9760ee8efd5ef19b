import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import twilio from 'twilio';
import type { HandsetEnding } from '../telephone-network/handset.ts';
import type { CallSession } from './call-session.ts';
import { ACCOUNT_SID, AUTH_TOKEN, CALLER, NUMBER, startRig, type Rig } from './testing/rig.ts';

let rig: Rig;

before(async () => {
  rig = await startRig();
});
after(() => rig.close());
beforeEach(() => {
  Object.assign(numberOf(), { voiceFallbackUrl: '', statusCallback: '', voiceMethod: 'POST' });
  rig.application.requests.length = 0;
});

const numberOf = () => {
  const owner = rig.simulator.exchange.ownerOf(NUMBER);
  assert.ok(owner);
  return owner.number;
};

/** A call from an ordinary telephone, to its end. */
async function call(to = NUMBER): Promise<{
  ending: HandsetEnding;
  session: CallSession | undefined;
  wasAnswered: boolean;
}> {
  let wasAnswered = false;
  const { promise, resolve } = Promise.withResolvers<HandsetEnding>();
  const handset = rig.simulator.exchange.dial(
    { from: CALLER, to },
    { answered: () => (wasAnswered = true), ended: resolve },
  );
  const ending = await promise;
  return { ending, session: rig.simulator.exchange.findCall(handset.callSid), wasAnswered };
}

test("signs webhooks so that Twilio's SDK accepts them, and nothing else", async () => {
  rig.application.document('/voice', '<Hangup/>');
  const { ending } = await call();
  assert.deepEqual(ending, { status: 'completed', endedBy: 'other-side' });
  const [request] = rig.application.requests;
  assert.ok(request);
  const signature = request.headers['x-twilio-signature'] as string;
  const check = (url: string, params: object) =>
    twilio.validateRequest(AUTH_TOKEN, signature, url, params);
  assert.equal(check(request.url, request.params), true);
  assert.equal(check(request.url, { ...request.params, From: '+56900000000' }), false);
  assert.equal(check(`${request.url}x`, request.params), false);
});

test('tells the application who calls whom, in form fields', async () => {
  rig.application.document('/voice', '<Hangup/>');
  const { session } = await call();
  const { params, headers, method } = rig.application.requests[0] ?? {};
  assert.equal(method, 'POST');
  assert.match(headers?.['content-type'] ?? '', /^application\/x-www-form-urlencoded/);
  const { CallSid, From, To, CallStatus, Direction, FromCountry, AccountSid, ApiVersion } =
    params ?? {};
  assert.deepEqual(
    { CallSid, From, To, CallStatus, Direction, FromCountry, AccountSid, ApiVersion },
    {
      CallSid: session?.sid,
      From: CALLER,
      To: NUMBER,
      CallStatus: 'ringing',
      Direction: 'inbound',
      FromCountry: 'CL',
      AccountSid: ACCOUNT_SID,
      ApiVersion: '2010-04-01',
    },
  );
});

test('asks with GET where the number says so, and signs the whole URL', async () => {
  numberOf().voiceMethod = 'GET';
  rig.application.document('/voice', '<Hangup/>');
  await call();
  const [request] = rig.application.requests;
  assert.ok(request);
  assert.equal(request.method, 'GET');
  assert.equal(request.params.From, CALLER);
  const signature = request.headers['x-twilio-signature'] as string;
  assert.equal(twilio.validateRequest(AUTH_TOKEN, signature, request.url, {}), true);
});

test('follows redirects of HTTP, and of TwiML', async () => {
  rig.application.answer('/voice', { status: 307, location: '/moved' });
  rig.application.document('/moved', '<Redirect method="GET">next?x=1</Redirect>');
  rig.application.document('/next', '<Hangup/>');
  const { ending } = await call();
  assert.equal(ending.status, 'completed');
  assert.deepEqual(
    rig.application.requests.map(({ method, path }) => `${method} ${path}`),
    ['POST /voice', 'POST /moved', 'GET /next'],
  );
});

test('refuses without answering: busy, and rejected', async () => {
  rig.application.document('/voice', '<Reject reason="busy"/>');
  const busy = await call();
  assert.equal(busy.ending.status, 'busy');
  assert.equal(busy.wasAnswered, false);
  rig.application.document('/voice', '<Reject/>');
  assert.equal((await call()).wasAnswered, false);
});

for (const [what, answer, code] of [
  ['an error of the server', { status: 500 }, 11_200],
  ['a wrong content type', { type: 'application/json', body: '{}' }, 12_300],
  ['HTML', { type: 'text/html', body: '<Response/>' }, 12_300],
  ['what is not XML', { body: 'hola' }, 12_100],
  ['a verb that does not exist', { body: '<Response><Speak/></Response>' }, 12_200],
  ['a document that is too large', { body: `<!--${'x'.repeat(70_000)}--><Response/>` }, 11_750],
  ['an endless redirect', { status: 302, location: '/voice' }, 11_215],
] as const)
  test(`goes to the fallback URL after ${what} (${code})`, async () => {
    numberOf().voiceFallbackUrl = rig.application.document('/fallback', '<Hangup/>');
    rig.application.answer('/voice', answer);
    const { ending } = await call();
    assert.deepEqual(ending, { status: 'completed', endedBy: 'other-side' });
    const [fallback] = rig.application.requestsTo('/fallback');
    assert.equal(fallback?.params.ErrorCode, String(code));
    assert.equal(fallback?.params.ErrorUrl, `${rig.application.url}/voice`);
    assert.equal(fallback?.params.From, CALLER);
  });

test('a failing action goes to the fallback URL, too', async () => {
  numberOf().voiceFallbackUrl = rig.application.document('/fallback', '<Hangup/>');
  rig.application.document('/voice', '<Redirect>/broken</Redirect>');
  rig.application.answer('/broken', { status: 503 });
  await call();
  const [fallback] = rig.application.requestsTo('/fallback');
  assert.equal(fallback?.params.ErrorUrl, `${rig.application.url}/broken`);
});

test('apologizes and ends the call where there is no fallback, or it fails as well', async () => {
  rig.application.answer('/voice', { status: 500 });
  rig.application.answer('/fallback', { status: 500 });
  numberOf().voiceFallbackUrl = `${rig.application.url}/fallback`;
  const caller = rig.simulator.dial({
    from: CALLER,
    to: NUMBER,
    script: [
      { do: 'wait-for-speech', matching: /application error/i, timeoutMs: 10_000 },
      { do: 'wait-for-end' },
    ],
  });
  const report = await caller.done;
  assert.deepEqual(report.failures, []);
  assert.equal(report.errorCode, 11_200);
  assert.equal(report.endedBy, 'network');
  assert.equal(rig.application.requestsTo('/fallback').length, 1);
});

test('an application that is not there is a connection failure (11205)', async () => {
  const number = numberOf();
  const { voiceUrl } = number;
  number.voiceUrl = 'http://127.0.0.1:9/voice';
  number.voiceFallbackUrl = rig.application.document('/fallback', '<Hangup/>');
  await call();
  number.voiceUrl = voiceUrl;
  assert.equal(rig.application.requestsTo('/fallback')[0]?.params.ErrorCode, '11205');
});

test('an application that does not answer is given up (11200)', async (t) => {
  const impatient = await startRig({}, { webhookTimeoutMs: 1000 });
  t.after(() => impatient.close());
  const { application, simulator } = impatient;
  const owner = simulator.exchange.ownerOf(NUMBER);
  assert.ok(owner);
  // Accepts the connection and says nothing.
  owner.number.voiceUrl = `${application.streamUrl.replace('wss', 'https')}/voice`;
  owner.number.voiceFallbackUrl = application.document('/fallback', '<Hangup/>');
  const { promise, resolve } = Promise.withResolvers<HandsetEnding>();
  simulator.exchange.dial({ from: CALLER, to: NUMBER }, { ended: resolve });
  await promise;
  assert.equal(application.requestsTo('/fallback')[0]?.params.ErrorCode, '11200');
});

test("tells the number's status callback once, when the call is over", async () => {
  numberOf().statusCallback = rig.application.document('/status', '');
  rig.application.document('/voice', '<Pause length="1"/><Hangup/>');
  const told = rig.application.nextRequest('/status');
  await call();
  const { params } = await told;
  assert.equal(params.CallStatus, 'completed');
  assert.equal(params.CallbackSource, 'call-progress-events');
  assert.match(params.CallDuration ?? '', /^\d+$/);
  assert.equal(rig.application.requestsTo('/status').length, 1);
});

test('a number that nobody has, and a number without a voice URL, fail', async () => {
  assert.equal((await call('+56999999999')).ending.status, 'failed');
  const number = numberOf();
  const { voiceUrl } = number;
  number.voiceUrl = '';
  assert.equal((await call()).ending.status, 'failed');
  number.voiceUrl = voiceUrl;
});

test('a caller who gives up while the application thinks ends the call', async () => {
  const { promise, resolve } = Promise.withResolvers<HandsetEnding>();
  rig.application.answer('/voice', () => {
    handset.hangUp();
    return '<Response><Say>Hola</Say></Response>';
  });
  const handset = rig.simulator.exchange.dial({ from: CALLER, to: NUMBER }, { ended: resolve });
  assert.deepEqual(await promise, { status: 'canceled', endedBy: 'caller' });
  await rig.simulator.exchange.findCall(handset.callSid)?.ended;
});

test('beyond the concurrency of the account, callers hear busy', async (t) => {
  const small = await startRig({ maxConcurrentCalls: 1 });
  t.after(() => small.close());
  small.application.document('/voice', '<Pause length="60"/>');
  const { exchange } = small.simulator;
  exchange.dial({ from: CALLER, to: NUMBER }, {});
  const { promise, resolve } = Promise.withResolvers<HandsetEnding>();
  exchange.dial({ from: '+56900000001', to: NUMBER }, { ended: resolve });
  assert.deepEqual(await promise, { status: 'busy', endedBy: 'network', errorCode: 10_004 });
});
