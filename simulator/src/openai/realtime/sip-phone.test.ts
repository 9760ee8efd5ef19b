import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import OpenAI from 'openai';
import { ACCOUNT_SID, CALLER } from '../../twilio/testing/rig.ts';
import { OPENAI_SIP, PROJECT, startSipRig } from './testing/sip-rig.ts';

let rig: Awaited<ReturnType<typeof startSipRig>>;
before(async () => {
  rig = await startSipRig();
});
after(() => rig.close());
beforeEach(() => {
  rig.application.requests.length = 0;
  rig.simulator.openai.realtime.script([]);
});

const greet = (instructions: string) => ({
  type: 'response.create',
  response: { instructions },
});
const waitForEnd = [{ do: 'wait-for-end', timeoutMs: 30_000 }] as const;

test("an INVITE brings Twilio's headers and those of the address, and rings until it is accepted", async () => {
  rig.dials(
    `${OPENAI_SIP}?X-Tenant=andes%20sur&User-to-User=abc&Subject=no`,
    'answerOnBridge="true"',
  );
  const caller = rig.calling([{ do: 'wait-for-end', timeoutMs: 20_000 }]);
  const sid = await caller.started;
  const { call_id: id, sip_headers: headers, sip_media_security: media } = await rig.incoming();
  const header = (wanted: string) => headers.find(({ name }) => name === wanted)?.value;
  assert.match(header('From') ?? '', new RegExp(`^<sip:\\${CALLER}@sip.twilio.com>;tag=`));
  assert.equal(header('To'), `<sip:${PROJECT}@sip.api.openai.com;transport=tls>`);
  assert.equal(header('X-Twilio-AccountSid'), ACCOUNT_SID);
  assert.deepEqual(
    [header('X-Tenant'), header('User-to-User'), header('Subject'), media],
    ['andes sur', 'abc', undefined, 'rtp'],
  );
  const parent = rig.simulator.exchange.findCall(sid);
  const child = rig.simulator.exchange.findCall(header('X-Twilio-CallSid') ?? '');
  assert.equal(child?.options.parent, parent);
  assert.deepEqual([parent?.status, child?.status], ['ringing', 'ringing']);
  assert.ok(child?.events.some(({ details }) => details['code'] === 13_252));
  await rig.accept(id);
  const { closed } = await rig.control(id);
  assert.equal(parent?.status, 'in-progress');
  await rig.calls.hangup(id);
  const report = await caller.done;
  assert.deepEqual([report.failures, report.endedBy], [[], 'other-side']);
  assert.deepEqual((await closed)[0], 1000);
  const dialled = rig.dialled();
  assert.deepEqual(
    [dialled['DialCallStatus'], dialled['DialBridged'], dialled['DialSipResponseCode']],
    ['completed', 'true', '200'],
  );
  assert.equal(dialled['DialSipCallId'], header('Call-ID'));
});

test('caller and model hear each other, and the model hears the keys', async () => {
  rig.dials();
  const caller = rig.calling([
    { do: 'wait-for-speech', matching: /bienvenido/i },
    { do: 'wait-for-silence', ms: 400 },
    { do: 'say', text: '¿Cuál es el horario?' },
    { do: 'wait-for-speech', matching: /lunes a viernes/i },
    { do: 'wait-for-silence', ms: 400 },
    { do: 'press', digits: '7#' },
    { do: 'wait', ms: 500 },
    { do: 'hang-up' },
  ]);
  const { call_id: id } = await rig.incoming();
  await rig.accept(id);
  const control = await rig.control(id);
  control.send(greet('Di "Bienvenido a la clínica."'));
  const report = await caller.done;
  assert.deepEqual(report.failures, []);
  assert.ok(Number(report.said[0]?.responseMs) > 0);
  const { transcript } = await control.next(
    'conversation.item.input_audio_transcription.completed',
  );
  assert.equal(transcript, '¿Cuál es el horario?');
  const keys = control.inbox.of('input_audio_buffer.dtmf_event_received');
  assert.deepEqual(
    keys.map(({ event }) => event),
    ['7', '#'],
  );
  assert.deepEqual(
    control.inbox.types().filter((type) => type.startsWith('output_audio_buffer')),
    [1, 2].flatMap(() => ['output_audio_buffer.started', 'output_audio_buffer.stopped']),
  );
  assert.equal(control.inbox.of('response.output_audio.delta').length, 0);
  // The caller has hung up.
  assert.equal((await control.closed)[0], 1000);
  await assert.rejects(rig.calls.hangup(id), { status: 404 });
});

