import assert from 'node:assert/strict';
import { test } from 'node:test';

import { built } from './package.ts';

interface Place {
  pathAfter(this: object): string;
}
const { pathAfter } = built<Place>('nodes/TwilioVoice/conversation/place');

const voice = (resource: string, disabled = false) => ({
  type: 'n8n-nodes-voice-agents.twilioVoice',
  disabled,
  parameters: { resource },
});

const behind = (...nodes: object[]) =>
  pathAfter.call({ getNode: () => ({ name: 'Ask' }), getChildNodes: () => nodes });

test('n8n answers when the wait is saved, where only conversation nodes follow', () => {
  assert.equal(behind(), 'call');
  assert.equal(
    behind(voice('conversation'), voice('call'), { type: 'n8n-nodes-base.set' }),
    'call',
  );
});

test('the next node answers at once, where another kind of node may be the one', () => {
  assert.equal(behind(voice('conversation'), voice('response')), 'call-now');
  assert.equal(behind({ type: 'n8n-nodes-base.respondToWebhook' }), 'call-now');
  assert.equal(behind(voice('response', true)), 'call');
});
