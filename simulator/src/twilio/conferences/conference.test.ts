import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import twilio from 'twilio';
import type { ScriptInput } from '../../callers/script.ts';
import type { DialledCaller } from '../../index.ts';
import { ACCOUNT_SID, AUTH_TOKEN, CALLER, NUMBER, startRig, type Rig } from '../testing/rig.ts';

const AGENT = '+56922220000';
const SUPERVISOR = '+56922221111';

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
  rig.application.document('/status', '');
  rig.application.document('/next', '<Hangup/>');
});

let rooms = 0;
/** A name for each test, so that none meets the calls of another. */
const newRoom = (): string => `sala ${++rooms}`;

/** Everybody is sent into the room by the same webhook, each with attributes of their own. */
function sendInto(room: string, attributesOf: (from: string) => string, dial = ''): void {
  rig.application.answer(
    '/voice',
    ({ params }) =>
      `<Response><Dial ${dial}><Conference beep="false" waitUrl="" ${attributesOf(params.From ?? '')}>` +
      `${room}</Conference></Dial></Response>`,
  );
}

const call = (from: string, script: ScriptInput): DialledCaller =>
  rig.simulator.dial({ from, to: NUMBER, script });

const waitForEnd = { do: 'wait-for-end', timeoutMs: 60_000 } as const;

const events = () =>
  rig.application.requestsTo('/status').map(({ params }) => params.StatusCallbackEvent);

const statusAttributes = () =>
  `statusCallback="${rig.application.url}/status" ` +
  `statusCallbackEvent="start end join leave mute hold modify speaker announcement"`;

async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The SID of the room, once it has that status. */
const openRoom = (room: string, status: 'in-progress' | 'init' = 'in-progress') =>
  until(async () => (await client.conferences.list({ friendlyName: room, status })).at(0)?.sid);

test('two callers hear each other, and events come in order with numbers', async () => {
  const room = newRoom();
  sendInto(room, statusAttributes);
  const first = call(CALLER, [
    { do: 'wait-for-speech', matching: /buenas tardes/i },
    { do: 'say', text: 'Hola, lo escucho bien' },
    waitForEnd,
  ]);
  await until(() => events().includes('participant-join') || undefined);
  const second = call(AGENT, [
    { do: 'wait', ms: 600 },
    { do: 'say', text: 'Buenas tardes' },
    { do: 'wait-for-speech', matching: /escucho bien/i },
    { do: 'hang-up' },
  ]);
  assert.deepEqual((await second.done).failures, []);
  const sid = await openRoom(room);
  const [left] = await client.conferences(sid).participants.list();
  assert.equal(left?.callSid, await first.started);
  first.hangUp();
  assert.deepEqual((await first.done).failures.slice(1), []);
  await until(() => events().includes('conference-end') || undefined);
  const told = rig.application.requestsTo('/status').map(({ params }) => params);
  const lasting = told.filter((one) => !one.StatusCallbackEvent?.startsWith('participant-speech'));
  assert.deepEqual(
    lasting.map((one) => one.StatusCallbackEvent),
    [
      'participant-join',
      'participant-join',
      'conference-start',
      'participant-leave',
      'participant-leave',
      'conference-end',
    ],
  );
  assert.deepEqual(
    told.map((one) => Number(one.SequenceNumber)),
    told.map((_, index) => index + 1),
  );
  assert.ok(events().includes('participant-speech-start'));
  assert.ok(events().includes('participant-speech-stop'));
  assert.equal(lasting[3]?.ReasonParticipantLeft, 'participant_hung_up');
  assert.equal(lasting[3]?.ParticipantCallStatus, 'completed');
  assert.equal(lasting[5]?.ReasonConferenceEnded, 'last-participant-left');
  assert.equal(lasting[5]?.FriendlyName, room);
  const ended = await client.conferences(sid).fetch();
  assert.deepEqual(
    [ended.status, ended.reasonConferenceEnded],
    ['completed', 'last-participant-left'],
  );
});

