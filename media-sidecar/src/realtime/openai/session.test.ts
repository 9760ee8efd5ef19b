import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startReadyRig } from './testing/fake-socket.ts';

type Item = Record<string, unknown>;

describe('what is added to a conversation', () => {
  it('are items with the role of who said it, a tool two of them', () => {
    const { session, socket } = startReadyRig();
    session.add([
      { role: 'system', text: 'La llamada se cortó.' },
      { role: 'caller', text: '¿Tienen autos?' },
      { role: 'agent', text: 'Sí, tenemos' },
      { role: 'tool', callId: 'call_1', name: 'buscar', arguments: '{"a":1}', result: '[]' },
    ]);
    session.toolResult('call_2', '{"ok":true}');
    const items = socket.of('conversation.item.create').map(({ item }) => {
      const { id, ...rest } = item as Item;
      assert.match(String(id), /^item_\w{1,27}$/);
      return rest;
    });
    const message = (role: string, type: string, text: string) => ({
      type: 'message',
      role,
      content: [{ type, text }],
    });
    assert.deepEqual(items, [
      message('system', 'input_text', 'La llamada se cortó.'),
      message('user', 'input_text', '¿Tienen autos?'),
      message('assistant', 'output_text', 'Sí, tenemos'),
      { type: 'function_call', call_id: 'call_1', name: 'buscar', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'call_1', output: '[]' },
      { type: 'function_call_output', call_id: 'call_2', output: '{"ok":true}' },
    ]);
  });

  it('gives a call whose id is too long for the API another one, the same twice', () => {
    const { session, socket } = startReadyRig();
    const callId = `gemini:${'x'.repeat(40)}`;
    session.add([{ role: 'tool', callId, name: 'buscar', arguments: '{}', result: '1' }]);
    const ids = socket
      .of('conversation.item.create')
      .map(({ item }) => String((item as Item)['call_id']));
    assert.match(ids[0] ?? '', /^[\w-]{1,32}$/);
    assert.equal(ids[0], ids[1]);
  });
});

describe('a request for an answer', () => {
  it('carries what is said about it', () => {
    const { session, socket } = startReadyRig();
    session.respond({
      instructions: 'Di "un momento".',
      mayUseTools: false,
      outOfBand: true,
      tag: 'filler',
    });
    const response = socket.sent[0]?.['response'];
    assert.deepEqual(response, {
      instructions: 'Di "un momento".',
      tool_choice: 'none',
      conversation: 'none',
      metadata: { ask: 'ask_1', tag: 'filler' },
    });
  });

  it('comes back with its tag', () => {
    const { session, socket, told } = startReadyRig();
    session.respond({ tag: 'greeting' });
    socket.answersLastRequest('resp_1');
    assert.deepEqual(told.of('onResponseStarted'), [{ responseId: 'resp_1', tag: 'greeting' }]);
  });

  it('waits while a response is being made, also one that the model began by itself', () => {
    const { session, socket } = startReadyRig();
    socket.createsResponse('resp_1');
    session.respond({ tag: 'a' });
    session.respond({ tag: 'b' });
    assert.deepEqual(socket.sent, []);
    socket.endsResponse('resp_1');
    assert.equal(socket.sent.length, 1);
    socket.answersLastRequest('resp_2');
    socket.endsResponse('resp_2');
    assert.deepEqual(
      socket.of('response.create').map(({ response }) => (response as Item)['metadata']),
      [
        { ask: 'ask_1', tag: 'a' },
        { ask: 'ask_2', tag: 'b' },
      ],
    );
  });

  it('does not wait where it leaves no trace', () => {
    const { session, socket } = startReadyRig();
    socket.createsResponse('resp_1');
    session.respond({ outOfBand: true });
    assert.equal(socket.sent.length, 1);
    socket.answersLastRequest('resp_2');
    socket.endsResponse('resp_1');
    session.respond();
    assert.equal(socket.of('response.create').length, 2);
  });

  it('that came too early is made again behind the response that was in its way', () => {
    const { session, socket, told, metrics } = startReadyRig();
    session.respond({ tag: 'answer' });
    socket.createsResponse('resp_of_the_model');
    socket.refuses({ code: 'conversation_already_has_active_response', event_id: 'ask_1' });
    assert.equal(socket.of('response.create').length, 1);
    socket.endsResponse('resp_of_the_model');
    assert.equal(socket.of('response.create').length, 2);
    socket.answersLastRequest('resp_2');
    assert.deepEqual(told.of('onResponseStarted').at(-1), { responseId: 'resp_2', tag: 'answer' });
    assert.deepEqual(told.of('onError'), []);
    assert.equal(metrics.counts['realtime_refused_races'], 1);
  });

  it('is given up when a response that nobody told of stays in its way', () => {
    const { session, socket, told } = startReadyRig();
    session.respond({ tag: 'answer' });
    for (const ask of ['ask_1', 'ask_2', 'ask_3']) {
      socket.refuses({ code: 'conversation_already_has_active_response', event_id: ask });
    }
    assert.equal(socket.of('response.create').length, 3);
    assert.deepEqual(told.of('onResponseDone'), [
      {
        responseId: 'ask_3',
        status: 'failed',
        reason: 'conversation_already_has_active_response',
      },
    ]);
  });

  it('that is refused is a response that failed at once, and the next one goes on', () => {
    const { session, socket, told } = startReadyRig();
    session.respond({ tag: 'a' });
    session.respond({ tag: 'b' });
    socket.refuses({ code: 'invalid_value', event_id: 'ask_1' });
    assert.deepEqual(told.names, ['onResponseStarted', 'onResponseDone']);
    assert.deepEqual(told.of('onResponseStarted'), [{ responseId: 'ask_1', tag: 'a' }]);
    assert.equal(socket.of('response.create').length, 2);
  });

  it('is not answered by the response that an earlier control of the same call has asked for', () => {
    const earlier = startReadyRig({ callId: 'rtc_1' });
    earlier.session.respond({ tag: 'old' });
    const { metadata } = earlier.socket.sent[0]?.['response'] as { metadata: Item };
    const { session, socket, told } = startReadyRig({ callId: 'rtc_1' });
    session.respond({ tag: 'new' });
    socket.createsResponse('resp_old', metadata);
    socket.endsResponse('resp_old');
    socket.answersLastRequest('resp_new');
    assert.deepEqual(told.of('onResponseStarted'), [
      { responseId: 'resp_old', tag: 'old' },
      { responseId: 'resp_new', tag: 'new' },
    ]);
  });

  it('is not kept waiting by a response whose end got lost', () => {
    const { session, socket } = startReadyRig();
    socket.createsResponse('resp_1');
    socket.createsResponse('resp_2');
    session.respond();
    socket.endsResponse('resp_2');
    assert.equal(socket.of('response.create').length, 1);
  });
});

