-- Up Migration

-- Everything of the sidecar lives in this schema. The migrating user owns it; at run time every
-- statement is executed under one of two roles that own nothing and cannot bypass row level security.
CREATE SCHEMA app;

-- Roles belong to the whole cluster, so another database may have made them already, or may be
-- making them at this moment.
-- Since PostgreSQL 16, who makes a role and is no superuser may grant it, but neither become it nor use
-- what it may: that has to be granted, too. Before, a member could do both.
DO $$
DECLARE
  has_options constant boolean := current_setting('server_version_num')::int >= 160000;
  wanted text;
  is_usable boolean;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['voice_tenant', 'voice_system'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE format(
          'CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT', wanted);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
      END;
    END IF;
    is_usable := CASE WHEN has_options
      THEN pg_has_role(current_user, wanted, 'SET') AND pg_has_role(current_user, wanted, 'USAGE')
      ELSE pg_has_role(current_user, wanted, 'MEMBER')
    END;
    IF NOT is_usable THEN
      EXECUTE format('GRANT %I TO CURRENT_USER', wanted)
        || CASE WHEN has_options THEN ' WITH INHERIT TRUE, SET TRUE' ELSE '' END;
    END IF;
  END LOOP;
END
$$;

GRANT USAGE ON SCHEMA app TO voice_tenant, voice_system;

-- A transaction-local setting is '' (not NULL) once it was set before in the session: hence nullif.
CREATE FUNCTION app.current_tenant() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;

CREATE TABLE app.tenants (
  tenant_id uuid PRIMARY KEY,
  slug text NOT NULL,
  name text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'suspended')),
  timezone text NOT NULL,
  language text NOT NULL,
  voice jsonb NOT NULL,
  greeting text NOT NULL,
  disclosure text NOT NULL,
  instructions text NOT NULL,
  closed_message text NOT NULL,
  escalation_number text,
  agent text NOT NULL,
  business_hours jsonb,
  facts jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  -- Global on purpose: a slug is an address, and only the platform key can choose one.
  CONSTRAINT tenants_slug_key UNIQUE (slug)
);

CREATE TABLE app.phone_numbers (
  tenant_id uuid NOT NULL REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  phone_number text NOT NULL CHECK (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, phone_number),
  -- Global on purpose: a number leads to one tenant, and only the platform key can assign one.
  CONSTRAINT phone_numbers_phone_number_key UNIQUE (phone_number)
);

CREATE TABLE app.sessions (
  tenant_id uuid NOT NULL REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  id uuid NOT NULL,
  call_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  agent text NOT NULL,
  pipeline text NOT NULL CHECK (pipeline IN ('cascade')),
  call_sid text,
  stream_sid text,
  from_number text,
  to_number text,
  contact jsonb NOT NULL,
  variables jsonb NOT NULL,
  -- Names of the tools that this call may use; NULL means all that are registered when it starts.
  tool_names text[],
  expires_at timestamptz NOT NULL,
  claimed_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, call_id)
);

CREATE TABLE app.calls (
  tenant_id uuid NOT NULL REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  id uuid NOT NULL,
  call_sid text,
  direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  from_number text,
  to_number text,
  agent text NOT NULL,
  pipeline text NOT NULL,
  status text NOT NULL CHECK (status IN ('in-progress', 'completed', 'failed')),
  end_reason text,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  frames_received integer NOT NULL DEFAULT 0,
  frames_lost integer NOT NULL DEFAULT 0,
  frames_sent integer NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, id),
  CHECK ((status = 'in-progress') = (ended_at IS NULL))
);
CREATE INDEX calls_newest ON app.calls (tenant_id, started_at DESC, id DESC);
CREATE INDEX calls_newest_of_all ON app.calls (started_at DESC, id DESC);
-- One phone call can be connected to an agent more than once, so this is no unique key.
CREATE INDEX calls_call_sid ON app.calls (call_sid) WHERE call_sid IS NOT NULL;