test('who ends the conference on exit sends the others on, and the action is told', async () => {
  const room = newRoom();
  sendInto(
    room,
    (from) => `${statusAttributes()} endConferenceOnExit="${from === AGENT}"`,
    'action="/next"',
  );
  const first = call(CALLER, [waitForEnd]);
  const second = call(AGENT, [waitForEnd]);
  await until(() => events().includes('conference-start') || undefined);
  second.hangUp();
  assert.equal((await first.done).endedBy, 'other-side');
  const asked = rig.application
    .requestsTo('/next')
    .find(({ params }) => params.From === CALLER)?.params;
  assert.equal(asked?.DialCallStatus, 'answered');
  await until(() => events().includes('conference-end') || undefined);
  const end = rig.application.requestsTo('/status').at(-1)?.params;
  assert.equal(end?.ReasonConferenceEnded, 'participant-with-end-conference-on-exit-left');
  assert.equal(end?.CallSidEndingConference, await second.started);
});

test('without one who may start it, a conference waits with what the application plays', async () => {
  const room = newRoom();
  rig.application.document(
    '/wait',
    '<Say language="es-MX">Espere por favor</Say><Pause length="1"/><Redirect/>',
  );
  rig.application.answer('/voice', ({ params }) => {
    const starts = params.From === AGENT;
    return (
      `<Response><Dial><Conference beep="false" waitUrl="/wait" ` +
      `startConferenceOnEnter="${starts}">${room}</Conference></Dial></Response>`
    );
  });
  const script: ScriptInput = [
    { do: 'wait-for-speech', matching: /espere por favor/i },
    { do: 'wait-for-speech', matching: /habla el agente/i, timeoutMs: 60_000 },
    { do: 'hang-up' },
  ];
  const first = call(CALLER, script);
  const second = call(SUPERVISOR, script);
  await until(() => rig.application.requestsTo('/wait').length >= 3 || undefined);
  assert.equal((await client.conferences.list({ friendlyName: room })).length, 0);
  const [waiting] = await client.conferences.list({ friendlyName: room, status: 'init' });
  assert.equal(waiting?.status, 'init');
  const agent = call(AGENT, [
    { do: 'wait', ms: 400 },
    { do: 'say', text: 'Habla el agente' },
    waitForEnd,
  ]);
  assert.deepEqual((await first.done).failures, []);
  assert.deepEqual((await second.done).failures, []);
  agent.hangUp();
  await agent.done;
});

test('muting, holding and letting in again, with their events', async () => {
  const room = newRoom();
  sendInto(room, statusAttributes);
  rig.application.document('/hold', '<Say language="es-MX">Un momento</Say><Redirect/>');
  const first = call(CALLER, [
    { do: 'wait-for-speech', matching: /un momento/i, timeoutMs: 60_000 },
    { do: 'wait-for-speech', matching: /de vuelta/i, timeoutMs: 60_000 },
    { do: 'hang-up' },
  ]);
  const second = call(AGENT, [waitForEnd]);
  const { participants } = client.conferences(await openRoom(room));
  const [callSid, agentSid] = [await first.started, await second.started];
  const muted = await participants(callSid).update({ muted: true });
  assert.equal(muted.muted, true);
  assert.deepEqual(
    (await participants.list({ muted: true })).map((one) => one.callSid),
    [callSid],
  );
  const held = await participants(callSid).update({
    hold: true,
    holdUrl: `${rig.application.url}/hold`,
    holdMethod: 'POST',
  });
  assert.equal(held.hold, true);
  await until(() => rig.application.requestsTo('/hold').length >= 2 || undefined);
  await participants(callSid).update({ hold: false, muted: false });
  rig.application.document('/announce', '<Say language="es-MX">Estamos de vuelta</Say>');
  await participants(callSid).update({ announceUrl: `${rig.application.url}/announce` });
  assert.deepEqual((await first.done).failures, []);
  const modified = await participants(agentSid).update({ endConferenceOnExit: true });
  assert.equal(modified.endConferenceOnExit, true);
  assert.equal(await participants(agentSid).remove(), true);
  await second.done;
  await until(() => events().includes('conference-end') || undefined);
  for (const event of [
    'participant-mute',
    'participant-unmute',
    'participant-hold',
    'participant-unhold',
    'announcement-end',
    'participant-modify',
  ])
    assert.equal(events().filter((one) => one === event).length, 1, event);
  const end = rig.application.requestsTo('/status').at(-1)?.params;
  assert.equal(end?.ReasonConferenceEnded, 'participant-with-end-conference-on-exit-kicked');
});

