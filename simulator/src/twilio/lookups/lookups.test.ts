import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import twilio from 'twilio';
import { refusal } from '../testing/calls.ts';
import { ACCOUNT_SID, AUTH_TOKEN, startRig, type Rig } from '../testing/rig.ts';

let rig: Rig;
let client: twilio.Twilio;

before(async () => {
  rig = await startRig();
  client = twilio(ACCOUNT_SID, AUTH_TOKEN);
  client.lookups.baseUrl = rig.simulator.url;
});
after(() => rig.close());

const look = (number: string, options: object = { fields: 'line_type_intelligence' }) =>
  client.lookups.v2.phoneNumbers(number).fetch(options);

for (const [number, country, national, type] of [
  ['+56987654321', 'CL', '9 8765 4321', 'mobile'],
  ['+56221234567', 'CL', '(2) 2123 4567', 'landline'],
  ['+56322123456', 'CL', '(32) 212 3456', 'landline'],
  ['+56800123456', 'CL', '800 123 456', 'tollFree'],
  ['+34612345678', 'ES', '612 34 56 78', 'mobile'],
  ['+34912345678', 'ES', '912 34 56 78', 'landline'],
  ['+14155552671', 'US', '(415) 555-2671', 'mobile'],
  ['+18005552671', 'US', '(800) 555-2671', 'tollFree'],
] as const)
  test(`${number} is a ${type} of ${country}`, async () => {
    const found = await look(number);
    assert.deepEqual(
      [found.valid, found.countryCode, found.nationalFormat, found.phoneNumber],
      [true, country, national, number],
    );
    assert.equal(found.validationErrors, null);
    const line = found.lineTypeIntelligence;
    assert.equal(line.type, type);
    assert.equal(line.mobileCountryCode !== null, type === 'mobile');
  });

for (const [number, error] of [
  ['+5698765432', 'TOO_SHORT'],
  ['+141599299600', 'TOO_LONG'],
  ['+56111111111', 'INVALID_BUT_POSSIBLE'],
  ['+999123456789', 'INVALID_COUNTRY_CODE'],
  ['hola', 'NOT_A_NUMBER'],
] as const)
  test(`${number} is no number: ${error}`, async () => {
    const found = await look(number);
    assert.equal(found.valid, false);
    assert.deepEqual(found.validationErrors, [error]);
    assert.equal(found.lineTypeIntelligence, null);
  });

test('a national number is of the country that was said, or of the United States', async () => {
  assert.equal((await look('987654321', { countryCode: 'CL' })).phoneNumber, '+56987654321');
  assert.equal((await look('4155552671', {})).phoneNumber, '+14155552671');
  assert.equal((await look('+56987654321', {})).lineTypeIntelligence, null);
});

test('refuses fields it does not know or may not tell, and strangers', async () => {
  assert.deepEqual(await refusal(look('+56987654321', { fields: 'colour' })), [400, 20_001]);
  assert.deepEqual(await refusal(look('+56987654321', { fields: 'sim_swap' })), [403, 60_606]);
  assert.deepEqual(await refusal(look('987', { countryCode: 'Chile' })), [400, 20_001]);
  assert.equal((await fetch(`${rig.simulator.url}/v2/PhoneNumbers/+56987654321`)).status, 401);
});
