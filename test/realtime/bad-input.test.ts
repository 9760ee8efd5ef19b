import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { DialInput, FaultChanges, RealtimeScriptStep } from 'simulator';
import { assertNothingLostOrDoubled, linesOf, longestSilenceMs } from './assertions.ts';
import { callsAtOnce, StagePool } from './stage-pool.ts';
import { toolName } from './network.ts';
import { startStage, type Stage } from './stage.ts';

const question = '¿Qué horario tienen?';
const answer = /dieciocho horas/i;
const nextQuestion = '¿Dónde queda?';
const nextAnswer = /avenida italia/i;
const answers: readonly RealtimeScriptStep[] = [
  { match: /horario/i, reply: 'Abrimos de nueve a dieciocho horas.', times: 9 },
  { match: /queda/i, reply: 'En avenida Italia.', times: 9 },
];

const opened: DialInput['script'] = [
  { do: 'wait-for-speech', matching: /artificial/i, timeoutMs: 30_000 },
  { do: 'wait-for-silence', ms: 400 },
];
const asks = (text: string, matching: RegExp): DialInput['script'] => [
  { do: 'say', text },
  { do: 'wait-for-speech', matching, timeoutMs: 20_000 },
  { do: 'wait-for-silence', ms: 600 },
];
/** Of a caller who is answered as on a good day. */
const soonMs = 4000;

