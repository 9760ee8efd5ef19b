import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AfterStream, Transfer } from '../call/registry.ts';
import { FakeCallActions } from '../call/testing/fake-ports.ts';
import type { PhoneCallState } from '../domain/calls/calls.ts';
import { domainErrors } from '../domain/errors.ts';
import type { Tenant } from '../domain/tenants/schema.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import { AfterStreamAnswers } from './after-stream.ts';

function answers(
  known: AfterStream,
  records: (PhoneCallState | undefined)[] = [],
  clock = new VirtualClock(),
) {
  let asked = 0;
  const actions = new FakeCallActions();
  const made = new AfterStreamAnswers({
    registry: { afterStream: () => known },
    calls: {
      ofPhoneCall: () => {
        asked += 1;
        return Promise.resolve(records.length > 1 ? records.shift() : records[0]);
      },
    },
    tenants: {
      byPhoneNumber: (_access, number) =>
        number === '+34911234567'
          ? Promise.resolve({ language: 'en-GB' } as Tenant)
          : Promise.reject(domainErrors.tenantNotFound()),
    },
    actions,
    twiml: {
      hangUp: () => 'hang-up',
      takeMessage: (say, language) => `${language}: ${say}`,
      dial: (target) => `dial ${JSON.stringify(target)}`,
      whisper: (say, language) => (say === undefined ? 'join' : `whisper ${language}: ${say}`),
    },
    publicUrl: 'https://voice.example.com',
    clock,
  });
  const answer = (to?: string): Promise<string> => made.answer({ callSid: 'CA1', to });
  const dialEnded = (bridged: boolean, to?: string): Promise<string> =>
    made.dialEnded({ callSid: 'CA1', to, bridged });
  return {
    answer,
    dialEnded,
    whisper: () => made.whisper('CA1'),
    asked: () => asked,
    callbacks: actions.callbacks,
  };
}

const unknown: AfterStream = { action: 'unknown' };

const runningRecord = { status: 'in-progress', endReason: null, language: 'es-CL' } as const;
const completedRecord = {
  status: 'completed',
  endReason: 'caller-hung-up',
  language: 'es-CL',
} as const;
const transferredRecord = { ...completedRecord, endReason: 'transferred' } as const;

test('does what the process that had the call says, without asking the database', async () => {
  const ended = answers({ action: 'hang-up' });
  assert.equal(await ended.answer(), 'hang-up');
  const broke = answers({ action: 'take-message', text: 'Deje su mensaje.', language: 'es-CL' });
  assert.equal(await broke.answer(), 'es-CL: Deje su mensaje.');
  assert.deepEqual([ended.asked(), broke.asked()], [0, 0]);
});

test('goes by the record of a call that another replica had', async () => {
  const completed = answers(unknown, [completedRecord]);
  assert.equal(await completed.answer(), 'hang-up');
  const failed = answers(unknown, [
    { status: 'failed', endReason: 'provider-failure', language: 'en-US' },
  ]);
  assert.match(await failed.answer(), /^en-US: We are sorry/);
});

test('a caller who had left for the model, and is there for Twilio, can leave a message', async () => {
  const left = answers(unknown, [{ ...completedRecord, endReason: 'caller-left' }]);
  assert.match(await left.answer(), /^es-CL: Lo sentimos/);
});

test('gives another replica time to write the end of the call', async () => {
  const clock = new VirtualClock();
  const late = answers(unknown, [runningRecord, runningRecord, completedRecord], clock);
  const answer = late.answer();
  await advanceUntil(clock, answer);
  assert.equal(await answer, 'hang-up');
  assert.equal(late.asked(), 3);
});

test('waits until another replica knows the last words of the call', async () => {
  const clock = new VirtualClock();
  // 3.25 s: three for the words, and the writing of the end.
  const running = Array.from({ length: 13 }, () => runningRecord);
  const answer = answers(unknown, [...running, completedRecord], clock).answer();
  await advanceUntil(clock, answer);
  assert.equal(await answer, 'hang-up');
});

test('takes a message when the end of the call is never written', async () => {
  const clock = new VirtualClock();
  const dead = answers(unknown, [runningRecord], clock);
  const answer = dead.answer();
  await advanceUntil(clock, answer);
  assert.match(await answer, /^es-CL: Lo sentimos/);
});

