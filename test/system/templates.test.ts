import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { before, describe, test } from 'node:test';
import { SMTPServer } from 'smtp-server';

import type { IDataObject } from 'n8n-workflow';

import { openAiProjectId } from '../../playground/stack.ts';
import { canvasNumber, readTemplates } from '../../playground/templates.ts';
import { prepareWorkflow } from '../../playground/workflow.ts';
import type { DialInput } from '../../simulator/src/index.ts';
import { endedExecution, type Execution } from './executions.ts';
import { eventually, type TestPlayground } from './playground.ts';
import { sharedPlayground } from './shared-playground.ts';

/**
 * The templates beside the contact center and the menu on the canvas, each in the real n8n. Side by
 * side: each test changes another template, and those that call have numbers and telephones of their own.
 */
describe('templates, imported and executed', { concurrency: true }, () => {
  let playground: TestPlayground;
  before(async () => {
    playground = await sharedPlayground();
  });

  /** The template's workflow, with its nodes changed as a builder would before the first run. */
  async function change(name: string, nodes: Record<string, IDataObject>): Promise<string> {
    const template = (await readTemplates()).get(name);
    const imported = playground.stack.templates.get(name);
    assert.ok(template && imported, name);
    const prepared = prepareWorkflow(template, {
      credentialIds: playground.stack.credentialIds,
    }) as unknown as { nodes: { name: string; parameters: IDataObject }[] };
    await playground.stack.n8n.updateWorkflow(imported.id, {
      nodes: prepared.nodes.map((node) => ({ ...node, ...nodes[node.name] })),
      versionId: imported.versionId,
    });
    return imported.id;
  }

  async function runByHand(id: string, trigger: string): Promise<Execution> {
    const executionId = await playground.stack.n8n.run(id, trigger);
    assert.ok(executionId);
    return endedExecution(playground.stack.n8n, executionId, 120_000);
  }

  test('score-recordings: a recorded call gets its score in the table', async () => {
    const phone = '+56987650001';
    await playground.simulator('PUT', `/telephones/${encodeURIComponent(phone)}`, {
      does: 'answer',
      afterMs: 100,
      script: [
        { do: 'wait-for-speech', matching: 'ayudar' },
        { do: 'wait-for-silence', ms: 500 },
        { do: 'say', text: 'Quiero una hora para la mantención de mi camioneta' },
        { do: 'wait-for-end', timeoutMs: 30_000 },
      ],
    });
    const call = await playground.twilio('/Calls.json', {
      From: canvasNumber,
      To: phone,
      Record: 'true',
      RecordingChannels: 'dual',
      Twiml:
        '<Response><Say language="es-MX">Buenos días, habla con la asistente virtual. ¿En qué le puedo ayudar?</Say>' +
        '<Pause length="6"/><Say language="es-MX">Entiendo, le confirmo la hora. Hasta luego.</Say></Response>',
    });
    await eventually('the call is over', async () => {
      const { status } = await playground.simulator<{ status: string }>(
        'GET',
        `/calls/${String(call.sid)}`,
      );
      return status === 'completed' ? true : undefined;
    });
    // The template takes yesterday's; the call is of today, and others record theirs at the same time.
    const id = await change('score-recordings', {
      'List the Recordings': {
        parameters: {
          resource: 'recording',
          operation: 'getMany',
          returnAll: true,
          filters: { callSid: call.sid },
        },
      },
    });
    const execution = await runByHand(id, 'Every Night');
    assert.equal(execution.status, 'success', JSON.stringify(execution.error));
    const [row] = execution.json('Save the Score');
    assert.ok(row);
    assert.equal(row.callSid, call.sid);
    assert.match(String(row.transcript), /mantención/);
    assert.equal(typeof row.score, 'number');
    assert.ok(!row.error, String(row.error));
  });

  test('warm-phrase-cache: the phrases of both dealers are in the cache, and a report in the table', async () => {
    const id = await change('warm-phrase-cache', {});
    const first = await runByHand(id, 'Every Morning');
    assert.equal(first.status, 'success', JSON.stringify(first.error));
    const report = first.json('Save the Report');
    const slugs = playground.stack.tenants.map(({ slug }) => slug);
    assert.deepEqual(report.map(({ tenant }) => tenant).sort(), [...slugs].sort());
    for (const { status, failed, total } of report) {
      assert.deepEqual([status, failed], ['completed', 0]);
      assert.ok(Number(total) > 3);
    }
    const second = await runByHand(id, 'Every Morning');
    assert.ok(
      second
        .json('Save the Report')
        .every(({ synthesized, alreadyCached }) => synthesized === 0 && Number(alreadyCached) > 3),
    );
  });

  test('voicemail-to-email: a message on the phone arrives as an e-mail with its text', async () => {
    await using mailbox = await Mailbox.open();
    const credential = await playground.stack.n8n.saveCredential({
      name: 'SMTP',
      type: 'smtp',
      data: { host: '127.0.0.1', port: mailbox.port, secure: false, disableStartTls: true },
    });
    const number = '+56221234509';
    await playground.simulator('POST', '/numbers', {
      accountSid: playground.stack.secrets.accountSid,
      phoneNumber: number,
    });
    const template = (await readTemplates()).get('voicemail-to-email');
    const trigger = template?.nodes.find(({ type }) => type.endsWith('.twilioVoiceTrigger'));
    const sender = template?.nodes.find(({ type }) => type.endsWith('.emailSend'));
    assert.ok(trigger && sender);
    const id = await change('voicemail-to-email', {
      Voicemail: {
        parameters: { ...trigger.parameters, manageWebhook: true, phoneNumbers: [number] },
      },
      'Send the Message': { credentials: { smtp: { id: credential, name: 'SMTP' } } },
    });
    const { n8n } = playground.stack;
    const { versionId } = (await n8n.workflows()).find((workflow) => workflow.id === id)!;
    await n8n.publish(id, versionId);
    const script: DialInput['script'] = [
      { do: 'wait-for-speech', matching: /después del tono/, timeoutMs: 30_000 },
      { do: 'wait-for-silence', ms: 1500 },
      { do: 'say', text: 'Hola, quiero una hora para la mantención de mi camioneta' },
      { do: 'wait', ms: 800 },
      { do: 'hang-up' },
    ];
    const { failures } = await playground.call({ from: '+56987650002', to: number, script });
    assert.deepEqual(failures, []);
    const execution = await eventually('the message is handled', async () => {
      const [latest] = await n8n.executions(id);
      return latest ? endedExecution(n8n, latest.id) : undefined;
    });
    assert.equal(execution.status, 'success', JSON.stringify(execution.error));
    const mail = await mailbox.next;
    assert.match(mail, /To: team@example\.com/);
    assert.match(execution.json('Transcribe')[0]?.text as string, /mantención/i);
    assert.match(mail, /filename=/, 'with the recording');
    await n8n.unpublish(id);
  });

  test('live-transcription: what both sides say arrives row by row, then as a whole', async () => {
    const [dealer] = playground.stack.tenants;
    assert.ok(dealer);
    const number = '+56221234511';
    await playground.simulator('POST', '/numbers', {
      accountSid: playground.stack.secrets.accountSid,
      phoneNumber: number,
    });
    await playground.sidecar('PATCH', `/v1/tenants/${dealer.slug}`, {
      phoneNumbers: [dealer.phoneNumber, number],
    });
    const colleague = String(dealer.profile.escalationNumber);
    await playground.simulator('PUT', `/telephones/${encodeURIComponent(colleague)}`, {
      does: 'answer',
      afterMs: 500,
      script: [
        { do: 'wait', ms: 1500 },
        { do: 'say', text: 'Buenas tardes, habla con el taller' },
        { do: 'wait-for-end', timeoutMs: 60_000 },
      ],
    });
    const template = (await readTemplates()).get('live-transcription');
    const named = (name: string) => template?.nodes.find((node) => node.name === name);
    const columns = named('Append to the Sheet')?.parameters.columns as { value: IDataObject };
    const id = await change('live-transcription', {
      'Incoming Call': {
        parameters: {
          ...named('Incoming Call')?.parameters,
          manageWebhook: true,
          phoneNumbers: [number],
        },
      },
      // Google's sheets cannot be reached from a test: the same columns, without the sheet.
      'Append to the Sheet': {
        type: 'n8n-nodes-base.set',
        typeVersion: 3.4,
        credentials: {},
        parameters: {
          assignments: {
            assignments: Object.entries(columns.value).map(([name, value]) => ({
              id: name,
              name,
              value,
              type: 'string',
            })),
          },
        },
      },
    });
    const { n8n } = playground.stack;
    const { versionId } = (await n8n.workflows()).find((workflow) => workflow.id === id)!;
    await n8n.publish(id, versionId);
    const { failures } = await playground.call({
      from: '+56987650003',
      to: number,
      script: [
        { do: 'wait-for-speech', matching: /taller/, timeoutMs: 40_000 },
        { do: 'wait-for-silence', ms: 800 },
        { do: 'say', text: 'Necesito cambiar los neumáticos de mi camioneta' },
        { do: 'wait', ms: 2500 },
        { do: 'hang-up' },
      ],
    });
    assert.deepEqual(failures, []);
    const read = new Map<string, Execution>();
    const summary = await eventually('the transcription is over', async () => {
      for (const { id: execution } of await n8n.executions(id)) {
        if (!read.has(execution)) read.set(execution, await endedExecution(n8n, execution));
      }
      return [...read.values()].flatMap((execution) => execution.json('Summary'))[0];
    });
    assert.deepEqual([summary.tenant, summary.status], [dealer.slug, 'completed']);
    const rows = [...read.values()].flatMap((execution) => execution.json('Append to the Sheet'));
    const saidBy = (who: string) =>
      rows
        .filter(({ Who }) => Who === who)
        .map(({ Text }) => String(Text))
        .join(' ');
    assert.match(saidBy('Cliente'), /neumáticos/i);
    assert.match(saidBy('Asesor'), /taller/i);
    await n8n.unpublish(id);
  });

  test('realtime-sip: a call with a session of ours is answered, another is rejected', async () => {
    const { n8n, templates } = playground.stack;
    const id = templates.get('realtime-sip')!.id;
    const dealer = playground.stack.tenants.find(({ lines }) =>
      lines.some(({ template }) => template === 'realtime-sip'),
    )!;
    interface SipCallView {
      readonly callId: string;
      readonly state: { readonly name: string; readonly statusCode?: number };
    }
    const decided = async (headers: Record<string, string>) => {
      const { callId } = await playground.simulator<SipCallView>('POST', '/openai/calls', {
        from: '+56987650004',
        to: openAiProjectId,
        headers,
      });
      return eventually('the call is decided on', async () => {
        const { state } = await playground.simulator<SipCallView>('GET', `/openai/calls/${callId}`);
        return state.name === 'ringing' ? undefined : state;
      });
    };
    const { sip } = await playground.sidecar<{ sip: { uri: string } }>('POST', '/v1/sessions', {
      tenant: dealer.slug,
      direction: 'inbound',
      transport: 'sip',
    });
    const headers = Object.fromEntries(new URLSearchParams(sip.uri.split('?')[1]));
    assert.equal((await decided(headers)).name, 'active');
    const forged = await decided({ ...headers, 'X-Session-Token': 'nobody-gave-this-out' });
    assert.equal(forged.name, 'rejected');
    const executions = await eventually('both executions', async () => {
      const found = await n8n.executions(id);
      return found.length >= 2 ? found : undefined;
    });
    for (const { id: execution } of executions) {
      assert.equal((await endedExecution(n8n, execution)).status, 'success');
    }
  });
});

/** An SMTP server that keeps the first message it gets. */
class Mailbox implements AsyncDisposable {
  readonly next: Promise<string>;
  readonly port: number;
  readonly #server: SMTPServer;

  private constructor(server: SMTPServer, port: number, next: Promise<string>) {
    this.#server = server;
    this.port = port;
    this.next = next;
  }

  static async open(): Promise<Mailbox> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData(stream, _session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          resolve(Buffer.concat(chunks).toString('utf8'));
          done();
        });
      },
    });
    const port = await freePort();
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    return new Mailbox(server, port, promise);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(resolve));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