CREATE TABLE app.call_turns (
  tenant_id uuid NOT NULL,
  call_id uuid NOT NULL,
  turn_index integer NOT NULL CHECK (turn_index >= 0),
  role text NOT NULL CHECK (role IN ('caller', 'agent', 'tool')),
  text text NOT NULL,
  generated_text text,
  interrupted boolean NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  delays jsonb NOT NULL,
  PRIMARY KEY (tenant_id, call_id, turn_index),
  FOREIGN KEY (tenant_id, call_id) REFERENCES app.calls (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE app.subscriptions (
  tenant_id uuid NOT NULL REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  id uuid NOT NULL,
  url text NOT NULL,
  events text[] NOT NULL CHECK (cardinality(events) > 0),
  sealed_secret bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE app.tools (
  tenant_id uuid NOT NULL REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  parameters jsonb NOT NULL,
  url text NOT NULL,
  deadline_ms integer NOT NULL CHECK (deadline_ms BETWEEN 500 AND 20000),
  sealed_secret bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT tools_name_key UNIQUE (tenant_id, name)
);

-- The outbox. The payload is what was true when the event happened, however late it is delivered.
CREATE TABLE app.events (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  call_id uuid NOT NULL,
  type text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, call_id) REFERENCES app.calls (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX events_by_age ON app.events (tenant_id, created_at);

-- What belongs to the platform rather than to a tenant.
CREATE TABLE app.api_keys (
  id uuid PRIMARY KEY,
  -- NULL: a platform key.
  tenant_id uuid REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  name text NOT NULL,
  key_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE app.platform_subscriptions (
  id uuid PRIMARY KEY,
  url text NOT NULL,
  events text[] NOT NULL CHECK (cardinality(events) > 0),
  sealed_secret bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE app.platform_tools (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  description text NOT NULL,
  parameters jsonb NOT NULL,
  url text NOT NULL,
  deadline_ms integer NOT NULL CHECK (deadline_ms BETWEEN 500 AND 20000),
  sealed_secret bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Row level security. FORCE, because the owner would otherwise see everything.
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['tenants', 'phone_numbers', 'sessions', 'calls', 'call_turns',
                           'subscriptions', 'tools', 'events'] LOOP
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE app.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON app.%I TO voice_tenant', t);
    EXECUTE format(
      'CREATE POLICY tenant_isolation ON app.%I TO voice_tenant
         USING (tenant_id = (SELECT app.current_tenant()))
         WITH CHECK (tenant_id = (SELECT app.current_tenant()))', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['api_keys', 'platform_subscriptions', 'platform_tools'] LOOP
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE app.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON app.%I TO voice_system', t);
    EXECUTE format(
      'CREATE POLICY system_access ON app.%I TO voice_system USING (true) WITH CHECK (true)', t);
  END LOOP;
  -- What the platform reads across tenants. It writes to no tenant table.
  FOREACH t IN ARRAY ARRAY['tenants', 'phone_numbers', 'sessions', 'calls', 'call_turns',
                           'subscriptions', 'tools'] LOOP
    EXECUTE format('CREATE POLICY system_read ON app.%I FOR SELECT TO voice_system USING (true)', t);
  END LOOP;
END
$$;

GRANT SELECT ON app.tenants, app.phone_numbers, app.calls, app.call_turns TO voice_system;
-- Only enough to find out whose they are; what is in them is read under the tenant's own role.
GRANT SELECT (tenant_id, id) ON app.sessions, app.subscriptions, app.tools TO voice_system;

-- An event is fanned out inside the tenant's transaction, which must know who listens to all tenants.
GRANT SELECT (id, events) ON app.platform_subscriptions TO voice_tenant;
CREATE POLICY tenant_fan_out ON app.platform_subscriptions FOR SELECT TO voice_tenant USING (true);

-- The one way from a phone number to its tenant. It runs as voice_system, which may read the map
-- even when the owner of the schema is an ordinary user under FORCE.
CREATE FUNCTION app.tenant_of_phone_number(wanted text) RETURNS uuid
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  AS $$ SELECT tenant_id FROM app.phone_numbers WHERE phone_number = wanted $$;
REVOKE ALL ON FUNCTION app.tenant_of_phone_number(text) FROM PUBLIC;
GRANT CREATE ON SCHEMA app TO voice_system;
ALTER FUNCTION app.tenant_of_phone_number(text) OWNER TO voice_system;
REVOKE CREATE ON SCHEMA app FROM voice_system;
GRANT EXECUTE ON FUNCTION app.tenant_of_phone_number(text) TO voice_tenant, voice_system;

-- Down Migration

DROP SCHEMA app CASCADE;