describe('a cancellation', () => {
  it('names what is being made, once, and lets no more of its audio through', () => {
    const { session, socket, told, metrics } = startReadyRig();
    socket.createsResponse('resp_1');
    socket.sendsAudio('resp_1', 'item_1', 100);
    session.cancel();
    session.cancel();
    socket.sendsAudio('resp_1', 'item_1', 100);
    socket.endsAudio('resp_1', 'item_1');
    socket.endsResponse('resp_1', {
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'client_cancelled' },
    });
    socket.sendsAudio('resp_1', 'item_1', 100);
    socket.sendsAudio('resp_1', 'item_2', 100);
    const cancels = socket.of('response.cancel').map((event) => event['response_id']);
    assert.deepEqual(cancels, ['resp_1']);
    assert.equal(told.of('onAudio').length, 1);
    assert.deepEqual(told.of('onResponseDone'), [
      { responseId: 'resp_1', status: 'cancelled', reason: 'client_cancelled' },
    ]);
    assert.equal(metrics.counts['realtime_events_dropped after-cancel'], 1);
    assert.equal(metrics.counts['realtime_events_dropped after-end'], 2);
  });

  it('reaches a response that was only asked for', () => {
    const { session, socket, told } = startReadyRig();
    session.respond({ tag: 'a' });
    session.respond({ tag: 'b' });
    session.cancel();
    assert.deepEqual(socket.types, ['response.create']);
    socket.answersLastRequest('resp_1');
    socket.sendsAudio('resp_1', 'item_1', 100);
    socket.endsResponse('resp_1', { status: 'cancelled' });
    assert.deepEqual(socket.types, [
      'response.create',
      'response.cancel',
      'conversation.item.truncate',
    ]);
    assert.deepEqual(told.of('onAudio'), []);
  });

  it('does not stop what is asked for behind it', () => {
    const { session, socket, told } = startReadyRig();
    socket.createsResponse('resp_1');
    session.cancel();
    session.respond({ tag: 'new' });
    socket.endsResponse('resp_1', { status: 'cancelled' });
    socket.answersLastRequest('resp_2');
    socket.sendsAudio('resp_2', 'item_2', 100);
    assert.deepEqual(
      told.of('onAudio').map(({ itemId }) => itemId),
      ['item_2'],
    );
  });

  it('that comes too late is counted and not told', () => {
    const { session, socket, told, metrics } = startReadyRig();
    socket.createsResponse('resp_1');
    session.cancel();
    const eventId = socket.sent[0]?.['event_id'];
    socket.refuses({ code: 'response_cancel_not_active', event_id: eventId });
    assert.deepEqual(told.of('onError'), []);
    assert.equal(metrics.counts['realtime_refused_races'], 1);
  });

  it('of a call over SIP stops what is played, too', () => {
    const { session, socket } = startReadyRig({ callId: 'rtc_1' });
    session.cancel();
    assert.deepEqual(socket.types, ['output_audio_buffer.clear']);
  });
});

