import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Answer } from './contexts.ts';
import {
  account,
  accountWith,
  conference,
  form,
  from,
  make,
  named,
  number,
  onCall,
  participant,
  run,
  setWebhooks,
  sid,
} from './twilio-voice-node.ts';

const participantOfTwilio = {
  call_sid: sid('CA'),
  conference_sid: sid('CF'),
  label: 'customer',
  status: 'connected',
  muted: false,
  hold: true,
  coaching: false,
  call_sid_to_coach: null,
  start_conference_on_enter: true,
  end_conference_on_exit: false,
  date_created: 'Sat, 21 Nov 2026 12:00:00 +0000',
};

test('conference: adds a participant with everything that can be asked of Twilio', async () => {
  const { sent, items } = await run(
    {
      resource: 'conference',
      operation: 'addParticipant',
      conference: 'ventas & más',
      from,
      to: 'sip:ana@example.com',
      options: {
        label: 'agent',
        earlyMedia: false,
        startConferenceOnEnter: true,
        endConferenceOnExit: true,
        muted: true,
        beep: 'onEnter',
        timeout: 20,
        callSidToCoach: sid('CA'),
        waitUrl: 'https://cdn.example.com/m.mp3',
        statusCallback: 'https://n8n.example.com/v?event=status',
      },
    },
    () => ({ statusCode: 201, body: participantOfTwilio }),
  );
  assert.equal(sent[0]?.url, `${account}/Conferences/ventas%20%26%20m%C3%A1s/Participants.json`);
  const fields = new URLSearchParams(String(sent[0]?.body));
  assert.deepEqual(fields.getAll('StatusCallbackEvent'), [
    'initiated',
    'ringing',
    'answered',
    'completed',
  ]);
  fields.delete('StatusCallbackEvent');
  assert.deepEqual(Object.fromEntries(fields), {
    From: '+56221234567',
    To: 'sip:ana@example.com',
    Label: 'agent',
    EarlyMedia: 'false',
    StartConferenceOnEnter: 'true',
    EndConferenceOnExit: 'true',
    Muted: 'true',
    Beep: 'onEnter',
    WaitUrl: 'https://cdn.example.com/m.mp3',
    Timeout: '20',
    Coaching: 'true',
    CallSidToCoach: sid('CA'),
    StatusCallback: 'https://n8n.example.com/v?event=status',
    StatusCallbackMethod: 'POST',
  });
  assert.deepEqual(items[0]?.json, {
    callSid: sid('CA'),
    conferenceSid: sid('CF'),
    label: 'customer',
    participantStatus: 'connected',
    muted: false,
    hold: true,
    coaching: false,
    callSidToCoach: null,
    startConferenceOnEnter: true,
    endConferenceOnExit: false,
    createdAt: '2026-11-21T12:00:00.000Z',
    updatedAt: null,
  });
});

for (const [what, parameters, method, path, body] of [
  [
    'holds with music',
    { operation: 'hold', hold: true, holdUrl: 'https://cdn.example.com/m.mp3' },
    'POST',
    'CA',
    { Hold: 'true', HoldUrl: 'https://cdn.example.com/m.mp3' },
  ],
  ['takes back from hold', { operation: 'hold', hold: false }, 'POST', 'CA', { Hold: 'false' }],
  ['mutes', { operation: 'mute', muted: true }, 'POST', 'CA', { Muted: 'true' }],
  [
    'lets coach',
    { operation: 'coach', coaching: true, callSidToCoach: sid('CA') },
    'POST',
    'CA',
    { Coaching: 'true', CallSidToCoach: sid('CA') },
  ],
  ['ends coaching', { operation: 'coach', coaching: false }, 'POST', 'CA', { Coaching: 'false' }],
  ['removes', { operation: 'remove' }, 'DELETE', 'CA', {}],
] as const)
  test(`conference: ${what} a participant`, async () => {
    const { sent } = await run({ ...participant, ...parameters }, () => ({
      body: participantOfTwilio,
    }));
    assert.equal(sent[0]?.method, method);
    assert.equal(
      sent[0]?.url,
      `${account}/Conferences/${sid('CF')}/Participants/${sid(path)}.json`,
    );
    assert.deepEqual(form(sent[0]?.body ?? ''), body);
  });

test('conference: a participant by its label, ended for all, and listed by state', async () => {
  const muted = await run({
    ...conference,
    operation: 'mute',
    participant: named('the customer'),
  });
  assert.match(String(muted.sent[0]?.url), /\/Participants\/the%20customer\.json$/);
  const ended = await run({ ...conference, operation: 'end' }, () => ({
    body: {
      sid: sid('CF'),
      status: 'completed',
      reason_conference_ended: 'conference-ended-via-api',
    },
  }));
  assert.deepEqual(form(ended.sent[0]?.body), { Status: 'completed' });
  assert.equal(ended.items[0]?.json.reasonEnded, 'conference-ended-via-api');
  const listed = await run(
    {
      resource: 'conference',
      operation: 'getMany',
      filters: { friendlyName: 'ventas', createdAfter: '2026-11-20T00:00:00Z' },
    },
    () => ({ body: { conferences: [{ sid: sid('CF') }], next_page_uri: null } }),
  );
  assert.equal(listed.items.length, 1);
  assert.deepEqual(listed.sent[0]?.qs, {
    Status: 'in-progress',
    FriendlyName: 'ventas',
    'DateCreated>': '2026-11-20T00:00:00Z',
    PageSize: 50,
  });
  const people = await run(
    { ...conference, operation: 'getParticipants', returnAll: true },
    () => ({
      body: { participants: [participantOfTwilio] },
    }),
  );
  assert.equal(people.items[0]?.json.label, 'customer');
});

