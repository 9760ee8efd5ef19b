import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startCloud, type Cloud } from './cloud.ts';

let cloud: Cloud;
before(async () => {
  cloud = await startCloud({ sidecar: true });
});
after(() => cloud[Symbol.asyncDispose]());

test('a node reaches the simulated Twilio with its credential', async () => {
  const { error, items } = await cloud.engine.run({
    node: 'twilioVoice',
    parameters: { resource: 'call', operation: 'getMany' },
    credentials: cloud.credentials,
  });
  assert.equal(error, undefined);
  assert.deepEqual(items, []);
  assert.equal(cloud.simulator.requests.list().at(-1)?.status, 200);
});

test('a node reaches the sidecar with its credential', async () => {
  const { error } = await cloud.engine.run({
    node: 'voiceAgent',
    parameters: { resource: 'tenant', operation: 'getMany' },
    credentials: cloud.credentials,
  });
  assert.equal(error, undefined);
  assert.equal(cloud.sidecar?.requests.at(-1)?.path, '/v1/tenants');
});
