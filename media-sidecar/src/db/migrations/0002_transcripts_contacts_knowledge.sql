-- Up Migration

-- Live transcriptions: a copy of a call's audio, written down while it is spoken.
CREATE TABLE app.transcriptions (
  tenant_id uuid NOT NULL REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  id uuid NOT NULL,
  token_hash bytea NOT NULL,
  call_sid text NOT NULL,
  stream_sid text,
  from_number text,
  to_number text,
  language text NOT NULL,
  track text NOT NULL CHECK (track IN ('inbound', 'outbound', 'both')),
  phrases text[] NOT NULL,
  metadata jsonb NOT NULL,
  status text NOT NULL CHECK (status IN ('waiting', 'in-progress', 'completed', 'failed')),
  end_reason text,
  error jsonb,
  gaps jsonb NOT NULL DEFAULT '[]',
  expires_at timestamptz NOT NULL,
  claimed_at timestamptz,
  -- Asks the process that has it to stop it.
  stop_requested_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CHECK ((status IN ('waiting', 'in-progress')) = (ended_at IS NULL))
);
CREATE INDEX transcriptions_newest ON app.transcriptions (tenant_id, created_at DESC, id DESC);
CREATE INDEX transcriptions_newest_of_all ON app.transcriptions (created_at DESC, id DESC);
CREATE INDEX transcriptions_call_sid ON app.transcriptions (call_sid);

CREATE TABLE app.transcription_utterances (
  tenant_id uuid NOT NULL,
  transcription_id uuid NOT NULL,
  utterance_index integer NOT NULL CHECK (utterance_index >= 0),
  track text NOT NULL CHECK (track IN ('inbound', 'outbound')),
  text text NOT NULL,
  confidence double precision,
  start_ms integer NOT NULL,
  end_ms integer NOT NULL,
  language_code text NOT NULL,
  PRIMARY KEY (tenant_id, transcription_id, utterance_index),
  FOREIGN KEY (tenant_id, transcription_id)
    REFERENCES app.transcriptions (tenant_id, id) ON DELETE CASCADE
);

-- An event is about a call or about a transcription.
ALTER TABLE app.events ALTER COLUMN call_id DROP NOT NULL;
ALTER TABLE app.events ADD COLUMN transcription_id uuid;
ALTER TABLE app.events ADD FOREIGN KEY (tenant_id, transcription_id)
  REFERENCES app.transcriptions (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE app.events ADD CHECK (num_nonnulls(call_id, transcription_id) = 1);

-- What workflows keep with a call, and the wish that it end.
ALTER TABLE app.calls ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}';
ALTER TABLE app.calls ADD COLUMN analysis jsonb;
ALTER TABLE app.calls ADD COLUMN end_requested_at timestamptz;

