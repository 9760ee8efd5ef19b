-- Up Migration

-- The calls that processes have at this moment. Each tells of its own every few seconds; what is not told of any
-- more was left behind by a process that died. A call is in here from its answer until it has ended, its record is
-- written and nobody has to be hung up any more.
CREATE TABLE app.call_leases (
  call_id uuid PRIMARY KEY,
  -- No foreign key: a process tells of all its calls in one statement, and none of them may spoil it.
  tenant_id uuid NOT NULL,
  -- Of a call over SIP, which is hung up by it.
  open_ai_call_id text,
  begun_at timestamptz NOT NULL DEFAULT now(),
  -- By the database's clock, as those of the processes differ.
  live_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE app.call_leases ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.call_leases FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON app.call_leases TO voice_system;
CREATE POLICY system_access ON app.call_leases TO voice_system USING (true) WITH CHECK (true);

-- Processes look for their calls, of all tenants, every other second.
CREATE INDEX calls_by_id ON app.calls (id);

-- Down Migration

DROP INDEX app.calls_by_id;
DROP TABLE app.call_leases;