describe('a truncation', () => {
  const spoken = () => {
    const rig = startReadyRig();
    rig.socket.createsResponse('resp_1');
    rig.socket.sendsAudio('resp_1', 'item_1', 400);
    rig.socket.sendsAudio('resp_1', 'item_1', 400);
    return rig;
  };
  const cuts = ({ socket }: ReturnType<typeof spoken>) =>
    socket.of('conversation.item.truncate').map((event) => event['audio_end_ms']);

  it('cuts where it was heard, in whole ms', () => {
    const rig = spoken();
    rig.session.truncate('item_1', 512.7);
    assert.deepEqual(cuts(rig), [512]);
    const [cut] = rig.socket.sent;
    assert.deepEqual([cut?.['item_id'], cut?.['content_index']], ['item_1', 0]);
  });

  it('never cuts beyond what arrived', () => {
    const rig = spoken();
    rig.session.truncate('item_1', 900);
    assert.deepEqual(cuts(rig), [800]);
  });

  it('is not needed when all was heard, nor for an item without audio', () => {
    const rig = spoken();
    rig.socket.endsAudio('resp_1', 'item_1');
    rig.session.truncate('item_1', 800);
    rig.session.truncate('item_1', 900);
    rig.session.truncate('item_unknown', 100);
    assert.deepEqual(cuts(rig), []);
    rig.session.truncate('item_1', 0);
    assert.deepEqual(cuts(rig), [0]);
  });

  it('of a call over SIP cuts where it is told to: only the provider knows how long an item is', () => {
    const rig = startReadyRig({ callId: 'rtc_1' });
    rig.socket.createsResponse('resp_1');
    rig.session.truncate('item_1', 1512.7);
    assert.deepEqual(cuts(rig), [1512]);
  });

  it('counts what came after the cancellation: the provider has it, the caller did not hear it', () => {
    const rig = spoken();
    rig.session.cancel();
    rig.socket.sendsAudio('resp_1', 'item_1', 400);
    rig.socket.endsAudio('resp_1', 'item_1');
    rig.session.truncate('item_1', 800);
    assert.deepEqual(cuts(rig), [800]);
  });

  it('comes before the next response begins, which is to know what was heard', () => {
    const rig = startReadyRig();
    rig.socket.createsResponse('resp_1');
    rig.session.cancel();
    rig.socket.sendsAudio('resp_1', 'item_1', 400);
    rig.session.respond({ tag: 'next' });
    rig.socket.endsResponse('resp_1', { status: 'cancelled' });
    assert.deepEqual(rig.socket.types, [
      'response.cancel',
      'conversation.item.truncate',
      'response.create',
    ]);
  });

  for (const status of ['cancelled', 'completed']) {
    it(`forgets what came only behind the cancellation of a response that ends ${status}`, () => {
      const rig = startReadyRig();
      rig.socket.createsResponse('resp_1');
      rig.session.cancel();
      rig.socket.sendsAudio('resp_1', 'item_1', 400);
      rig.socket.endsAudio('resp_1', 'item_1');
      rig.socket.sendsAudio('resp_1', 'item_2', 400);
      assert.deepEqual(cuts(rig), []);
      rig.socket.endsResponse('resp_1', { status });
      assert.deepEqual(cuts(rig), [0, 0]);
      const ids = rig.socket.of('conversation.item.truncate').map((event) => event['item_id']);
      assert.deepEqual(ids, ['item_1', 'item_2']);
    });
  }

  it('of what was passed on in part before a cancellation is up to who plays it', () => {
    const rig = spoken();
    rig.session.cancel();
    rig.socket.sendsAudio('resp_1', 'item_1', 400);
    rig.socket.endsResponse('resp_1', { status: 'cancelled' });
    assert.deepEqual(cuts(rig), []);
  });

  it('is not made of what has no place in the conversation', () => {
    const rig = startReadyRig();
    rig.session.respond({ outOfBand: true });
    rig.session.cancel();
    rig.socket.answersLastRequest('resp_1');
    rig.socket.sendsAudio('resp_1', 'item_1', 400);
    rig.socket.endsResponse('resp_1', { status: 'cancelled' });
    assert.deepEqual(cuts(rig), []);
  });

  it('that is refused is counted and not told', () => {
    const rig = spoken();
    rig.session.truncate('item_1', 100);
    const eventId = rig.socket.sent[0]?.['event_id'];
    rig.socket.refuses({ code: 'invalid_value', event_id: eventId });
    assert.deepEqual(rig.told.of('onError'), []);
    assert.equal(rig.metrics.counts['realtime_refused_races'], 1);
  });
});