test('calls somebody in, who whispers as a coach to one of them only', async () => {
  const room = newRoom();
  sendInto(room, () => 'participantLabel="cliente"');
  const customer = call(CALLER, [
    { do: 'wait-for-speech', matching: /soy el agente/i, timeoutMs: 60_000 },
    waitForEnd,
  ]);
  const agentPhone = rig.simulator.telephone(AGENT, {
    does: 'answer',
    script: [
      { do: 'wait', ms: 600 },
      { do: 'say', text: 'Soy el agente' },
      { do: 'wait-for-speech', matching: /ofrezca un descuento/i, timeoutMs: 60_000 },
      { do: 'hang-up' },
    ],
  });
  rig.simulator.telephone(SUPERVISOR, {
    does: 'answer',
    script: [{ do: 'wait', ms: 2500 }, { do: 'say', text: 'Ofrezca un descuento' }, waitForEnd],
  });
  await customer.started;
  const { participants } = client.conferences(await openRoom(room, 'init'));
  const agentReport = agentPhone.nextReport();
  const agent = await participants.create({
    from: NUMBER,
    to: AGENT,
    label: 'agente',
    beep: 'false',
    earlyMedia: true,
    endConferenceOnExit: true,
    statusCallback: `${rig.application.url}/status`,
    statusCallbackEvent: ['initiated', 'answered'],
  });
  assert.deepEqual([agent.label, agent.endConferenceOnExit], ['agente', true]);
  assert.ok(['queued', 'connecting', 'ringing'].includes(agent.status));
  await until(async () => {
    const { status } = await participants('agente').fetch();
    return status === 'connected' || undefined;
  });
  const coach = await participants.create({
    from: NUMBER,
    to: SUPERVISOR,
    beep: 'false',
    coaching: true,
    callSidToCoach: agent.callSid,
  });
  assert.deepEqual([coach.coaching, coach.callSidToCoach], [true, agent.callSid]);
  assert.deepEqual((await agentReport).failures, []);
  const report = await customer.done;
  assert.deepEqual(report.failures, []);
  assert.ok(
    !report.heard.some(({ text }) => /descuento/.test(text)),
    'the customer heard the coach',
  );
  assert.equal((await client.calls(coach.callSid).fetch()).status, 'completed');
  const statuses = rig.application.requestsTo('/status').map(({ params }) => params.CallStatus);
  assert.deepEqual(statuses, ['initiated', 'in-progress']);
});

test('who does not answer leaves without having come', async () => {
  rig.simulator.telephone(AGENT, { does: 'busy' });
  const room = newRoom();
  const participant = await client.conferences(room).participants.create({
    from: NUMBER,
    to: AGENT,
    conferenceStatusCallback: `${rig.application.url}/status`,
    conferenceStatusCallbackEvent: ['join', 'leave'],
  });
  await until(() => events().length > 0 || undefined);
  const [told] = rig.application.requestsTo('/status');
  assert.equal(told?.params.StatusCallbackEvent, 'participant-leave');
  assert.equal(told?.params.ReasonParticipantLeft, 'participant_add_failed');
  assert.equal(told?.params.ParticipantCallStatus, 'busy');
  assert.equal(told?.params.CallSid, participant.callSid);
});

