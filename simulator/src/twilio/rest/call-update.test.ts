import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import twilio from 'twilio';
import { refusal, runningCall } from '../testing/calls.ts';
import { ACCOUNT_SID, AUTH_TOKEN, CALLER, NUMBER, startRig, type Rig } from '../testing/rig.ts';

let rig: Rig;
let client: twilio.Twilio;

before(async () => {
  rig = await startRig();
  client = twilio(ACCOUNT_SID, AUTH_TOKEN);
  client.api.baseUrl = rig.simulator.url;
});
after(() => rig.close());
beforeEach(() => {
  rig.application.requests.length = 0;
  rig.application.document('/ended', '');
});

test('tells the URL that was set last when the call ends, and nothing before', async () => {
  const call = await runningCall(rig);
  const { application } = rig;
  const replaced = application.document('/replaced', '');
  await client.calls(call.sid).update({ statusCallback: replaced });
  const updated = await client.calls(call.sid).update({
    statusCallback: `${application.url}/ended`,
    statusCallbackMethod: 'GET',
  });
  assert.equal(updated.status, 'in-progress');
  const told = application.nextRequest('/ended');
  call.handset.hangUp();
  const { params, method } = await told;
  assert.equal(method, 'GET');
  assert.equal(params.CallStatus, 'completed');
  assert.equal(params.CallSid, call.sid);
  assert.ok(Number(params.CallDuration) >= 0);
  assert.equal(application.requestsTo('/replaced').length, 0);
});

test('a call that still rings can be told where to report its end', async () => {
  const { application, simulator } = rig;
  let update: Promise<unknown> | undefined;
  const ended = application.nextRequest('/ended');
  application.answer('/voice', ({ params }) => {
    update = client
      .calls(params.CallSid as string)
      .update({ statusCallback: `${application.url}/ended` });
    return '<Response><Pause length="60"/></Response>';
  });
  const handset = simulator.exchange.dial({ from: CALLER, to: NUMBER }, {});
  await application.nextRequest('/voice');
  await update;
  handset.hangUp();
  assert.equal((await ended).params.CallStatus, 'canceled');
});

test('a redirect carries its own fallback', async () => {
  const call = await runningCall(rig);
  rig.application.answer('/broken', { status: 500 });
  const fallback = rig.application.document('/fallback', '<Hangup/>');
  const asked = rig.application.nextRequest('/fallback');
  await client
    .calls(call.sid)
    .update({ url: `${rig.application.url}/broken`, fallbackUrl: fallback });
  assert.equal((await asked).params.ErrorCode, '11200');
  assert.equal((await call.ended).status, 'completed');
});

test('a time limit counts from the answer', async () => {
  const call = await runningCall(rig);
  await client.calls(call.sid).update({ timeLimit: 1 });
  assert.deepEqual(await call.ended, { status: 'completed', endedBy: 'network' });
  assert.ok(call.session.durationMs >= 900);
});

for (const [what, fields, code] of [
  ['nothing', {}, 20_001],
  ['a status and a document', { status: 'completed', twiml: '<Response/>' }, 20_001],
  ['a URL and a document', { url: 'https://a.example', twiml: '<Response/>' }, 20_001],
  ['a status that is none', { status: 'paused' }, 20_001],
  ['a callback that is no URL', { statusCallback: 'me' }, 21_205],
  ['another method', { statusCallback: 'https://a.example', statusCallbackMethod: 'PUT' }, 21_209],
  ['a limit of no time', { timeLimit: 0 }, 20_001],
  ['a document that is too long', { twiml: 'x'.repeat(4001) }, 20_001],
  ['cancelling what was answered', { status: 'canceled' }, 21_220],
] as const)
  test(`refuses ${what} (${code}) and leaves the call alone`, async () => {
    const call = await runningCall(rig);
    const update = client.calls(call.sid).update(fields as never);
    assert.deepEqual(await refusal(update), [400, code]);
    assert.equal(call.session.isInProgress, true);
    call.handset.hangUp();
    await call.ended;
  });

test('a call that is over takes nothing any more (21220)', async () => {
  const call = await runningCall(rig);
  call.handset.hangUp();
  await call.ended;
  for (const fields of [
    { statusCallback: 'https://a.example' },
    { timeLimit: 10 },
    { twiml: '<Response/>' },
    { status: 'completed' },
  ] as const)
    assert.deepEqual(await refusal(client.calls(call.sid).update(fields)), [400, 21_220]);
});
