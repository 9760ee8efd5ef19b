import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { otherNumber, ownNumber } from './cloud.ts';
import { customer, human, TwilioRig, waits } from './twilio-voice-rest.ts';

let rig: TwilioRig;
before(async () => {
  rig = await TwilioRig.start();
});
after(() => rig[Symbol.asyncDispose]());

const supervisor = '+56955556666';
const conference = (operation: string, more: object = {}) => ({
  resource: 'conference',
  operation,
  ...more,
});
const named = (value: unknown) => ({ __rl: true, mode: 'id', value: String(value) });

async function add(to: string, options: object): Promise<Record<string, unknown>> {
  rig.cloud.simulator.telephone(to, waits);
  const { json } = await rig.one(
    conference('addParticipant', {
      conference: 'ventas',
      from: { __rl: true, mode: 'list', value: ownNumber },
      to,
      options,
    }),
  );
  return json;
}

/** Until so many are in the conference and speak with each other. */
async function connected(sid: unknown, count: number): Promise<Array<Record<string, unknown>>> {
  for (;;) {
    const { items, error } = await rig.run(
      conference('getParticipants', { conferenceSid: named(sid), returnAll: true }),
    );
    assert.equal(error, undefined);
    const people = items.map(({ json }) => json);
    if (people.filter((one) => one.participantStatus === 'connected').length === count)
      return people;
    await rig.frames(5);
  }
}

test('a conference from the first participant to its end', async () => {
  const first = await add(customer, { label: 'customer', beep: 'false', earlyMedia: true });
  assert.deepEqual(rig.last(), {
    request: 'POST /Conferences/ventas/Participants.json',
    query: {},
    form: { From: ownNumber, To: customer, Label: 'customer', Beep: 'false', EarlyMedia: 'true' },
  });
  const sid = first.conferenceSid;
  assert.match(String(sid), /^CF[0-9a-f]{32}$/);
  await add(human, { label: 'agent', beep: 'false' });
  const people = await connected(sid, 2);
  assert.equal(rig.last().request, `GET /Conferences/${String(sid)}/Participants.json`);
  const byLabel = (label: string) => people.find((one) => one.label === label);
  const agent = byLabel('agent');
  assert.ok(agent);

  const listed = await rig.run(
    conference('getMany', { status: 'in-progress', filters: { friendlyName: 'ventas' } }),
  );
  assert.deepEqual(rig.last().query, {
    Status: 'in-progress',
    FriendlyName: 'ventas',
    PageSize: '50',
  });
  assert.deepEqual(
    listed.items.map(({ json }) => json.conferenceSid),
    [sid],
  );
  const found = await rig.cloud.engine.search(
    { node: 'twilioVoice', parameters: {}, credentials: rig.cloud.credentials },
    'searchConferences',
    'ventas',
  );
  assert.equal(found.results[0]?.value, sid);
  const choices = await rig.cloud.engine.search(
    {
      node: 'twilioVoice',
      parameters: conference('mute', { conferenceSid: named(sid) }),
      credentials: rig.cloud.credentials,
    },
    'searchParticipants',
    'customer',
  );
  assert.equal(choices.results[0]?.value, byLabel('customer')?.callSid);

  const who = { conferenceSid: named(sid), participant: named('customer') };
  const path = `/Conferences/${String(sid)}/Participants/customer.json`;
  const held = await rig.one(conference('hold', { ...who, hold: true }));
  assert.deepEqual([rig.last().request, rig.last().form], [`POST ${path}`, { Hold: 'true' }]);
  assert.equal(held.json.hold, true);
  assert.equal((await rig.one(conference('hold', { ...who, hold: false }))).json.hold, false);
  const muted = await rig.one(conference('mute', { ...who, muted: true }));
  assert.deepEqual(rig.last().form, { Muted: 'true' });
  assert.equal(muted.json.muted, true);

  const coach = await add(supervisor, {
    label: 'supervisor',
    beep: 'false',
    callSidToCoach: agent.callSid,
  });
  assert.equal(rig.last().form.Coaching, 'true');
  await connected(sid, 3);
  const aloud = await rig.one(
    conference('coach', {
      conferenceSid: named(sid),
      participant: named(coach.callSid),
      coaching: false,
    }),
  );
  assert.deepEqual(rig.last().form, { Coaching: 'false' });
  assert.equal(aloud.json.coaching, false);
  const unheard = await rig.one(
    conference('coach', {
      conferenceSid: named(sid),
      participant: named('supervisor'),
      callSidToCoach: String(agent.callSid),
    }),
  );
  assert.equal(unheard.json.callSidToCoach, agent.callSid);

  const removed = await rig.one(
    conference('remove', { conferenceSid: named(sid), participant: named('supervisor') }),
  );
  assert.equal(
    rig.last().request,
    `DELETE /Conferences/${String(sid)}/Participants/supervisor.json`,
  );
  assert.equal(removed.json.removed, true);
  await connected(sid, 2);

  const ended = await rig.one(conference('end', { conferenceSid: named(sid) }));
  assert.deepEqual(rig.last().form, { Status: 'completed' });
  assert.equal(ended.json.conferenceStatus, 'completed');
  const gone = await rig.run(conference('mute', who));
  assert.ok(gone.error, 'nobody is in a conference that has ended');
});

