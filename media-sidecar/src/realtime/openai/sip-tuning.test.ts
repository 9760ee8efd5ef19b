import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProviderError } from '../../kernel/errors.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import type { RealtimeSettings } from '../contract.ts';
import type { RestReply } from './rest.ts';
import { OpenAiSipCalls } from './sip-calls.ts';
import { SipTuning } from './sip-tuning.ts';
import {
  CountingMetrics,
  settings as semantic,
  startReadyRig,
  startRig,
} from './testing/fake-socket.ts';

const never = new AbortController().signal;
const settings: RealtimeSettings = {
  ...semantic,
  turnDetection: { type: 'server_vad', silenceDurationMs: 350 },
};
const answering = { create_response: true, interrupt_response: true };
const tuned = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 350,
  ...answering,
};
const untuned = { type: 'server_vad', ...answering };

const taken: RestReply = { status: 200, retryAfter: undefined, body: '' };
const refusal = (param: string, code = 'unknown_parameter', status = 400): RestReply => ({
  status,
  retryAfter: undefined,
  body: JSON.stringify({
    error: { type: 'invalid_request_error', code, param, message: `Unknown parameter: '${param}'` },
  }),
});

/** Turn detection in what was sent. */
function detectionIn(session: unknown): object {
  const { audio } = session as { audio: { input: { turn_detection: object } } };
  return audio.input.turn_detection;
}

/** Calls that are accepted with one reply after the other, and their controls. */
function start(...replies: readonly RestReply[]) {
  const left = [...replies];
  const accepted: object[] = [];
  const metrics = new CountingMetrics();
  const warnings: string[] = [];
  const warn = (_fields: object, message: string) => void warnings.push(message);
  const tuning = new SipTuning({ metrics, logger: { ...silentLogger, warn } });
  const post = ({ body }: { body?: object }): Promise<RestReply> => {
    accepted.push(detectionIn(body));
    return Promise.resolve(left.shift() ?? assert.fail('nothing more was expected'));
  };
  const calls = new OpenAiSipCalls(
    { apiKey: 'sk-a-key-of-tests' },
    { clock: new VirtualClock(), post, tuning },
  );
  return {
    accepted,
    metrics,
    tuning,
    warnings,
    accept: (given = settings) => calls.accept('rtc_1', given, never),
    control: () => startRig({ callId: 'rtc_1', settings, tuning }),
  };
}

type Control = ReturnType<typeof startRig>;

/** Turn detection in the first settings of a control, and in a later change of them. */
function detectionsOf({ session, socket }: Control): object[] {
  socket.becomesReady();
  session.update({ answers: 'by-itself' });
  return socket.of('session.update').map((event) => detectionIn(event['session']));
}

describe('the tuning of server_vad over SIP', () => {
  it('is asked for with the accept, and named by the controls after one', async () => {
    const { accept, accepted, control, metrics, warnings } = start(taken);
    await accept();
    assert.deepEqual(accepted, [tuned]);
    assert.deepEqual(detectionsOf(control()), [tuned, tuned]);
    assert.deepEqual([metrics.counts, warnings], [{}, []]);
  });

  for (const param of [
    'session.audio.input.turn_detection.threshold',
    'audio.input.turn_detection.prefix_padding_ms',
    'session.audio.input.turn_detection.silence_duration_ms',
  ]) {
    it(`is left out where it is refused, and by everybody from then on: ${param}`, async () => {
      const { accept, accepted, control, metrics, warnings } = start(refusal(param), taken, taken);
      await accept();
      assert.deepEqual(accepted, [tuned, untuned]);
      assert.deepEqual(detectionsOf(control()), [untuned, untuned]);
      await accept();
      assert.deepEqual(accepted, [tuned, untuned, untuned]);
      assert.deepEqual(metrics.counts, { provider_errors: 1 });
      assert.deepEqual(warnings, [
        'OpenAI refuses the tuning of server_vad over SIP: calls are accepted without it',
      ]);
    });
  }

  it('is left out by calls that were accepted with it, once it is refused', async () => {
    const { accept, control } = start(taken, refusal('turn_detection.threshold'), taken);
    await accept();
    const { session, socket } = control();
    socket.becomesReady();
    await accept();
    session.update({ answers: 'by-itself' });
    const changes = socket.of('session.update').map((event) => detectionIn(event['session']));
    assert.deepEqual(changes, [tuned, untuned]);
  });

  it('tells what the accept without it meets', async () => {
    const { accept } = start(refusal('turn_detection.threshold'), {
      ...taken,
      status: 404,
    });
    await assert.rejects(accept(), { code: 'not-found' });
  });

  for (const [what, reply] of [
    ['another unknown field', refusal('session.audio.input.turn_detection.eagerness')],
    ['a wrong value of it', refusal('turn_detection.threshold', 'decimal_above_max_value')],
    ['a caller who has left', refusal('call_id', 'call_id_not_found', 404)],
  ] as const) {
    it(`stays when something else is refused: ${what}`, async () => {
      const { accept, accepted, tuning, warnings } = start(reply, taken);
      await assert.rejects(accept(), ProviderError);
      await accept();
      assert.deepEqual(accepted, [tuned, tuned]);
      assert.deepEqual([tuning.isTaken, warnings], [true, []]);
    });
  }

  it('is never tried by a control first, whoever accepted its call', async () => {
    const { accept, accepted, control } = start(taken);
    await accept(semantic);
    assert.equal((accepted[0] as { type: string }).type, 'semantic_vad');
    assert.deepEqual(detectionsOf(control()), [untuned, untuned]);
    assert.deepEqual(detectionsOf(startRig({ callId: 'rtc_1', settings })), [untuned, untuned]);
  });

  it('is left out by the next control when one was lost by it', async () => {
    const { accept, control, warnings } = start(taken);
    await accept();
    const { socket, told } = control();
    socket.handlers.onOpen();
    socket.refuses({
      code: 'unknown_parameter',
      param: 'session.audio.input.turn_detection.threshold',
      event_id: socket.sent[0]?.['event_id'],
    });
    const ends = told.of('onClosed').map(({ code, retryable }) => [code, retryable]);
    assert.deepEqual(ends, [['invalid-request', true]]);
    assert.equal(warnings.length, 1);
    assert.deepEqual(detectionsOf(control()), [untuned, untuned]);
  });

  it('is a matter of calls over SIP alone', () => {
    const { session, socket } = startReadyRig({ settings });
    session.update({ answers: 'by-itself' });
    const [change] = socket.of('session.update');
    assert.deepEqual(detectionIn(change?.['session']), tuned);
  });
});
