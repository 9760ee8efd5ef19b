import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { CallerReport, DialInput } from '../../simulator/src/index.ts';
import type { SampleTenant } from '../../playground/sample-tenants.ts';
import { endedExecution, readExecution } from './executions.ts';
import { plain } from './plain-words.ts';
import { eventually, HttpStatusError, type TestPlayground } from './playground.ts';
import { sharedPlayground } from './shared-playground.ts';

interface CallRecord {
  readonly id: string;
  readonly tenant: { readonly slug: string };
  readonly status: string;
  readonly endReason: string;
  readonly from: string;
  readonly to: string;
  readonly audio: { readonly framesLost: number; readonly framesReceived: number };
  readonly turns: readonly {
    readonly index: number;
    readonly role: 'caller' | 'agent' | 'tool';
    readonly text: string;
    readonly generatedText?: string;
    readonly interrupted: boolean;
    readonly delays: Readonly<Record<string, number>>;
  }[];
}

describe('two dealers answer the phone at the same time', () => {
  let playground: TestPlayground;
  let dealers: readonly SampleTenant[];
  const reports = new Map<string, CallerReport>();
  const records = new Map<string, CallRecord>();

  before(async () => {
    playground = await sharedPlayground();
    dealers = playground.stack.tenants.filter(({ lines }) =>
      lines.some(({ template }) => template === 'contact-center'),
    );
    const held = await Promise.all(
      dealers.map(({ phoneNumber, profile }, index) =>
        playground.call({
          from: `+5698765432${String(index)}`,
          to: phoneNumber,
          voice: index === 0 ? 'es-419' : 'es-419+f3',
          script: [
            { do: 'wait-for-speech', matching: new RegExp(profile.name) },
            { do: 'wait-for-silence', ms: 700 },
            { do: 'say', text: '¿Cuánto cuesta el cambio de aceite?' },
            { do: 'wait-for-speech', matching: /pesos/ },
            { do: 'wait-for-silence', ms: 1200 },
            { do: 'say', text: 'Cuéntame sobre los servicios que ofrecen' },
            { do: 'interrupt', afterMs: 2500, text: 'Perdón, ¿dónde están ubicados?' },
            { do: 'wait-for-speech', matching: /avenida/ },
            { do: 'wait-for-silence', ms: 1200 },
            { do: 'hang-up' },
          ],
        }),
      ),
    );
    for (const [index, { slug }] of dealers.entries()) {
      const report = held[index]!;
      reports.set(slug, report);
      const record = await eventually('the call is completed', async () => {
        const call = await playground.sidecar<CallRecord>('GET', `/v1/calls/${report.callSid}`);
        return call.status === 'in-progress' ? undefined : call;
      });
      records.set(slug, record);
    }
  });

  const each = (
    title: string,
    check: (dealer: SampleTenant, other: SampleTenant) => void | Promise<void>,
  ) => {
    for (const place of [0, 1]) {
      test(`${title} (dealer ${place === 0 ? 'A' : 'B'})`, () =>
        check(dealers[place]!, dealers[1 - place]!));
    }
  };

  each('hears the greeting in its own name, with the disclosure, and every answer', (dealer) => {
    const { failures, heard, frames } = reports.get(dealer.slug)!;
    assert.deepEqual(failures, []);
    assert.match(heard[0]!.text, new RegExp(dealer.profile.name, 'i'));
    assert.match(heard.map(({ text }) => text).join(' '), /inteligencia artificial/i);
    assert.equal(frames.underruns, 0);
  });

  each('never speaks in the name of the other', (dealer, other) => {
    const everything = reports
      .get(dealer.slug)!
      .heard.map(({ text }) => text)
      .join(' ');
    assert.doesNotMatch(plain(everything), new RegExp(plain(other.profile.name)));
  });

  each('answers from its own facts through the live tool', (dealer) => {
    const tools = records.get(dealer.slug)!.turns.filter(({ role }) => role === 'tool');
    assert.ok(tools.length >= 1, 'the tool was not called');
    assert.ok(tools.every(({ text }) => text === 'consultar_concesionario'));
    const results = tools.map(({ generatedText }) => generatedText ?? '').join(' ');
    const { services } = dealer.profile['facts'] as { services: { priceClp: number }[] };
    assert.match(results.replaceAll('.', ''), new RegExp(String(services[0]!.priceClp)));
  });

  each('falls silent when the caller speaks over it', (dealer) => {
    const { said, clearsAtMs } = reports.get(dealer.slug)!;
    const over = said.find(({ overlapped }) => overlapped);
    assert.ok(over, 'the caller did not speak over the agent');
    assert.ok(
      clearsAtMs.some((atMs) => atMs > over.startMs),
      'the agent went on speaking',
    );
  });

  each('keeps what was heard, not what was generated, of the interrupted answer', (dealer) => {
    const cut = records
      .get(dealer.slug)!
      .turns.filter(({ role, interrupted }) => role === 'agent' && interrupted);
    assert.ok(cut.length >= 1, 'no turn is marked as interrupted');
    const answer = cut.at(-1)!;
    assert.ok(answer.text.length < answer.generatedText!.length);
    assert.ok(plain(answer.generatedText!).startsWith(plain(answer.text)));
    const heard = plain(
      reports
        .get(dealer.slug)!
        .heard.map(({ text }) => text)
        .join(' '),
    );
    // The telephone's own recognition may miss the word that was cut in the middle.
    const words = plain(answer.text).split(' ').slice(0, -2).join(' ');
    assert.ok(heard.includes(words), `"${words}" was recorded, but not heard in "${heard}"`);
  });

  each('records who called whom, every turn in order, and no lost frame', (dealer) => {
    const { status, endReason, tenant, to, audio, turns } = records.get(dealer.slug)!;
    assert.equal(status, 'completed');
    assert.equal(endReason, 'caller-hung-up');
    assert.equal(tenant.slug, dealer.slug);
    assert.equal(to, dealer.phoneNumber);
    assert.equal(audio.framesLost, 0);
    assert.deepEqual(
      turns.map(({ index }) => index),
      turns.map((_, place) => place),
    );
    const asked = turns.filter(({ role }) => role === 'caller').map(({ text }) => plain(text));
    assert.match(asked.join('|'), /cuanto cuesta el cambio de aceite/);
    assert.match(asked.join('|'), /donde estan ubicados/);
    const answer = turns.find(({ role, delays }) => role === 'agent' && delays['endOfTurnMs']);
    assert.ok(answer, 'no answer has its delays');
    assert.ok(answer.delays['firstAudioSentMs']! >= answer.delays['endOfTurnMs']!);
  });

  each('shows nothing of it to the other dealer', async (dealer, other) => {
    const { key } = await playground.sidecar<{ key: string }>('POST', '/v1/api-keys', {
      name: `only ${other.slug}`,
      tenant: other.slug,
    });
    const record = records.get(dealer.slug)!;
    const { data } = await playground.sidecar<{ data: CallRecord[] }>(
      'GET',
      '/v1/calls',
      undefined,
      key,
    );
    assert.deepEqual([...new Set(data.map(({ tenant }) => tenant.slug))], [other.slug]);
    await assert.rejects(
      playground.sidecar('GET', `/v1/calls/${record.id}`, undefined, key),
      (error) => error instanceof HttpStatusError && error.status === 404,
    );
  });

  each('starts the signed call.completed execution, which keeps one row', async (dealer) => {
    const record = records.get(dealer.slug)!;
    const { n8n, workflow } = playground.stack;
    const saved = await eventually('the execution of call.completed', async () => {
      for (const { id, status } of await n8n.executions(workflow.id)) {
        if (status !== 'success') continue;
        const rows = (await readExecution(n8n, id)).json('Save the Call');
        if (JSON.stringify(rows).includes(record.id)) return rows;
      }
      return undefined;
    });
    assert.equal(saved.length, 1);
    assert.match(JSON.stringify(saved), new RegExp(dealer.slug));
  });

  test('every call was answered, and its tool was run, in an execution that succeeded', async () => {
    const { n8n, workflow } = playground.stack;
    let connected = 0;
    let toolCalls = 0;
    for (const { id } of await n8n.executions(workflow.id)) {
      const execution = await endedExecution(n8n, id);
      assert.equal(execution.status, 'success', JSON.stringify(execution.error));
      connected += execution.items('Connect to the Agent').length;
      toolCalls += execution.items("Answer From the Tenant's Facts").length;
    }
    assert.ok(connected >= dealers.length, String(connected));
    assert.ok(toolCalls >= dealers.length, String(toolCalls));
  });

  test('the credentials that the playground made pass their own tests', async () => {
    for (const [type, name] of [
      ['twilioVoiceApi', 'Twilio Voice'],
      ['voiceSidecarApi', 'Voice Sidecar'],
      ['googleSpeechApi', 'Google Speech'],
      ['voiceGeminiApi', 'Gemini'],
      ['voiceOpenAiApi', 'OpenAI'],
    ] as const) {
      const id = await playground.stack.n8n.credentialId(type, name);
      const { status, message } = await playground.stack.n8n.testCredential(id);
      assert.equal(status, 'OK', message);
    }
  });

  test('a forged call reaches no workflow', async () => {
    const before = (await playground.stack.n8n.executions(playground.stack.workflow.id)).length;
    const numbers = await playground.simulator<{ data: { voiceUrl: string }[] }>('GET', '/numbers');
    const response = await fetch(numbers.data[0]!.voiceUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': Buffer.alloc(20, 1).toString('base64'),
      },
      body: new URLSearchParams({ CallSid: `CA${'0'.repeat(32)}`, To: dealers[0]!.phoneNumber }),
    });
    assert.equal(response.status, 403);
    const after = (await playground.stack.n8n.executions(playground.stack.workflow.id)).length;
    assert.equal(after, before);
  });

  test('a caller of a number that no tenant has is told so, and no call comes of it', async () => {
    const { n8n, secrets, workflow } = playground.stack;
    const from = '+56987654327';
    const to = '+56221234519';
    const { data: numbers } = await playground.simulator<{
      data: { phoneNumber: string; voiceUrl: string }[];
    }>('GET', '/numbers');
    const { voiceUrl } = numbers.find(
      ({ phoneNumber }) => phoneNumber === dealers[0]!.phoneNumber,
    )!;
    await playground.simulator('POST', '/numbers', {
      accountSid: secrets.accountSid,
      phoneNumber: to,
      voiceUrl,
    });
    const report = await playground.call({
      from,
      to,
      voice: 'es-419',
      script: [
        { do: 'wait-for-speech', matching: /no está en servicio/ },
        { do: 'wait-for-end', timeoutMs: 30_000 },
      ],
    });
    assert.deepEqual(report.failures, []);
    assert.equal(report.endedBy, 'other-side');
    const query = new URLSearchParams({ from });
    const { data } = await playground.sidecar<{ data: CallRecord[] }>(
      'GET',
      `/v1/calls?${query.toString()}`,
    );
    assert.deepEqual(data, []);
    // Executions of other calls may still begin; a session is started by one of this call only.
    for (const { id } of await n8n.executions(workflow.id)) {
      const begun = (await readExecution(n8n, id)).json('Incoming Call');
      assert.ok(begun.every(({ callSid }) => callSid !== report.callSid));
    }
  });

  test('a caller outside the business hours hears when the dealer is open', async (t) => {
    const [dealer] = dealers;
    t.after(() => playground.reset());
    const closed = { ...dealer!.profile, businessHours: {} };
    await playground.sidecar('PUT', `/v1/tenants/${dealer!.slug}`, closed);
    const report = await playground.call({
      from: '+56987654329',
      to: dealer!.phoneNumber,
      voice: 'es-419',
      script: [
        { do: 'wait-for-speech', matching: /cerrados/ },
        { do: 'wait-for-end', timeoutMs: 30_000 },
      ],
    });
    assert.deepEqual(report.failures, []);
    assert.equal(report.endedBy, 'other-side');
  });

  test('no log holds a phone number, a key or what was said', async () => {
    const { secrets } = playground.stack;
    for (const part of ['sidecar', 'n8n'] as const) {
      const log = await playground.log(part);
      assert.doesNotMatch(log, /\+56\d{8,}|98765432/, `${part}: a phone number`);
      assert.doesNotMatch(log, /aceite|ubicados/i, `${part}: what was said`);
      for (const secret of [secrets.authToken, secrets.platformKey, secrets.googleApiKey]) {
        assert.ok(!log.includes(secret), `${part}: a secret`);
      }
    }
  });

  const leaveMessage: DialInput['script'] = [
    { do: 'wait-for-speech', matching: /mensaje/, timeoutMs: 30_000 },
    { do: 'wait-for-silence', ms: 1000 },
    { do: 'say', text: 'Por favor llámenme mañana por la mañana' },
    { do: 'wait', ms: 500 },
    { do: 'hang-up' },
  ];

  /** The message is a row of the data table. */
  async function assertMessageKept(from: string, dealer: SampleTenant): Promise<void> {
    const { n8n, workflow } = playground.stack;
    const row = await eventually('the message is kept', async () => {
      for (const { id, status } of await n8n.executions(workflow.id)) {
        if (status !== 'success') continue;
        const [saved] = (await readExecution(n8n, id)).items('Save the Message');
        if (saved?.json['from'] === from) return saved.json;
      }
      return undefined;
    });
    assert.match(String(row['recordingSid']), /^RE[0-9a-f]{32}$/);
    assert.equal(row['to'], dealer.phoneNumber);
  }

  test('with the sidecar gone, the caller hears an apology and can leave a message', async (t) => {
    await playground.stack.sidecar.stop();
    t.after(() => playground.startSidecar());
    const [from, dealer] = ['+56987654328', dealers[1]!];
    const { failures } = await playground.call({
      from,
      to: dealer.phoneNumber,
      voice: 'es-419',
      script: leaveMessage,
    });
    assert.deepEqual(failures, []);
    await assertMessageKept(from, dealer);
  });

  test('when the sidecar dies in the middle of a call, the caller can leave a message', async (t) => {
    const [from, dealer] = ['+56987654327', dealers[0]!];
    const calling = playground.call({
      from,
      to: dealer.phoneNumber,
      voice: 'es-419',
      script: [
        { do: 'wait-for-speech', matching: new RegExp(dealer.profile.name) },
        { do: 'wait-for-silence', ms: 700 },
        { do: 'say', text: '¿Cuánto cuesta el cambio de aceite?' },
        ...leaveMessage,
      ],
    });
    // Whatever fails before it is waited for is told by that, not by this.
    calling.catch(() => undefined);
    const isAnswered = async (): Promise<true | undefined> => {
      const { data } = await playground.sidecar<{ data: CallRecord[] }>(
        'GET',
        `/v1/calls?tenant=${dealer.slug}&status=in-progress`,
      );
      const call = data.find((one) => one.from === from);
      const record = call && (await playground.sidecar<CallRecord>('GET', `/v1/calls/${call.id}`));
      return record?.turns.some(({ role }) => role === 'caller') ? true : undefined;
    };
    await eventually('the answer to the question', isAnswered, 60_000);
    await playground.stack.sidecar.stop('SIGKILL');
    t.after(() => playground.startSidecar());
    const { failures, heard } = await calling;
    assert.deepEqual(failures, [], JSON.stringify(heard));
    await assertMessageKept(from, dealer);
  });
});
