import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IDataObject, INodeType } from 'n8n-workflow';

import { hookContext, type Answer } from './contexts.ts';
import { instance, instanceAfterRestart } from './package.ts';

const path = 'nodes/TwilioVoice/TwilioVoiceTrigger.node';
const node = instance<INodeType>(path);
const url = 'https://n8n.example.com/webhook/id/voice';
const testUrl = 'https://n8n.example.com/webhook-test/id/voice';
const before = {
  voice_url: 'https://old.example.com/voice',
  voice_method: 'GET',
  voice_fallback_url: 'https://old.example.com/fallback',
  voice_fallback_method: 'GET',
  voice_application_sid: 'AP1',
  status_callback: 'https://old.example.com/status',
  status_callback_method: 'GET',
};
const fields: Record<string, string> = {
  VoiceUrl: 'voice_url',
  VoiceMethod: 'voice_method',
  VoiceFallbackUrl: 'voice_fallback_url',
  VoiceFallbackMethod: 'voice_fallback_method',
  VoiceApplicationSid: 'voice_application_sid',
  StatusCallback: 'status_callback',
  StatusCallbackMethod: 'status_callback_method',
};

/** An account with two numbers, which takes changes as Twilio does. */
function account() {
  const numbers: IDataObject[] = ['+56221234567', '+34911234567'].map((phone_number, index) => ({
    sid: `PN${index}`,
    phone_number,
    trunk_sid: null,
    ...before,
  }));
  const changes: string[] = [];
  const failing = new Set<string>();
  const answer: Answer = ({ method, url: address, body }) => {
    if (method === 'GET')
      return { body: { incoming_phone_numbers: numbers.map((one) => ({ ...one })) } };
    const sid = /\/(PN\d)\.json$/.exec(address)?.[1] ?? '';
    if (failing.has(sid)) return { statusCode: 400, body: { code: 21205, message: 'no' } };
    changes.push(sid);
    const number = numbers.find((one) => one.sid === sid);
    for (const [name, value] of new URLSearchParams(String(body))) {
      const field = fields[name];
      assert.ok(field && number, `${name} of ${sid}`);
      number[field] = value;
    }
    return { body: number };
  };
  return { numbers, changes, failing, answer };
}

type Method = 'checkExists' | 'create' | 'delete';

function trigger(
  answer: Answer,
  more: IDataObject = {},
  { staticData = {}, type = node }: { staticData?: IDataObject; type?: INodeType } = {},
) {
  const parameters: IDataObject = { manageWebhook: true, phoneNumbers: ['+56221234567'], ...more };
  return {
    staticData,
    parameters,
    async call(method: Method, address = url) {
      const mock = hookContext({
        description: type.description,
        parameters,
        staticData,
        answer,
        url: address,
        mode: address.includes('/webhook-test/') ? 'manual' : 'trigger',
      });
      // What n8n saves and loads again is JSON.
      const result = await type.webhookMethods?.default?.[method]?.call(mock.context);
      const saved = JSON.parse(JSON.stringify(staticData)) as IDataObject;
      for (const key of Object.keys(staticData)) delete staticData[key];
      Object.assign(staticData, saved);
      return result;
    },
  };
}

test('points a number to the workflow, and puts everything back', async () => {
  const { numbers, answer, changes } = account();
  const { call } = trigger(answer, { events: ['incomingCall', 'callStatus'] });
  assert.equal(await call('checkExists'), false);
  assert.equal(await call('create'), true);
  assert.deepEqual(
    { ...numbers[0] },
    {
      sid: 'PN0',
      phone_number: '+56221234567',
      trunk_sid: null,
      voice_url: url,
      voice_method: 'POST',
      voice_fallback_url: `${url}?fallback=true`,
      voice_fallback_method: 'POST',
      voice_application_sid: '',
      status_callback: `${url}?event=status`,
      status_callback_method: 'POST',
    },
  );
  assert.equal(await call('checkExists'), true);
  assert.equal(await call('delete'), true);
  assert.deepEqual(numbers[0], {
    sid: 'PN0',
    phone_number: '+56221234567',
    trunk_sid: null,
    ...before,
  });
  assert.deepEqual(changes, ['PN0', 'PN0']);
});

