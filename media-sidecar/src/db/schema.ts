import type { ColumnType, Generated } from 'kysely';

/** A JSON column: read as the parsed value, written as JSON text (see `json` in `sql.ts`). */
type Json<T> = ColumnType<T, T, T>;
type CreatedAt = ColumnType<Date, Date | undefined, never>;

export interface TenantsTable {
  tenant_id: string;
  slug: string;
  name: string;
  status: 'active' | 'suspended';
  timezone: string;
  language: string;
  voice: Json<unknown>;
  greeting: string;
  disclosure: string;
  instructions: string;
  closed_message: string;
  escalation_number: string | null;
  agent: string;
  business_hours: Json<unknown>;
  facts: Json<unknown>;
  pipeline: Generated<'cascade' | 'realtime'>;
  realtime: Json<unknown>;
  /** bigint: `pg` reads it as text. */
  monthly_budget_micro_usd: ColumnType<string | null, number | null | undefined, number | null>;
  budget_warn_percent: Generated<number>;
  created_at: CreatedAt;
  updated_at: Generated<Date>;
}

export interface PhoneNumbersTable {
  tenant_id: string;
  phone_number: string;
  created_at: CreatedAt;
}

export interface SessionsTable {
  tenant_id: string;
  id: string;
  call_id: string;
  token_hash: Buffer;
  direction: 'inbound' | 'outbound';
  agent: string;
  pipeline: 'cascade' | 'realtime';
  transport: Generated<'media-stream' | 'sip'>;
  open_ai_call_id: string | null;
  call_sid: string | null;
  stream_sid: string | null;
  from_number: string | null;
  to_number: string | null;
  contact: Json<unknown>;
  variables: Json<unknown>;
  tool_names: string[] | null;
  expires_at: Date;
  claimed_at: Date | null;
  created_at: CreatedAt;
}

export interface CallsTable {
  tenant_id: string;
  id: string;
  call_sid: string | null;
  direction: 'inbound' | 'outbound';
  from_number: string | null;
  to_number: string | null;
  agent: string;
  pipeline: string;
  status: 'in-progress' | 'completed' | 'failed';
  end_reason: string | null;
  started_at: Date;
  ended_at: Date | null;
  frames_received: Generated<number>;
  frames_lost: Generated<number>;
  frames_sent: Generated<number>;
  metadata: Generated<unknown>;
  analysis: Json<unknown>;
  end_requested_at: Date | null;
  escalation: Json<unknown>;
}

export interface CallLeasesTable {
  call_id: string;
  tenant_id: string;
  open_ai_call_id: string | null;
  begun_at: CreatedAt;
  live_at: Generated<Date>;
}

export interface CallTurnsTable {
  tenant_id: string;
  call_id: string;
  turn_index: number;
  role: 'caller' | 'agent' | 'tool';
  text: string;
  generated_text: string | null;
  interrupted: boolean;
  started_at: Date;
  ended_at: Date;
  delays: Json<unknown>;
}

/** An exact decimal number: `pg` reads it as text, so that nothing is lost. */
type Numeric = ColumnType<string, string, string>;

export interface CallUsageTable {
  tenant_id: string;
  id: string;
  unit: string;
  call_id: string;
  turn_index: number | null;
  at: Date;
  service: string;
  provider: string;
  model: string;
  quantity: Numeric;
  micro_usd: ColumnType<string | null, string | null, string | null>;
}

export interface MonthlySpendingTable {
  tenant_id: string;
  /** `date`, written as `2026-11-01`. */
  month: ColumnType<Date, string, never>;
  micro_usd: Numeric;
}

export interface BudgetNoticesTable {
  tenant_id: string;
  month: ColumnType<Date, string, never>;
  kind: 'warning' | 'exceeded';
  told_at: Date;
}

export interface CallbacksTable {
  tenant_id: string;
  id: string;
  call_id: string;
  phone_number: string;
  due_at: Date;
  reason: string | null;
  status: 'open' | 'done' | 'cancelled';
  created_at: CreatedAt;
}

interface WebhookTarget {
  id: string;
  url: string;
  sealed_secret: Buffer;
  created_at: CreatedAt;
}

export interface PlatformSubscriptionsTable extends WebhookTarget {
  events: string[];
}