test('who speaks over the model stops it; the item ends where it was heard', async () => {
  rig.dials();
  rig.simulator.openai.realtime.script([
    {
      reply: 'Uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince.',
    },
    { reply: 'Entendido.' },
  ]);
  const caller = rig.calling([
    { do: 'interrupt', afterMs: 1500, text: 'Perdón, otra cosa' },
    { do: 'wait-for-speech', matching: /entendido/i },
    { do: 'hang-up' },
  ]);
  const { call_id: id } = await rig.incoming();
  await rig.accept(id);
  const control = await rig.control(id);
  control.send({ type: 'response.create' });
  const cleared = await control.next('output_audio_buffer.cleared');
  const cut = await control.next('conversation.item.truncated');
  const [first] = control.inbox.of('response.created');
  assert.equal(cleared.response_id, first?.response.id);
  const report = await caller.done;
  assert.deepEqual(report.failures, []);
  // It spoke from its first sound until the detector was sure of the caller.
  const heardMs = (report.said[0]?.startMs ?? 0) - (report.heard[0]?.startMs ?? 0);
  assert.ok(
    cut.audio_end_ms > heardMs && cut.audio_end_ms < heardMs + 700,
    `${cut.audio_end_ms} of ${heardMs} ms`,
  );
  assert.match(report.heard[0]?.text ?? '', /^Uno dos/i);
  assert.doesNotMatch(report.heard.map(({ text }) => text).join(' '), /quince/i);
});

for (const [statusCode, status] of [
  [486, 'busy'],
  [480, 'no-answer'],
  [503, 'failed'],
] as const)
  test(`a call that is rejected with ${statusCode} is ${status}`, async () => {
    rig.dials();
    const caller = rig.calling([...waitForEnd]);
    const { call_id: id } = await rig.incoming();
    await rig.calls.reject(id, { status_code: statusCode });
    await caller.done;
    const dialled = rig.dialled();
    assert.deepEqual(
      [dialled['DialCallStatus'], dialled['DialSipResponseCode'], dialled['DialBridged']],
      [status, String(statusCode), 'false'],
    );
  });

test('nobody accepts in time: the caller is gone for the project, too', async () => {
  rig.dials(OPENAI_SIP, 'timeout="1"');
  const caller = rig.calling([...waitForEnd]);
  const { call_id: id } = await rig.incoming();
  await caller.done;
  assert.equal(rig.dialled()['DialCallStatus'], 'no-answer');
  await assert.rejects(rig.accept(id), { status: 404, code: 'call_id_not_found' });
});

for (const [what, address, status, code] of [
  ['another project', OPENAI_SIP.replace(PROJECT, 'proj_unknown'), 'failed', '404'],
  ['no TLS', OPENAI_SIP.replace(';transport=tls', ''), 'no-answer', undefined],
  ['a host that is none', `sip:${PROJECT}@sip.example.com;transport=tls`, 'failed', undefined],
] as const)
  test(`${what} reaches nobody`, async () => {
    const before = rig.simulator.openai.project.webhooks.attempts.length;
    rig.dials(address, 'timeout="1"');
    await rig.calling([...waitForEnd]).done;
    const dialled = rig.dialled();
    assert.deepEqual([dialled['DialCallStatus'], dialled['DialSipResponseCode']], [status, code]);
    assert.equal(rig.simulator.openai.project.webhooks.attempts.length, before);
  });

