import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startReadyRig, startRig } from './testing/fake-socket.ts';

const usage = {
  total_tokens: 30,
  input_tokens: 20,
  output_tokens: 10,
  input_token_details: { text_tokens: 15, audio_tokens: 5, cached_tokens: 0 },
  output_token_details: { text_tokens: 2, audio_tokens: 8 },
};

/** Whether a promise has been resolved by now. */
async function isResolved(promise: Promise<void> | undefined): Promise<boolean> {
  return Promise.race([
    Promise.resolve(promise).then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);
}

describe('a session that is finished', () => {
  it('is closed at once where nothing is under way', () => {
    const { session, socket } = startReadyRig();
    socket.tells('input_audio_buffer.speech_started', { item_id: 'u', audio_start_ms: 0 });
    socket.tells('input_audio_buffer.speech_stopped', { item_id: 'u', audio_end_ms: 500 });
    socket.tells('input_audio_buffer.committed', { item_id: 'u' });
    socket.tells('conversation.item.input_audio_transcription.completed', {
      item_id: 'u',
      transcript: 'Hola.',
    });
    socket.createsResponse('resp_1');
    socket.endsResponse('resp_1');
    assert.equal(session.finish(), undefined);
    assert.equal(socket.closedWith, 1000);
    assert.deepEqual(socket.sent, []);
    assert.equal(session.finish(), undefined, 'once more');
  });

  it('is closed at once before it is ready', () => {
    const { session, socket } = startRig();
    session.respond();
    assert.equal(session.finish(), undefined);
    assert.equal(socket.closedWith, 1000);
  });

  it('stops the response that is being made, and tells what it cost', async () => {
    const { clock, session, socket, told } = startReadyRig();
    socket.createsResponse('resp_1');
    socket.sendsAudio('resp_1', 'item_1', 200);
    const finished = session.finish();
    assert.deepEqual(
      socket.of('response.cancel').map((request) => request['response_id']),
      ['resp_1'],
    );
    assert.equal(await isResolved(finished), false);
    assert.equal(session.finish(), finished, 'once more');
    assert.equal(socket.closedWith, undefined);
    socket.endsResponse('resp_1', { status: 'cancelled', usage });
    assert.equal(socket.closedWith, 1000);
    await finished;
    const [end] = told.of('onResponseDone');
    assert.deepEqual([end?.status, end?.usage?.audioOutput], ['cancelled', 8]);
    // What was not heard of it is nobody's business any more.
    assert.deepEqual(socket.of('conversation.item.truncate'), []);
    socket.handlers.onClose(1000, '', undefined);
    assert.equal(clock.pendingTimers, 0);
  });

  it('stops also a response that was asked for', async () => {
    const { session, socket } = startReadyRig();
    session.respond({ tag: 'a' });
    session.respond({ tag: 'waits' });
    const finished = session.finish();
    assert.deepEqual(socket.of('response.cancel'), [], 'there is none to stop');
    socket.answersLastRequest('resp_1');
    socket.endsResponse('resp_1', { status: 'cancelled' });
    assert.equal(socket.of('response.cancel').length, 1);
    assert.equal(socket.of('response.create').length, 1, 'what waited is not asked for');
    await finished;
    assert.equal(socket.closedWith, 1000);
  });

  it('ends the turn that the caller is in, and waits for its words', async () => {
    const { session, socket, told } = startReadyRig();
    socket.tells('input_audio_buffer.speech_started', { item_id: 'u', audio_start_ms: 0 });
    const finished = session.finish();
    assert.equal(socket.of('input_audio_buffer.commit').length, 1);
    socket.tells('input_audio_buffer.committed', { item_id: 'u' });
    // The turn detection was as fast as we were.
    socket.createsResponse('resp_1');
    assert.equal(socket.of('response.cancel').length, 1);
    socket.endsResponse('resp_1', { status: 'cancelled' });
    assert.equal(socket.closedWith, undefined);
    socket.tells('conversation.item.input_audio_transcription.delta', {
      item_id: 'u',
      delta: 'Un si',
    });
    assert.equal(await isResolved(finished), false);
    socket.tells('conversation.item.input_audio_transcription.completed', {
      item_id: 'u',
      transcript: 'Un siete.',
      usage: { type: 'duration', seconds: 2 },
    });
    await finished;
    assert.deepEqual(told.of('onCallerTurn'), [{ itemId: 'u' }]);
    assert.deepEqual(told.of('onCallerWords').at(-1), {
      itemId: 'u',
      text: 'Un siete.',
      final: true,
    });
    assert.deepEqual(told.of('onTranscriptionUsage'), [{ type: 'duration', seconds: 2 }]);
    assert.equal(socket.closedWith, 1000);
  });

  it('waits for the words of a turn that was complete, and not for those that failed', async () => {
    for (const outcome of ['completed', 'failed'] as const) {
      const { session, socket } = startReadyRig();
      socket.tells('input_audio_buffer.committed', { item_id: 'u' });
      const finished = session.finish();
      assert.deepEqual(socket.sent, []);
      assert.equal(await isResolved(finished), false);
      socket.tells(`conversation.item.input_audio_transcription.${outcome}`, {
        item_id: 'u',
        transcript: 'Sí.',
        error: { type: 'server_error' },
      });
      await finished;
      assert.equal(socket.closedWith, 1000);
    }
  });

  it('makes no turn of the silence behind one that the provider has ended before', async () => {
    const { session, socket, told } = startReadyRig();
    socket.tells('input_audio_buffer.speech_started', { item_id: 'u', audio_start_ms: 0 });
    const finished = session.finish();
    socket.tells('input_audio_buffer.speech_stopped', { item_id: 'u', audio_end_ms: 900 });
    socket.tells('input_audio_buffer.committed', { item_id: 'u' });
    socket.tells('input_audio_buffer.committed', { item_id: 'silence' });
    for (const [itemId, transcript] of [
      ['silence', 'Subtítulos.'],
      ['u', 'Un siete.'],
    ]) {
      assert.equal(socket.closedWith, undefined);
      socket.tells('conversation.item.input_audio_transcription.completed', {
        item_id: itemId,
        transcript,
      });
    }
    await finished;
    assert.deepEqual(told.of('onCallerTurn'), [{ itemId: 'u' }]);
    assert.deepEqual(
      told.of('onCallerWords').map(({ text }) => text),
      ['Un siete.'],
    );
    assert.equal(socket.closedWith, 1000);
  });

  it('takes what is said behind a turn that the provider has ended before for a turn, too', async () => {
    const { session, socket, told } = startReadyRig();
    socket.tells('input_audio_buffer.speech_started', { item_id: 'u', audio_start_ms: 0 });
    const finished = session.finish();
    socket.tells('input_audio_buffer.committed', { item_id: 'u' });
    socket.tells('input_audio_buffer.speech_started', { item_id: 'v', audio_start_ms: 900 });
    socket.tells('input_audio_buffer.committed', { item_id: 'v' });
    socket.refuses({ code: 'input_audio_buffer_commit_empty' });
    assert.deepEqual(told.of('onCallerTurn'), [{ itemId: 'u' }, { itemId: 'v' }]);
    session.close();
    await finished;
  });

  it('ends also a turn whose begin is told meanwhile, once', async () => {
    const { session, socket } = startReadyRig();
    socket.createsResponse('resp_1');
    const finished = session.finish();
    assert.deepEqual(socket.of('input_audio_buffer.commit'), []);
    socket.tells('input_audio_buffer.speech_started', { item_id: 'u', audio_start_ms: 0 });
    socket.tells('input_audio_buffer.speech_started', { item_id: 'v', audio_start_ms: 0 });
    assert.equal(socket.of('input_audio_buffer.commit').length, 1);
    session.close();
    await finished;
  });

  it('waits for no words that are lost', async () => {
    const { clock, session, socket } = startReadyRig();
    socket.tells('input_audio_buffer.committed', { item_id: 'lost' });
    await clock.advance(10_000);
    assert.equal(session.finish(), undefined);
    assert.equal(socket.closedWith, 1000);
  });

  for (const names of ['the request', 'only what is wrong'] as const) {
    it(`has nothing to wait for where there was too little speech; the refusal names ${names}`, async () => {
      const { metrics, session, socket, told } = startReadyRig();
      socket.tells('input_audio_buffer.speech_started', { item_id: 'u', audio_start_ms: 0 });
      const finished = session.finish();
      const [commit] = socket.of('input_audio_buffer.commit');
      socket.refuses({
        code: 'input_audio_buffer_commit_empty',
        event_id: names === 'the request' ? commit?.['event_id'] : null,
      });
      await finished;
      assert.equal(socket.closedWith, 1000);
      assert.deepEqual(told.of('onError'), []);
      assert.equal(metrics.counts['realtime_refused_races'], 1);
    });
  }

  it('is closed after a while, whatever is still under way', async () => {
    const { clock, session, socket } = startReadyRig({ finishWithinMs: 3000 });
    socket.createsResponse('resp_1');
    const finished = session.finish();
    await clock.advance(2999);
    assert.equal(await isResolved(finished), false);
    await clock.advance(1);
    await finished;
    assert.equal(socket.closedWith, 1000);
    await clock.advance(2000);
    assert.equal(socket.terminated, true);
    assert.equal(clock.pendingTimers, 0);
  });

  it('can be closed meanwhile, and can die', async () => {
    for (const end of ['close', 'death'] as const) {
      const { session, socket } = startReadyRig();
      socket.createsResponse('resp_1');
      const finished = session.finish();
      if (end === 'close') session.close();
      else socket.handlers.onClose(1006, '', undefined);
      await finished;
    }
  });

  it('is asked for nothing more', async () => {
    const { session, socket } = startReadyRig();
    socket.createsResponse('resp_1');
    const finished = session.finish();
    const before = socket.sent.length;
    session.append(Buffer.alloc(160));
    session.add([{ role: 'caller', text: 'x' }]);
    session.respond();
    session.cancel();
    session.truncate('item_1', 0);
    session.toolResult('call_1', '{}');
    session.update({ instructions: 'x' });
    assert.equal(socket.sent.length, before);
    session.close();
    await finished;
  });
});
