import type { IDataObject, INodeType } from 'n8n-workflow';

import { executeNode, type Answer, type ExecuteOptions } from './contexts.ts';
import { instance } from './package.ts';

const node = instance<INodeType>('nodes/TwilioVoice/TwilioVoice.node');
export const account =
  'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001';
export const sid = (prefix: string) => `${prefix}${'a'.repeat(32)}`;
export const named = (value: string) => ({ mode: 'id', value });

/** Runs the node on mocked contexts, with `answer` as Twilio. */
export const run = (
  parameters: IDataObject,
  answer: Answer = () => ({ body: {} }),
  more: Partial<ExecuteOptions> = {},
) => executeNode(node, { parameters, answer, ...more });

export const form = (body: unknown) => Object.fromEntries(new URLSearchParams(String(body)));

export const from = { mode: 'list', value: '+56221234567' };
export const make = {
  resource: 'call',
  operation: 'make',
  from,
  to: '+56912345678',
  text: 'Hola',
};
export const conference = { resource: 'conference', conferenceSid: named(sid('CF')) };
export const participant = { ...conference, participant: named(sid('CA')) };
export const onCall = { callSid: named(sid('CA')) };
export const start = { resource: 'liveAudio', operation: 'start', ...onCall };

export const number = {
  sid: sid('PN'),
  phone_number: '+56221234567',
  capabilities: { voice: true, sms: false },
  voice_application_sid: '',
  trunk_sid: null,
};
export const setWebhooks = {
  resource: 'number',
  operation: 'setWebhooks',
  phoneNumber: { mode: 'number', value: '+56221234567' },
};
export const accountWith =
  (found: IDataObject): Answer =>
  ({ method }) =>
    method === 'GET' ? { body: { incoming_phone_numbers: [found] } } : { body: found };
