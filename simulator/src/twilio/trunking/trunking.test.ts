import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import twilio from 'twilio';
import { startSimulator } from '../../index.ts';
import type { HandsetEnding } from '../../telephone-network/handset.ts';
import { refusal } from '../testing/calls.ts';
import { ACCOUNT_SID, AUTH_TOKEN, CALLER, NUMBER, startRig, type Rig } from '../testing/rig.ts';

const TRUNK = `TK${'1'.repeat(32)}`;
const OTHERS_TRUNK = `TK${'2'.repeat(32)}`;
const NO_TRUNK = `TK${'0'.repeat(32)}`;
const APPLICATION = `AP${'a'.repeat(32)}`;
const ON_TRUNK = '+56221234568';

let rig: Rig;
let client: twilio.Twilio;

before(async () => {
  const voiceUrl = 'https://n8n.example.com/webhook/1';
  rig = await startRig(
    {},
    {
      accounts: [
        {
          accountSid: ACCOUNT_SID,
          authToken: AUTH_TOKEN,
          numbers: [{ phoneNumber: NUMBER }, { phoneNumber: ON_TRUNK, voiceUrl, trunkSid: TRUNK }],
          applications: [{ sid: APPLICATION, voiceUrl }],
          trunks: [
            {
              sid: TRUNK,
              originationUrls: [
                { sipUrl: 'sip:pbx.example.com', friendlyName: 'PBX', priority: 1, weight: 65_535 },
                { sipUrl: 'sip:agent@sip.example.com;transport=tls', enabled: false },
                { sipUrl: 'sip:spare.example.com:5080' },
              ],
            },
          ],
        },
        {
          accountSid: `AC${'f'.repeat(32)}`,
          authToken: 'token-of-another-account-00001',
          trunks: [{ sid: OTHERS_TRUNK }],
        },
      ],
    },
  );
  client = twilio(ACCOUNT_SID, AUTH_TOKEN);
  client.api.baseUrl = rig.simulator.url;
  client.trunking.baseUrl = rig.simulator.url;
});
after(() => rig.close());

const trunk = (sid = TRUNK) => client.trunking.v1.trunks(sid);
const address = (rest = '') => `${rig.simulator.url}/v1/Trunks/${TRUNK}/OriginationUrls${rest}`;
const authorization = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`;

test("Twilio's client lists where a trunk leads, and fetches one", async () => {
  const urls = await trunk().originationUrls.list();
  assert.deepEqual(
    urls.map(({ sipUrl, enabled, priority, weight }) => [sipUrl, enabled, priority, weight]),
    [
      ['sip:spare.example.com:5080', true, 10, 10],
      ['sip:agent@sip.example.com;transport=tls', false, 10, 10],
      ['sip:pbx.example.com', true, 1, 65_535],
    ],
  );
  const [, , pbx] = urls;
  assert.ok(pbx);
  assert.match(pbx.sid, /^OU[0-9a-f]{32}$/);
  assert.deepEqual([pbx.accountSid, pbx.trunkSid, pbx.friendlyName], [ACCOUNT_SID, TRUNK, 'PBX']);
  assert.ok(!Number.isNaN(+pbx.dateCreated));
  const fetched = await trunk().originationUrls(pbx.sid).fetch();
  assert.deepEqual(fetched.toJSON(), pbx.toJSON());
  assert.equal(fetched.url, address(`/${pbx.sid}`));
});

test('pages tell of each other apart from the list, with whole addresses', async () => {
  const reply = await fetch(address('?PageSize=2'), { headers: { authorization } });
  const { meta, ...lists } = (await reply.json()) as { meta: Record<string, unknown> };
  assert.deepEqual(Object.keys(lists), ['origination_urls']);
  const { next_page_url: next, ...rest } = meta;
  assert.deepEqual(rest, {
    page: 0,
    page_size: 2,
    first_page_url: address('?PageSize=2&Page=0'),
    previous_page_url: null,
    url: address('?PageSize=2&Page=0'),
    key: 'origination_urls',
  });
  assert.ok(String(next).startsWith(address('?PageSize=2&Page=1&PageToken=')));
  const first = await trunk().originationUrls.page({ pageSize: 2 });
  const second = await first.nextPage();
  assert.deepEqual(
    second?.instances.map(({ sipUrl }) => sipUrl),
    ['sip:pbx.example.com'],
  );
  assert.equal(await second?.nextPage(), undefined);
  assert.deepEqual(await refusal(trunk().originationUrls.page({ pageSize: 0 })), [400, 20_006]);
});

test('what does not exist, or is of another account, is a 20404', async () => {
  for (const sid of [NO_TRUNK, OTHERS_TRUNK]) {
    assert.deepEqual(await refusal(trunk(sid).originationUrls.list()), [404, 20_404], sid);
  }
  const none = trunk().originationUrls(`OU${'0'.repeat(32)}`);
  assert.deepEqual(await refusal(none.fetch()), [404, 20_404]);
});

test('refuses who is not the account with 20003', async () => {
  const stranger = twilio(ACCOUNT_SID, 'wrong');
  stranger.trunking.baseUrl = rig.simulator.url;
  const list = stranger.trunking.v1.trunks(TRUNK).originationUrls.list();
  assert.deepEqual(await refusal(list), [401, 20_003]);
  assert.equal((await fetch(address())).status, 401);
});

test('a number tells its trunk, where its calls go: nobody asks its voice URL', async () => {
  const trunkOf = async (phoneNumber: string) =>
    (await client.incomingPhoneNumbers.list({ phoneNumber }))[0]?.trunkSid;
  assert.deepEqual([await trunkOf(NUMBER), await trunkOf(ON_TRUNK)], [null, TRUNK]);
  const ended = Promise.withResolvers<HandsetEnding>();
  const call = { from: CALLER, to: ON_TRUNK };
  const { callSid } = rig.simulator.exchange.dial(call, { ended: ended.resolve });
  assert.deepEqual(await ended.promise, { status: 'failed', endedBy: 'network' });
  const events = rig.simulator.exchange.findCall(callSid)?.events ?? assert.fail('no such call');
  assert.doesNotMatch(JSON.stringify(events), /n8n\.example\.com/);
});

test('an application takes a number off its trunk', async () => {
  const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: ON_TRUNK });
  assert.ok(number);
  const change = (voiceApplicationSid: string) =>
    client.incomingPhoneNumbers(number.sid).update({ voiceApplicationSid });
  assert.equal((await change('')).trunkSid, TRUNK);
  const { trunkSid, voiceApplicationSid } = await change(APPLICATION);
  assert.deepEqual([trunkSid, voiceApplicationSid], [null, APPLICATION]);
});

test('a number cannot be on a trunk that the account does not have', async () => {
  const numbers = [{ phoneNumber: NUMBER, trunkSid: OTHERS_TRUNK }];
  const trunks = [{ sid: TRUNK }];
  const options = {
    accounts: [{ accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, numbers, trunks }],
    googleApiKey: 'google-key-of-tests',
    geminiApiKey: 'gemini-key-of-tests',
    controlKey: 'control-key-of-tests',
  };
  await assert.rejects(startSimulator(options), /must be a trunk of the account/);
});
