import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AfterStream } from '../call/registry.ts';
import { domainErrors } from '../domain/errors.ts';
import type { Tenant } from '../domain/tenants/schema.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import { AfterStreamAnswers } from './after-stream.ts';

type Record = { status: 'in-progress' | 'completed' | 'failed'; language: string };

function answers(
  known: AfterStream,
  records: (Record | undefined)[] = [],
  clock = new VirtualClock(),
) {
  let asked = 0;
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
    twiml: { hangUp: () => 'hang-up', takeMessage: (say, language) => `${language}: ${say}` },
    clock,
  });
  const answer = (to?: string): Promise<string> => made.answer({ callSid: 'CA1', to });
  return { answer, asked: () => asked };
}

const unknown: AfterStream = { action: 'unknown' };

test('does what the process that had the call says, without asking the database', async () => {
  const ended = answers({ action: 'hang-up' });
  assert.equal(await ended.answer(), 'hang-up');
  const broke = answers({ action: 'take-message', text: 'Deje su mensaje.', language: 'es-CL' });
  assert.equal(await broke.answer(), 'es-CL: Deje su mensaje.');
  assert.deepEqual([ended.asked(), broke.asked()], [0, 0]);
});

test('goes by the record of a call that another replica had', async () => {
  const completed = answers(unknown, [{ status: 'completed', language: 'es-CL' }]);
  assert.equal(await completed.answer(), 'hang-up');
  const failed = answers(unknown, [{ status: 'failed', language: 'en-US' }]);
  assert.match(await failed.answer(), /^en-US: We are sorry/);
});

test('gives another replica time to write the end of the call', async () => {
  const clock = new VirtualClock();
  const running: Record = { status: 'in-progress', language: 'es-CL' };
  const late = answers(
    unknown,
    [running, running, { status: 'completed', language: 'es-CL' }],
    clock,
  );
  const answer = late.answer();
  await advanceUntil(clock, answer);
  assert.equal(await answer, 'hang-up');
  assert.equal(late.asked(), 3);
});

test('takes a message when the end of the call is never written', async () => {
  const clock = new VirtualClock();
  const dead = answers(unknown, [{ status: 'in-progress', language: 'es-CL' }], clock);
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

async function advanceUntil(clock: VirtualClock, promise: Promise<unknown>): Promise<void> {
  let settled = false;
  void promise.finally(() => (settled = true));
  while (!settled) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(250);
  }
}
