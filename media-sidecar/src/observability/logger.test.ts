import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { createLogger } from './logger.ts';

function capture(): { logger: ReturnType<typeof createLogger>; lines: () => string } {
  let written = '';
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  });
  return { logger: createLogger({ level: 'debug', destination }), lines: () => written };
}

const secrets = [
  '+56912345678',
  '56912345678',
  'quiero cambiar la hora',
  'whsec_c2VjcmV0',
  'sk-live-1',
  'vk_abcdefghijklmnopqrst',
  'hunter2',
];

test('writes no phone number, no word of a call and no secret', () => {
  const { logger, lines } = capture();
  const cause = new Error('no route to +56912345678');
  const error = Object.assign(new Error('call to sip:+56912345678@x failed, key whsec_c2VjcmV0'), {
    cause,
    request: { body: 'quiero cambiar la hora' },
  });
  logger.info(
    {
      callId: 'c1',
      from: '+56912345678',
      session: {
        to: '+56912345678',
        token: 'sk-live-1',
        tenant: { escalation_number: '+56912345678' },
      },
      turns: [{ text: 'quiero cambiar la hora', generatedText: 'quiero cambiar la hora' }],
      headers: { Authorization: 'Bearer sk-live-1' },
      note: 'called +56912345678 with Bearer sk-live-1 and vk_abcdefghijklmnopqrst',
      url: 'https://user:hunter2@example.com/?To=%2B56912345678',
    },
    'call connected',
  );
  logger.error({ err: error }, 'call failed');
  logger.child({ caller: '+56912345678' }).warn({ transcript: 'quiero cambiar la hora' }, 'late');

  for (const secret of secrets) assert.equal(lines().includes(secret), false, secret);
});

test('keeps what helps to find a fault', () => {
  const { logger, lines } = capture();
  logger.child({ callId: 'c1' }).error(
    {
      err: Object.assign(new Error('boom'), { code: 'ECONNRESET' }),
      provider: 'gemini',
      durationMs: 12,
    },
    'provider failed',
  );
  const line = JSON.parse(lines()) as Record<string, unknown> & { err: Record<string, unknown> };
  assert.equal(line['level'], 'error');
  assert.equal(line['msg'], 'provider failed');
  assert.equal(line['callId'], 'c1');
  assert.equal(line['provider'], 'gemini');
  assert.equal(line['durationMs'], 12);
  assert.deepEqual(
    [line.err['type'], line.err['message'], line.err['code']],
    ['Error', 'boom', 'ECONNRESET'],
  );
});

test('survives fields that contain themselves', () => {
  const { logger, lines } = capture();
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  logger.info({ loop }, 'loop');
  assert.match(lines(), /too deep/);
});
