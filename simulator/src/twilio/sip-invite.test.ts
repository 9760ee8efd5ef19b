import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customHeaders, inviteTo, statusOfSip } from './sip-invite.ts';

const call = { sid: 'CA1', accountSid: 'AC1', from: '+56987654321' };
const OPENAI = 'sip:proj_1@sip.api.openai.com;transport=tls';

test('headers of the address are decoded; their names keep their letters', () => {
  const { headers, warnings } = customHeaders(
    'X-Tenant=andes%20sur&x-note=a%3Db%26c&User-to-User=00',
  );
  assert.deepEqual(headers, [
    { name: 'X-Tenant', value: 'andes sur' },
    { name: 'x-note', value: 'a=b&c' },
    { name: 'User-to-User', value: '00' },
  ]);
  assert.deepEqual(warnings, []);
});

for (const [what, query, code] of [
  ['a name without X-', 'Subject=hola', 13_252],
  ["one of Twilio's own", 'Call-ID=1', 13_252],
  ['a name that is none', 'X-A%20B=1', 13_252],
  ['a second line', 'X-A=1%0D%0AEvil%3A%201', 32_112],
  ['half an escape', 'X-A=100%', 32_112],
] as const)
  test(`${what} is left out with ${code}, and the others go`, () => {
    const { headers, warnings } = customHeaders(`${query}&X-Good=1`);
    assert.deepEqual(headers, [{ name: 'X-Good', value: '1' }]);
    assert.deepEqual(
      warnings.map((each) => each.code),
      [code],
    );
  });

test('headers have room in 1,023 characters, as they are written', () => {
  assert.equal(customHeaders(`X-A=${'a'.repeat(1019)}`).headers.length, 1);
  const { headers, warnings } = customHeaders(`X-A=${'a'.repeat(1020)}`);
  assert.deepEqual([headers, warnings[0]?.code], [[], 13_251]);
});

test('an INVITE names who calls, whom, and which call of Twilio', () => {
  const invite = inviteTo(`${OPENAI}?X-Tenant=andes`, call);
  const header = (wanted: string) => invite?.headers.find(({ name }) => name === wanted)?.value;
  assert.deepEqual(
    [invite?.uri, invite?.user, invite?.host, invite?.transport, invite?.media],
    [OPENAI, 'proj_1', 'sip.api.openai.com', 'tls', 'rtp'],
  );
  assert.match(header('From') ?? '', /^<sip:\+56987654321@sip\.twilio\.com>;tag=\w+$/);
  assert.deepEqual(
    ['To', 'Call-ID', 'X-Twilio-CallSid', 'X-Twilio-AccountSid', 'X-Tenant'].map(header),
    [`<${OPENAI}>`, invite?.callId, 'CA1', 'AC1', 'andes'],
  );
});

test('transport is UDP and audio is open where the address does not say otherwise', () => {
  const of = (address: string) => {
    const invite = inviteTo(address, call);
    return [invite?.transport, invite?.media, invite?.host];
  };
  assert.deepEqual(of('sip:a@b.example'), ['udp', 'rtp', 'b.example']);
  assert.deepEqual(of('sips:a@b.example:5061'), ['tls', 'srtp', 'b.example']);
  assert.deepEqual(of('sip:a@b.example;transport=TLS;secure=true'), ['tls', 'srtp', 'b.example']);
});

test('an address ends before 255 characters, its headers not counted', () => {
  const host = (length: number) => `sip:a@${'h'.repeat(length - 6)}`;
  assert.ok(inviteTo(`${host(254)}?X-A=${'a'.repeat(500)}`, call));
  assert.equal(inviteTo(host(255), call), undefined);
});

test('a client that calls is named without its scheme', () => {
  const [from] = inviteTo(OPENAI, { ...call, from: 'client:ana' })?.headers ?? [];
  assert.match(from?.value ?? '', /^<sip:ana@sip\.twilio\.com>/);
});

test('a refusal is busy, no answer or a failure', () => {
  assert.deepEqual([486, 600, 603, 408, 480, 404, 503].map(statusOfSip), [
    'busy',
    'busy',
    'busy',
    'no-answer',
    'no-answer',
    'failed',
    'failed',
  ]);
});
