import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../kernel/errors.ts';
import { VOICED_BYTE } from '../testing/fake-ports.ts';
import { INAUDIBLE } from './caller-turns.ts';
import { fakeTool } from '../testing/fake-session.ts';
import { RealtimeHarness, type RealtimeSetup } from '../testing/realtime-harness.ts';
import { SipHarness } from '../testing/sip-harness.ts';

const TOOL = fakeTool('precio');
const QUESTION = '¿Qué horario tienen ustedes?';
const ANSWER = 'Atendemos de lunes a viernes de nueve a seis de la tarde.';
const REST = 'Y los sábados de diez a dos.';
const BRIDGE = 'Un momento, por favor, se cortó un segundo la conexión.';
const OPENING = 'agent: Hola, habla con Automotora Andes. Soy un asistente virtual.';

async function talking(setup: RealtimeSetup = {}): Promise<RealtimeHarness> {
  const talk = new RealtimeHarness({
    session: { tools: [TOOL] },
    onAnswer: (session) =>
      void session.speaks('rest', REST, REST.length * 60, { responseId: 'rest' }),
    ...setup,
  });
  return talk.afterOpening();
}

/** What the new session hears and tells of the caller's audio that was kept for it. */
async function heardByNewSession(talk: RealtimeHarness, text: string): Promise<void> {
  await talk.until(() => talk.model.sessions.length === 2 && talk.line.isReady);
  const voiced = talk.line.frames.filter((frame) => frame[0] === VOICED_BYTE);
  assert.ok(voiced.length * 20 >= text.length * 60, 'the audio of the turn was kept');
  const { listener } = talk.line;
  listener.onSpeechStarted({ itemId: 'again', atMs: 300 });
  listener.onSpeechStopped({ itemId: 'again', atMs: 300 + voiced.length * 20 });
  listener.onCallerTurn({ itemId: 'again' });
  listener.onCallerWords({ itemId: 'again', text, final: true });
  talk.answers(REST);
}

interface Phase {
  readonly run: (talk: RealtimeHarness) => Promise<void>;
  /** What follows the loss before the call goes on. */
  readonly then?: (talk: RealtimeHarness) => Promise<void>;
  readonly bridged: boolean;
  readonly transcript: readonly (string | RegExp)[];
}

const PHASES: Record<string, Phase> = {
  idle: {
    run: async () => undefined,
    bridged: false,
    transcript: [],
  },
  'caller speaking': {
    run: async (talk) => void (await talk.startsSpeaking(QUESTION.length * 80)),
    then: (talk) => heardByNewSession(talk, QUESTION),
    bridged: false,
    transcript: [`caller: ${QUESTION}`, `agent: ${REST}`],
  },
  'thinking, words known': {
    run: async (talk) => {
      await talk.says(QUESTION);
      await talk.wait(400);
    },
    bridged: true,
    transcript: [`caller: ${QUESTION}`, `agent: ${BRIDGE}`, `agent: ${REST}`],
  },
  'thinking, words unknown': {
    run: async (talk) => void (await talk.says(QUESTION, { wordsAfterMs: null })),
    then: (talk) => heardByNewSession(talk, QUESTION),
    bridged: true,
    transcript: [`caller: ${QUESTION}`, `agent: ${BRIDGE}`, `agent: ${REST}`],
  },
  'first audio': {
    run: async (talk) => {
      await talk.says(QUESTION);
      await talk.wait(300);
      const responseId = talk.line.begins();
      talk.line.listener.onAgentWords({ responseId, itemId: 'a', delta: 'Atendemos' });
      talk.line.sounds(responseId, 'a', 20);
    },
    bridged: true,
    transcript: [`caller: ${QUESTION}`, 'agent (cut): ', `agent: ${BRIDGE}`, `agent: ${REST}`],
  },
  'mid audio': {
    run: async (talk) => {
      await talk.says(QUESTION);
      talk.answers(ANSWER, { everyMs: 190 });
      await talk.wait(1500);
    },
    bridged: true,
    transcript: [
      `caller: ${QUESTION}`,
      /^agent \(cut\): Atendemos de lunes a/,
      `agent: ${BRIDGE}`,
      `agent: ${REST}`,
    ],
  },
  'all audio sent': {
    run: async (talk) => {
      await talk.says(QUESTION);
      talk.answers(ANSWER);
      await talk.wait(800);
    },
    bridged: false,
    transcript: [`caller: ${QUESTION}`, `agent: ${ANSWER}`],
  },
  'tool running': {
    run: async (talk) => {
      await talk.says(QUESTION);
      talk.tools.offer('precio', { ok: true, result: { clp: 1 } }, 800);
      talk.line.asksFor({ callId: 'c1', name: 'precio', arguments: '{"m":"Kia"}' });
      await talk.wait(300);
    },
    bridged: true,
    transcript: [`caller: ${QUESTION}`, `agent: ${BRIDGE}`, 'tool: precio', `agent: ${REST}`],
  },
};

