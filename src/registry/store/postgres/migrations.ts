/** The schema of a PostgreSQL store as migration steps, equivalent to SQLite's of the same number. A released step is never edited. */

/**
 * Identifies a registry's database, and serializes all writes: each begins by incrementing `revision` in the only row,
 * so that the next one waits until it has ended. `schema_version` repeats the schema's version, so that a write reads
 * it in the same statement. Created before the steps.
 */
export const REGISTRY_TABLE = `
  CREATE TABLE IF NOT EXISTS promptforge_registry (
    id SMALLINT PRIMARY KEY CHECK (id = 1),
    revision BIGINT NOT NULL,
    schema_version INTEGER NOT NULL
  ) WITH (fillfactor = 10);
  INSERT INTO promptforge_registry (id, revision, schema_version) VALUES (1, 0, 0) ON CONFLICT DO NOTHING;
`;

/** In order; the schema's version is their number. */
export const POSTGRES_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE events (
    seq BIGINT PRIMARY KEY,
    at TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    prompt TEXT COLLATE "C",
    version BIGINT,
    environment TEXT COLLATE "C",
    channel TEXT COLLATE "C",
    data TEXT COLLATE "C" NOT NULL,
    previous_hash TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL UNIQUE
  );
  CREATE FUNCTION promptforge_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% are never %', TG_TABLE_NAME, CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END;
    END
  $$;
  CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION promptforge_append_only();
  CREATE FUNCTION promptforge_no_gap() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM events) THEN
        RAISE EXCEPTION 'events are only appended';
      END IF;
      RETURN NEW;
    END
  $$;
  CREATE TRIGGER events_no_gap BEFORE INSERT ON events
    FOR EACH ROW EXECUTE FUNCTION promptforge_no_gap();

  CREATE TABLE versions (
    prompt TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 1),
    digest TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    base BIGINT,
    message TEXT COLLATE "C" NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    published_at TEXT COLLATE "C" NOT NULL,
    bytes BIGINT NOT NULL,
    partials TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL UNIQUE REFERENCES events (seq),
    PRIMARY KEY (prompt, version)
  );
  CREATE TRIGGER versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON versions
    FOR EACH STATEMENT EXECUTE FUNCTION promptforge_append_only();
  CREATE FUNCTION promptforge_no_replacement() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT 1 FROM versions WHERE prompt = NEW.prompt AND version = NEW.version) THEN
        RAISE EXCEPTION 'versions are never replaced';
      END IF;
      RETURN NEW;
    END
  $$;
  CREATE TRIGGER versions_no_replacement BEFORE INSERT ON versions
    FOR EACH ROW EXECUTE FUNCTION promptforge_no_replacement();

  CREATE TABLE prompts (
    name TEXT COLLATE "C" PRIMARY KEY,
    newest BIGINT NOT NULL,
    archived SMALLINT NOT NULL CHECK (archived IN (0, 1)),
    FOREIGN KEY (name, newest) REFERENCES versions (prompt, version)
  );

  CREATE TABLE environments (
    name TEXT COLLATE "C" PRIMARY KEY,
    position BIGINT NOT NULL UNIQUE,
    policy TEXT COLLATE "C" NOT NULL
  );

  CREATE TABLE promotions (
    id BIGINT PRIMARY KEY REFERENCES events (seq),
    prompt TEXT COLLATE "C" NOT NULL,
    environment TEXT COLLATE "C" NOT NULL REFERENCES environments (name),
    channel TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    from_version BIGINT,
    rollback SMALLINT NOT NULL CHECK (rollback IN (0, 1)),
    reason TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL
      CONSTRAINT promotions_state CHECK (state IN ('pending', 'applied', 'rejected', 'cancelled', 'superseded')),
    requested_by TEXT COLLATE "C" NOT NULL,
    requested_at TEXT COLLATE "C" NOT NULL,
    applied_at TEXT COLLATE "C",
    FOREIGN KEY (prompt, version) REFERENCES versions (prompt, version)
  );
  CREATE INDEX promotions_of_version ON promotions (prompt, version, environment, channel, state);
  CREATE INDEX promotions_by_state ON promotions (state, id);
  CREATE INDEX promotions_by_environment ON promotions (environment, id);

  CREATE TABLE pointers (
    environment TEXT COLLATE "C" NOT NULL REFERENCES environments (name),
    channel TEXT COLLATE "C" NOT NULL,
    prompt TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    promoted_at TEXT COLLATE "C" NOT NULL,
    promoted_by TEXT COLLATE "C" NOT NULL,
    promotion BIGINT NOT NULL REFERENCES promotions (id),
    PRIMARY KEY (prompt, environment, channel),
    FOREIGN KEY (prompt, version) REFERENCES versions (prompt, version)
  );

  CREATE TABLE keys (
    id TEXT COLLATE "C" PRIMARY KEY,
    seq BIGINT NOT NULL UNIQUE REFERENCES events (seq),
    environment TEXT COLLATE "C" NOT NULL REFERENCES environments (name),
    role TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    expires_at TEXT COLLATE "C",
    last_used_at TEXT COLLATE "C",
    revoked_at TEXT COLLATE "C"
  );
  CREATE INDEX keys_by_environment ON keys (environment, seq);

  CREATE TABLE idempotency (
    owner TEXT COLLATE "C" NOT NULL,
    idempotency_key TEXT COLLATE "C" NOT NULL,
    request TEXT COLLATE "C" NOT NULL,
    status INTEGER NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (owner, idempotency_key)
  );
  CREATE INDEX idempotency_by_time ON idempotency (at);
  `,
  // Approvals, comments, planned promotions.
  `
  ALTER TABLE promotions
    DROP CONSTRAINT promotions_state,
    ADD CONSTRAINT promotions_state
      CHECK (state IN ('pending', 'planned', 'applied', 'rejected', 'cancelled', 'superseded')),
    ADD COLUMN applied_seq BIGINT UNIQUE REFERENCES events (seq),
    ADD COLUMN effective_at TEXT COLLATE "C",
    ADD COLUMN held TEXT COLLATE "C",
    ADD COLUMN closed TEXT COLLATE "C",
    ADD COLUMN superseded_by BIGINT REFERENCES promotions (id) DEFERRABLE INITIALLY DEFERRED;
  UPDATE promotions SET applied_seq = id WHERE state = 'applied';
  CREATE INDEX promotions_of_pointer ON promotions (prompt, environment, channel, applied_at, applied_seq);
  CREATE INDEX promotions_by_prompt ON promotions (prompt, id);

  CREATE TABLE approvals (
    seq BIGINT PRIMARY KEY REFERENCES events (seq),
    promotion BIGINT NOT NULL REFERENCES promotions (id),
    actor TEXT COLLATE "C" NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    comment TEXT COLLATE "C" NOT NULL,
    UNIQUE (promotion, actor)
  );

  CREATE TABLE comments (
    id BIGINT PRIMARY KEY REFERENCES events (seq),
    promotion BIGINT NOT NULL REFERENCES promotions (id),
    actor TEXT COLLATE "C" NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    side TEXT COLLATE "C" CHECK (side IN ('from', 'to')),
    line BIGINT CHECK (line >= 1),
    CHECK ((side IS NULL) = (line IS NULL))
  );
  CREATE INDEX comments_by_promotion ON comments (promotion, id);
  `,
  // Webhooks and their outbox.
  `
  CREATE TABLE webhooks (
    id TEXT COLLATE "C" PRIMARY KEY,
    seq BIGINT NOT NULL UNIQUE REFERENCES events (seq),
    environment TEXT COLLATE "C" NOT NULL REFERENCES environments (name),
    origin TEXT COLLATE "C" NOT NULL,
    sealed_url TEXT COLLATE "C" NOT NULL,
    environments TEXT COLLATE "C",
    events TEXT COLLATE "C",
    created_at TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    last_delivered_at TEXT COLLATE "C",
    last_failure TEXT COLLATE "C",
    stopped_at TEXT COLLATE "C"
  );
  CREATE INDEX webhooks_by_environment ON webhooks (environment, seq);

  CREATE TABLE webhook_deliveries (
    webhook TEXT COLLATE "C" NOT NULL REFERENCES webhooks (id),
    seq BIGINT NOT NULL REFERENCES events (seq),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'given_up')),
    attempts BIGINT NOT NULL,
    due_at TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (webhook, seq)
  );
  CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (state, due_at);
  `,
  // The few events that name the signing key, found without reading the log.
  `
  CREATE INDEX events_of_signing_keys ON events (seq) WHERE kind = 'signing_key.set';
  `,
  // The keys that a key made.
  `
  CREATE INDEX events_of_created_keys ON events (key, seq) WHERE kind = 'key.created';
  `,
  // Names may have capitals: two that differ only by case are one file on many disks. The index on the last segment
  // finds the partials of that name in any folder. In the column's COLLATE "C", lower() folds only A–Z.
  `
  CREATE UNIQUE INDEX prompts_by_folded_name ON prompts (lower(name));
  CREATE INDEX prompts_by_last_segment
    ON prompts (lower(substr(name, length(rtrim(name, replace(name, '/', ''))) + 1)), name) WHERE archived = 0;
  `,
  // MACs of events, and indexes of the events that rows of tables are verified against.
  `
  ALTER TABLE events ADD COLUMN mac TEXT COLLATE "C";
  CREATE OR REPLACE FUNCTION promptforge_no_gap() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      last RECORD;
    BEGIN
      SELECT seq, mac INTO last FROM events ORDER BY seq DESC LIMIT 1;
      IF NEW.seq IS DISTINCT FROM coalesce(last.seq, 0) + 1 THEN
        RAISE EXCEPTION 'events are only appended';
      END IF;
      IF NEW.mac IS NULL AND last.mac IS NOT NULL THEN
        RAISE EXCEPTION 'events of this log carry MACs';
      END IF;
      RETURN NEW;
    END
  $$;
  CREATE INDEX events_of_macs ON events (seq) WHERE kind = 'macs.started';
  CREATE INDEX events_of_environments ON events (environment, seq) WHERE kind = 'environment.set';
  CREATE INDEX events_of_policies ON events (seq) WHERE kind = 'environment.set';
  CREATE INDEX events_of_pointers ON events (prompt, environment, channel, seq) WHERE kind = 'promotion.applied';
  CREATE INDEX events_of_promotions ON events (prompt, environment, channel, seq) WHERE channel IS NOT NULL;
  CREATE INDEX events_of_keys ON events ((data::json ->> 'id'), seq)
    WHERE kind IN ('key.created', 'key.committed', 'key.expiry_set', 'key.revoked');
  `,
  // The events that archived or restored a prompt, to verify its state.
  `
  CREATE INDEX events_of_archived ON events (prompt, seq) WHERE kind IN ('prompt.archived', 'prompt.restored');
  `,
  // Releases: promotions that were requested together. A release has the id of its first promotion.
  `
  ALTER TABLE promotions ADD COLUMN release BIGINT REFERENCES promotions (id);
  ALTER TABLE promotions ADD COLUMN atomic SMALLINT NOT NULL DEFAULT 0 CHECK (atomic IN (0, 1));
  CREATE INDEX promotions_of_release ON promotions (release, state) WHERE release IS NOT NULL;
  CREATE INDEX releases ON promotions (id) WHERE release = id;
  `,
  // The index for text search: the changes of each version. It is derived from the versions.
  `
  CREATE TABLE version_changes (
    seq BIGINT PRIMARY KEY REFERENCES versions (seq),
    prompt TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    characters BIGINT NOT NULL,
    changes TEXT COLLATE "C" NOT NULL
  );
  CREATE INDEX version_changes_by_prompt ON version_changes (prompt, seq);
  `,
  // The message format of a webhook.
  `
  ALTER TABLE webhooks ADD COLUMN format TEXT COLLATE "C" NOT NULL DEFAULT 'json'
    CHECK (format IN ('json', 'slack', 'teams'));
  `,
  // Comments at the lines of a version; their texts are stored with those of comments on promotions.
  `
  CREATE INDEX events_of_comments ON events (prompt, version, seq)
    WHERE kind IN (
      'comment.created', 'comment.edited', 'comment.deleted', 'comment.resolved', 'comment.unresolved', 'promotion.commented'
    );
  ALTER TABLE comments ALTER COLUMN promotion DROP NOT NULL;
  `,
  // The events about the owners of an environment.
  `
  CREATE INDEX events_of_owners ON events (environment, seq)
    WHERE kind IN ('owners.requested', 'owners.approved', 'owners.applied', 'owners.rejected', 'owners.cancelled');
  CREATE INDEX events_of_owners_in_force ON events (environment, seq) WHERE kind = 'owners.applied';
  `,
  // The origin of a version.
  `
  ALTER TABLE versions ADD COLUMN origin TEXT COLLATE "C";
  `,
];