test('a REFER goes to referUrl, which decides on the caller; OpenAI has left', async () => {
  rig.dials(OPENAI_SIP, 'referUrl="/refer"');
  rig.application.document('/refer', '<Say language="es-MX">Le comunico</Say><Hangup/>');
  const caller = rig.calling([
    { do: 'wait-for-speech', matching: /comunico/i },
    { do: 'wait-for-end' },
  ]);
  const { call_id: id } = await rig.incoming();
  await rig.accept(id);
  const { closed } = await rig.control(id);
  await rig.calls.refer(id, { target_uri: 'tel:+56221112222' });
  assert.equal((await closed)[0], 1000);
  const report = await caller.done;
  assert.deepEqual(report.failures, []);
  const [asked] = rig.application.requestsTo('/refer');
  assert.equal(asked?.params['ReferTransferTarget'], '<tel:+56221112222>');
  assert.equal(asked?.params['CallSid'], report.callSid);
  assert.deepEqual(rig.application.requestsTo('/next'), []);
  await assert.rejects(rig.calls.hangup(id), { status: 404 });
});

test('a REFER without referUrl is refused, which only Twilio tells: the call goes on', async () => {
  rig.dials();
  const caller = rig.calling([...waitForEnd]);
  const { call_id: id, sip_headers: headers } = await rig.incoming();
  await rig.accept(id);
  await rig.calls.refer(id, { target_uri: 'tel:+56221112222' });
  assert.equal(rig.simulator.openai.project.calls.isActive(id), true);
  const session = rig.simulator.exchange.findCall(await caller.started);
  assert.ok(session?.events.some(({ details }) => details['code'] === 13_802));
  assert.ok(headers.length > 0);
  await rig.calls.hangup(id);
  await caller.done;
  assert.equal(rig.dialled()['DialCallStatus'], 'completed');
});

test('a session that reaches its limit ends the call', async () => {
  rig.simulator.faults.set({ openAiRealtime: { sessionLimitMs: 600 } });
  rig.dials();
  const caller = rig.calling([...waitForEnd]);
  const { call_id: id } = await rig.incoming();
  await rig.accept(id);
  const control = await rig.control(id);
  assert.equal((await control.next('error')).error.code, 'session_expired');
  assert.equal((await control.closed)[0], 1001);
  await caller.done;
  assert.equal(rig.dialled()['DialCallStatus'], 'completed');
  rig.simulator.faults.reset();
});

test('a call that nobody ends is over at the time limit of its dial', async () => {
  rig.dials(OPENAI_SIP, 'answerOnBridge="true" timeLimit="1"');
  const caller = rig.calling([...waitForEnd]);
  const { call_id: id } = await rig.incoming();
  await rig.accept(id);
  const { closed } = await rig.control(id);
  const report = await caller.done;
  assert.deepEqual([report.failures, (await closed)[0]], [[], 1000]);
  const dialled = rig.dialled();
  assert.deepEqual([dialled['DialCallStatus'], dialled['DialBridged']], ['completed', 'true']);
  assert.deepEqual(rig.simulator.openai.project.calls.find(id).state, {
    name: 'ended',
    by: 'caller',
  });
});

test('a hang-up may be refused: the call goes on until it is asked for again', async () => {
  rig.simulator.faults.set({ openAiRealtime: { failHangUps: 1 } });
  const call = await rig.simulator.openai.project.incomingCall({ from: CALLER, to: PROJECT });
  const { call_id: id } = await rig.incoming();
  await rig.accept(id);
  await assert.rejects(rig.calls.hangup(id, { maxRetries: 0 }), { status: 503 });
  assert.equal(call.state.name, 'active');
  await rig.calls.hangup(id);
  assert.deepEqual(call.state, { name: 'ended', by: 'application' });
  rig.simulator.faults.reset();
});

test('an accept may lose its reply: the call is live, and not found by another accept', async () => {
  rig.simulator.faults.set({ openAiRealtime: { dropAccepts: 1 } });
  const { project } = rig.simulator.openai;
  const call = await project.incomingCall({ from: CALLER, to: PROJECT });
  const { call_id: id } = await rig.incoming();
  const accept = () => rig.calls.accept(id, { type: 'realtime' }, { maxRetries: 0 });
  await assert.rejects(accept(), OpenAI.APIConnectionError);
  assert.equal(call.state.name, 'active');
  await assert.rejects(accept(), { status: 404, code: 'call_id_not_found' });
  await rig.calls.hangup(id);
  assert.deepEqual(call.state, { name: 'ended', by: 'application' });
  const next = await project.incomingCall({ from: CALLER, to: PROJECT });
  await rig.incoming();
  await rig.accept(next.id);
  assert.equal(next.state.name, 'active');
  rig.simulator.faults.reset();
});
