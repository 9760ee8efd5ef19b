import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Engine } from '../engine/engine.ts';
import { heard, refusal, skipPauses, transcribe, wavOf, withApiKey } from './google-stt.ts';
import { scriptedGoogle } from './scripted-google.ts';

/** Long recordings, several items, and a busy Google; replies are scripted. */
let engine: Engine;
before(async () => {
  engine = await Engine.start();
});
after(() => engine[Symbol.asyncDispose]());

test('a recording of three minutes is cut, recognised some pieces at a time, and put together in order', async () => {
  let [running, most] = [0, 0];
  await using google = await scriptedGoogle(async (asked) => {
    most = Math.max(most, ++running);
    const bytes = Buffer.from(
      (asked.body as { audio: { content: string } }).audio.content,
      'base64',
    );
    const seconds = bytes.length / 16_000;
    assert.ok(seconds <= 55, `${String(seconds)} s in one request`);
    // The later a piece, the sooner it is answered.
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return {
      body: {
        results: [
          {
            alternatives: [
              {
                transcript: `${String(seconds)} segundos`,
                confidence: 0.9,
                words: [{ word: 'segundos', startTime: '1s', endTime: '1.400s' }],
              },
            ],
            resultEndTime: `${String(seconds)}s`,
          },
        ],
        totalBilledTime: `${String(Math.ceil(seconds))}s`,
      },
    };
  });
  const { items, error } = await transcribe(
    engine,
    withApiKey(google.url),
    { output: 'turns', options: { wordTimes: true, pieceConcurrency: 2 } },
    [wavOf(180)],
  );
  assert.equal(error, undefined);
  const { json } = items[0] ?? assert.fail();
  assert.equal(json.durationMs, 180_000);
  assert.ok(Number(json.pieces) >= 4 && Number(json.pieces) <= 5);
  assert.equal(google.asked.length, json.pieces);
  assert.ok(most <= 2);
  const sent = google.asked.map(
    ({ body }) =>
      Buffer.from((body as { audio: { content: string } }).audio.content, 'base64').length / 16_000,
  );
  const texts = String(json.text).match(/[\d.]+(?= segundos)/g) ?? [];
  assert.deepEqual(texts.map(Number).sort(), [...sent].sort());
  // Together they are the whole recording, and each begins where the one before ended.
  assert.equal(
    sent.reduce((sum, each) => sum + each, 0),
    180,
  );
  const words = (json.turns as Array<{ words: Array<{ startMs: number }> }>).flatMap(
    (turn) => turn.words,
  );
  let beginning = 0;
  texts.map(Number).forEach((seconds, index) => {
    assert.equal(words[index]?.startMs, Math.round(beginning + 1000));
    beginning += seconds * 1000;
  });
});

test('several items at a time keep their order, and one that fails stays in its place', async () => {
  let count = 0;
  await using google = await scriptedGoogle(async ({ body }) => {
    const { content } = (body as { audio: { content: string } }).audio;
    const seconds = Buffer.from(content, 'base64').length / 16_000;
    // The first ones are answered last.
    const turns = 10 - count++;
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
    return seconds === 3
      ? refusal(400, 'INVALID_ARGUMENT', "Invalid recognition 'config': bad encoding..")
      : { body: heard(`${String(seconds)} s`) };
  });
  const files = [1, 2, 3, 4, 5].map((seconds) => wavOf(seconds));
  const { items, error } = await transcribe(
    engine,
    withApiKey(google.url),
    { options: { concurrency: 5 } },
    files,
    { continueOnFail: true },
  );
  assert.equal(error, undefined);
  assert.deepEqual(
    items.map(({ json, pairedItem }) => [
      json.text ?? json.error,
      (pairedItem as { item: number }).item,
    ]),
    [
      ['1 s', 0],
      ['2 s', 1],
      ['Google cannot decode the audio', 2],
      ['4 s', 3],
      ['5 s', 4],
    ],
  );
  const stopped = await transcribe(engine, withApiKey(google.url), {}, files);
  assert.equal(stopped.error?.itemIndex, 2);
});

test('waits as long as Google asks when it is busy, else longer each time', async () => {
  await using google = await scriptedGoogle((_, index) => {
    const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7.500s' };
    if (index === 0) return refusal(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', [retry]);
    if (index === 1)
      return { ...refusal(429, 'RESOURCE_EXHAUSTED', 'Quota'), headers: { 'retry-after': '3' } };
    if (index === 2) return refusal(503, 'UNAVAILABLE', 'The service is currently unavailable.');
    return { body: heard('hola') };
  });
  using skipped = skipPauses();
  const { items, error } = await transcribe(engine, withApiKey(google.url));
  assert.equal(error, undefined);
  assert.equal(items[0]?.json.text, 'hola');
  const [first, second, third] = skipped.pauses;
  assert.deepEqual([first, second], [7500, 3000]);
  assert.ok(third !== undefined && third >= 3000 && third <= 5000, String(third));
});

test('ten thousand items, and none', async () => {
  const models = (count: number) =>
    engine.run({
      node: 'googleSTT',
      parameters: {
        resource: 'model',
        operation: 'getMany',
        apiVersion: 'v1',
        language: 'es-CL',
        limit: 1,
      },
      credentials: withApiKey('http://127.0.0.1:9'),
      items: Array.from({ length: count }, (_, index) => ({ json: { index } })),
    });
  const many = await models(10_000);
  assert.equal(many.error, undefined);
  assert.equal(many.items.length, 10_000);
  assert.deepEqual(many.items.at(-1)?.pairedItem, { item: 9999 });
  const none = await models(0);
  assert.deepEqual([none.error, none.items], [undefined, []]);
});