export interface SubscriptionsTable extends PlatformSubscriptionsTable {
  tenant_id: string;
}

export interface PlatformToolsTable extends WebhookTarget {
  name: string;
  description: string;
  parameters: Json<unknown>;
  deadline_ms: number;
}

export interface ToolsTable extends PlatformToolsTable {
  tenant_id: string;
}

export interface EventsTable {
  tenant_id: string;
  id: string;
  call_id: string | null;
  transcription_id: string | null;
  type: string;
  payload: Json<unknown>;
  created_at: CreatedAt;
}

export interface ApiKeysTable {
  id: string;
  tenant_id: string | null;
  name: string;
  key_hash: Buffer;
  created_at: CreatedAt;
}

export interface TranscriptionsTable {
  tenant_id: string;
  id: string;
  token_hash: Buffer;
  call_sid: string;
  stream_sid: string | null;
  from_number: string | null;
  to_number: string | null;
  language: string;
  track: 'inbound' | 'outbound' | 'both';
  phrases: string[];
  metadata: Json<unknown>;
  status: 'waiting' | 'in-progress' | 'completed' | 'failed';
  end_reason: string | null;
  error: Json<unknown>;
  gaps: Json<unknown>;
  expires_at: Date;
  claimed_at: Date | null;
  stop_requested_at: Date | null;
  created_at: CreatedAt;
  started_at: Date | null;
  ended_at: Date | null;
}

export interface TranscriptionUtterancesTable {
  tenant_id: string;
  transcription_id: string;
  utterance_index: number;
  track: 'inbound' | 'outbound';
  text: string;
  confidence: number | null;
  start_ms: number;
  end_ms: number;
  language_code: string;
}

export interface ContactsTable {
  tenant_id: string;
  id: string;
  phone_number: string;
  name: string | null;
  email: string | null;
  language: string | null;
  timezone: string | null;
  company: string | null;
  role: string | null;
  external_id: string | null;
  status: string | null;
  last_outcome: string | null;
  notes: string | null;
  attributes: Json<unknown>;
  created_at: CreatedAt;
  updated_at: Generated<Date>;
}

export interface ConsentsTable {
  tenant_id: string;
  id: string;
  phone_number: string;
  kind: 'recording' | 'ai-call' | 'marketing' | 'data-processing';
  status: 'granted' | 'withdrawn';
  source: string;
  evidence: string | null;
  call_id: string | null;
  recorded_at: Date;
  created_at: CreatedAt;
}

export interface PlatformDoNotCallTable {
  phone_number: string;
  reason: string | null;
  source: string | null;
  created_at: CreatedAt;
}

export interface DoNotCallTable extends PlatformDoNotCallTable {
  tenant_id: string;
}

export interface KnowledgeDocumentsTable {
  tenant_id: string;
  id: string;
  external_id: string | null;
  title: string;
  source: string | null;
  language: string;
  text: string;
  created_at: CreatedAt;
  updated_at: Generated<Date>;
}

export interface KnowledgePassagesTable {
  tenant_id: string;
  document_id: string;
  passage_index: number;
  text: string;
  configuration: string;
  search: string;
}

export interface Schema {
  tenants: TenantsTable;
  phone_numbers: PhoneNumbersTable;
  sessions: SessionsTable;
  calls: CallsTable;
  call_leases: CallLeasesTable;
  call_turns: CallTurnsTable;
  call_usage: CallUsageTable;
  monthly_spending: MonthlySpendingTable;
  budget_notices: BudgetNoticesTable;
  callbacks: CallbacksTable;
  subscriptions: SubscriptionsTable;
  tools: ToolsTable;
  events: EventsTable;
  api_keys: ApiKeysTable;
  platform_subscriptions: PlatformSubscriptionsTable;
  platform_tools: PlatformToolsTable;
  transcriptions: TranscriptionsTable;
  transcription_utterances: TranscriptionUtterancesTable;
  contacts: ContactsTable;
  consents: ConsentsTable;
  do_not_call: DoNotCallTable;
  platform_do_not_call: PlatformDoNotCallTable;
  knowledge_documents: KnowledgeDocumentsTable;
  knowledge_passages: KnowledgePassagesTable;
}
