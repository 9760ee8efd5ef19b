import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import twilio from 'twilio';
import { ACCOUNT_SID, AUTH_TOKEN, NUMBER, startRig, type Rig } from './testing/rig.ts';

const CUSTOMER = '+56911112222';

let rig: Rig;
let client: twilio.Twilio;

before(async () => {
  rig = await startRig({
    numbers: [{ phoneNumber: NUMBER }, { phoneNumber: '+56227654321' }],
  });
  client = twilio(ACCOUNT_SID, AUTH_TOKEN);
  client.api.baseUrl = rig.simulator.url;
});
after(() => rig.close());
beforeEach(() => {
  rig.application.requests.length = 0;
});

async function place(options: object = {}) {
  const status = rig.application.document('/status', '');
  const completed = new Promise<void>((resolve) =>
    rig.application.answer('/status', ({ params }) => {
      if (!['initiated', 'ringing', 'in-progress'].includes(params.CallStatus ?? '')) resolve();
      return '';
    }),
  );
  const call = await client.calls.create({
    to: CUSTOMER,
    from: NUMBER,
    url: `${rig.application.url}/answered`,
    statusCallback: status,
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    ...options,
  } as Parameters<typeof client.calls.create>[0]);
  await completed;
  return client.calls(call.sid).fetch();
}

const statuses = () => rig.application.requestsTo('/status').map(({ params }) => params);

test('tells each step in order, with numbers, and runs the document once answered', async () => {
  rig.simulator.telephone(CUSTOMER, {
    does: 'answer',
    script: [{ do: 'wait-for-speech', matching: /saludamos/i }, { do: 'wait-for-end' }],
  });
  rig.application.document('/answered', '<Say language="es-MX">Le saludamos</Say>');
  const call = await place();
  assert.equal(call.status, 'completed');
  assert.ok(Number(call.duration) >= 1);
  assert.deepEqual(
    statuses().map(({ CallStatus, SequenceNumber }) => [CallStatus, SequenceNumber]),
    [
      ['initiated', '0'],
      ['ringing', '1'],
      ['in-progress', '2'],
      ['completed', '3'],
    ],
  );
  const answered = rig.application.requestsTo('/answered')[0]?.params;
  assert.equal(answered?.CallStatus, 'in-progress');
  assert.equal(answered?.Direction, 'outbound-api');
  assert.ok(Number.isFinite(Date.parse(statuses()[0]?.Timestamp ?? '')));
});

for (const [does, status] of [
  ['busy', 'busy'],
  ['fail', 'failed'],
  ['no-answer', 'no-answer'],
] as const)
  test(`a telephone that does ${does} ends as ${status}`, async () => {
    rig.simulator.telephone(CUSTOMER, { does });
    const call = await place({ timeout: 1 });
    assert.equal(call.status, status);
    assert.equal(statuses().at(-1)?.CallStatus, status);
    assert.equal(rig.application.requestsTo('/answered').length, 0);
  });

test('a number that nobody has fails', async () => {
  assert.equal((await place({ to: '+56900000001' })).status, 'failed');
});

test('waits for who answered before it asks the application', async () => {
  rig.simulator.telephone(CUSTOMER, {
    does: 'answer',
    script: [{ do: 'say', text: '¿Aló?' }, { do: 'wait-for-end' }],
  });
  rig.application.document('/answered', '<Hangup/>');
  const call = await place({ machineDetection: 'Enable' });
  assert.equal(rig.application.requestsTo('/answered')[0]?.params.AnsweredBy, 'human');
  assert.equal(call.answeredBy, 'human');
});

test('tells asynchronous detection to its own callback', async () => {
  rig.simulator.telephone(CUSTOMER, {
    does: 'answer',
    script: [
      {
        do: 'say',
        text: 'Ha llamado al buzón de voz. Por favor deje su mensaje después de la señal.',
      },
      { do: 'wait-for-end' },
    ],
  });
  rig.application.document('/answered', '<Pause length="4"/>');
  const told = rig.application.nextRequest('/amd');
  await place({
    machineDetection: 'Enable',
    asyncAmd: 'true',
    asyncAmdStatusCallback: rig.application.document('/amd', ''),
  });
  const { params } = await told;
  assert.equal(params.AnsweredBy, 'machine_start');
  assert.ok(Number(params.MachineDetectionDuration) >= 2400);
});

test('records a call and tells where the recording is', async () => {
  rig.simulator.telephone(CUSTOMER, {
    does: 'answer',
    script: [{ do: 'say', text: 'Buenas tardes' }, { do: 'hang-up' }],
  });
  rig.application.document('/answered', '<Say language="es-MX">Hola</Say><Pause length="10"/>');
  const told = rig.application.nextRequest('/recorded');
  await place({
    record: true,
    recordingChannels: 'dual',
    recordingStatusCallback: rig.application.document('/recorded', ''),
  });
  const { params } = await told;
  assert.equal(params.RecordingStatus, 'completed');
  assert.equal(params.RecordingSource, 'OutboundAPI');
  const wav = await fetch(`${params.RecordingUrl}.wav`, {
    headers: {
      authorization: `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`,
    },
  });
  assert.equal(wav.headers.get('content-type'), 'audio/x-wav');
  const bytes = Buffer.from(await wav.arrayBuffer());
  assert.equal(bytes.readUInt16LE(22), 2);
  assert.ok(bytes.length > 8000);
  assert.equal((await fetch(`${params.RecordingUrl}.wav`)).status, 401);
  const [recording] = await client.calls(params.CallSid as string).recordings.list();
  assert.equal(recording?.sid, params.RecordingSid);
  assert.equal(await client.recordings(params.RecordingSid as string).remove(), true);
  assert.equal((await client.recordings.list({ callSid: params.CallSid as string })).length, 0);
});

test('an update sends a running call to another document, or ends it', async () => {
  const telephone = rig.simulator.telephone(CUSTOMER, {
    does: 'answer',
    script: [
      { do: 'wait-for-speech', matching: /segunda/i },
      { do: 'wait-for-end', timeoutMs: 20_000 },
    ],
  });
  rig.application.document('/answered', '<Pause length="60"/>');
  rig.application.document(
    '/second',
    '<Say language="es-ES">Segunda parte</Say><Pause length="60"/>',
  );
  const asked = rig.application.nextRequest('/answered');
  const report = telephone.nextReport();
  const placed = place();
  const { params } = await asked;
  const sid = params.CallSid as string;
  const redirected = rig.application.nextRequest('/second');
  await client.calls(sid).update({ url: `${rig.application.url}/second` });
  await redirected;
  const session = rig.simulator.exchange.findCall(sid);
  await waitUntil(() => session?.events.filter(({ type }) => type === 'verb').length === 3);
  await client.calls(sid).update({ status: 'completed' });
  assert.equal((await placed).status, 'completed');
  assert.deepEqual((await report).failures, []);
});

test('a call to a number of the network itself is an inbound call there', async () => {
  const own = rig.simulator.exchange.ownerOf('+56227654321');
  assert.ok(own);
  own.number.voiceUrl = rig.application.document(
    '/own',
    '<Pause length="1"/><Say language="es-MX">Central</Say>',
  );
  rig.application.document('/answered', '<Pause length="20"/>');
  const call = await place({ to: '+56227654321' });
  assert.equal(call.status, 'completed');
  const [inbound] = rig.application.requestsTo('/own');
  assert.equal(inbound?.params.Direction, 'inbound');
  assert.equal(inbound?.params.From, NUMBER);
  assert.notEqual(inbound?.params.CallSid, call.sid);
});

async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 20));
}
