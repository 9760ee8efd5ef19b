import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CallerReport, DialInput } from '../../simulator/src/index.ts';
import type { SampleLine, SampleTenant } from '../../playground/sample-tenants.ts';
import { SidecarApi } from '../realtime/sidecar-api.ts';
import { readExecution } from './executions.ts';
import { eventually, type TestPlayground } from './playground.ts';
import { sessionLimitMs, sharedPlayground } from './shared-playground.ts';

interface CallRecord {
  readonly id: string;
  readonly pipeline: string;
  readonly status: string;
  readonly endReason: string;
  readonly cost: { readonly microUsd: number } | null;
  readonly turns: readonly {
    readonly role: 'caller' | 'agent' | 'tool';
    readonly text: string;
    readonly generatedText: string | null;
    readonly interrupted: boolean;
  }[];
}

/** Of those that a test may set, what is left of them. */
interface RealtimeFaults {
  readonly killNext: { readonly skip: number } | null;
}

const asks = (text: string, answer: RegExp): DialInput['script'] => [
  { do: 'say', text },
  { do: 'wait-for-speech', matching: answer, timeoutMs: 30_000 },
  { do: 'wait-for-silence', ms: 1200 },
];

/** The sentence by which the agent bridges a loss. */
const bridge = /se cortó un segundo/i;

/** Somebody picks up where a caller is transferred to. */
const human = 'Hola, soy una persona de carne y hueso';

