import assert from 'node:assert/strict';
import { test } from 'node:test';
import twilio from 'twilio';
import { parseTwiml, TwimlError } from './document.ts';

const response = (verbs: string): string => `<?xml version="1.0"?><Response>${verbs}</Response>`;

test('reads verbs, attributes, nesting and text', () => {
  const [gather, hangup] = parseTwiml(
    response(
      '<Gather input="dtmf speech" action="/next?a=1&amp;b=2"><Say language="es-MX"> Hola,\n  mundo </Say></Gather><Hangup/>',
    ),
  );
  assert.equal(gather?.attributes.action, '/next?a=1&b=2');
  assert.deepEqual(gather?.children[0], {
    name: 'Say',
    attributes: { language: 'es-MX' },
    children: [],
    text: 'Hola, mundo',
  });
  assert.equal(hangup?.name, 'Hangup');
});

test('speaks the text of speech markup', () => {
  const [say] = parseTwiml(
    response('<Say>Uno <break time="1s"/><prosody rate="slow">dos</prosody> tres</Say>'),
  );
  assert.equal(say?.text, 'Uno dos tres');
});

test("takes what Twilio's own builder writes", () => {
  const twiml = new twilio.twiml.VoiceResponse();
  const connect = twiml.connect({ action: 'https://voice.example.com/ended' });
  const stream = connect.stream({ url: 'wss://voice.example.com/media', statusCallback: '/s' });
  stream.parameter({ name: 'token', value: 'x' });
  twiml.say({ language: 'es-MX' }, 'Adiós');
  twiml.record({ maxLength: 120, playBeep: true });
  twiml.dial({ callerId: '+56221234567', timeout: 20 }).number({ url: '/whisper' }, '+56911111111');
  twiml.gather({ input: ['speech'], language: 'es-CL', speechTimeout: 'auto' });
  twiml.redirect({ method: 'POST' }, '/next');
  assert.deepEqual(
    parseTwiml(twiml.toString()).map(({ name }) => name),
    ['Connect', 'Say', 'Record', 'Dial', 'Gather', 'Redirect'],
  );
});

for (const [what, xml] of [
  ['nothing', ''],
  ['text', 'Hola'],
  ['an unclosed element', '<Response><Say>Hola</Response>'],
  ['a bare ampersand', response('<Say>Pan & vino</Say>')],
  ['another root', '<Answer/>'],
  ['an unquoted attribute', '<Response><Pause length=1/></Response>'],
] as const)
  test(`cannot parse ${what} (12100)`, () =>
    assert.throws(
      () => parseTwiml(xml),
      (error) => error instanceof TwimlError && error.code === 12_100,
    ));

for (const [what, verbs] of [
  ['an unknown verb', '<Speak>Hola</Speak>'],
  ['a verb in another case', '<say>Hola</say>'],
  ['an unknown attribute', '<Say speed="2">Hola</Say>'],
  ['a verb inside a verb', '<Say><Play>x</Play></Say>'],
  ['a noun without its verb', '<Stream url="wss://x"/>'],
  ['text where none belongs', '<Hangup>adiós</Hangup>'],
  ['a language that Say does not speak', '<Say language="es-CL">Hola</Say>'],
  ['a language that Gather does not know', '<Gather language="es-XX"/>'],
  ['a pause that is too long', '<Pause length="181"/>'],
  ['a number that is none', '<Record maxLength="two"/>'],
  ['a conversation of no time', '<Dial timeLimit="0">+56221234567</Dial>'],
  ['a conversation of more than a day', '<Dial timeLimit="86401">+56221234567</Dial>'],
  ['a conversation of part of a second', '<Dial timeLimit="1.5">+56221234567</Dial>'],
  ['a reason that is none', '<Reject reason="tired"/>'],
  [
    'a parameter without a value',
    '<Connect><Stream url="wss://x"><Parameter name="a"/></Stream></Connect>',
  ],
  ['a verb that Connect does not take', '<Connect><Say>x</Say></Connect>'],
] as const)
  test(`refuses ${what} (12200)`, () =>
    assert.throws(
      () => parseTwiml(response(verbs)),
      (error) => error instanceof TwimlError && error.code === 12_200,
    ));