describe('the model', { concurrency: callsAtOnce }, () => {
  let stages: StagePool;
  before(async () => {
    stages = await StagePool.start(callsAtOnce);
  });
  after(() => stages?.[Symbol.asyncDispose]());

  // The longest, so it is begun first.
  test('away, as every provider is: the caller is told so, and leaves a message', async (t) => {
    const stage = stages.take(t);
    const { simulator, api } = stage;
    const away = { status: 503, count: 1000 } as const;
    simulator.faults.set({ openAiRealtime: { failNext: away }, gemini: { failNext: away } });
    const counted = await api.counters();
    const again = 'Su horario, por favor.';
    const { record, report } = await stage.call([
      ...opened,
      ...asks(question, /me lo puede repetir/i),
      { do: 'say', text: again },
      { do: 'wait-for-speech', matching: /no puedo seguir/i, timeoutMs: 20_000 },
      { do: 'wait-for-speech', matching: /deje su mensaje/i, timeoutMs: 20_000 },
      { do: 'wait-for-silence', ms: 1500 },
      { do: 'say', text: 'Llámenme mañana.' },
      { do: 'hang-up' },
    ]);
    assert.deepEqual(report.failures, []);
    assert.equal(record.status, 'failed');
    assert.equal(record.endReason, 'provider-failure');
    assertNothingLostOrDoubled(record, [question, again]);
    const [message, ...more] = await stage.recordingsOf(report.callSid);
    assert.ok(message && message.durationMs >= 1000, JSON.stringify(message));
    assert.deepEqual(more, []);
    const now = await api.counters();
    for (const [name, labels] of [
      ['provider_fallbacks', { source: 'realtime' }],
      ['provider_errors', { source: 'realtime' }],
      ['provider_errors', { source: 'model' }],
      ['calls_ended', { reason: 'provider-failure' }],
    ] as const) {
      assert.ok(
        now.of(name, labels) > counted.of(name, labels),
        `${name} ${JSON.stringify(labels)}`,
      );
    }
  });

  const cases: readonly {
    readonly what: string;
    readonly faults: NonNullable<FaultChanges['openAiRealtime']>;
    /** What counts them. */
    readonly counter?: string;
  }[] = [
    {
      what: 'that are cut off',
      faults: { malformedEvery: 4 },
      counter: 'realtime_malformed_events',
    },
    { what: 'of unknown types', faults: { unknownEvery: 3 }, counter: 'provider_unknown_events' },
    { what: 'that come twice', faults: { duplicateEvery: 2 }, counter: 'realtime_events_dropped' },
    { what: 'in the wrong order', faults: { swapEvery: 5 } },
  ];
  for (const { what, faults, counter } of cases) {
    test(`events ${what} change nothing for the caller`, async (t) => {
      const stage = stages.take(t);
      stage.simulator.openai.realtime.script([
        {
          match: /aceite/i,
          reply: { calls: [{ name: toolName, arguments: { servicio: 'aceite' } }] },
        },
        { match: /40000/, reply: 'Cuesta cuarenta mil pesos.' },
        ...answers,
      ]);
      stage.n8n.answerTool = (_request, reply) => reply.end('{"precio":40000}');
      stage.simulator.faults.set({ openAiRealtime: faults });
      const counted = await stage.api.counters();
      const { record, report } = await stage.call([
        ...opened,
        ...asks(question, answer),
        ...asks('¿Cuánto cuesta el aceite?', /cuarenta mil pesos/i),
        { do: 'hang-up' },
      ]);
      assert.deepEqual(report.failures, []);
      assertNothingLostOrDoubled(record, [question, '¿Cuánto cuesta el aceite?']);
      assert.equal(linesOf(record, 'agent').length, 3);
      assert.deepEqual(linesOf(record, 'tool'), [toolName]);
      assert.equal(stage.n8n.toolRequests.length, 1);
      assert.equal(record.endReason, 'caller-hung-up');
      assert.ok(longestSilenceMs({ report }, 0, answer) < soonMs);
      const now = await stage.api.counters();
      if (counter) assert.ok(now.of(counter) > counted.of(counter), `${counter} tells nothing`);
      const sessions = ['realtime_sessions', { event: 'lost' }] as const;
      assert.equal(now.of(...sessions), counted.of(...sessions), 'a session was lost');
    });
  }

  test('audio behind a cancel is not heard, and no line says that it was', async (t) => {
    const stage = stages.take(t);
    // Slow enough to be cut while it still comes, and no slower: what is late by more than the 200 ms that
    // each piece gains is a gap in the middle of a word.
    stage.simulator.faults.set({ openAiRealtime: { lateAudio: true, deltaIntervalMs: 200 } });
    const story =
      'Somos un taller con historia, y le cuento todo desde que empezamos hace mucho tiempo.';
    stage.simulator.openai.realtime.script([{ match: /historia/i, reply: story }, ...answers]);
    const counted = await stage.api.counters();
    const { record, report } = await stage.call([
      ...opened,
      { do: 'say', text: '¿Cuál es su historia?' },
      { do: 'interrupt', afterMs: 1200, text: nextQuestion },
      { do: 'wait-for-speech', matching: nextAnswer, timeoutMs: 20_000 },
      { do: 'wait-for-silence', ms: 600 },
      { do: 'hang-up' },
    ]);
    assert.deepEqual(report.failures, []);
    assertNothingLostOrDoubled(record, ['¿Cuál es su historia?', nextQuestion]);
    const now = await stage.api.counters();
    const dropped = 'realtime_events_dropped';
    assert.ok(now.of(dropped) > counted.of(dropped), 'nothing came behind the cancel');
    const cut = record.turns.find(({ interrupted }) => interrupted);
    assert.ok(cut && story.startsWith(cut.text) && cut.text.length < story.length / 2, cut?.text);
    const [clearedAtMs] = report.clearsAtMs;
    assert.ok(clearedAtMs !== undefined, 'the agent was not stopped');
    const after = report.heard.filter(({ startMs }) => startMs > clearedAtMs);
    assert.deepEqual(
      after.map(({ text }) => text),
      ['En avenida Italia.'],
    );
  });
});