test('number: looks up validity and line type, at the address of Lookups', async () => {
  const { sent, items } = await run(
    { resource: 'number', operation: 'lookUp', phoneNumber: '+56912345678' },
    () => ({
      body: {
        phone_number: '+56912345678',
        valid: true,
        validation_errors: [],
        country_code: 'CL',
        calling_country_code: '56',
        national_format: '(9) 1234 5678',
        line_type_intelligence: { type: 'mobile', carrier_name: 'Entel', error_code: null },
      },
    }),
  );
  assert.equal(sent[0]?.url, 'https://lookups.twilio.com/v2/PhoneNumbers/%2B56912345678');
  assert.deepEqual(sent[0]?.qs, { Fields: 'line_type_intelligence' });
  assert.deepEqual(items[0]?.json, {
    phoneNumber: '+56912345678',
    valid: true,
    validationErrors: [],
    countryCode: 'CL',
    callingCountryCode: '56',
    nationalFormat: '(9) 1234 5678',
    lineType: 'mobile',
    carrier: 'Entel',
    mobileCountryCode: null,
    mobileNetworkCode: null,
    lineTypeErrorCode: null,
  });
});

test('number: a national number needs its country, and an invalid one is an answer', async () => {
  const { sent, items } = await run(
    {
      resource: 'number',
      operation: 'lookUp',
      phoneNumber: '9 1234',
      lineType: false,
      options: { countryCode: 'cl' },
    },
    () => ({ body: { phone_number: '91234', valid: false, validation_errors: ['TOO_SHORT'] } }),
  );
  assert.deepEqual(sent[0]?.qs, { CountryCode: 'CL' });
  assert.equal(items[0]?.json.valid, false);
  assert.deepEqual(items[0]?.json.validationErrors, ['TOO_SHORT']);
});

test('number: sets what is given, removes what is empty, leaves the rest', async () => {
  const { sent } = await run(
    {
      ...setWebhooks,
      webhooks: { voiceUrl: 'https://n8n.example.com/v', statusCallback: '' },
    },
    accountWith({ ...number, voice_application_sid: sid('AP') }),
  );
  assert.deepEqual(sent[0]?.qs, { PhoneNumber: '+56221234567', PageSize: 1 });
  assert.equal(sent[1]?.url, `${account}/IncomingPhoneNumbers/${sid('PN')}.json`);
  assert.deepEqual(form(sent[1]?.body), {
    VoiceUrl: 'https://n8n.example.com/v',
    VoiceMethod: 'POST',
    StatusCallback: '',
    VoiceApplicationSid: '',
  });
});

test('live audio: stops a stream by SID or name', async () => {
  const { sent, items } = await run(
    {
      resource: 'liveAudio',
      operation: 'stop',
      ...onCall,
      destination: 'webSocket',
      stream: 'my copy',
    },
    () => ({ body: { sid: sid('MZ'), call_sid: sid('CA'), name: 'my copy', status: 'stopped' } }),
  );
  assert.equal(sent[0]?.url, `${account}/Calls/${sid('CA')}/Streams/my%20copy.json`);
  assert.deepEqual(form(sent[0]?.body), { Status: 'stopped' });
  assert.equal(items[0]?.json.streamStatus, 'stopped');
});

test('recording: what Twilio has dropped has no audio to download', async () => {
  await assert.rejects(
    run({ resource: 'recording', operation: 'download', recordingSid: named(sid('RE')) }, () => ({
      body: { sid: sid('RE'), status: 'absent', error_code: 16102 },
    })),
    ({ message, description }: Error & { description: string }) =>
      /has no audio/.test(message) && /16102/.test(description),
  );
});

test('make: SIP with its password, which never comes out', async () => {
  const { sent, items } = await run(
    {
      ...make,
      to: 'sip:ana@example.com',
      options: { sipAuthUsername: 'ana', sipAuthPassword: 'secret-of-ana' },
    },
    () => ({ statusCode: 201, body: { sid: sid('CA') } }),
  );
  assert.equal(form(sent[0]?.body).SipAuthPassword, 'secret-of-ana');
  assert.ok(!JSON.stringify(items).includes('secret-of-ana'));
});

test('make: places 10,000 calls, and none for no items', async () => {
  const items = Array.from({ length: 10_000 }, (_, index) => ({ index }));
  const answer: Answer = () => ({ statusCode: 201, body: { sid: sid('CA') } });
  const many = await run(make, answer, { items });
  assert.equal(many.items.length, 10_000);
  assert.deepEqual(many.items.at(-1)?.pairedItem, { item: 9999 });
  const none = await run(make, answer, { items: [] });
  assert.deepEqual([none.items, none.sent], [[], []]);
});