test('leaves the status callback alone while no status is wanted', async () => {
  const { numbers, answer } = account();
  const { call } = trigger(answer);
  await call('create');
  assert.equal(numbers[0]?.status_callback, before.status_callback);
  await call('delete');
  assert.equal(numbers[0]?.status_callback, before.status_callback);
});

test('leaves a number alone that was pointed elsewhere meanwhile', async () => {
  const { numbers, answer } = account();
  const { call, staticData } = trigger(answer);
  await call('create');
  Object.assign(numbers[0] ?? {}, { voice_url: 'https://new.example.com' });
  assert.equal(await call('checkExists'), false);
  await call('delete');
  assert.equal(numbers[0]?.voice_url, 'https://new.example.com');
  assert.deepEqual(staticData.numbers, {});
});

test('remembers the settings from before itself when it sets a number again', async () => {
  const { numbers, answer } = account();
  const { call } = trigger(answer);
  await call('create', 'https://former.example.com/webhook/id/voice');
  await call('create');
  assert.equal(numbers[0]?.voice_url, url);
  await call('delete');
  assert.equal(numbers[0]?.voice_url, before.voice_url);
});

test('a test run borrows the number from the published workflow and gives it back', async () => {
  const { numbers, answer } = account();
  await trigger(answer).call('create');
  const testRun = trigger(answer);
  await testRun.call('create', testUrl);
  assert.equal(numbers[0]?.voice_url, testUrl);
  await testRun.call('delete', testUrl);
  assert.equal(numbers[0]?.voice_url, url);
  assert.equal(numbers[0]?.voice_fallback_url, `${url}?fallback=true`);
});

const events = ['incomingCall', 'callStatus'];
/** The number as it was before the workflow. */
const original = { sid: 'PN0', phone_number: '+56221234567', trunk_sid: null, ...before };

test('what is published during a test run takes the number over, and gives it back in the end', async () => {
  const { numbers, answer } = account();
  const testRun = trigger(answer, { events });
  const published = trigger(answer, { events });
  await testRun.call('create', testUrl);
  assert.equal(await published.call('checkExists'), false);
  await published.call('create');
  await testRun.call('delete', testUrl);
  assert.equal(numbers[0]?.voice_url, url);
  await published.call('delete');
  assert.deepEqual(numbers[0], original);
});

test('a workflow that is published again during a test run keeps what was before it', async () => {
  const { numbers, answer } = account();
  const published = trigger(answer, { events });
  await published.call('create');
  const testRun = trigger(answer, { events });
  await testRun.call('create', testUrl);
  await published.call('delete');
  assert.equal(numbers[0]?.voice_url, testUrl);
  await published.call('create');
  await testRun.call('delete', testUrl);
  assert.equal(numbers[0]?.voice_url, url);
  // Another test run borrows it from what is published now.
  await testRun.call('create', testUrl);
  await testRun.call('delete', testUrl);
  assert.equal(numbers[0]?.voice_url, url);
  await published.call('delete');
  assert.deepEqual(numbers[0], original);
});

test('a test run gives the number back to nobody who was unpublished meanwhile', async () => {
  const { numbers, answer } = account();
  const published = trigger(answer, { events });
  await published.call('create');
  const testRun = trigger(answer, { events });
  await testRun.call('create', testUrl);
  await published.call('delete');
  assert.equal(numbers[0]?.voice_url, testUrl);
  await testRun.call('delete', testUrl);
  assert.deepEqual(numbers[0], original);
});

test('a test run that begins once more, with nothing of its own, still gives the number back', async () => {
  const { numbers, answer } = account();
  const published = trigger(answer, { events });
  await published.call('create');
  await trigger(answer, { events }).call('create', testUrl);
  const again = trigger(answer, { events });
  await again.call('create', testUrl);
  await again.call('delete', testUrl);
  assert.equal(numbers[0]?.voice_url, url);
  await published.call('delete');
  assert.deepEqual(numbers[0], original);
});