describe('speech to speech, in the real n8n', () => {
  let playground: TestPlayground;
  let dealer: SampleTenant;

  before(async () => {
    playground = await sharedPlayground();
    dealer = playground.stack.tenants.find(({ slug }) => slug === 'automotora-austral')!;
  });
  const lineOf = (template: SampleLine['template']): string =>
    dealer.lines.find((line) => line.template === template)!.phoneNumber;
  const opened: DialInput['script'] = [
    { do: 'wait-for-speech', matching: /inteligencia/i, timeoutMs: 30_000 },
    { do: 'wait-for-silence', ms: 900 },
  ];

  async function call(
    template: SampleLine['template'],
    script: DialInput['script'],
  ): Promise<{ report: CallerReport; record: CallRecord; heard: string }> {
    const report = await playground.call({
      from: '+56987650001',
      to: lineOf(template),
      voice: 'es-419',
      script: [...opened, ...script],
    });
    const record = await eventually('the call is over', async () => {
      const found = await playground.sidecar<CallRecord>('GET', `/v1/calls/${report.callSid}`);
      return found.status === 'in-progress' ? undefined : found;
    });
    const { failures, ...telling } = report;
    assert.equal(failures.join(), '', JSON.stringify({ failures, telling, turns: record.turns }));
    return { report, record, heard: report.heard.map(({ text }) => text).join(' ') };
  }

  const tools = ({ turns }: CallRecord): string[] =>
    turns.filter(({ role }) => role === 'tool').map(({ text }) => text);

  /** No line twice: a caller in these tests says nothing twice. */
  function assertNothingDoubled({ turns }: CallRecord): void {
    const said = turns.filter(({ role }) => role === 'caller').map(({ text }) => text);
    assert.equal(new Set(said).size, said.length, JSON.stringify(said));
  }

  /** The caller asks for a person, and speaks with one who was told what it is about. */
  async function transferOn(template: SampleLine['template']): Promise<void> {
    const number = String(dealer.profile['escalationNumber']);
    const telephone = `/telephones/${encodeURIComponent(number)}`;
    await playground.simulator('PUT', telephone, {
      does: 'answer',
      script: [
        { do: 'wait-for-speech', matching: /caja de cambios/, timeoutMs: 20_000 },
        { do: 'wait-for-silence', ms: 800 },
        { do: 'say', text: human },
        { do: 'wait-for-end', timeoutMs: 30_000 },
      ],
    });
    const { record, heard } = await call(template, [
      { do: 'say', text: 'Quiero hablar con una persona' },
      { do: 'wait-for-speech', matching: /carne y hueso/, timeoutMs: 45_000 },
      { do: 'hang-up' },
    ]);
    assert.match(heard, /comunico con un colega/i);
    assert.equal(record.endReason, 'transferred');
    const report = await eventually('the report of who picked up', async () => {
      const { reports } = await playground.simulator<{ reports: CallerReport[] }>('GET', telephone);
      return reports[0];
    });
    assert.deepEqual(report.failures, []);
  }

  const faults = async () =>
    (await playground.simulator<{ openAiRealtime: RealtimeFaults }>('GET', '/faults'))
      .openAiRealtime;

  // Side by side: none of these calls feels the others.
  describe('calls at the same time', { concurrency: true }, () => {
    let cutOff: ReturnType<typeof call>;

    before(async () => {
      await playground.simulator('PATCH', '/faults', {
        openAiRealtime: {
          // As short as the sidecar takes it to be: only one call is long enough to come to it.
          sessionLimitMs,
          // The greeting is spared: the session dies while it gives the first answer.
          killNext: { phase: 'mid-audio', how: 'reset', skip: 1, count: 1 },
        },
      });
      await playground.simulator('PUT', '/openai/realtime/script', [
        {
          match: 'persona',
          times: 2,
          reply: {
            text: 'Claro, le comunico con un colega.',
            calls: [
              {
                name: 'transfer_to_human',
                arguments: { reason: 'lo pide', summary: 'Pregunta por la caja de cambios.' },
              },
            ],
          },
        },
        {
          match: 'adios|chao|gracias',
          reply: {
            text: 'Que tenga un buen día. Hasta luego.',
            calls: [{ name: 'end_call', arguments: {} }],
          },
        },
      ]);
      cutOff = call('realtime-assistant', [
        ...asks('¿Dónde están ubicados?', bridge),
        ...asks('¿Cuánto cuesta el cambio de aceite?', /pesos/),
        { do: 'hang-up' },
      ]);
      // The test that waits for it tells; what fails before that must not end the process.
      cutOff.catch(() => {});
      // Whichever session speaks next dies: nobody else calls before this one has.
      await eventually('its socket dies', async () =>
        (await faults()).killNext === null ? true : undefined,
      );
    });
    after(() => playground.reset());

    test('the third number answers, uses the tool, stops when it is spoken over, and keeps what was heard', async () => {
      const { report, record, heard } = await call('realtime-assistant', [
        ...asks('¿Cuánto cuesta el cambio de aceite?', /pesos/),
        { do: 'say', text: 'Cuéntame sobre los servicios que ofrecen' },
        { do: 'interrupt', afterMs: 2500, text: 'Perdón, ¿dónde están ubicados?' },
        { do: 'wait-for-speech', matching: /avenida/, timeoutMs: 30_000 },
        { do: 'wait-for-silence', ms: 1200 },
        { do: 'hang-up' },
      ]);
      assert.match(heard, /Automotora Austral/i);
      assert.equal(record.pipeline, 'realtime');
      assert.equal(record.endReason, 'caller-hung-up');
      assert.ok(tools(record).includes('consultar_concesionario'), JSON.stringify(record.turns));
      const cut = record.turns.find(({ role, interrupted }) => role === 'agent' && interrupted);
      assert.ok(cut, 'no turn is marked as interrupted');
      assert.ok(cut.text.length < (cut.generatedText ?? '').length);
      assert.ok(
        report.clearsAtMs.length > 0 && report.said.some(({ overlapped }) => overlapped),
        'the agent went on speaking',
      );
      assert.ok((record.cost?.microUsd ?? 0) > 0, 'the call cost nothing');
      assertNothingDoubled(record);
    });

    test('what follows a call runs on the canvas, with its cost', async () => {
      const { record } = await call('realtime-assistant', [
        ...asks('¿Qué horario tienen?', /horas/),
        { do: 'hang-up' },
      ]);
      const { n8n, templates } = playground.stack;
      const workflow = templates.get('realtime-assistant')!;
      const saved = await eventually('the execution of call.completed', async () => {
        for (const { id } of await n8n.executions(workflow.id)) {
          const { status, items } = await readExecution(n8n, id);
          if (status !== 'success') continue;
          const [row] = items('Save the Call').filter(({ json }) =>
            JSON.stringify(json).includes(record.id),
          );
          if (row) return row.json;
        }
        return undefined;
      });
      assert.ok(Number(saved['costUsd'] ?? saved['cost']) > 0, JSON.stringify(saved));
    });

    // Both are put through to the same telephone.
    describe(
      'who asks for a person gets one, who was told what it is about',
      { concurrency: false },
      () => {
        test('over media streams', () => transferOn('realtime-assistant'));
        test('over SIP', () => transferOn('realtime-sip'));
      },
    );

    test('over SIP, the fourth number: accept, tool, records and costs', async () => {
      const { record, heard } = await call('realtime-sip', [
        ...asks('¿Cuánto cuesta el cambio de aceite?', /pesos/),
        { do: 'hang-up' },
      ]);
      assert.match(heard, /Automotora Austral/i);
      assert.equal(record.pipeline, 'realtime');
      assert.equal(record.endReason, 'caller-hung-up');
      assert.ok(tools(record).includes('consultar_concesionario'), JSON.stringify(record.turns));
      assert.ok((record.cost?.microUsd ?? 0) > 0);
      const deliveries = await playground.simulator<{ data: { status?: number }[] }>(
        'GET',
        '/openai/deliveries',
      );
      assert.ok(deliveries.data.length > 0);
    });

    test('over SIP the agent hangs up when the caller has said goodbye', async () => {
      const { report, record } = await call('realtime-sip', [
        { do: 'say', text: 'Muchas gracias, adiós' },
        { do: 'wait-for-end', timeoutMs: 30_000 },
      ]);
      assert.equal(report.endedBy, 'other-side');
      assert.equal(record.endReason, 'agent-hung-up');
    });

    test('a socket that dies in the middle of a sentence is a phrase to the caller, and no more', async () => {
      const { record } = await cutOff;
      assert.equal(record.endReason, 'caller-hung-up');
      assert.equal(record.pipeline, 'realtime');
      assertNothingDoubled(record);
    });

    test('the limit of a session passes unnoticed', async () => {
      const { secrets, urls } = playground.stack;
      const api = new SidecarApi(urls.sidecar, secrets.platformKey);
      const moved = async () => (await api.counters()).of('realtime_sessions', { event: 'moved' });
      const before = await moved();
      const { report, record, heard } = await call('realtime-assistant', [
        ...asks('¿Qué horario tienen?', /horas/),
        ...asks('¿Dónde están ubicados?', /avenida/),
        { do: 'wait', ms: 3000 },
        ...asks('¿Cuánto cuesta el cambio de aceite?', /pesos/),
        ...asks('¿Cuánto dura el cambio de aceite?', /hora/),
        { do: 'hang-up' },
      ]);
      const lastMs = Math.max(...report.heard.map(({ endMs }) => endMs));
      assert.ok(
        lastMs > sessionLimitMs,
        `the call ended at ${String(lastMs)} ms, before the limit`,
      );
      assert.ok((await moved()) > before, 'the call did not move to another session');
      assert.doesNotMatch(heard, bridge);
      assert.equal(record.endReason, 'caller-hung-up');
      assertNothingDoubled(record);
    });
  });

  test('when the model stays away, the cascade goes on with the same call', async (t) => {
    t.after(() => playground.reset());
    const startedAt = new Date().toISOString();
    // The greeting is spared: the session dies when it thinks about the first question.
    await playground.simulator('PATCH', '/faults', {
      openAiRealtime: { killNext: { phase: 'thinking', how: 'reset', skip: 1, count: 1 } },
    });
    const calling = call('realtime-assistant', [
      ...asks('¿Cuánto cuesta el cambio de aceite?', /pesos/),
      ...asks('¿Dónde están ubicados?', /avenida/),
      { do: 'hang-up' },
    ]);
    await eventually('the greeting', async () =>
      (await faults()).killNext?.skip === 0 ? true : undefined,
    );
    // The first session is there; none of those that are to replace it is let in.
    await playground.simulator('PATCH', '/faults', {
      openAiRealtime: { failNext: { status: 503, count: 100 } },
    });
    const { record } = await calling;
    assert.equal((await faults()).killNext, null, 'the session did not die');
    const { data } = await playground.simulator<{ data: { at: string }[] }>(
      'GET',
      '/requests?path=streamGenerateContent',
    );
    assert.ok(
      data.some(({ at }) => at > startedAt),
      'the cascade was not asked',
    );
    assert.equal(record.endReason, 'caller-hung-up');
    assertNothingDoubled(record);
  });
});
