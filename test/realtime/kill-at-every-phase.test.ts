import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DialInput, FaultChanges, RealtimeScriptStep } from 'simulator';
import {
  assertNothingLostOrDoubled,
  linesOf,
  longestSilenceMs,
  unrecordedWords,
} from './assertions.ts';
import type { CallRecord } from './sidecar-api.ts';
import { toolName } from './network.ts';
import type { Stage } from './stage.ts';
import { callsAtOnce, StagePool } from './stage-pool.ts';

type Kill = NonNullable<NonNullable<FaultChanges['openAiRealtime']>['killNext']>;

interface Death {
  readonly phase: Kill['phase'];
  readonly how: NonNullable<Kill['how']>;
  /** The longest silence while an answer is owed, in ms. */
  readonly maxSilenceMs: number;
}

const first = '¿Qué horario tienen?';
const priceQuestion = '¿Cuánto cuesta el aceite?';
const second = '¿Dónde queda?';
const answers = { [first]: /dieciocho horas/i, [priceQuestion]: /cuarenta mil pesos/i } as const;
const secondAnswer = /avenida italia/i;
/** The sentence by which the agent bridges a loss. */
const bridge = /se cortó un segundo/i;

const script: readonly RealtimeScriptStep[] = [
  { match: /horario/i, reply: 'Abrimos de lunes a viernes de nueve a dieciocho horas.', times: 9 },
  {
    match: /aceite/i,
    reply: { calls: [{ name: toolName, arguments: { servicio: 'aceite' } }] },
    times: 9,
  },
  { match: /40000/, reply: 'Cuesta cuarenta mil pesos.', times: 9 },
  { match: /queda/i, reply: 'En avenida Italia.', times: 9 },
  // Asked to go on with what was cut, with nothing new to react to.
  { match: /^$/, reply: 'Hasta las dieciocho horas.', times: 9 },
];

/** How often a phase is reached before the first question: by the opening and what leads to it. */
const reachedBefore: Readonly<Record<Kill['phase'], number>> = {
  connected: 0,
  // The settings, the end of the opening; then the settings again, from where on the caller may speak.
  idle: 2,
  'caller-speaking': 0,
  thinking: 1,
  'first-audio': 1,
  'mid-audio': 1,
  'all-audio-sent': 1,
  'tool-running': 0,
};

/** Nobody waits for anything then: a loss is nothing that a caller notices. */
const unnoticed: readonly Kill['phase'][] = ['idle', 'all-audio-sent'];

const soon = 3500;
/** The longest first: they run side by side. */
const deaths: readonly Death[] = [
  { phase: 'caller-speaking', how: 'freeze', maxSilenceMs: 8000 },
  { phase: 'thinking', how: 'freeze', maxSilenceMs: 8000 },
  { phase: 'mid-audio', how: 'freeze', maxSilenceMs: 8000 },
  { phase: 'idle', how: 'reset', maxSilenceMs: soon },
  { phase: 'caller-speaking', how: 'reset', maxSilenceMs: soon },
  { phase: 'thinking', how: 'reset', maxSilenceMs: soon },
  { phase: 'first-audio', how: 'reset', maxSilenceMs: soon },
  { phase: 'mid-audio', how: 'reset', maxSilenceMs: soon },
  { phase: 'all-audio-sent', how: 'reset', maxSilenceMs: soon },
  { phase: 'tool-running', how: 'reset', maxSilenceMs: soon },
  { phase: 'caller-speaking', how: 'close', maxSilenceMs: soon },
  { phase: 'mid-audio', how: 'close', maxSilenceMs: soon },
];