test('number: lists the numbers of the account, and says where their calls go', async () => {
  const { items } = await rig.run({ resource: 'number', operation: 'getMany', returnAll: true });
  assert.deepEqual(items.map(({ json }) => json.phoneNumber).sort(), [ownNumber, otherNumber]);
  const { json } = await rig.one({
    resource: 'number',
    operation: 'setWebhooks',
    phoneNumber: { __rl: true, mode: 'list', value: otherNumber },
    webhooks: {
      voiceUrl: 'https://n8n.example.com/webhook/v/voice',
      fallbackUrl: 'https://n8n.example.com/webhook/v/voice?fallback=true',
      statusCallback: 'https://n8n.example.com/webhook/v/voice?event=status',
    },
  });
  assert.equal(json.voiceUrl, 'https://n8n.example.com/webhook/v/voice');
  assert.deepEqual(rig.last().form, {
    VoiceUrl: 'https://n8n.example.com/webhook/v/voice',
    VoiceMethod: 'POST',
    VoiceFallbackUrl: 'https://n8n.example.com/webhook/v/voice?fallback=true',
    VoiceFallbackMethod: 'POST',
    StatusCallback: 'https://n8n.example.com/webhook/v/voice?event=status',
    StatusCallbackMethod: 'POST',
  });
  const removed = await rig.one({
    resource: 'number',
    operation: 'setWebhooks',
    phoneNumber: { __rl: true, mode: 'number', value: otherNumber },
    webhooks: { statusCallback: '' },
  });
  assert.equal(removed.json.statusCallback, null);
  assert.equal(removed.json.voiceUrl, 'https://n8n.example.com/webhook/v/voice');
});

test('number: looks up a mobile, and a number that is none', async () => {
  const lookUp = (phoneNumber: string, more: object = {}) =>
    rig.one({ resource: 'number', operation: 'lookUp', phoneNumber, ...more });
  const mobile = await lookUp('+56987654321');
  const { method, path, query } = rig.requests.at(-1) ?? {};
  assert.equal(
    `${String(method)} ${decodeURIComponent(String(path))}`,
    'GET /v2/PhoneNumbers/+56987654321',
  );
  assert.deepEqual(query, { Fields: ['line_type_intelligence'] });
  assert.equal(mobile.json.valid, true);
  assert.equal(mobile.json.lineType, 'mobile');
  const none = await lookUp('+5691', { lineType: false });
  assert.equal(none.json.valid, false);
  assert.ok(Array.isArray(none.json.validationErrors));
});
