import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MediaStreamError, parseTwilioMessage } from './wire.ts';

const payload = Buffer.alloc(160, 0x7f).toString('base64');
const media = { track: 'inbound', chunk: '12', timestamp: '240', payload };
const usual = { event: 'media', sequenceNumber: '13', media, streamSid: 'MZ1' };
const read = {
  event: 'media',
  streamSid: 'MZ1',
  track: 'inbound',
  chunk: 12,
  timestampMs: 240,
  payload,
};

/** What comes of a text, and of the same JSON with a space in it, which is not how Twilio writes. */
function outcomes(text: string): unknown[] {
  return [text, text.replace('{', '{ ')].map((written) => {
    try {
      return parseTwilioMessage(written);
    } catch (error) {
      if (!(error instanceof MediaStreamError)) throw error;
      return error.code;
    }
  });
}

describe('a media message', () => {
  it('is read with the id of its stream behind, before, and in any other order', () => {
    const { event, sequenceNumber, streamSid } = usual;
    const orders = [
      usual,
      { event, sequenceNumber, streamSid, media },
      { streamSid, media, event },
      { event, sequenceNumber, media: { payload, chunk: 12, timestamp: 240 }, streamSid },
    ];
    for (const message of orders) {
      assert.deepEqual(outcomes(JSON.stringify(message)), [read, read]);
    }
  });

  it('means what it means as JSON, or nothing, however it is written', () => {
    const text = JSON.stringify(usual);
    const changes: [string | RegExp, string][] = [
      ['"MZ1"', '"MZ1","streamSid":"MZ2"'],
      ['"sequenceNumber":"13",', '"sequenceNumber":"13","streamSid":"MZ2",'],
      [',"streamSid":"MZ1"', ''],
      ['"MZ1"', '"MZ\\u0031"'],
      ['"MZ1"', '"MZ ñ"'],
      ['"12"', '"-1"'],
      ['"12"', '"1e3"'],
      ['"12"', '"1234567890123456"'],
      ['"240"', '""'],
      ['"inbound"', '"both"'],
      ['"inbound"', '"outbound"'],
      [payload, ''],
      [payload, 'a\\"b'],
      [payload, 'a"b'],
      [payload, 'a\nb'],
      [payload, 'a\\/b-_ '],
      [/\}$/, ''],
      [/$/, '\n'],
      [/$/, '}'],
    ];
    for (const [part, other] of changes) {
      const changed = text.replace(part, () => other);
      assert.notEqual(changed, text);
      const [asWritten, asJson] = outcomes(changed);
      assert.deepEqual(asWritten, asJson, changed);
    }
  });
});
