import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import type { Api, Reply } from '../testing/api-fixture.ts';
import { goodSignature, startApi, toReply } from '../testing/api-fixture.ts';

const callSid = `CA${'0'.repeat(32)}`;

onEachDatabase('what Twilio asks', (database) => {
  let api: Api;
  before(async () => {
    api = await startApi(database());
  });

  const post = async (
    url: string,
    form: string,
    signature: string | undefined = goodSignature,
    type = 'application/x-www-form-urlencoded',
  ): Promise<Reply & { readonly text: string }> => {
    const response = await api.app.inject({
      method: 'POST',
      url,
      headers: {
        'content-type': type,
        ...(signature !== '' && { 'x-twilio-signature': signature }),
      },
      payload: form,
    });
    return { ...toReply(response), text: response.body };
  };

  test('gets TwiML for what follows after the stream, without a key', async () => {
    const reply = await post('/twilio/stream-ended?a=1', `CallSid=${callSid}&From=%2B56912345678`);
    assert.equal(reply.status, 200);
    assert.match(String(reply.headers['content-type']), /^text\/xml/);
    assert.equal(reply.text, `<Response><!--${callSid}--></Response>`);
    assert.deepEqual(api.verified.at(-1), {
      url: 'https://voice.example.com/twilio/stream-ended?a=1',
      form: { CallSid: callSid, From: '+56912345678' },
    });
  });

  test('hangs up when a message was recorded, and does not ask for another one', async () => {
    for (const url of ['/twilio/stream-ended', '/twilio/dial-ended']) {
      const reply = await post(url, `CallSid=${callSid}&RecordingUrl=https%3A%2F%2Fa.example%2F1`);
      assert.deepEqual([reply.status, reply.text], [200, '<Response><Hangup/></Response>']);
    }
  });

  test('is told what follows a dial also when that was recorded', async () => {
    const form = `CallSid=${callSid}&RecordingUrl=https%3A%2F%2Fa.example%2F1&DialCallStatus=completed`;
    assert.match((await post('/twilio/stream-ended', form)).text, /<!--CA0+-->/);
    assert.match((await post('/twilio/dial-ended', form)).text, /<!--dialled CA0+ true-->/);
  });

  test('gets the words for the person who takes over, by the call of the caller', async () => {
    const reply = await post(`/twilio/whisper?call=${callSid}`, `CallSid=CA${'1'.repeat(32)}`);
    assert.match(String(reply.headers['content-type']), /^text\/xml/);
    assert.equal(reply.text, `<Response><!--whisper ${callSid}--></Response>`);
    assert.equal(
      api.verified.at(-1)!.url,
      `https://voice.example.com/twilio/whisper?call=${callSid}`,
    );
    const nameless = await post('/twilio/whisper', `CallSid=${callSid}`);
    assert.deepEqual([nameless.status, nameless.field], [400, 'call']);
  });

  test('tells after a dial whether the two were joined', async () => {
    const dialled = async (form: string): Promise<string> =>
      (await post('/twilio/dial-ended', `CallSid=${callSid}&${form}`)).text;
    const answer = (joined: boolean) => `<Response><!--dialled ${callSid} ${joined}--></Response>`;
    assert.equal(await dialled('DialCallStatus=completed&DialBridged=true'), answer(true));
    assert.equal(await dialled('DialCallStatus=completed'), answer(true));
    // Hung up during the whisper.
    assert.equal(await dialled('DialCallStatus=completed&DialBridged=false'), answer(false));
    for (const status of ['busy', 'no-answer', 'failed', 'canceled', 'something-new']) {
      assert.equal(await dialled(`DialCallStatus=${status}`), answer(false));
    }
    assert.equal(await dialled('Other=1'), answer(false));
  });

  test('may report the state of a stream', async () => {
    for (const event of ['stream-started', 'stream-stopped', 'stream-error', 'something-new']) {
      const form = `CallSid=${callSid}&StreamEvent=${event}&StreamError=31921`;
      assert.equal((await post('/twilio/stream-status', form)).status, 204);
    }
  });

  test('is refused without its signature, whatever else is sent, and counted', async () => {
    const before = api.counted.length;
    for (const url of [
      '/twilio/stream-ended',
      '/twilio/stream-status',
      '/twilio/dial-ended',
      `/twilio/whisper?call=${callSid}`,
    ]) {
      for (const signature of ['', 'wrong']) {
        const reply = await post(url, `CallSid=${callSid}`, signature);
        assert.deepEqual([reply.status, reply.code], [403, 'bad-signature']);
      }
      assert.equal((await post(url, '', 'wrong')).status, 403);
    }
    const refused = api.counted.slice(before);
    assert.deepEqual(refused, Array(12).fill('callbacks_refused signature'));
  });

  test('is refused when the body is no form, says nothing or is too large', async () => {
    const json = await post('/twilio/stream-ended', '{}', goodSignature, 'application/json');
    assert.deepEqual([json.status, json.code], [400, 'unsupported-media-type']);
    const empty = await post('/twilio/stream-ended', 'Other=1');
    assert.deepEqual([empty.status, empty.field], [400, 'CallSid']);
    const large = await post('/twilio/stream-ended', `CallSid=${'x'.repeat(70_000)}`);
    assert.deepEqual([large.status, large.code], [413, 'too-large']);
  });
});
