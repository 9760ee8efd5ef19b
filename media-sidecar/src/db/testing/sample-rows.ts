import { randomBytes, randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';

/** A row of each tenant table that belongs to one tenant, by column. */
export type SampleRows = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Makes a valid row of every tenant table. Insert them in this order. */
export function sampleRows(tenantId: string): SampleRows {
  const callId = randomUUID();
  const number = `+5622${String(Math.floor(1e6 + Math.random() * 9e6))}`;
  const secret = randomBytes(48);
  const transcriptionId = randomUUID();
  const documentId = randomUUID();
  return {
    tenants: {
      tenant_id: tenantId,
      slug: `tenant-${tenantId}`,
      name: 'Automotora Andes',
      status: 'active',
      timezone: 'America/Santiago',
      language: 'es-CL',
      voice: '{}',
      greeting: 'Hola',
      disclosure: 'Soy un asistente virtual',
      instructions: '',
      closed_message: 'Cerrado',
      agent: 'contact-center',
      facts: '{}',
    },
    phone_numbers: { tenant_id: tenantId, phone_number: number },
    sessions: {
      tenant_id: tenantId,
      id: randomUUID(),
      call_id: callId,
      token_hash: randomBytes(32),
      direction: 'inbound',
      agent: 'contact-center',
      pipeline: 'cascade',
      contact: '{}',
      variables: '{}',
      expires_at: new Date(),
    },
    calls: {
      tenant_id: tenantId,
      id: callId,
      direction: 'inbound',
      agent: 'contact-center',
      pipeline: 'cascade',
      status: 'in-progress',
      started_at: new Date(),
    },
    call_turns: {
      tenant_id: tenantId,
      call_id: callId,
      turn_index: 0,
      role: 'caller',
      text: 'hola',
      interrupted: false,
      started_at: new Date(),
      ended_at: new Date(),
      delays: '{}',
    },
    call_usage: {
      tenant_id: tenantId,
      id: randomUUID(),
      unit: 'second',
      call_id: callId,
      at: new Date(),
      service: 'speech-to-text',
      provider: 'google',
      model: 'telephony',
      quantity: '1.5',
    },
    monthly_spending: { tenant_id: tenantId, month: '2026-11-01', micro_usd: '12.5' },
    budget_notices: {
      tenant_id: tenantId,
      month: '2026-11-01',
      kind: 'warning',
      told_at: new Date(),
    },
    callbacks: {
      tenant_id: tenantId,
      id: randomUUID(),
      call_id: callId,
      phone_number: number,
      due_at: new Date(),
      status: 'open',
    },
    subscriptions: {
      tenant_id: tenantId,
      id: randomUUID(),
      url: 'https://example.com',
      events: ['call.completed'],
      sealed_secret: secret,
    },
    tools: {
      tenant_id: tenantId,
      id: randomUUID(),
      name: 'consultar',
      description: 'Consulta',
      parameters: '{}',
      url: 'https://example.com',
      deadline_ms: 5000,
      sealed_secret: secret,
    },
    events: {
      tenant_id: tenantId,
      id: randomUUID(),
      call_id: callId,
      type: 'call.started',
      payload: '{}',
    },
    transcriptions: {
      tenant_id: tenantId,
      id: transcriptionId,
      token_hash: randomBytes(32),
      call_sid: 'CA1',
      language: 'es-CL',
      track: 'both',
      phrases: [],
      metadata: '{}',
      status: 'waiting',
      expires_at: new Date(),
    },
    transcription_utterances: {
      tenant_id: tenantId,
      transcription_id: transcriptionId,
      utterance_index: 0,
      track: 'inbound',
      text: 'hola',
      start_ms: 0,
      end_ms: 100,
      language_code: 'es-cl',
    },
    contacts: { tenant_id: tenantId, id: randomUUID(), phone_number: number, attributes: '{}' },
    consents: {
      tenant_id: tenantId,
      id: randomUUID(),
      phone_number: number,
      kind: 'recording',
      status: 'granted',
      source: 'call',
      recorded_at: new Date(),
    },
    do_not_call: { tenant_id: tenantId, phone_number: number },
    knowledge_documents: {
      tenant_id: tenantId,
      id: documentId,
      title: 'Horario',
      language: 'es-CL',
      text: 'De nueve a seis.',
    },
    knowledge_passages: {
      tenant_id: tenantId,
      document_id: documentId,
      passage_index: 0,
      text: 'De nueve a seis.',
      configuration: 'spanish',
      search: '',
    },
  };
}

export async function insertRow(
  client: PoolClient,
  table: string,
  row: Readonly<Record<string, unknown>>,
): Promise<void> {
  const columns = Object.keys(row);
  const places = columns.map((_, index) => `$${String(index + 1)}`);
  await client.query(
    `insert into app.${table} (${columns.join(', ')}) values (${places.join(', ')})`,
    Object.values(row),
  );
}

/** Runs `work` in a transaction under a role, and rolls it back or commits it. */
export async function asRole<T>(
  client: PoolClient,
  role: 'voice_tenant' | 'voice_system',
  tenantId: string | undefined,
  end: 'commit' | 'rollback',
  work: () => Promise<T>,
): Promise<T> {
  await client.query('begin');
  try {
    await client.query(
      `select set_config('role', $1, true), set_config('app.tenant_id', $2, true)`,
      [role, tenantId ?? ''],
    );
    const result = await work();
    await client.query(end);
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