for (const [phase, { run, then, bridged, transcript }] of Object.entries(PHASES)) {
  for (const failures of [0, 2]) {
    const tries = failures === 0 ? 'at once' : 'at the third attempt';
    test(`a session that dies (${phase}) and is back ${tries} loses no line and doubles none`, async () => {
      const talk = await talking();
      await run(talk);
      for (let i = 0; i < failures; i += 1) talk.model.failNext();
      const diedMs = talk.clock.monotonicMs();
      talk.killsSession();
      await talk.until(() => talk.line.isReady && talk.model.sessions.length === failures + 2);
      if (then && failures === 0) await then(talk);
      else if (then) {
        // The same audio was kept for the last of them.
        const kept = talk.line.frames.some((frame) => frame[0] === VOICED_BYTE);
        assert.equal(kept, true);
        talk.call.stop();
        return;
      }
      if (bridged) {
        await talk.until(() => talk.spokenByOtherVoice.length === 1);
        assert.ok(talk.clock.monotonicMs() - diedMs < 4000);
      }
      await talk.until(() => talk.transcript.length > transcript.length, 9000);
      await talk.wait(1000);
      assert.deepEqual(talk.spokenByOtherVoice, bridged ? [BRIDGE] : []);
      // Each session was told of the conversation, and of no turn twice.
      const told = talk.line.asked('add').flatMap(({ items }) => items);
      const lines = told.map((item) => ('text' in item ? item.text : item.callId));
      assert.equal(new Set(lines).size, lines.length, lines.join('\n'));
      assert.ok(lines.includes(OPENING.slice('agent: '.length)));
      const heard = talk.transcript.slice(1);
      assert.equal(heard.length, transcript.length, heard.join('\n'));
      transcript.forEach((expected, index) => {
        if (typeof expected === 'string') assert.equal(heard[index], expected);
        else assert.match(heard[index]!, expected);
      });
      // The call goes on as before.
      await talk.exchange('¿Y mañana?', 'También.');
      assert.deepEqual(talk.transcript.slice(-2), ['caller: ¿Y mañana?', 'agent: También.']);
      talk.call.stop();
      await talk.wait(3000);
      assert.equal(talk.clock.pendingTimers, 0);
    });
  }
}

test('audio in which the next session hears nothing leads to a question, and to a marked line', async () => {
  const talk = await talking();
  await talk.says(QUESTION, { wordsAfterMs: null });
  talk.killsSession();
  await talk.until(() => talk.transcript.at(-1) === `agent: ${REST}`);
  assert.equal(talk.transcript[1], `caller: ${INAUDIBLE}`);
  const notes = talk.line.asked('add').flatMap(({ items }) => items);
  assert.equal(notes.at(-1)?.role, 'system');
  talk.call.stop();
});

test('words of what is heard once more are waited for as long as at first', async () => {
  const talk = await talking({ onAnswer: () => undefined });
  await talk.says(QUESTION, { wordsAfterMs: null });
  await talk.wait(7500);
  talk.killsSession();
  await talk.until(() => talk.model.sessions.length === 2 && talk.line.isReady);
  const { listener } = talk.line;
  listener.onCallerTurn({ itemId: 'again' });
  talk.answers(REST);
  await talk.wait(4000);
  listener.onCallerWords({ itemId: 'again', text: QUESTION, final: true });
  assert.equal(talk.transcript[1], `caller: ${QUESTION}`);
  talk.call.stop();
});

/** Another question while a tool runs; the session dies before its words are known. */
async function losesQuestionBesideTool(toolMs: number): Promise<RealtimeHarness> {
  const talk = await talking();
  await talk.says('¿Cuánto cuesta?');
  talk.tools.offer('precio', { ok: true, result: 1 }, toolMs);
  talk.line.asksFor({ callId: 'c1', name: 'precio' });
  await talk.wait(300);
  await talk.says(QUESTION, { wordsAfterMs: null });
  talk.killsSession();
  return talk;
}

