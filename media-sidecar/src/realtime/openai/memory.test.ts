import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { CallerWords } from './caller-words.ts';
import { connectWebSocket } from './socket.ts';
import { SpokenItems } from './spoken-items.ts';
import { startReadyRig } from './testing/fake-socket.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const otherIds = (count: number) => Array.from({ length: count }, (_, index) => `other_${index}`);

describe('a session remembers', () => {
  it('which events it was told, as long as one may come twice', () => {
    const { socket, told } = startReadyRig();
    const press = (id: string) =>
      socket.says(
        JSON.stringify({
          type: 'input_audio_buffer.dtmf_event_received',
          event: '1',
          event_id: id,
        }),
      );
    press('event_one');
    for (const id of otherIds(31)) press(id);
    press('event_one');
    assert.equal(told.of('onKey').length, 32);
    press('other_31');
    press('event_one');
    assert.equal(told.of('onKey').length, 34);
  });

  it('which responses have ended, as long as something of them may come late', () => {
    const { socket, told } = startReadyRig();
    const run = (id: string) => {
      socket.createsResponse(id);
      socket.endsResponse(id);
    };
    run('resp_one');
    for (const id of otherIds(15)) run(id);
    socket.createsResponse('resp_one');
    assert.equal(told.of('onResponseStarted').length, 16);
    run('other_15');
    socket.createsResponse('resp_one');
    assert.equal(told.of('onResponseStarted').length, 18);
  });

  it('which calls of tools it was told, as long as one may come with the end of its response', () => {
    const { socket, told } = startReadyRig();
    socket.createsResponse('resp_1');
    const call = (id: string) =>
      socket.tells('response.output_item.done', {
        response_id: 'resp_1',
        item: { type: 'function_call', id: `item_${id}`, call_id: id, name: 'a', arguments: '{}' },
      });
    call('call_one');
    for (const id of otherIds(31)) call(id);
    call('call_one');
    assert.equal(told.of('onToolCall').length, 32);
    call('other_31');
    call('call_one');
    assert.equal(told.of('onToolCall').length, 34);
  });

  it('items that may still be cut, and turns whose words may still come', () => {
    const items = new SpokenItems();
    const words = new CallerWords(new VirtualClock());
    const add = (id: string) => {
      items.add(id, 'resp_1', 800, true);
      words.told(id);
    };
    add('one');
    for (const id of otherIds(15)) add(id);
    assert.deepEqual([items.cutAt('one', 50), words.told('one')], [50, false]);
    add('other_15');
    assert.deepEqual([items.cutAt('one', 50), words.told('one')], [undefined, true]);
  });

  it('nothing of what it has told the model once', async () => {
    const start = () => {
      const tools = [{ name: 'buscar', description: 'x'.repeat(1000), parameters: {} }];
      const rig = startReadyRig({ settings: { tools, turnDetection: { type: 'server_vad' } } });
      rig.session.update({ instructions: 'Otra cosa.', tools });
      return { rig, tools: new WeakRef(tools) };
    };
    const { rig, tools } = start();
    // What is weakly referred to lives until the end of the task that has made it.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    assert.equal(tools.deref(), undefined);
    rig.session.update({ answers: 'when-asked' });
    const change = rig.socket.sent.at(-1)?.['session'] as { audio: { input: object } };
    assert.deepEqual(change.audio.input, {
      turn_detection: {
        type: 'server_vad',
        threshold: 0.5,
        prefix_padding_ms: 300,
        silence_duration_ms: 500,
        create_response: false,
        interrupt_response: false,
      },
    });
  });
});

it('all sockets that trust the same CA share what is made of it', async (t) => {
  const connect = t.mock.method(tls, 'connect');
  const [one, other] = tls.rootCertificates;
  const closed = [one, one, other, undefined, undefined].map((caPem) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Nobody listens there.
    const target = { url: 'wss://127.0.0.1:1/', headers: {}, caPem };
    connectWebSocket(target, {
      onOpen: () => assert.fail(),
      onMessage: () => assert.fail(),
      onPong: () => assert.fail(),
      onRefused: () => assert.fail(),
      onClose: () => resolve(),
    });
    return promise;
  });
  await Promise.all(closed);
  const contexts = connect.mock.calls.map(({ arguments: [options] }) => {
    const { secureContext } = options as unknown as tls.ConnectionOptions;
    assert.ok(secureContext);
    return secureContext;
  });
  assert.equal(contexts.length, 5);
  assert.equal(contexts[0], contexts[1]);
  assert.equal(contexts[3], contexts[4]);
  assert.equal(new Set(contexts).size, 3);
});
