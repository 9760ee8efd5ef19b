import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { AudioKind, type ServerMessage } from './messages.ts';
import { PhoneSession } from './phone-session.ts';
import { FakeNetwork } from './testing/fake-network.ts';
import { FakeRecognizer, FakeVoices } from './testing/fake-speech.ts';

const FROM = '+56912345678';
const TO = '+56221234567';

function start() {
  const network = new FakeNetwork();
  const voices = new FakeVoices();
  const recognizer = new FakeRecognizer();
  const messages: ServerMessage[] = [];
  const audio: AudioKind[] = [];
  const numbers = () => [{ phoneNumber: TO, friendlyName: 'Automotora Andes' }];
  const session = new PhoneSession(
    { network, voices, recognizer, numbers },
    {
      send: (message) => void messages.push(message),
      sendAudio: (kind) => void audio.push(kind),
    },
  );
  const dial = (to = TO) => {
    session.receive({ type: 'dial', from: FROM, to });
    return network.calls.at(-1) as FakeNetwork['calls'][number];
  };
  const last = <T extends ServerMessage['type']>(type: T) =>
    messages.findLast(
      (message): message is Extract<ServerMessage, { type: T }> => message.type === type,
    );
  return { network, voices, recognizer, messages, audio, session, dial, last };
}

test('shows the states of a call in their order', () => {
  const { dial, messages } = start();
  const call = dial();
  call.answer();
  call.end({ status: 'completed', endedBy: 'other-side' });
  const states = messages.filter((m) => m.type === 'call').map(({ state }) => state);
  assert.deepEqual(states, ['dialing', 'ringing', 'answered', 'ended']);
});

test('says what was typed with the chosen voice, and lets the page hear it too', async () => {
  const { dial, session, voices, audio, last } = start();
  const call = dial();
  call.answer();
  session.receive({ type: 'say', text: 'hola', voice: 'es+f2' });
  await setImmediate();
  assert.deepEqual(voices.requests, [{ text: 'hola', voice: 'es+f2' }]);
  assert.equal(call.sent[0]?.length, 4 * 60 * 8);
  assert.deepEqual(audio, [AudioKind.ownVoice]);
  assert.equal(last('turn')?.turn.text, 'hola');
});

test('says texts in the order of their typing', async () => {
  const { dial, session, messages } = start();
  dial().answer();
  session.receive({ type: 'say', text: 'uno', voice: 'es' });
  session.receive({ type: 'say', text: 'dos', voice: 'es' });
  await setImmediate();
  const texts = messages.filter((m) => m.type === 'turn').map(({ turn }) => turn.text);
  assert.deepEqual(texts, ['uno', 'dos']);
});

test('does not say what was still being made when the caller stopped talking', async () => {
  const { dial, session, voices } = start();
  const call = dial();
  call.answer();
  let open: () => void = () => {};
  voices.gate = new Promise((resolve) => (open = resolve));
  session.receive({ type: 'say', text: 'hola', voice: 'es' });
  session.receive({ type: 'stop-talking' });
  open();
  await setImmediate();
  assert.equal(call.stops, 1);
  assert.deepEqual(call.sent, []);
});

test('lets no ringing tone count as words of the agent', () => {
  const { dial, recognizer, audio, messages } = start();
  const call = dial();
  call.events.ringing?.();
  call.agentSpeaks(500);
  assert.equal(recognizer.streams[0]?.fedBytes, 0);
  assert.equal(audio.length, 25, 'but it is heard');
  assert.equal(messages.filter(({ type }) => type === 'turn').length, 0);
});

test('shows the words of the agent as they are recognized in the earpiece', () => {
  const { dial, recognizer, last } = start();
  const call = dial();
  call.answer();
  call.agentSpeaks(500);
  recognizer.streams[0]?.interim('buenos', 0);
  assert.equal(last('turn')?.turn.text, 'buenos');
  recognizer.streams[0]?.final('buenos días', 0);
  assert.equal(last('turn')?.turn.text, 'buenos días');
});

test('ends the recognition with the call, before the ending is shown', () => {
  const { dial, recognizer, last } = start();
  const call = dial();
  call.answer();
  call.end({ status: 'completed', endedBy: 'network', errorCode: 31921 });
  assert.equal(recognizer.streams[0]?.ended, true);
  assert.equal(last('call')?.ending?.errorCode, 31921);
});

test('refuses a second call while one is on, and takes one after it', () => {
  const { dial, session, network, last } = start();
  const call = dial();
  session.receive({ type: 'dial', from: FROM, to: TO });
  assert.equal(last('error')?.code, 'call-in-progress');
  assert.equal(network.calls.length, 1);
  call.end({ status: 'busy', endedBy: 'network' });
  dial();
  assert.equal(network.calls.length, 2);
});

test('refuses to speak, press or hang up without a call', () => {
  const { session, messages } = start();
  session.receive({ type: 'say', text: 'hola', voice: 'es' });
  session.receive({ type: 'press', digits: '1' });
  session.receive({ type: 'hang-up' });
  const codes = messages.map((message) => message.type === 'error' && message.code);
  assert.deepEqual(codes, ['no-call', 'no-call', 'no-call']);
});

test('refuses to speak before the call is answered, but lets the caller give up', () => {
  const { dial, session, last } = start();
  const call = dial();
  session.receive({ type: 'say', text: 'hola', voice: 'es' });
  assert.equal(last('error')?.code, 'not-answered');
  session.receive({ type: 'hang-up' });
  assert.equal(call.hungUp, true);
});

test('tells that a number is not in service', () => {
  const { dial, last } = start();
  dial('+56999999999').end({ status: 'failed', endedBy: 'network' });
  assert.match(last('call')?.ending?.title ?? '', /not in service/);
});

test('ends the call when the network refuses to dial', () => {
  const { session, network, last } = start();
  network.failure = new Error('unknown account');
  session.receive({ type: 'dial', from: FROM, to: TO });
  assert.equal(last('error')?.code, 'dial-failed');
  assert.equal(last('call')?.state, 'ended');
});

test('goes on with the call when a voice fails', async () => {
  const { dial, session, voices, last } = start();
  dial().answer();
  voices.failure = new RangeError('unknown voice');
  session.receive({ type: 'say', text: 'hola', voice: 'es' });
  await setImmediate();
  assert.equal(last('error')?.code, 'voice-failed');
  voices.failure = undefined;
  session.receive({ type: 'say', text: 'otra vez', voice: 'es' });
  await setImmediate();
  assert.equal(last('turn')?.turn.text, 'otra vez');
});

test('refuses to queue more than two minutes of speech', async () => {
  const { dial, session, last } = start();
  const call = dial();
  call.answer();
  for (let i = 0; i < 5; i += 1) {
    session.receive({ type: 'say', text: 'a'.repeat(500), voice: 'es' });
  }
  await setImmediate();
  assert.equal(call.sent.length, 4);
  assert.equal(last('error')?.code, 'too-much-to-say');
});

test('hangs up and says no more when the page is gone', () => {
  const { dial, session, messages } = start();
  const call = dial();
  call.answer();
  const before = messages.length;
  session.close();
  assert.equal(call.hungUp, true);
  assert.equal(messages.length, before);
});