test('records from the start, with the first one on a channel of their own', async () => {
  const room = newRoom();
  sendInto(
    room,
    () =>
      `record="record-from-start" trim="do-not-trim" recordingStatusCallback="${rig.application.url}/recorded"`,
  );
  rig.application.document('/recorded', '');
  const told = rig.application.nextRequest('/recorded');
  const first = call(CALLER, [{ do: 'wait', ms: 800 }, { do: 'say', text: 'Uno' }, waitForEnd]);
  const second = call(AGENT, [{ do: 'wait', ms: 1800 }, { do: 'say', text: 'Dos' }, waitForEnd]);
  const sid = await openRoom(room);
  const session = rig.simulator.exchange.findCall(await first.started);
  await until(() => (session?.durationMs ?? 0) > 3000 || undefined);
  const running = await client
    .conferences(sid)
    .recordings('Twilio.CURRENT')
    .update({ status: 'paused', pauseBehavior: 'skip' });
  assert.equal(running.status, 'paused');
  await client.conferences(sid).recordings(running.sid).update({ status: 'in-progress' });
  const ended = await client.conferences(sid).update({ status: 'completed' });
  assert.equal(ended.reasonConferenceEnded, 'conference-ended-via-api');
  const { params } = await told;
  assert.equal(params.ConferenceSid, sid);
  assert.equal(params.RecordingSource, 'Conference');
  const recording = await client.recordings(params.RecordingSid as string).fetch();
  assert.equal(recording.channels, 2);
  const account = rig.simulator.exchange.accounts.get(ACCOUNT_SID);
  const channels = account?.recordings.get(recording.sid)?.samples(false) ?? [];
  const soundAtMs = channels.map((samples) => samples.findIndex((one) => Math.abs(one) > 2000) / 8);
  assert.ok((soundAtMs[0] ?? 0) >= 0 && (soundAtMs[0] ?? 0) + 500 < (soundAtMs[1] ?? 0));
  assert.equal((await client.conferences(sid).recordings.list()).length, 1);
  assert.equal((await client.recordings.list({ conferenceSid: sid })).length, 1);
  await Promise.all([first.done, second.done]);
});

test('a document that cannot be had while waiting, and a full room, go on with the next verb', async () => {
  const room = newRoom();
  rig.application.answer('/broken', { status: 500 });
  rig.application.document(
    '/voice',
    `<Dial action="/next"><Conference waitUrl="/broken">${room}</Conference></Dial>`,
  );
  const errorOf = (callSid: string) => rig.simulator.exchange.findCall(callSid)?.errorCode;
  const refused = await call(CALLER, [waitForEnd]).done;
  assert.equal(errorOf(refused.callSid), 11_200);
  assert.equal(rig.application.requestsTo('/next')[0]?.params.DialCallStatus, 'failed');
  rig.application.requests.length = 0;
  rig.application.document(
    '/voice',
    `<Dial action="/next"><Conference waitUrl="" maxParticipants="1">${room}</Conference></Dial>`,
  );
  const inside = call(CALLER, [waitForEnd]);
  await openRoom(room, 'init');
  const late = await call(AGENT, [waitForEnd]).done;
  assert.equal(errorOf(late.callSid), 16_020);
  inside.hangUp();
  await inside.done;
});

test('a call in a conference that is redirected leaves it and goes on', async () => {
  const room = newRoom();
  sendInto(room, statusAttributes);
  const first = call(CALLER, [
    { do: 'wait-for-speech', matching: /otra parte/i, timeoutMs: 60_000 },
    waitForEnd,
  ]);
  const second = call(AGENT, [waitForEnd]);
  await openRoom(room);
  await client
    .calls(await first.started)
    .update({ twiml: '<Response><Say language="es-MX">Usted está en otra parte</Say></Response>' });
  assert.deepEqual((await first.done).failures, []);
  const left = rig.application
    .requestsTo('/status')
    .find(({ params }) => params.StatusCallbackEvent === 'participant-leave');
  assert.equal(left?.params.ReasonParticipantLeft, 'participant_updated_via_api');
  second.hangUp();
  await second.done;
});