describe('the model’s socket dies', () => {
  let stages: StagePool;
  const calls: { readonly stage: Stage; readonly record: CallRecord }[] = [];

  before(async () => {
    stages = await StagePool.start(callsAtOnce);
  });
  after(() => stages?.[Symbol.asyncDispose]());

  describe(
    'the caller is answered, and no line is lost or doubled',
    { concurrency: callsAtOnce },
    () => {
      for (const death of deaths) {
        test(`${death.phase}, ${death.how}`, async (t) => {
          const stage = stages.take(t);
          calls.push({ stage, record: await die(stage, death) });
        });
      }
    },
  );

  test('what was told of these calls, signed and as they went on, is what their records say', async () => {
    assert.equal(calls.length, deaths.length);
    for (const { stage, record } of calls) {
      const events = await stage.n8n.eventsOf(record.id);
      const turns = events.flatMap(({ data }) => data.turn ?? []);
      const words = (of: CallRecord['turns']) => of.map(({ index, text }) => [index, text]);
      assert.deepEqual(words(turns), words(record.turns));
      const [last] = events.slice(-1);
      assert.equal(last?.type, 'call.completed');
      assert.deepEqual(words(last.data.call.turns ?? []), words(record.turns));
    }
  });
});

/** A call whose model dies at its first question. */
async function die(stage: Stage, { phase, how, maxSilenceMs }: Death): Promise<CallRecord> {
  const { simulator, n8n } = stage;
  const question = phase === 'tool-running' ? priceQuestion : first;
  const answer = answers[question];
  n8n.answerTool = (_request, reply) => {
    // Long enough to run while the socket dies.
    setTimeout(() => reply.end('{"precio":40000}'), 700);
  };
  simulator.openai.realtime.script(script);
  const before = await stage.api.counters();
  const killNext = { phase, how, skip: reachedBefore[phase] };
  simulator.faults.set({ openAiRealtime: { killNext } });

  const finished = await stage.call(asking(question, answer));
  const { heard, record, report } = finished;

  assert.equal(simulator.faults.current.openAiRealtime.killNext, null, 'no socket has died');
  assert.deepEqual(report.failures, []);
  const silentMs = longestSilenceMs({ report }, 0, answer);
  assert.ok(silentMs <= maxSilenceMs, `${String(silentMs)} ms of silence: ${heard}`);
  const nextSilentMs = longestSilenceMs({ report }, 1, secondAnswer);
  assert.ok(nextSilentMs <= soon, `${String(nextSilentMs)} ms of silence: ${heard}`);
  if (unnoticed.includes(phase)) {
    assert.doesNotMatch(heard, bridge);
    assert.equal(linesOf(record, 'agent').length, 3, 'opening, answer, answer');
  }

  assert.equal(record.status, 'completed');
  assert.equal(record.endReason, 'caller-hung-up');
  assert.equal(record.pipeline, 'realtime');
  assertNothingLostOrDoubled(record, [question, second]);
  // Where a sentence is cut, its last word may sound on a little longer than is known.
  const unrecorded = unrecordedWords(finished);
  assert.ok(unrecorded.length <= 1, `${unrecorded.join(' ')}, of «${heard}»`);
  const tools = question === priceQuestion ? [toolName] : [];
  assert.deepEqual(linesOf(record, 'tool'), tools);
  assert.equal(n8n.toolRequests.length, tools.length);
  const lost = (await stage.api.counters()).of('realtime_sessions', { event: 'lost' });
  assert.equal(lost - before.of('realtime_sessions', { event: 'lost' }), 1);
  return record;
}

/** A caller who hears the opening, and then asks two things. */
function asking(question: string, answer: RegExp): DialInput['script'] {
  return [
    { do: 'wait-for-speech', matching: /artificial/i },
    { do: 'wait-for-silence', ms: 400 },
    { do: 'say', text: question },
    { do: 'wait-for-speech', matching: answer, timeoutMs: 30_000 },
    { do: 'wait-for-silence', ms: 900 },
    { do: 'say', text: second },
    { do: 'wait-for-speech', matching: secondAnswer, timeoutMs: 15_000 },
    { do: 'wait-for-silence', ms: 400 },
    { do: 'hang-up' },
  ];
}
