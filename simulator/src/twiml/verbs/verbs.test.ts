import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { ScriptInput } from '../../callers/script.ts';
import { tone } from '../../telephone-network/tones.ts';
import { readWav, writeWav } from '../../telephone-network/wav.ts';
import { encodeMp3 } from '../../audio/mp3.ts';
import { decodeMulaw } from '../../audio/mulaw.ts';
import { CALLER, NUMBER, startRig, type Rig } from '../../twilio/testing/rig.ts';

const HUMAN = '+56222223333';
const ELSEWHERE = '+56244445555';

let rig: Rig;
before(async () => {
  rig = await startRig();
});
after(() => rig.close());
beforeEach(() => {
  rig.application.requests.length = 0;
  rig.application.document('/next', '<Hangup/>');
});

/** A call that hears these verbs, by somebody who follows this script. */
async function call(verbs: string, script: ScriptInput = [{ do: 'wait-for-end' }]) {
  rig.application.document('/voice', verbs);
  const report = await rig.simulator.dial({ from: CALLER, to: NUMBER, script }).done;
  const session = rig.simulator.exchange.findCall(report.callSid);
  assert.ok(session);
  return { report, session };
}
const next = () => rig.application.requestsTo('/next').map(({ params }) => params);

test('says what it is told, in the language it is told', async () => {
  const { report } = await call(
    '<Say language="es-MX">Bienvenido a la clínica</Say><Say language="en-US" loop="2">Goodbye</Say>',
  );
  assert.deepEqual(
    report.heard.map(({ text }) => text.replaceAll(/[.,]/g, '')).join(' '),
    'Bienvenido a la clínica Goodbye Goodbye',
  );
});

test('plays MP3 files, and µ-law without a header', async () => {
  const samples = decodeMulaw(tone([440], 1500));
  const mp3 = await encodeMp3([samples], { sampleRateHz: 8000 });
  rig.application.answer('/tone.mp3', { type: 'audio/mpeg', body: mp3 });
  rig.application.answer('/tone.ulaw', {
    type: 'audio/ulaw',
    body: Buffer.from(tone([440], 1500)),
  });
  const { session, report } = await call('<Play>/tone.mp3</Play><Play>/tone.ulaw</Play>');
  assert.equal(session.errorCode, undefined);
  assert.ok(report.durationMs >= 2900 && report.durationMs < 5000);
});

test('plays WAV files and keys', async () => {
  rig.application.answer('/tone.wav', {
    type: 'audio/wav',
    body: writeWav([decodeMulaw(tone([440], 200))]),
  });
  const { session, report } = await call('<Play>/tone.wav</Play><Play digits="1w2"/>');
  assert.equal(report.errorCode, null);
  assert.ok(report.durationMs >= 200 + 900 && report.durationMs < 3000);
  assert.equal(session.status, 'completed');
});

for (const [what, answer, code] of [
  ['is missing', { status: 404 }, 11_200],
  ['is no WAV', { type: 'audio/mpeg', body: 'ID3' }, 12_300],
  ['is broken', { type: 'audio/wav', body: 'RIFF' }, 12_300],
] as const)
  test(`media that ${what} is an application error (${code})`, async () => {
    rig.application.answer('/bad.wav', answer);
    const { report } = await call('<Play>/bad.wav</Play>');
    assert.equal(report.errorCode, code);
  });

test('gathers keys over a prompt', async () => {
  const { report } = await call(
    '<Gather numDigits="2" action="/next"><Say language="es-MX">Marque dos números por favor</Say><Pause length="30"/></Gather>',
    [
      { do: 'wait-for-speech', matching: /marque/i },
      { do: 'press', digits: '42' },
      { do: 'wait-for-end' },
    ],
  );
  assert.deepEqual(report.failures, []);
  assert.equal(next()[0]?.Digits, '42');
  assert.equal(next()[0]?.CallStatus, 'in-progress');
});

test('gathers speech out of the audio that arrived', async () => {
  await call('<Gather input="speech" language="es-CL" speechTimeout="auto" action="/next"/>', [
    { do: 'say', text: 'quiero agendar una hora' },
    { do: 'wait-for-end' },
  ]);
  assert.match(next()[0]?.SpeechResult ?? '', /quiero agendar una hora/i);
  assert.ok(Number(next()[0]?.Confidence) > 0.5);
});

test('nothing said goes on with the next verb, unless the action wants to know', async () => {
  await call('<Gather timeout="1" action="/next"/><Redirect>/empty</Redirect>');
  assert.equal(next().length, 0);
  assert.equal(rig.application.requestsTo('/empty').length, 1);
  await call('<Gather timeout="1" action="/next" actionOnEmptyResult="true"/>');
  assert.equal(next()[0]?.Digits, '');
});

test('records what the caller says, trimmed, until a key', async () => {
  await call('<Record action="/next" finishOnKey="#" timeout="10" maxLength="30"/>', [
    { do: 'wait', ms: 600 },
    { do: 'say', text: 'Este es mi mensaje' },
    { do: 'press', digits: '#' },
    { do: 'wait-for-end' },
  ]);
  const [params] = next();
  assert.equal(params?.Digits, '#');
  assert.match(params?.RecordingSid ?? '', /^RE[0-9a-f]{32}$/);
  const account = rig.simulator.exchange.accounts.values().next().value;
  const recording = account?.recordings.get(params?.RecordingSid ?? '');
  const wav = recording?.wav();
  assert.ok(recording && wav);
  const spoken = readWav(wav);
  assert.equal(spoken.length / 8, recording.durationMs);
  assert.ok(recording.durationMs > 500 && recording.durationMs < 3000);
  assert.equal(recording.source, 'RecordVerb');
});

