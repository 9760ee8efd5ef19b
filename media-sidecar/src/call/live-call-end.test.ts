import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTurnOptions, turnOptions } from '../turn/options.ts';
import { CascadeHarness } from './testing/cascade-harness.ts';
import { fakeTenant, fakeTool } from './testing/fake-session.ts';

const TOOL = fakeTool('lenta');

/** Each takes the call to a phase; then the caller hangs up. */
const PHASES: Record<string, { run(): Promise<CascadeHarness>; transcript: (string | RegExp)[] }> =
  {
    'before the greeting sounds': {
      run: async () => new CascadeHarness().begin(),
      transcript: [],
    },
    'while nobody speaks': {
      run: async () => new CascadeHarness().afterGreeting(),
      transcript: [/^agent: Hola/],
    },
    'while he speaks himself': {
      run: async () => {
        const talk = await answering();
        await talk.say('quiero saber el', { finalAfterMs: null });
        return talk;
      },
      transcript: [/^agent: Hola/, 'caller: quiero saber el'],
    },
    'while the model thinks': {
      run: async () => {
        const talk = await answering(5000);
        await talk.say('¿Qué horario tienen?', { thenMs: 1000 });
        return talk;
      },
      transcript: [/^agent: Hola/, 'caller: ¿Qué horario tienen?'],
    },
    'at the first audio': {
      run: async () => {
        const talk = await answering();
        await talk.say('¿Qué horario tienen?');
        await talk.until(() => talk.agentSounds);
        return talk;
      },
      transcript: [/^agent: Hola/, 'caller: ¿Qué horario tienen?', /^agent \(cut\): $/],
    },
    'in the middle of the answer': {
      run: async () => {
        const talk = await answering();
        await talk.say('¿Qué horario tienen?');
        await talk.until(() => talk.agentSounds);
        await talk.wait(1500);
        return talk;
      },
      transcript: [
        /^agent: Hola/,
        'caller: ¿Qué horario tienen?',
        /^agent \(cut\): Atendemos de lunes a$/,
      ],
    },
    'while a tool runs': {
      run: async () => {
        const talk = await new CascadeHarness({
          session: { tools: [TOOL] },
          replies: [{ toolCalls: [{ id: 'c1', name: 'lenta', arguments: {} }] }],
        }).afterGreeting();
        talk.tools.offer('lenta', { ok: true, result: 1 }, 5000);
        await talk.wait(500);
        await talk.say('¿Qué horario tienen?');
        await talk.until(() => talk.tools.invocations.length === 1);
        await talk.wait(100);
        return talk;
      },
      transcript: [/^agent: Hola/, 'caller: ¿Qué horario tienen?', 'tool: lenta'],
    },
    'while a held answer waits for words': {
      run: async () => {
        const talk = await answering();
        await talk.say('¿Qué horario tienen?');
        await talk.until(() => talk.agentSounds);
        await talk.wait(1000);
        await talk.noise(900);
        await talk.wait(600);
        return talk;
      },
      transcript: [
        /^agent: Hola/,
        'caller: ¿Qué horario tienen?',
        /^agent \(cut\): Atendemos de lunes a/,
      ],
    },
  };

async function answering(firstTokenMs = 300): Promise<CascadeHarness> {
  const text = ['Atendemos de lunes a viernes de nueve a seis de la tarde.'];
  const talk = await new CascadeHarness({
    replies: Array.from({ length: 3 }, () => ({ text, firstTokenMs })),
  }).afterGreeting();
  await talk.wait(500);
  return talk;
}

for (const [phase, { run, transcript }] of Object.entries(PHASES)) {
  test(`a caller who hangs up ${phase} leaves a complete record and nothing behind`, async () => {
    const talk = await run();
    talk.leg.end('caller-hung-up');
    const ending = await talk.call.ended;
    assert.equal(ending.reason, 'caller-hung-up');
    assert.equal(ending.framesReceived, talk.leg.framesReceived);
    // The fakes' own timers, and those of aborted requests, are gone after this.
    await talk.wait(2000);
    assert.equal(talk.recorder.endings.length, 1);
    assert.equal(talk.clock.pendingTimers, 0);
    assert.equal(talk.stt.stream.closed, true);
    assert.equal(talk.activity.closed, true);
    const heard = talk.transcript;
    assert.equal(heard.length, transcript.length, heard.join('\n'));
    transcript.forEach((expected, index) => {
      if (typeof expected === 'string') assert.equal(heard[index], expected);
      else assert.match(heard[index]!, expected);
    });
    assert.deepEqual(
      talk.recorder.turns.map(({ index }) => index),
      talk.recorder.turns.map((_, position) => position),
      'numbered and written in the order in which they began',
    );
  });
}

test('a connection that is lost is told apart from a caller who hung up', async () => {
  const talk = await new CascadeHarness().afterGreeting();
  talk.leg.end('connection-lost');
  assert.equal((await talk.call.ended).reason, 'connection-lost');
});

test('a call that is stopped ends at once and closes the line', async () => {
  const talk = await new CascadeHarness().begin();
  talk.call.stop();
  assert.equal((await talk.call.ended).reason, 'drained');
  assert.equal(talk.leg.closed, true);
  await talk.wait(1000);
  assert.equal(talk.clock.pendingTimers, 0);
});

test('turns are taken in the language of the tenant', async () => {
  const asked: string[] = [];
  const turnFor = (language: string) => {
    asked.push(language);
    return turnOptions(language);
  };
  const session = { tenant: fakeTenant({ language: 'en-US' }) };
  await new CascadeHarness({ options: { turnFor }, session }).afterGreeting();
  assert.deepEqual(asked, ['en-US']);
});

test('a call ends at its longest duration, in mid-answer too, with a word of explanation', async () => {
  const limits = { ...defaultTurnOptions.limits, maxCallMs: 9000 };
  const talk = await new CascadeHarness({
    options: { turnFor: () => ({ ...defaultTurnOptions, limits }) },
    replies: [
      { text: [Array.from({ length: 12 }, () => 'Una frase más para el camino.').join(' ')] },
    ],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('cuénteme todo por favor');
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'time-limit');
  assert.match(talk.transcript.at(-1)!, /^agent: Debo terminar la llamada/);
  assert.match(talk.transcript.at(-2)!, /^agent \(cut\): Una frase/);
});

test('a call starts once', async () => {
  const talk = await new CascadeHarness().begin();
  assert.throws(() => talk.call.start(), /started before/);
  talk.call.stop();
});
