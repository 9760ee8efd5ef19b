import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { DialInput } from 'simulator';
import { assertNothingLostOrDoubled } from './assertions.ts';
import { sipNumber } from './network.ts';
import { startStage, type Stage } from './stage.ts';
import type { IncomingSipCall } from './stand-in-for-n8n.ts';

/** What may be wrong with a call that reaches the sidecar by OpenAI's word. */

interface SipReply {
  readonly outcome: string;
  readonly callId: string | null;
}

const question = '¿Qué horario tienen?';
const opened: DialInput['script'] = [
  { do: 'wait-for-speech', matching: /artificial/i, timeoutMs: 30_000 },
  { do: 'wait-for-silence', ms: 400 },
];
const conversation: DialInput['script'] = [
  ...opened,
  { do: 'say', text: question },
  { do: 'wait-for-speech', matching: /dieciocho horas/i, timeoutMs: 20_000 },
  { do: 'wait-for-silence', ms: 600 },
  { do: 'hang-up' },
];
/** What Twilio is told to say when nobody could take the call. */
const apology: DialInput['script'] = [
  { do: 'wait-for-speech', matching: /deje su mensaje/i, timeoutMs: 30_000 },
  { do: 'hang-up' },
];

let stage: Stage;
before(async () => {
  stage = await startStage();
});
after(() => stage?.[Symbol.asyncDispose]());
afterEach(() => {
  const { failures } = stage.n8n;
  stage.reset();
  assert.deepEqual(failures, []);
});

const take = (call: IncomingSipCall) => stage.api.send('POST', '/v1/sip-calls', call);

/** The call with another value of a header. */
function forged(call: IncomingSipCall, name: string, value: string): IncomingSipCall {
  const isIt = (header: { name: string }) => header.name.toLowerCase() === name.toLowerCase();
  const { sipHeaders } = call;
  assert.ok(sipHeaders.some(isIt), `there is no ${name}`);
  const changed = sipHeaders.map((header) => (isIt(header) ? { ...header, value } : header));
  return { ...call, sipHeaders: changed };
}

test('a token that nobody has given out: the call is rejected, and the caller may leave a message', async () => {
  const replies: { status: number; text: string }[] = [];
  stage.sipWorkflow = async (call) => {
    replies.push(await take(forged(call, 'X-Session-Token', 'A'.repeat(43))));
  };
  const { report } = await stage.dial(apology, { to: sipNumber });
  assert.deepEqual(report.failures, []);
  assert.deepEqual(
    replies.map(({ status, text }) => [status, JSON.parse(text).error.code]),
    [[401, 'invalid-session']],
  );
});

test('an announcement that comes again changes nothing; its token takes no other call', async () => {
  stage.simulator.openai.realtime.script([
    { match: /horario/i, reply: 'Abrimos de nueve a dieciocho horas.' },
  ]);
  const { project } = stage.simulator.openai;
  const replies: SipReply[] = [];
  const stolen: { status: number; state: string }[] = [];
  stage.sipWorkflow = async (call) => {
    if (replies.length > 0) return;
    const both = await Promise.all([take(call), take(call)]);
    replies.push(...both.map(({ text }) => JSON.parse(text) as SipReply));
    const other = project.calls.ring(call.sipHeaders);
    const { status } = await take({ ...call, openAiCallId: other.id });
    stolen.push({ status, state: other.state.name });
  };
  const { report } = await stage.dial(conversation, { to: sipNumber });
  assert.deepEqual(report.failures, []);
  assert.deepEqual(replies.map(({ outcome }) => outcome).sort(), ['answered', 'duplicate']);
  assert.equal(replies[0]?.callId, replies[1]?.callId);
  assert.deepEqual(stolen, [{ status: 401, state: 'rejected' }]);
  const record = await stage.api.endedCall(replies[0]?.callId ?? '');
  assert.equal(record.endReason, 'caller-hung-up');
  assertNothingLostOrDoubled(record, [question]);
});