test('nor does a tool that still runs keep anybody from asking that question', async () => {
  const talk = await losesQuestionBesideTool(60_000);
  await talk.until(() => talk.transcript.at(-1) === `agent: ${REST}`, 12_000);
  assert.equal(talk.transcript[2], `caller: ${INAUDIBLE}`);
  talk.call.stop();
});

test('what a tool finds is not told while the next session hears another question', async () => {
  const talk = await losesQuestionBesideTool(3000);
  await talk.until(() => talk.line.asked('add').length === 2, 2000);
  assert.deepEqual(talk.line.asked('respond'), []);
  await heardByNewSession(talk, QUESTION);
  await talk.until(() => talk.transcript.at(-1) === `agent: ${REST}`);
  await talk.wait(3000);
  const asked = talk.line.asked('respond').filter(({ request }) => !request.instructions);
  assert.deepEqual(asked, []);
  assert.equal(talk.transcript.filter((line) => line === `caller: ${QUESTION}`).length, 1);
  talk.call.stop();
});

/** It was told so: this is no cough to which there is nothing to say. */
test('a model that says nothing to what was not heard is asked again', async () => {
  const talk = await talking({
    onAnswer: (session) => session.ends({ responseId: session.begins() }),
  });
  await talk.says(QUESTION, { wordsAfterMs: null });
  talk.killsSession();
  await talk.until(() => talk.metrics.times('provider_fallbacks', { source: 'realtime' }) === 1);
  const asked = talk.line.asked('respond').filter(({ request }) => !request.instructions);
  assert.equal(asked.length, 2);
  talk.call.stop();
});

test('a model that said nothing, and is lost before it is known to what, is left when the next one is mute', async () => {
  const talk = await talking({ onAnswer: () => undefined });
  await talk.says(QUESTION, { wordsAfterMs: null });
  talk.line.ends({ responseId: talk.line.begins() });
  talk.killsSession();
  await talk.until(() => talk.line.asked('add').length === 2, 9000);
  // It is asked to have it said again, and falls silent.
  await talk.until(() => talk.stt.streams.length === 1, 9000);
  assert.equal(talk.model.sessions.length, 2);
  talk.call.stop();
});

test('over SIP a model that says nothing over a second control is asked again, too', async () => {
  const talk = await new SipHarness().afterOpening();
  talk.stopsSpeaking(talk.startsSpeaking(), null);
  await talk.until(() => talk.model.sessions.length === 2, 9000);
  await talk.until(() => talk.line.asked('respond').length === 1);
  talk.line.begins('nothing');
  talk.line.ends({ responseId: 'nothing' });
  await talk.until(() => talk.line.asked('respond').length === 2, 1000);
  talk.registry.end(talk.session.callId);
});

test('frames of the time without a session reach the next one, none lost, in order', async () => {
  const talk = await talking();
  const before = talk.leg.framesReceived;
  talk.model.failNext();
  talk.killsSession();
  await talk.wait(2000);
  const since = talk.leg.framesReceived - before;
  assert.ok(talk.line.frames.length >= since, `${talk.line.frames.length} of ${since}`);
  talk.call.stop();
});

test('an answer that goes on after a cut is told where it was cut', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.answers(ANSWER, { everyMs: 190 });
  await talk.wait(1500);
  talk.killsSession();
  await talk.wait(300);
  const told = talk.line.asked('add').flatMap(({ items }) => items);
  assert.equal(told.at(-1)?.role, 'system');
  assert.match(told.at(-2)?.role === 'agent' ? told.at(-2)!.role : '', /agent/);
  talk.call.stop();
});

test('an answer that fails in the middle goes on in the same session', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  const responseId = talk.line.begins();
  talk.line.speaks('half', 'Atendemos de lunes a viernes de', 1500, { responseId, done: false });
  talk.line.ends({ responseId, status: 'failed', reason: 'server_error' });
  await talk.until(() => talk.transcript.at(-1) === `agent: ${REST}`);
  assert.equal(talk.transcript.at(-2), 'agent: Atendemos de lunes a viernes de');
  assert.equal(talk.model.sessions.length, 1);
  assert.equal(talk.line.asked('add').at(-1)?.items[0]?.role, 'system');
  talk.call.stop();
});

