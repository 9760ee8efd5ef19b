import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import type { RunResult } from '../engine/engine.ts';
import { ownNumber } from './cloud.ts';
import { createTenant } from './tenants.ts';
import { call, TwilioRig } from './twilio-voice-rest.ts';

let rig: TwilioRig;
before(async () => {
  rig = await TwilioRig.start({ sidecar: true });
  await createTenant(rig.cloud, 'automotora-andes', [ownNumber]);
});
after(() => rig[Symbol.asyncDispose]());

/** Without the Google credential: the sidecar has its own. */
async function live(operation: string, parameters: IDataObject): Promise<RunResult> {
  const { twilioVoiceApi = {}, voiceSidecarApi = {} } = rig.cloud.credentials;
  return await rig.cloud.engine.run({
    node: 'googleSTT',
    parameters: { resource: 'live', operation, ...parameters },
    credentials: { twilioVoiceApi, voiceSidecarApi },
  });
}

test('start and stop: the sidecar is asked for a place, Twilio sends the audio there', async () => {
  const callSid = await rig.runningCall();
  const { items, error } = await live('start', {
    callSid: call(callSid),
    track: 'both',
    liveOptions: {
      tenant: 'automotora-andes',
      language: 'es-US',
      phrases: 'Automotora Andes, Los Carrera',
      from: '+56 9 1111 2222',
      to: ownNumber,
      metadata: '{ "order": 1234 }',
    },
  });
  assert.equal(error, undefined, error?.description);
  assert.deepEqual(rig.cloud.sidecar?.requests.at(-1)?.body, {
    callSid,
    track: 'both',
    tenant: 'automotora-andes',
    language: 'es-US',
    phrases: ['Automotora Andes', 'Los Carrera'],
    from: '+56911112222',
    to: ownNumber,
    metadata: { order: '1234' },
  });
  const { request, form } = rig.last();
  assert.equal(request, `POST /Calls/${callSid}/Streams.json`);
  assert.deepEqual([form.Track, form.Name], ['both_tracks', items[0]?.json.transcriptionId]);

  const stopped = await live('stop', {
    callSid: call(callSid),
    transcriptionId: items[0]?.json.transcriptionId ?? '',
  });
  assert.equal(stopped.error, undefined);
  assert.deepEqual(
    [stopped.items[0]?.json.streamStatus, rig.cloud.sidecar?.requests.at(-1)?.method],
    ['stopped', 'DELETE'],
  );
});

test('the ready-made phrases are as many as the sidecar takes', async () => {
  const callSid = await rig.runningCall();
  const { error } = await live('start', {
    callSid: call(callSid),
    liveOptions: { calledNumber: ownNumber, phraseSet: 'automotiveChile' },
  });
  assert.equal(error, undefined, error?.description);
  const { phrases } = rig.cloud.sidecar?.requests.at(-1)?.body as { phrases: string[] };
  assert.ok(phrases.includes('revisión técnica'));
});

const callSid = call(`CA${'a'.repeat(32)}`);
const refused: Array<[what: string, operation: string, parameters: IDataObject, message: RegExp]> =
  [
    ['a call', 'start', { callSid: call('RE1') }, /is not a Call SID/],
    ['a number', 'start', { callSid, liveOptions: { from: '12' } }, /"12"/],
    ['the language', 'start', { callSid, liveOptions: { language: 'x' } }, /"x" is no language/],
    ['the metadata', 'start', { callSid, liveOptions: { metadata: '[1]' } }, /no object of texts/],
    ['the phrases', 'start', { callSid, liveOptions: { phrases: 'a'.repeat(101) } }, /too long/],
    ['the transcription', 'stop', { callSid, transcriptionId: '../x' }, /no ID of a transcription/],
  ];
for (const [what, operation, parameters, message] of refused) {
  test(`checks before anything is sent: ${what}`, async () => {
    const already = rig.cloud.sidecar?.requests.length;
    const { error } = await live(operation, parameters);
    assert.match(error?.message ?? '', message);
    assert.equal(rig.cloud.sidecar?.requests.length, already);
  });
}