/** Of one sidecar, in calls at the same time. */
describe('tools', { concurrency: 5 }, () => {
  let stage: Stage;
  const twoMegabytes = Buffer.alloc(2 * 1024 * 1024, 'x');
  const cases: readonly {
    readonly what: string;
    readonly asked: string;
    readonly arguments: string | Record<string, unknown>;
    readonly reply?: (reply: ServerResponse) => void;
    /** What the model is told, and /metrics. */
    readonly outcome: string;
  }[] = [
    {
      what: 'arguments that are no JSON',
      asked: '¿Cuánto cuesta el aceite?',
      arguments: '{"servicio": "acei',
      outcome: 'invalid-arguments',
    },
    {
      what: 'arguments that miss a field, which the workflow refuses',
      asked: '¿Cuánto cuestan los frenos?',
      arguments: {},
      reply: (reply) => reply.writeHead(422).end('{"message":"servicio is required"}'),
      outcome: 'failed',
    },
    {
      what: 'a workflow that answers 500',
      asked: '¿Cuánto cuesta la batería?',
      arguments: { servicio: 'batería' },
      reply: (reply) => reply.writeHead(500).end('{"message":"Error in workflow"}'),
      outcome: 'failed',
    },
    {
      what: 'a workflow that answers late',
      asked: '¿Cuánto cuesta el filtro?',
      arguments: { servicio: 'filtro' },
      reply: (reply) => void setTimeout(() => reply.end('{"precio":1}'), 4000).unref(),
      outcome: 'late',
    },
    {
      what: 'a workflow that answers with 2 MB',
      asked: '¿Cuánto cuesta la pintura?',
      arguments: { servicio: 'pintura' },
      reply: (reply) => reply.end(JSON.stringify({ texto: twoMegabytes.toString() })),
      outcome: 'invalid-reply',
    },
  ];
  const wordOf = (asked: string): string => /(\p{L}+)\?$/u.exec(asked)?.[1] ?? asked;
  /** What a caller says of whom no tool can help. */
  const excuse = /no lo pude averiguar/i;

  before(async () => {
    stage = await startStage();
    stage.simulator.openai.realtime.script([
      ...cases.map(({ asked, arguments: given }) => ({
        match: new RegExp(wordOf(asked), 'i'),
        reply: { calls: [{ name: toolName, arguments: given }] },
      })),
      ...cases.map(({ outcome }) => ({
        match: new RegExp(`"error":"${outcome}"`),
        reply: 'Disculpe, no lo pude averiguar.',
      })),
      ...answers,
    ]);
    stage.n8n.answerTool = ({ arguments: { servicio } }, reply) => {
      const asked = cases.find(({ arguments: given }) =>
        typeof given === 'string' ? false : given['servicio'] === servicio,
      );
      (asked?.reply ?? assert.fail(`nobody asks for ${String(servicio)}`))(reply);
    };
  });

  after(() => stage?.[Symbol.asyncDispose]());
  after(() => {
    const { failures, toolRequests } = stage.n8n;
    assert.deepEqual(failures, []);
    assert.equal(toolRequests.length, cases.filter(({ reply }) => reply).length);
  });

  for (const { what, asked, outcome } of cases) {
    test(`${what}: the model is told, the caller hears a word, and the call goes on`, async () => {
      const counted = await stage.api.counters();
      const { record, report } = await stage.call([
        ...opened,
        ...asks(asked, excuse),
        ...asks(nextQuestion, nextAnswer),
        { do: 'hang-up' },
      ]);
      assert.deepEqual(report.failures, []);
      assertNothingLostOrDoubled(record, [asked, nextQuestion]);
      const [ran, ...more] = record.turns.filter(({ role }) => role === 'tool');
      assert.deepEqual(more, []);
      assert.equal(ran?.text, toolName);
      assert.deepEqual(JSON.parse(ran.generatedText ?? ''), { error: outcome });
      assert.equal(record.endReason, 'caller-hung-up');
      assert.ok(longestSilenceMs({ report }, 0, excuse) < soonMs);
      const now = await stage.api.counters();
      assert.ok(now.of('tool_calls', { outcome }) > counted.of('tool_calls', { outcome }));
    });
  }
});