test('a session that is lost twice in the same answer still knows where speech began', async () => {
  const talk = await talking();
  await talk.exchange('¿Abren hoy?', 'Sí.');
  talk.killsSession();
  await talk.wait(500);
  await talk.startsSpeaking(1500);
  talk.killsSession();
  await talk.wait(300);
  const voiced = talk.line.frames.filter((frame) => frame[0] === VOICED_BYTE);
  assert.ok(voiced.length >= 70, String(voiced.length));
  talk.call.stop();
});

test('what the tool found is told to the session that took over', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.tools.offer('precio', { ok: true, result: { clp: 1 } }, 1500);
  talk.line.asksFor({ callId: 'c1', name: 'precio', arguments: '{"m":"Kia"}' });
  await talk.wait(300);
  talk.killsSession();
  await talk.until(() => talk.line.asked('add').length === 2, 5000);
  assert.deepEqual(talk.line.asked('add')[1]?.items, [
    { role: 'tool', callId: 'c1', name: 'precio', arguments: '{"m":"Kia"}', result: '{"clp":1}' },
  ]);
  assert.equal(talk.line.asked('tool-result').length, 0);
  talk.call.stop();
});

test('a model that falls silent is given up in time, and another session answers', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.line.begins();
  await talk.until(() => talk.model.sessions.length === 2, 9000);
  await talk.until(() => talk.transcript.at(-1) === `agent: ${REST}`);
  talk.call.stop();
});

test('a new session that falls silent in the middle of an answer is followed by another one', async () => {
  const talk = await talking({
    onAnswer: (session) => {
      if (session === talk.model.sessions[1]) session.sounds(session.begins(), 'half', 1200);
      else session.speaks('rest', REST, 1200, { responseId: 'rest' });
    },
  });
  await talk.says(QUESTION);
  await talk.wait(400);
  talk.killsSession();
  await talk.until(() => talk.transcript.at(-1) === `agent: ${REST}`);
  assert.equal(talk.model.sessions.length, 3);
  talk.call.stop();
});

test('a long conversation is told in short, its latest part in full', async () => {
  const talk = await talking({ options: { restoredItems: 4 } });
  for (let i = 0; i < 4; i += 1) await talk.exchange(`Pregunta ${i}`, `Respuesta ${i}.`);
  talk.killsSession();
  await talk.wait(300);
  const items = talk.line.asked('add')[0]!.items;
  assert.equal(items.length, 5);
  const [first] = items;
  assert.ok(first?.role === 'system' && first.text.includes('Persona: Pregunta 1'));
  assert.deepEqual(items.at(-1), { role: 'agent', text: 'Respuesta 3.' });
  talk.call.stop();
});

test('a rate limit is waited for once, with a word; then the cascade answers', async () => {
  const talk = await talking({ onAnswer: () => undefined, replies: [{ text: ['Sí, abrimos.'] }] });
  await talk.says(QUESTION);
  await talk.wait(300);
  talk.line.begins('r1');
  talk.line.ends({ responseId: 'r1', status: 'failed', reason: 'rate_limit_exceeded' });
  await talk.wait(1400);
  assert.equal(talk.line.asked('respond').length, 1);
  assert.deepEqual(talk.spokenByOtherVoice, [BRIDGE]);
  await talk.wait(200);
  assert.equal(talk.line.asked('respond').length, 2);
  talk.line.begins('r2');
  talk.line.ends({ responseId: 'r2', status: 'failed', reason: 'rate_limit_exceeded' });
  await talk.until(() => talk.transcript.at(-1) === 'agent: Sí, abrimos.');
  assert.equal(talk.metrics.times('provider_fallbacks', { source: 'realtime' }), 1);
  talk.call.stop();
});

test('limits that are nearly reached are reported', async () => {
  const talk = await talking();
  const limit = { name: 'tokens', limit: 1000, remaining: 50, resetMs: 1000 };
  talk.line.listener.onRateLimits([limit]);
  assert.equal(talk.metrics.gauges.get('realtime_rate_limit_left'), 0.05);
  talk.call.stop();
});

test('a refusal does not end the session', async () => {
  const talk = await talking();
  const error = new ProviderError('fake', 'invalid-request', 'no', { retryable: false });
  talk.line.listener.onError(error);
  assert.equal(talk.metrics.times('provider_errors', { source: 'realtime' }), 1);
  await talk.exchange('¿Hola?', 'Hola.');
  assert.equal(talk.model.sessions.length, 1);
  talk.call.stop();
});
