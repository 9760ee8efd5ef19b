import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { systemClock } from '../../media-sidecar/src/kernel/clock.ts';
import type { ProviderError } from '../../media-sidecar/src/kernel/errors.ts';
import { OpenAiSipCalls } from '../../media-sidecar/src/realtime/openai/sip-calls.ts';
import { SipTuning } from '../../media-sidecar/src/realtime/openai/sip-tuning.ts';
import { settings, startOpenAiCloud } from './openai-cloud.ts';

const cloud = await startOpenAiCloud();
const { connection, endOf, fail, open, simulator } = cloud;

type SipCall = Awaited<ReturnType<typeof simulator.openai.project.incomingCall>>;

describe('a call over SIP', { timeout: 60_000 }, () => {
  after(() => cloud.close());
  afterEach(() => cloud.closeSessions());
  beforeEach(() => cloud.reset());

  const never = new AbortController().signal;
  const sipCalls = (tuning = new SipTuning()) =>
    new OpenAiSipCalls(connection(), { clock: systemClock, tuning });
  const ring = () => simulator.openai.project.incomingCall({ from: '+56912345678', to: 'proj_1' });
  const detectionOf = ({ state }: SipCall) =>
    state.name === 'active' ? state.session.audio?.input?.turn_detection : undefined;
  const codeOf = (promise: Promise<void>) =>
    promise.then(
      () => 'done',
      (error: ProviderError) => error.code,
    );

  it('is accepted with the settings of the session, controlled, and referred', async () => {
    const call = await ring();
    await sipCalls().accept(call.id, { ...settings, voice: 'cedar' }, never);
    assert.equal(call.state.name === 'active' && call.state.session.audio?.output?.voice, 'cedar');
    simulator.openai.realtime.script([{ reply: 'Buenas tardes.' }]);
    const { session, told } = open({ callId: call.id });
    await told.next('onReady');
    session.respond({ tag: 'greeting' });
    assert.equal((await told.next('onResponseStarted')).tag, 'greeting');
    await told.next('onResponseDone');
    assert.equal((await told.next('onPlayback')).state, 'started');
    call.callerPresses('5');
    assert.equal(await told.next('onKey'), '5');
    assert.deepEqual([told.of('onAudio'), told.of('onError')], [[], []]);
    await sipCalls().refer(call.id, 'tel:+56911112222', never);
    assert.deepEqual(call.state, { name: 'referred', targetUri: 'tel:+56911112222' });
    const { code, retryable } = await told.next('onClosed');
    assert.deepEqual([code, retryable], ['not-found', false]);
  });

  it('is rejected or hung up, and not found when the caller has left', async () => {
    const rejected = await ring();
    await sipCalls().reject(rejected.id, 486, never);
    assert.deepEqual(rejected.state, { name: 'rejected', statusCode: 486 });
    const ended = await ring();
    await sipCalls().accept(ended.id, settings, never);
    await sipCalls().hangUp(ended.id, never);
    assert.deepEqual(ended.state, { name: 'ended', by: 'application' });
    const left = await ring();
    left.callerHangsUp();
    assert.equal(await codeOf(sipCalls().accept(left.id, settings, never)), 'not-found');
    assert.equal(await codeOf(sipCalls().hangUp(ended.id, never)), 'not-found');
  });

  it('is waited for until it is known that there is none, longer than for a session', async () => {
    fail({ notFoundDelayMs: 200 });
    const left = await ring();
    left.callerHangsUp();
    assert.equal(await codeOf(sipCalls().accept(left.id, settings, never)), 'not-found');
    const options = { connectTimeoutMs: 100 };
    assert.deepEqual(await endOf({ callId: left.id, options }), ['not-found', false]);
    const impatient = { controlConnectTimeoutMs: 100 };
    assert.deepEqual(await endOf({ callId: left.id, options: impatient }), ['timeout', true]);
  });

  it('has the tuning of server_vad, and its control names it again', async () => {
    const tuning = new SipTuning();
    const call = await ring();
    await sipCalls(tuning).accept(call.id, settings, never);
    assert.deepEqual(detectionOf(call), {
      type: 'server_vad',
      threshold: 0.5,
      prefix_padding_ms: 300,
      silence_duration_ms: 500,
      create_response: true,
      interrupt_response: true,
    });
    const { session, told } = open({ callId: call.id, tuning });
    await told.next('onReady');
    session.update({ answers: 'when-asked' });
    session.respond({ outOfBand: true });
    await told.next('onResponseDone');
    assert.deepEqual(told.of('onError'), []);
  });

  it('has no tuning where OpenAI refuses it, and no control that names it', async () => {
    fail({ refusesSipTuning: true });
    const tuning = new SipTuning();
    const call = await ring();
    await sipCalls(tuning).accept(call.id, settings, never);
    assert.deepEqual(detectionOf(call), {
      type: 'server_vad',
      create_response: true,
      interrupt_response: true,
    });
    const { session, told } = open({ callId: call.id, tuning });
    await told.next('onReady');
    session.update({ answers: 'when-asked' });
    session.respond({ outOfBand: true });
    await told.next('onResponseDone');
    assert.deepEqual(told.of('onError'), []);
  });

  it('is led again by the next control where the tuning is refused later than by the accept', async () => {
    const tuning = new SipTuning();
    const call = await ring();
    await sipCalls(tuning).accept(call.id, settings, never);
    fail({ refusesSipTuning: true });
    assert.deepEqual(await endOf({ callId: call.id, tuning }), ['invalid-request', true]);
    const { told } = open({ callId: call.id, tuning });
    await told.next('onReady');
  });

  it('is refused for a model that does not exist, which is not a caller who has left', async () => {
    const call = await ring();
    const accepted = sipCalls().accept(call.id, { ...settings, model: 'gpt-realtime-0' }, never);
    assert.equal(await codeOf(accepted), 'invalid-request');
    const stranger = new OpenAiSipCalls(connection('sk-not-the-key-at-all-0001'), {
      clock: systemClock,
    });
    assert.equal(await codeOf(stranger.hangUp(call.id, never)), 'unauthenticated');
  });
});
