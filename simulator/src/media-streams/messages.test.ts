import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseServerMessage, StreamMessageError, StreamWriter } from './messages.ts';

const streamSid = 'MZ0';
const parse = (message: unknown) =>
  parseServerMessage(typeof message === 'string' ? message : JSON.stringify(message), streamSid);

test('takes the three messages an application may send', () => {
  assert.deepEqual(parse({ event: 'clear', streamSid }), { event: 'clear' });
  assert.deepEqual(parse({ event: 'mark', streamSid, mark: { name: 'x' } }), {
    event: 'mark',
    name: 'x',
  });
  const media = parse({ event: 'media', streamSid, media: { payload: '//8A' } });
  assert.deepEqual(media.event === 'media' && [...media.audio], [255, 255, 0]);
});

for (const [what, message] of [
  ['what is not JSON', '{"event":'],
  ['an array', '[]'],
  ['null', 'null'],
  ['an unknown event', { event: 'pause', streamSid }],
  ['an event of the other direction', { event: 'start', streamSid, start: {} }],
  ['no streamSid', { event: 'clear' }],
  ['the SID of another stream', { event: 'clear', streamSid: 'MZ1' }],
  ['an extra field', { event: 'clear', streamSid, sequenceNumber: '1' }],
  ['an extra field inside', { event: 'mark', streamSid, mark: { name: 'x', at: 1 } }],
  ['a mark without a name', { event: 'mark', streamSid, mark: {} }],
  ['an empty name', { event: 'mark', streamSid, mark: { name: '' } }],
  ['media without a payload', { event: 'media', streamSid, media: {} }],
  ['an empty payload', { event: 'media', streamSid, media: { payload: '' } }],
  ['a payload that is not base64', { event: 'media', streamSid, media: { payload: 'a$==' } }],
  ['base64 that was cut', { event: 'media', streamSid, media: { payload: 'abc' } }],
  [
    'a track beside the payload',
    { event: 'media', streamSid, media: { payload: '//8A', track: 'x' } },
  ],
] as const)
  test(`refuses ${what}`, () => assert.throws(() => parse(message), StreamMessageError));

test('numbers its messages, with strings, and leaves connected out', () => {
  const writer = new StreamWriter(streamSid);
  assert.deepEqual(JSON.parse(writer.connected), {
    event: 'connected',
    protocol: 'Call',
    version: '1.0.0',
  });
  const start = JSON.parse(
    writer.start({
      accountSid: 'AC0',
      callSid: 'CA0',
      streamSid,
      tracks: ['inbound'],
      customParameters: { token: 't' },
    }),
  );
  assert.deepEqual(start, {
    event: 'start',
    sequenceNumber: '1',
    streamSid,
    start: {
      accountSid: 'AC0',
      callSid: 'CA0',
      streamSid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { token: 't' },
    },
  });
  assert.deepEqual(JSON.parse(writer.media('inbound', 20, 'AA==')), {
    event: 'media',
    sequenceNumber: '2',
    streamSid,
    media: { track: 'inbound', chunk: '1', timestamp: '20', payload: 'AA==' },
  });
  assert.deepEqual(JSON.parse(writer.mark('a "name"')), {
    event: 'mark',
    sequenceNumber: '3',
    streamSid,
    mark: { name: 'a "name"' },
  });
  assert.deepEqual(JSON.parse(writer.dtmf('#')), {
    event: 'dtmf',
    streamSid,
    sequenceNumber: '4',
    dtmf: { track: 'inbound_track', digit: '#' },
  });
  assert.deepEqual(JSON.parse(writer.stop('AC0', 'CA0')), {
    event: 'stop',
    sequenceNumber: '5',
    streamSid,
    stop: { accountSid: 'AC0', callSid: 'CA0' },
  });
});
