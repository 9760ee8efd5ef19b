import assert from 'node:assert/strict';
import { test } from 'node:test';
import twilio from 'twilio';
import { refusal } from '../testing/calls.ts';
import { ACCOUNT_SID, AUTH_TOKEN, NUMBER, startRig } from '../testing/rig.ts';

const AGENT = '+56922220000';

test('refuses what is not there or cannot be', async (t) => {
  const rig = await startRig();
  t.after(() => rig.close());
  const client = twilio(ACCOUNT_SID, AUTH_TOKEN);
  client.api.baseUrl = rig.simulator.url;
  const none = `CF${'0'.repeat(32)}`;
  assert.deepEqual(await refusal(client.conferences(none).fetch()), [404, 20_404]);
  assert.deepEqual(await refusal(client.conferences(none).participants.list()), [404, 20_404]);
  const { participants } = client.conferences('vacía');
  const create = (fields: object) =>
    refusal(participants.create(Object.assign({ from: NUMBER, to: AGENT }, fields)));
  assert.deepEqual(await create({ from: '+56900000000' }), [400, 21_210]);
  assert.deepEqual(await create({ to: 'x' }), [400, 21_211]);
  assert.deepEqual(await create({ timeout: 4 }), [400, 21_208]);
  assert.deepEqual(await create({ maxParticipants: 251 }), [400, 20_001]);
  assert.deepEqual(await create({ coaching: true }), [400, 20_001]);
  assert.deepEqual(await create({ callSidToCoach: `CA${'0'.repeat(32)}` }), [400, 20_001]);
  assert.deepEqual(await create({ label: 'x'.repeat(129) }), [400, 20_001]);
  assert.deepEqual(await create({ beep: 'loud' }), [400, 20_001]);
  assert.deepEqual(
    await create({
      conferenceStatusCallback: 'https://a.example',
      conferenceStatusCallbackEvent: ['x'],
    }),
    [400, 20_001],
  );
  assert.equal(
    (await client.conferences.list({ friendlyName: 'vacía', status: 'init' })).length,
    0,
  );
});