test('a restart during a test run loses nothing that the published workflow has noted', async () => {
  for (const unpublished of [false, true]) {
    const { numbers, answer } = account();
    const first = trigger(answer, { events });
    await first.call('create');
    await trigger(answer, { events }).call('create', testUrl);
    if (unpublished) await first.call('delete');
    const type = instanceAfterRestart<INodeType>(path);
    const published = trigger(answer, { events }, { staticData: first.staticData, type });
    assert.equal(await published.call('checkExists'), false);
    await published.call('create');
    assert.equal(numbers[0]?.voice_url, url);
    await published.call('delete');
    assert.deepEqual(numbers[0], original);
  }
});

test('the address of a test run that nobody remembers is never put back', async () => {
  const { numbers, answer } = account();
  await trigger(answer).call('create', testUrl);
  for (const address of [url, testUrl]) {
    const type = instanceAfterRestart<INodeType>(path);
    const later = trigger(answer, {}, { type });
    await later.call('create', address);
    await later.call('delete', address);
    assert.equal(numbers[0]?.voice_url, '');
    Object.assign(numbers[0] ?? {}, { voice_url: testUrl });
  }
});

test('a number that was pointed here by hand stays so', async () => {
  for (const address of [url, testUrl]) {
    const { numbers, answer } = account();
    const byHand = { ...original, voice_url: url };
    Object.assign(numbers[0] ?? {}, byHand);
    const type = instanceAfterRestart<INodeType>(path);
    const { call } = trigger(answer, {}, { type });
    await call('create', address);
    await call('delete', address);
    assert.deepEqual(numbers[0], byHand);
  }
});

test('takes all numbers, or those of an expression', async () => {
  for (const phoneNumbers of [['*'], '+56 2 2123 4567, +34911234567']) {
    const { numbers, answer } = account();
    await trigger(answer, { phoneNumbers }).call('create');
    assert.deepEqual(
      numbers.map(({ voice_url }) => voice_url),
      [url, url],
    );
  }
});

test('gives back what it had taken when one number cannot be set', async () => {
  const { numbers, answer, failing } = account();
  failing.add('PN1');
  const { call } = trigger(answer, { phoneNumbers: ['*'] });
  await assert.rejects(call('create'), /could not be pointed to this workflow/);
  assert.equal(numbers[0]?.voice_url, before.voice_url);
});

test('touches nothing while it does not manage numbers', async () => {
  const { changes, answer } = account();
  const { call } = trigger(answer, { manageWebhook: false });
  assert.equal(await call('checkExists'), true);
  assert.equal(await call('create'), true);
  assert.equal(await call('delete'), true);
  assert.deepEqual(changes, []);
});

const bad: Array<[rule: string, change: IDataObject, message: RegExp]> = [
  ['no number', { phoneNumbers: [] }, /No phone number is chosen/],
  ['a number of somebody else', { phoneNumbers: ['+56999999999'] }, /no number \+56999999999/],
];
for (const [rule, change, message] of bad) {
  test(`refuses to be published with ${rule}`, async () => {
    const { changes, answer } = account();
    await assert.rejects(trigger(answer, change).call('create'), message);
    assert.deepEqual(changes, []);
  });
}

test('refuses a number that belongs to a SIP trunk', async () => {
  const { numbers, answer, changes } = account();
  Object.assign(numbers[0] ?? {}, { trunk_sid: 'TK1' });
  await assert.rejects(trigger(answer).call('create'), /belongs to a SIP trunk/);
  assert.deepEqual(changes, []);
});

test('offers the numbers of the account by their E.164 value', async () => {
  const { answer } = account();
  const mock = hookContext({ description: node.description, parameters: {}, answer });
  const options = await node.methods?.loadOptions?.getPhoneNumbers?.call(mock.context);
  assert.deepEqual(
    options?.map(({ value }) => value),
    ['*', '+56221234567', '+34911234567'],
  );
});
