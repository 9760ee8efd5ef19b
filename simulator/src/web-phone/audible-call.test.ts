import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRecognizer } from '../recognition/recognizer.ts';
import { encodeMulaw } from '../audio/mulaw.ts';
import { createVoices, type EspeakVoices } from '../voices/espeak-voices.ts';
import { CALLER_VOICES, type ServerMessage } from './messages.ts';
import { PhoneSession } from './phone-session.ts';
import { FakeNetwork } from './testing/fake-network.ts';

const FRAME_SIZE_BYTES = 160;

let voices: EspeakVoices;
before(async () => {
  voices = await createVoices();
});
after(() => voices.close());

test('every voice of the page can speak', async () => {
  for (const { id } of CALLER_VOICES) {
    const { durationMs } = await voices.speak({ text: 'hola', voice: id });
    assert.ok(durationMs > 100, id);
  }
});

test('shows only those words of an interrupted agent that the earpiece played', async () => {
  const network = new FakeNetwork();
  const messages: ServerMessage[] = [];
  const session = new PhoneSession(
    { network, voices, recognizer: createRecognizer(voices.lexicon), numbers: () => [] },
    { send: (message) => void messages.push(message), sendAudio: () => {} },
  );
  session.receive({ type: 'dial', from: '+56912345678', to: '+56221234567' });
  const call = network.calls[0];
  assert.ok(call);
  call.answer();
  const agentTurn = () =>
    messages.flatMap((m) => (m.type === 'turn' && m.turn.kind === 'agent' ? [m.turn] : [])).at(-1);

  const utterance = await voices.speak({
    text: 'Mañana abrimos a las nueve y cerramos a las siete de la tarde',
    voice: 'es-419+f1',
  });
  const audio = encodeMulaw(utterance.pcm8k);
  const play = (fromMs: number, toMs: number) => {
    for (let at = fromMs * 8; at < toMs * 8; at += FRAME_SIZE_BYTES) {
      call.events.audio?.(audio.slice(at, at + FRAME_SIZE_BYTES));
    }
  };
  play(0, 1800);
  const interim = agentTurn()?.text ?? '';
  assert.match(interim, /^Mañana abrimos/, 'words appear while they are heard');
  assert.doesNotMatch(interim, /tarde/);

  session.receive({ type: 'say', text: 'Perdón', voice: 'es' });
  while (call.sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
  play(1800, 2000);
  call.silence(2500);

  assert.equal(agentTurn()?.state, 'cut');
  assert.match(agentTurn()?.text ?? '', /^Mañana abrimos a las nueve/);
  assert.doesNotMatch(agentTurn()?.text ?? '', /tarde/);
});
