import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { createTenant } from './tenants.ts';
import { call, silence, TwilioRig } from './twilio-voice-rest.ts';

let rig: TwilioRig;
before(async () => {
  rig = await TwilioRig.start({ sidecar: true });
  await createTenant(rig.cloud, tenant, ['+56221234567']);
});
after(() => rig[Symbol.asyncDispose]());

const tenant = 'automotora-andes';

const liveAudio = (operation: string, callSid: string, more: object = {}) => ({
  resource: 'liveAudio',
  operation,
  callSid: call(callSid),
  ...more,
});

test('connect: hands a running call to the session of an agent', async () => {
  const sid = await rig.runningCall();
  const { json } = await rig.one(
    liveAudio('connect', sid, {
      sessionId: 's-1',
      token: 't-1',
      streamUrl: 'wss://voice.example.com/twilio/media',
    }),
    { items: [{ json: { actionUrl: 'https://voice.example.com/twilio/after' } }] },
  );
  assert.equal(json.callSid, sid);
  assert.match(
    String(rig.last().form.Twiml),
    /^<\?xml[^>]*><Response><Connect action="https:\/\/voice\.example\.com\/twilio\/after"><Stream url="wss:\/\/voice\.example\.com\/twilio\/media"><Parameter name="sessionId" value="s-1"\/><Parameter name="token" value="t-1"\/><\/Stream><\/Connect><Say/,
  );
});

test('send digits: the other side hears the tones, then the call goes on', async () => {
  const sid = await rig.runningCall();
  const ended = rig.endOf(sid);
  await rig.one(
    liveAudio('sendDigits', sid, { digits: 'w12#', afterwards: 'wait', waitSeconds: 1 }),
  );
  assert.deepEqual(rig.last(), {
    request: `POST /Calls/${sid}.json`,
    query: {},
    form: {
      Twiml:
        '<?xml version="1.0" encoding="UTF-8"?><Response><Play digits="w12#"/><Pause length="1"/><Hangup/></Response>',
    },
  });
  await ended;
});

test('start: a copy to a WebSocket of one’s own', async () => {
  const sid = await rig.runningCall();
  const started = await rig.one(
    liveAudio('start', sid, {
      destination: 'webSocket',
      webSocketUrl: 'wss://audio.example.com/twilio',
      track: 'both',
      parameters: { parameter: [{ name: 'who', value: 'ana' }] },
      streamOptions: { name: 'copy', statusCallback: 'https://n8n.example.com/v?event=stream' },
    }),
  );
  assert.deepEqual(rig.last(), {
    request: `POST /Calls/${sid}/Streams.json`,
    query: {},
    form: {
      Url: 'wss://audio.example.com/twilio',
      Name: 'copy',
      Track: 'both_tracks',
      StatusCallback: 'https://n8n.example.com/v?event=stream',
      'Parameter1.Name': 'who',
      'Parameter1.Value': 'ana',
    },
  });
  assert.match(String(started.json.streamSid), /^MZ/);
  assert.equal(started.json.streamName, 'copy');
});

test('start and stop a live transcription: sidecar and Twilio get what belongs together', async () => {
  const sid = await rig.runningCall(silence);
  const { json } = await rig.one(
    liveAudio('start', sid, {
      calledNumber: '+56221234567',
      track: 'inbound',
      transcriptionOptions: { language: 'es-CL', phrases: 'prueba de manejo, Automotora Andes' },
    }),
  );
  const asked = rig.cloud.sidecar?.requests.at(-1);
  assert.equal(`${String(asked?.method)} ${String(asked?.path)}`, 'POST /v1/transcriptions');
  assert.deepEqual(asked?.body, {
    callSid: sid,
    track: 'inbound',
    calledNumber: '+56221234567',
    language: 'es-CL',
    phrases: ['prueba de manejo', 'Automotora Andes'],
  });
  const { request, form } = rig.last();
  assert.equal(request, `POST /Calls/${sid}/Streams.json`);
  const { 'Parameter2.Value': token, ...rest } = form;
  assert.ok(String(token).length > 20);
  assert.deepEqual(rest, {
    Url: 'wss://voice.example.com/twilio/media',
    Name: json.transcriptionId,
    Track: 'inbound_track',
    StatusCallback: 'https://voice.example.com/twilio/stream-status',
    StatusCallbackMethod: 'POST',
    'Parameter1.Name': 'transcriptionId',
    'Parameter1.Value': json.transcriptionId,
    'Parameter2.Name': 'token',
  });
  assert.ok(!JSON.stringify(json).includes(String(token)), 'the token is a secret');

  const stopped = await rig.one(liveAudio('stop', sid, { transcriptionId: json.transcriptionId }));
  assert.equal(rig.requests[0]?.path.split('/Streams/')[1], `${String(json.transcriptionId)}.json`);
  const deleted = rig.cloud.sidecar?.requests.at(-1);
  assert.equal(deleted?.method, 'DELETE');
  assert.equal(deleted?.path, `/v1/transcriptions/${String(json.transcriptionId)}`);
  assert.equal(deleted?.status, 204);
  assert.equal(stopped.json.streamStatus, 'stopped');

  const again = await rig.one(liveAudio('stop', sid, { transcriptionId: json.transcriptionId }));
  assert.equal(again.json.wasStreaming, false, 'what is over already is no error');
});

test('a transcription of a call that is over gives its place back', async () => {
  const sid = await rig.runningCall();
  const ended = rig.endOf(sid);
  await rig.one({ resource: 'call', operation: 'hangUp', callSid: call(sid) });
  await ended;
  const { error } = await rig.run(liveAudio('start', sid, { calledNumber: '+56221234567' }));
  assert.equal(error?.message, 'The call cannot be changed any more');
  assert.equal(rig.cloud.sidecar?.requests.at(-1)?.method, 'DELETE');
});

test('a number that belongs to no tenant', async () => {
  const sid = await rig.runningCall();
  const { error } = await rig.run(liveAudio('start', sid, { calledNumber: '+56229999999' }));
  assert.match(String(error?.message), /No tenant has this number/);
});