test('records beside the rest of the document', async () => {
  const recorded = rig.application.document('/recorded', '');
  const told = rig.application.nextRequest('/recorded');
  await call(
    `<Start><Recording recordingStatusCallback="${recorded}"/></Start>` +
      '<Play digits="5"/><Pause length="1"/>',
  );
  const { params } = await told;
  assert.deepEqual([params.RecordingStatus, params.RecordingChannels], ['completed', '2']);
  assert.deepEqual(
    [params.RecordingDuration, params.RecordingSource, params.ErrorCode],
    ['1', 'StartCallRecordingTwiML', '0'],
  );
});

test('an empty recording asks nobody and goes on', async () => {
  const { report } = await call(
    '<Record action="/next" timeout="1"/><Say language="es-MX">Adiós</Say>',
  );
  assert.equal(next().length, 0);
  assert.match(report.heard.at(-1)?.text ?? '', /Adiós/);
});

test('a caller who hangs up in a recording leaves it behind', async () => {
  const told = rig.application.nextRequest('/next');
  await call('<Record action="/next" recordingStatusCallback="/recorded"/>', [
    { do: 'wait', ms: 600 },
    { do: 'say', text: 'Llámeme' },
    { do: 'hang-up' },
  ]);
  const { params } = await told;
  assert.equal(params.Digits, 'hangup');
  assert.equal(params.CallStatus, 'completed');
});

test('dials a human, whispers, and joins the two', async () => {
  const human = rig.simulator.telephone(HUMAN, {
    does: 'answer',
    script: [
      { do: 'wait-for-speech', matching: /cliente/i },
      { do: 'wait-for-speech', matching: /necesito/i },
      { do: 'say', text: 'Con mucho gusto' },
      { do: 'wait', ms: 500 },
      { do: 'hang-up' },
    ],
  });
  rig.application.document('/whisper', '<Say language="es-MX">Le paso un cliente</Say>');
  const humanReport = human.nextReport();
  const { report, session } = await call(
    `<Dial action="/next" callerId="${NUMBER}" answerOnBridge="true"><Number url="/whisper" statusCallback="/child" statusCallbackEvent="initiated ringing answered completed">${HUMAN}</Number></Dial>`,
    [
      { do: 'say', text: 'Necesito ayuda' },
      { do: 'wait-for-speech', matching: /gusto/i },
      { do: 'wait-for-end' },
    ],
  );
  assert.deepEqual(report.failures, []);
  assert.deepEqual((await humanReport).failures, []);
  assert.equal(human.calls[0]?.from, NUMBER);
  assert.doesNotMatch(report.heard.map(({ text }) => text).join(' '), /cliente/i);
  const [params] = next();
  assert.equal(params?.DialCallStatus, 'completed');
  assert.equal(params?.DialBridged, 'true');
  assert.ok(Number(params?.DialCallDuration) >= 1);
  const child = rig.simulator.exchange.findCall(params?.DialCallSid ?? '');
  assert.equal(child?.options.parent, session);
  assert.equal(rig.application.requestsTo('/whisper')[0]?.params.ParentCallSid, session.sid);
});

for (const [does, status] of [
  ['busy', 'busy'],
  ['no-answer', 'no-answer'],
  ['fail', 'failed'],
] as const)
  test(`a human whose telephone does ${does} is a DialCallStatus of ${status}`, async () => {
    rig.simulator.telephone(HUMAN, { does });
    await call(`<Dial action="/next" timeout="1">${HUMAN}</Dial>`);
    assert.equal(next()[0]?.DialCallStatus, status);
    assert.equal(next()[0]?.DialBridged, 'false');
  });

test('rings several at once; the first to answer gets the call', async () => {
  rig.simulator.telephone(HUMAN, { does: 'no-answer' });
  const second = rig.simulator.telephone(ELSEWHERE, {
    does: 'answer',
    afterMs: 100,
    script: [{ do: 'wait', ms: 200 }, { do: 'hang-up' }],
  });
  await call(`<Dial action="/next"><Number>${HUMAN}</Number><Number>${ELSEWHERE}</Number></Dial>`);
  assert.equal(second.calls.length, 1);
  assert.equal(next()[0]?.DialCallStatus, 'completed');
  const statuses = rig.simulator.exchange
    .allCalls()
    .filter(({ options }) => options.to === HUMAN)
    .map(({ status }) => status);
  assert.equal(statuses.at(-1), 'canceled');
});

test('a caller who hangs up while it rings stops the ringing', async () => {
  const human = rig.simulator.telephone(HUMAN, { does: 'no-answer' });
  await call(`<Dial>${HUMAN}</Dial>`, [{ do: 'wait', ms: 300 }, { do: 'hang-up' }]);
  const child = rig.simulator.exchange.findCall(human.calls[0]?.callSid ?? '');
  await child?.ended;
  assert.equal(child?.status, 'canceled');
});

test("shows no caller ID that is not the account's (13214)", async () => {
  const { report } = await call(`<Dial callerId="+56900000000">${HUMAN}</Dial>`);
  assert.equal(report.errorCode, 13_214);
});

test('a URL that is neither http nor https is an error (11100)', async () => {
  const { report } = await call('<Redirect>ftp://example.com/x</Redirect>');
  assert.equal(report.errorCode, 11_100);
});
