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
  pipeline: 'cascade';
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
  call_id: string;
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

export interface Schema {
  tenants: TenantsTable;
  phone_numbers: PhoneNumbersTable;
  sessions: SessionsTable;
  calls: CallsTable;
  call_turns: CallTurnsTable;
  subscriptions: SubscriptionsTable;
  tools: ToolsTable;
  events: EventsTable;
  api_keys: ApiKeysTable;
  platform_subscriptions: PlatformSubscriptionsTable;
  platform_tools: PlatformToolsTable;
}
