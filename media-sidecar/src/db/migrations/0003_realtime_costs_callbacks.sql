-- Up Migration

-- How a tenant's agents hold a conversation, and what that may cost.
ALTER TABLE app.tenants
  ADD COLUMN pipeline text NOT NULL DEFAULT 'cascade' CHECK (pipeline IN ('cascade', 'realtime')),
  ADD COLUMN realtime jsonb,
  -- NULL: no budget.
  ADD COLUMN monthly_budget_micro_usd bigint CHECK (monthly_budget_micro_usd > 0),
  ADD COLUMN budget_warn_percent integer NOT NULL DEFAULT 80
    CHECK (budget_warn_percent BETWEEN 1 AND 100);

ALTER TABLE app.sessions DROP CONSTRAINT sessions_pipeline_check;
ALTER TABLE app.sessions
  ADD CONSTRAINT sessions_pipeline_check CHECK (pipeline IN ('cascade', 'realtime')),
  ADD COLUMN transport text NOT NULL DEFAULT 'media-stream'
    CHECK (transport IN ('media-stream', 'sip')),
  ADD COLUMN open_ai_call_id text,
  ADD CONSTRAINT sessions_sip_is_realtime CHECK (transport <> 'sip' OR pipeline = 'realtime');
-- Global on purpose: OpenAI names a call once, and announces it more than once. Whoever comes second,
-- on whichever replica and for whichever tenant, must not take it again.
CREATE UNIQUE INDEX sessions_open_ai_call_id_key ON app.sessions (open_ai_call_id)
  WHERE open_ai_call_id IS NOT NULL;
GRANT SELECT (open_ai_call_id) ON app.sessions TO voice_system;

-- Why somebody else was to take over: {id, reason, summary, phoneNumber}.
ALTER TABLE app.calls ADD COLUMN escalation jsonb;

-- What providers counted: one row for each unit of what they tell at once.
CREATE TABLE app.call_usage (
  tenant_id uuid NOT NULL,
  -- The same for the units that were told together.
  id uuid NOT NULL,
  unit text NOT NULL CHECK (unit IN (
    'text-input-token', 'cached-text-input-token', 'audio-input-token', 'cached-audio-input-token',
    'text-output-token', 'audio-output-token', 'second', 'character')),
  call_id uuid NOT NULL,
  -- No foreign key: a turn is written when it is over, what it costs before.
  turn_index integer CHECK (turn_index >= 0),
  at timestamptz NOT NULL,
  service text NOT NULL CHECK (service IN (
    'realtime', 'transcription', 'speech-to-text', 'language-model', 'text-to-speech')),
  provider text NOT NULL,
  model text NOT NULL,
  quantity numeric NOT NULL CHECK (quantity > 0),
  -- By the prices in force when it was stored, not rounded. NULL: they did not name it.
  micro_usd numeric CHECK (micro_usd >= 0),
  PRIMARY KEY (tenant_id, id, unit),
  FOREIGN KEY (tenant_id, call_id) REFERENCES app.calls (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX call_usage_of_call ON app.call_usage (tenant_id, call_id, turn_index);
CREATE INDEX call_usage_by_time ON app.call_usage (tenant_id, at);

-- The sum of each month, kept with the rows that it is the sum of: a budget is looked at before every
-- call, and a month has far more rows than can be added up then.
CREATE TABLE app.monthly_spending (
  tenant_id uuid NOT NULL REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  -- Its first day, in the tenant's time zone.
  month date NOT NULL,
  micro_usd numeric NOT NULL CHECK (micro_usd >= 0),
  PRIMARY KEY (tenant_id, month)
);

-- What was told of a month's budget, so that it is told once.
CREATE TABLE app.budget_notices (
  tenant_id uuid NOT NULL REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  month date NOT NULL,
  kind text NOT NULL CHECK (kind IN ('warning', 'exceeded')),
  told_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, month, kind)
);

CREATE TABLE app.callbacks (
  tenant_id uuid NOT NULL REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- No foreign key: what was promised outlives the record of the call.
  call_id uuid NOT NULL,
  phone_number text NOT NULL CHECK (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
  due_at timestamptz NOT NULL,
  reason text,
  status text NOT NULL CHECK (status IN ('open', 'done', 'cancelled')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX callbacks_by_due ON app.callbacks (tenant_id, due_at, id);
CREATE INDEX callbacks_of_call ON app.callbacks (tenant_id, call_id);

-- An event may be about the tenant itself.
ALTER TABLE app.events DROP CONSTRAINT events_check;
ALTER TABLE app.events
  ADD CONSTRAINT events_subject_check CHECK (num_nonnulls(call_id, transcription_id) <= 1);

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['call_usage', 'monthly_spending', 'budget_notices', 'callbacks'] LOOP
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE app.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON app.%I TO voice_tenant', t);
    EXECUTE format(
      'CREATE POLICY tenant_isolation ON app.%I TO voice_tenant
         USING (tenant_id = (SELECT app.current_tenant()))
         WITH CHECK (tenant_id = (SELECT app.current_tenant()))', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['call_usage', 'callbacks'] LOOP
    EXECUTE format('CREATE POLICY system_read ON app.%I FOR SELECT TO voice_system USING (true)', t);
  END LOOP;
END
$$;

-- The platform sees what a call cost wherever it sees the call, and whose a callback is.
GRANT SELECT ON app.call_usage TO voice_system;
GRANT SELECT (tenant_id, id) ON app.callbacks TO voice_system;

-- Down Migration

DELETE FROM app.events WHERE num_nonnulls(call_id, transcription_id) = 0;
ALTER TABLE app.events DROP CONSTRAINT events_subject_check;
ALTER TABLE app.events
  ADD CONSTRAINT events_check CHECK (num_nonnulls(call_id, transcription_id) = 1);
DROP TABLE app.callbacks, app.budget_notices, app.monthly_spending, app.call_usage;
ALTER TABLE app.calls DROP COLUMN escalation;
DELETE FROM app.sessions WHERE pipeline <> 'cascade';
ALTER TABLE app.sessions
  DROP CONSTRAINT sessions_sip_is_realtime,
  DROP CONSTRAINT sessions_pipeline_check,
  DROP COLUMN open_ai_call_id,
  DROP COLUMN transport;
ALTER TABLE app.sessions ADD CONSTRAINT sessions_pipeline_check CHECK (pipeline IN ('cascade'));
ALTER TABLE app.tenants
  DROP COLUMN budget_warn_percent,
  DROP COLUMN monthly_budget_micro_usd,
  DROP COLUMN realtime,
  DROP COLUMN pipeline;