test('who has left before the call is accepted is gone, and the record says so', async () => {
  const { project } = stage.simulator.openai;
  const arrived = Promise.withResolvers<IncomingSipCall>();
  stage.sipWorkflow = async (call) => arrived.resolve(call);
  const session = await stage.session({ calledNumber: sipNumber, transport: 'sip' });
  const headers = Object.fromEntries(new URLSearchParams(session.sip?.uri.split('?')[1]));
  const ringing = await project.incomingCall({ from: '+56987650001', to: project.id, headers });
  const call = await arrived.promise;
  ringing.callerHangsUp();
  const { status, text } = await take(call);
  assert.deepEqual([status, (JSON.parse(text) as SipReply).outcome], [200, 'gone']);
  const again = await take(call);
  assert.equal((JSON.parse(again.text) as SipReply).outcome, 'duplicate');
  const record = await stage.api.endedCall(session.callId ?? '');
  assert.deepEqual([record.endReason, record.turns], ['caller-left', []]);
  const active = /^voice_calls_active (\d+)/m.exec((await stage.api.send('GET', '/metrics')).text);
  assert.equal(active?.[1], '0');
});

test('an accept whose reply is lost: nobody is left alone with the model, and the caller may leave a message', async () => {
  const { faults, openai } = stage.simulator;
  faults.set({ openAiRealtime: { dropAccepts: 1 } });
  const taken: { call: IncomingSipCall; status: number; text: string }[] = [];
  stage.sipWorkflow = async (call) => void taken.push({ call, ...(await take(call)) });
  const { report, record } = await stage.call(apology, { to: sipNumber });
  assert.deepEqual(report.failures, []);
  assert.equal(faults.current.openAiRealtime.dropAccepts, 0, 'nothing was lost');
  const [{ call, status, text } = assert.fail()] = taken;
  assert.deepEqual([status, JSON.parse(text).error.code], [503, 'sip-call-failed']);
  const { state } = openai.project.calls.find(call.openAiCallId);
  assert.deepEqual(state, { name: 'ended', by: 'application' });
  assert.deepEqual([record.endReason, record.turns], ['provider-failure', []]);
});

test('an accepted call that OpenAI does not know: it is hung up, and the caller may leave a message', async () => {
  const { faults, openai } = stage.simulator;
  faults.set({ openAiRealtime: { failNext: { status: 404, count: 100 } } });
  const accepted: string[] = [];
  stage.sipWorkflow = async (call) => {
    await take(call);
    accepted.push(call.openAiCallId);
  };
  const { report, record } = await stage.call(apology, { to: sipNumber });
  assert.deepEqual(report.failures, []);
  const { state } = openai.project.calls.find(accepted[0] ?? '');
  assert.deepEqual(state, { name: 'ended', by: 'application' });
  assert.deepEqual([record.endReason, record.turns], ['provider-failure', []]);
});

/** The last one: once it was refused, the sidecar asks for it no more. */
test('the tuning of server_vad reaches OpenAI; where it is refused the call is taken without it', async () => {
  const { faults, openai } = stage.simulator;
  const taken: unknown[] = [];
  stage.sipWorkflow = async (call) => {
    await take(call);
    const { state } = openai.project.calls.find(call.openAiCallId);
    taken.push(state.name === 'active' && state.session.audio?.input?.turn_detection);
  };
  const script: DialInput['script'] = [...opened, { do: 'hang-up' }];
  for (const refusesSipTuning of [false, true]) {
    faults.set({ openAiRealtime: { refusesSipTuning } });
    const { report, record } = await stage.call(script, { to: sipNumber });
    assert.deepEqual(report.failures, []);
    assert.equal(record.endReason, 'caller-hung-up');
  }
  const answering = { create_response: false, interrupt_response: false };
  assert.deepEqual(taken, [
    {
      type: 'server_vad',
      threshold: 0.5,
      prefix_padding_ms: 300,
      silence_duration_ms: 350,
      ...answering,
    },
    { type: 'server_vad', ...answering },
  ]);
});
