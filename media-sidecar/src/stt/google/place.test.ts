import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speechPlace } from './place.ts';

test('a location and an endpoint tell each other, and an address of one’s own tells nothing', () => {
  const us = { location: 'us', endpoint: 'us-speech.googleapis.com' };
  assert.deepEqual(speechPlace({}), { location: 'global' });
  assert.deepEqual(speechPlace({ location: 'global' }), { location: 'global' });
  assert.deepEqual(speechPlace({ location: 'us' }), us);
  assert.deepEqual(speechPlace({ endpoint: us.endpoint }), us);
  assert.deepEqual(speechPlace(us), us);
  const withPort = {
    location: 'asia-southeast1',
    endpoint: 'asia-southeast1-speech.googleapis.com:443',
  };
  assert.deepEqual(speechPlace({ endpoint: withPort.endpoint }), withPort);
  const own = { location: 'eu', endpoint: 'localhost:8201' };
  assert.deepEqual(speechPlace(own), own);
  assert.equal(speechPlace({ endpoint: own.endpoint }).location, 'global');
});

test('a region does not serve another', () => {
  const endpoint = 'eu-speech.googleapis.com';
  assert.throws(() => speechPlace({ location: 'us', endpoint }), /serves the location eu only/);
  const everywhere = { location: 'us', endpoint: 'speech.googleapis.com' };
  assert.throws(() => speechPlace(everywhere), /serves the location global only/);
});