CREATE TABLE app.contacts (
  tenant_id uuid NOT NULL REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  id uuid NOT NULL,
  phone_number text NOT NULL CHECK (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
  name text,
  email text,
  language text,
  timezone text,
  company text,
  role text,
  -- Its id in another system, such as the CRM.
  external_id text,
  status text,
  last_outcome text,
  notes text,
  attributes jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT contacts_phone_number_key UNIQUE (tenant_id, phone_number)
);
CREATE INDEX contacts_newest ON app.contacts (tenant_id, created_at DESC, id DESC);
CREATE INDEX contacts_external_id ON app.contacts (tenant_id, external_id)
  WHERE external_id IS NOT NULL;

-- Proof of what somebody agreed to: rows are added and never changed.
CREATE TABLE app.consents (
  tenant_id uuid NOT NULL REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  id uuid NOT NULL,
  phone_number text NOT NULL CHECK (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
  kind text NOT NULL CHECK (kind IN ('recording', 'ai-call', 'marketing', 'data-processing')),
  status text NOT NULL CHECK (status IN ('granted', 'withdrawn')),
  source text NOT NULL,
  evidence text,
  -- No foreign key: the proof outlives the record of the call.
  call_id uuid,
  recorded_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX consents_of_number
  ON app.consents (tenant_id, phone_number, kind, recorded_at DESC, id DESC);
CREATE INDEX consents_newest ON app.consents (tenant_id, recorded_at DESC, id DESC);

CREATE TABLE app.do_not_call (
  tenant_id uuid NOT NULL REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  phone_number text NOT NULL CHECK (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
  reason text,
  source text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, phone_number)
);

CREATE TABLE app.platform_do_not_call (
  phone_number text PRIMARY KEY CHECK (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
  reason text,
  source text,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE app.knowledge_documents (
  tenant_id uuid NOT NULL REFERENCES app.tenants (tenant_id) ON DELETE CASCADE,
  id uuid NOT NULL,
  external_id text,
  title text NOT NULL,
  source text,
  language text NOT NULL,
  text text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT knowledge_documents_external_id_key UNIQUE (tenant_id, external_id)
);
CREATE INDEX knowledge_documents_newest
  ON app.knowledge_documents (tenant_id, created_at DESC, id DESC);

CREATE TABLE app.knowledge_passages (
  tenant_id uuid NOT NULL,
  document_id uuid NOT NULL,
  passage_index integer NOT NULL CHECK (passage_index >= 0),
  text text NOT NULL,
  -- The text search configuration by which it was indexed.
  configuration regconfig NOT NULL,
  search tsvector NOT NULL,
  PRIMARY KEY (tenant_id, document_id, passage_index),
  FOREIGN KEY (tenant_id, document_id)
    REFERENCES app.knowledge_documents (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX knowledge_passages_search ON app.knowledge_passages USING gin (search);

-- Letters without their accents. The extension unaccent does the same and more, but needs to be
-- installed; these are the letters of the languages that have a text search configuration here.
CREATE FUNCTION app.without_accents(value text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  AS $$ SELECT translate(value,
    'áàâãäåéèêëíìîïóòôõöúùûüñçÁÀÂÃÄÅÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÑÇ',
    'aaaaaaeeeeiiiiooooouuuuncAAAAAAEEEEIIIIOOOOOUUUUNC') $$;

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['transcriptions', 'transcription_utterances', 'contacts', 'consents',
                           'do_not_call', 'knowledge_documents', 'knowledge_passages'] LOOP
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE app.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format(
      'CREATE POLICY tenant_isolation ON app.%I TO voice_tenant
         USING (tenant_id = (SELECT app.current_tenant()))
         WITH CHECK (tenant_id = (SELECT app.current_tenant()))', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['transcriptions', 'transcription_utterances', 'contacts',
                           'do_not_call', 'knowledge_documents', 'knowledge_passages'] LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON app.%I TO voice_tenant', t);
  END LOOP;
  -- The platform looks over the transcriptions of all tenants. Contacts, consents and documents are
  -- read as the tenant that they belong to.
  FOREACH t IN ARRAY ARRAY['transcriptions', 'transcription_utterances'] LOOP
    EXECUTE format('CREATE POLICY system_read ON app.%I FOR SELECT TO voice_system USING (true)', t);
  END LOOP;
END
$$;

GRANT SELECT, INSERT ON app.consents TO voice_tenant;

-- Everything but the hash of the token.
GRANT SELECT (tenant_id, id, call_sid, from_number, to_number, language, track, metadata, status,
              end_reason, error, gaps, stop_requested_at, created_at, started_at, ended_at)
  ON app.transcriptions TO voice_system;
GRANT SELECT ON app.transcription_utterances TO voice_system;

ALTER TABLE app.platform_do_not_call ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.platform_do_not_call FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON app.platform_do_not_call TO voice_system;
CREATE POLICY system_access ON app.platform_do_not_call TO voice_system
  USING (true) WITH CHECK (true);

-- A tenant may ask about one number; it cannot read the list.
CREATE FUNCTION app.is_on_platform_do_not_call(wanted text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  AS $$ SELECT EXISTS (SELECT FROM app.platform_do_not_call WHERE phone_number = wanted) $$;
REVOKE ALL ON FUNCTION app.is_on_platform_do_not_call(text) FROM PUBLIC;
GRANT CREATE ON SCHEMA app TO voice_system;
ALTER FUNCTION app.is_on_platform_do_not_call(text) OWNER TO voice_system;
REVOKE CREATE ON SCHEMA app FROM voice_system;
GRANT EXECUTE ON FUNCTION app.is_on_platform_do_not_call(text) TO voice_tenant, voice_system;

-- Down Migration

DROP FUNCTION app.is_on_platform_do_not_call(text);
DROP TABLE app.knowledge_passages, app.knowledge_documents, app.platform_do_not_call,
  app.do_not_call, app.consents, app.contacts;
DROP FUNCTION app.without_accents(text);
ALTER TABLE app.calls DROP COLUMN end_requested_at, DROP COLUMN analysis, DROP COLUMN metadata;
DELETE FROM app.events WHERE call_id IS NULL;
ALTER TABLE app.events DROP COLUMN transcription_id;
ALTER TABLE app.events ALTER COLUMN call_id SET NOT NULL;
DROP TABLE app.transcription_utterances, app.transcriptions;