test('takes a message for a call that never began, in the language of the number', async () => {
  assert.match(await answers(unknown).answer('+34911234567'), /^en-GB: We are sorry/);
  for (const to of ['+34910000000', 'sip:x', undefined]) {
    assert.match(await answers(unknown).answer(to), /^es: Lo sentimos/);
  }
});

const call: Transfer['call'] = {
  callId: 'call-1',
  direction: 'inbound',
  from: '+56912345678',
  to: '+56227654321',
  tenant: {
    id: 'tenant-1',
    slug: 'automotora-andes',
    name: 'Automotora Andes',
    timezone: 'America/Santiago',
    language: 'es-CL',
    escalationNumber: '+56221234567',
  },
};
const summary = 'Pregunta por el precio de un auto rojo.';
const transfer: Transfer = {
  action: 'transfer',
  number: '+56221234567',
  callerId: '+56227654321',
  summary,
  call,
};
const dialled =
  'dial {"number":"+56221234567","callerId":"+56227654321",' +
  '"actionUrl":"https://voice.example.com/twilio/dial-ended",' +
  '"whisperUrl":"https://voice.example.com/twilio/whisper?call=CA1"}';

test('dials the person who takes over, from the number of the call, without a word in an address', async () => {
  assert.equal(await answers(transfer).answer(), dialled);
});

test('another replica finds in the record whom to dial and what to whisper', async () => {
  const record = [{ ...transferredRecord, transfer: { call, summary } }] as const;
  assert.equal(await answers(unknown, [...record]).answer(), dialled);
  assert.match(await answers(unknown, [...record]).whisper(), /precio de un auto rojo\.$/);
});

test('a call that we placed is passed on with the number that it was placed from', async () => {
  const placed = {
    ...call,
    direction: 'outbound',
    from: '+56227654321',
    to: '+56912345678',
  } as const;
  const record = [{ ...transferredRecord, transfer: { call: placed } }] as const;
  assert.equal(await answers(unknown, [...record]).answer(), dialled);
});

test('a transfer without a number is the end of the call', async () => {
  const { escalationNumber: _, ...tenant } = call.tenant;
  const record: PhoneCallState[] = [
    { ...transferredRecord, transfer: { call: { ...call, tenant } } },
  ];
  assert.equal(await answers(unknown, record).answer(), 'hang-up');
});

test('whispers the summary to the person, and joins at once where there is none', async () => {
  assert.equal(
    await answers(transfer).whisper(),
    `whisper es-CL: Llamada que le pasa el asistente virtual. ${summary}`,
  );
  const { summary: _, ...without } = transfer;
  assert.equal(await answers(without).whisper(), 'join');
  assert.equal(await answers(unknown).whisper(), 'join');
});

test('after the two have talked the call is over', async () => {
  const talked = answers(transfer);
  assert.equal(await talked.dialEnded(true), 'hang-up');
  assert.deepEqual(talked.callbacks, []);
});

test('when nobody took the call, a message is taken and a callback is noted', async () => {
  const missed = answers(transfer);
  assert.match(await missed.dialEnded(false), /^es-CL: En este momento nadie puede atenderle\./);
  assert.deepEqual(missed.callbacks, [{ reason: `Nadie atendió la transferencia. ${summary}` }]);
});

test('after a dial into a model the conversation decides, and then whether they were joined', async () => {
  assert.equal(await answers({ action: 'hang-up' }).dialEnded(true), 'hang-up');
  const broke = answers({ action: 'take-message', text: 'Deje su mensaje.', language: 'es-CL' });
  assert.equal(await broke.dialEnded(true), 'es-CL: Deje su mensaje.');
  assert.equal(await answers(unknown).dialEnded(true), 'hang-up');
  assert.match(await answers(unknown).dialEnded(false, '+34911234567'), /^en-GB: We are sorry/);
});

async function advanceUntil(clock: VirtualClock, promise: Promise<unknown>): Promise<void> {
  let settled = false;
  void promise.finally(() => (settled = true));
  while (!settled) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(250);
  }
}
