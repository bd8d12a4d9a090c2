/** The schema of a SQLite store as migration steps. A released step is never edited: a change is a new step. */

/** In order; the schema's version is their number. */
export const SQLITE_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    prompt TEXT,
    version INTEGER,
    environment TEXT,
    channel TEXT,
    data TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TRIGGER events_no_update BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
  CREATE TRIGGER events_no_delete BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
  CREATE TRIGGER events_no_gap BEFORE INSERT ON events
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)
    BEGIN SELECT RAISE(ABORT, 'events are only appended'); END;

  CREATE TABLE versions (
    prompt TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    digest TEXT NOT NULL,
    source TEXT NOT NULL,
    base INTEGER,
    message TEXT NOT NULL,
    author TEXT NOT NULL,
    published_at TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    partials TEXT NOT NULL,
    seq INTEGER NOT NULL UNIQUE REFERENCES events (seq),
    PRIMARY KEY (prompt, version)
  ) STRICT;
  CREATE TRIGGER versions_no_update BEFORE UPDATE ON versions
    BEGIN SELECT RAISE(ABORT, 'versions are never changed'); END;
  CREATE TRIGGER versions_no_delete BEFORE DELETE ON versions
    BEGIN SELECT RAISE(ABORT, 'versions are never deleted'); END;
  CREATE TRIGGER versions_no_replace BEFORE INSERT ON versions
    WHEN EXISTS (SELECT 1 FROM versions WHERE prompt = NEW.prompt AND version = NEW.version)
    BEGIN SELECT RAISE(ABORT, 'versions are never replaced'); END;

  CREATE TABLE prompts (
    name TEXT NOT NULL PRIMARY KEY,
    newest INTEGER NOT NULL,
    archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
    FOREIGN KEY (name, newest) REFERENCES versions (prompt, version)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE environments (
    name TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL UNIQUE,
    policy TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE promotions (
    id INTEGER PRIMARY KEY REFERENCES events (seq),
    prompt TEXT NOT NULL,
    environment TEXT NOT NULL REFERENCES environments (name),
    channel TEXT NOT NULL,
    version INTEGER NOT NULL,
    from_version INTEGER,
    rollback INTEGER NOT NULL CHECK (rollback IN (0, 1)),
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'applied', 'rejected', 'cancelled', 'superseded')),
    requested_by TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    applied_at TEXT,
    FOREIGN KEY (prompt, version) REFERENCES versions (prompt, version)
  ) STRICT;
  CREATE INDEX promotions_of_version ON promotions (prompt, version, environment, channel, state);
  CREATE INDEX promotions_by_state ON promotions (state, id);
  CREATE INDEX promotions_by_environment ON promotions (environment, id);

  CREATE TABLE pointers (
    environment TEXT NOT NULL REFERENCES environments (name),
    channel TEXT NOT NULL,
    prompt TEXT NOT NULL,
    version INTEGER NOT NULL,
    promoted_at TEXT NOT NULL,
    promoted_by TEXT NOT NULL,
    promotion INTEGER NOT NULL REFERENCES promotions (id),
    PRIMARY KEY (prompt, environment, channel),
    FOREIGN KEY (prompt, version) REFERENCES versions (prompt, version)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE keys (
    id TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL UNIQUE REFERENCES events (seq),
    environment TEXT NOT NULL REFERENCES environments (name),
    role TEXT NOT NULL,
    actor TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    last_used_at TEXT,
    revoked_at TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX keys_by_environment ON keys (environment, seq);

  CREATE TABLE idempotency (
    owner TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (owner, idempotency_key)
  ) STRICT;
  CREATE INDEX idempotency_by_time ON idempotency (at);
  `,
  // Approvals, comments, planned promotions. SQLite cannot change a CHECK, so tables with one are recreated.
  `
  CREATE TABLE new_promotions (
    id INTEGER PRIMARY KEY REFERENCES events (seq),
    prompt TEXT NOT NULL,
    environment TEXT NOT NULL REFERENCES environments (name),
    channel TEXT NOT NULL,
    version INTEGER NOT NULL,
    from_version INTEGER,
    rollback INTEGER NOT NULL CHECK (rollback IN (0, 1)),
    reason TEXT NOT NULL,
    state TEXT NOT NULL
      CHECK (state IN ('pending', 'planned', 'applied', 'rejected', 'cancelled', 'superseded')),
    requested_by TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    applied_at TEXT,
    applied_seq INTEGER UNIQUE REFERENCES events (seq),
    effective_at TEXT,
    held TEXT,
    closed TEXT,
    superseded_by INTEGER REFERENCES new_promotions (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (prompt, version) REFERENCES versions (prompt, version)
  ) STRICT;
  INSERT INTO new_promotions
    SELECT id, prompt, environment, channel, version, from_version, rollback, reason, state, requested_by,
      requested_at, applied_at, CASE state WHEN 'applied' THEN id END, NULL, NULL, NULL, NULL
    FROM promotions;
  CREATE TABLE new_pointers (
    environment TEXT NOT NULL REFERENCES environments (name),
    channel TEXT NOT NULL,
    prompt TEXT NOT NULL,
    version INTEGER NOT NULL,
    promoted_at TEXT NOT NULL,
    promoted_by TEXT NOT NULL,
    promotion INTEGER NOT NULL REFERENCES new_promotions (id),
    PRIMARY KEY (prompt, environment, channel),
    FOREIGN KEY (prompt, version) REFERENCES versions (prompt, version)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_pointers
    SELECT environment, channel, prompt, version, promoted_at, promoted_by, promotion FROM pointers;
  DROP TABLE pointers;
  DROP TABLE promotions;
  ALTER TABLE new_promotions RENAME TO promotions;
  ALTER TABLE new_pointers RENAME TO pointers;
  CREATE INDEX promotions_of_version ON promotions (prompt, version, environment, channel, state);
  CREATE INDEX promotions_of_pointer ON promotions (prompt, environment, channel, applied_at, applied_seq);
  CREATE INDEX promotions_by_state ON promotions (state, id);
  CREATE INDEX promotions_by_environment ON promotions (environment, id);
  CREATE INDEX promotions_by_prompt ON promotions (prompt, id);

  CREATE TABLE approvals (
    seq INTEGER PRIMARY KEY REFERENCES events (seq),
    promotion INTEGER NOT NULL REFERENCES promotions (id),
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    comment TEXT NOT NULL,
    UNIQUE (promotion, actor)
  ) STRICT;

  CREATE TABLE comments (
    id INTEGER PRIMARY KEY REFERENCES events (seq),
    promotion INTEGER NOT NULL REFERENCES promotions (id),
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    text TEXT NOT NULL,
    side TEXT CHECK (side IN ('from', 'to')),
    line INTEGER CHECK (line >= 1),
    CHECK ((side IS NULL) = (line IS NULL))
  ) STRICT;
  CREATE INDEX comments_by_promotion ON comments (promotion, id);
  `,
  // Webhooks and their outbox.
  `
  CREATE TABLE webhooks (
    id TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL UNIQUE REFERENCES events (seq),
    environment TEXT NOT NULL REFERENCES environments (name),
    origin TEXT NOT NULL,
    sealed_url TEXT NOT NULL,
    environments TEXT,
    events TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    last_delivered_at TEXT,
    last_failure TEXT,
    stopped_at TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX webhooks_by_environment ON webhooks (environment, seq);

  CREATE TABLE webhook_deliveries (
    webhook TEXT NOT NULL REFERENCES webhooks (id),
    seq INTEGER NOT NULL REFERENCES events (seq),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'given_up')),
    attempts INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    PRIMARY KEY (webhook, seq)
  ) STRICT, WITHOUT ROWID;
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
  // finds the partials of that name in any folder. SQLite's lower() folds only A–Z.
  `
  CREATE UNIQUE INDEX prompts_by_folded_name ON prompts (lower(name));
  CREATE INDEX prompts_by_last_segment
    ON prompts (lower(substr(name, length(rtrim(name, replace(name, '/', ''))) + 1)), name) WHERE archived = 0;
  `,
  // MACs of events, and indexes of the events that rows of tables are verified against.
  `
  ALTER TABLE events ADD COLUMN mac TEXT;
  CREATE TRIGGER events_keep_macs BEFORE INSERT ON events
    WHEN NEW.mac IS NULL AND (SELECT mac FROM events ORDER BY seq DESC LIMIT 1) IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'events of this log carry MACs'); END;
  CREATE INDEX events_of_macs ON events (seq) WHERE kind = 'macs.started';
  CREATE INDEX events_of_environments ON events (environment, seq) WHERE kind = 'environment.set';
  CREATE INDEX events_of_policies ON events (seq) WHERE kind = 'environment.set';
  CREATE INDEX events_of_pointers ON events (prompt, environment, channel, seq) WHERE kind = 'promotion.applied';
  CREATE INDEX events_of_promotions ON events (prompt, environment, channel, seq) WHERE channel IS NOT NULL;
  CREATE INDEX events_of_keys ON events (json_extract(data, '$.id'), seq)
    WHERE kind IN ('key.created', 'key.committed', 'key.expiry_set', 'key.revoked');
  `,
  // The events that archived or restored a prompt, to verify its state.
  `
  CREATE INDEX events_of_archived ON events (prompt, seq) WHERE kind IN ('prompt.archived', 'prompt.restored');
  `,
  // Releases: promotions that were requested together. A release has the id of its first promotion.
  `
  ALTER TABLE promotions ADD COLUMN release INTEGER REFERENCES promotions (id);
  ALTER TABLE promotions ADD COLUMN atomic INTEGER NOT NULL DEFAULT 0 CHECK (atomic IN (0, 1));
  CREATE INDEX promotions_of_release ON promotions (release, state) WHERE release IS NOT NULL;
  CREATE INDEX releases ON promotions (id) WHERE release = id;
  `,
  // The index for text search: the changes of each version. It is derived from the versions.
  `
  CREATE TABLE version_changes (
    seq INTEGER PRIMARY KEY REFERENCES versions (seq),
    prompt TEXT NOT NULL,
    version INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    changes TEXT NOT NULL
  ) STRICT;
  CREATE INDEX version_changes_by_prompt ON version_changes (prompt, seq);
  `,
  // The message format of a webhook.
  `
  ALTER TABLE webhooks ADD COLUMN format TEXT NOT NULL DEFAULT 'json'
    CHECK (format IN ('json', 'slack', 'teams'));
  `,
  // Comments at the lines of a version; their texts are stored with those of comments on promotions.
  `
  CREATE INDEX events_of_comments ON events (prompt, version, seq)
    WHERE kind IN (
      'comment.created', 'comment.edited', 'comment.deleted', 'comment.resolved', 'comment.unresolved', 'promotion.commented'
    );
  CREATE TABLE comments_of_any (
    id INTEGER PRIMARY KEY REFERENCES events (seq),
    promotion INTEGER REFERENCES promotions (id),
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    text TEXT NOT NULL,
    side TEXT CHECK (side IN ('from', 'to')),
    line INTEGER CHECK (line >= 1),
    CHECK ((side IS NULL) = (line IS NULL))
  ) STRICT;
  INSERT INTO comments_of_any SELECT id, promotion, actor, at, text, side, line FROM comments;
  DROP TABLE comments;
  ALTER TABLE comments_of_any RENAME TO comments;
  CREATE INDEX comments_by_promotion ON comments (promotion, id);
  `,
  // The events about the owners of an environment.
  `
  CREATE INDEX events_of_owners ON events (environment, seq)
    WHERE kind IN ('owners.requested', 'owners.approved', 'owners.applied', 'owners.rejected', 'owners.cancelled');
  CREATE INDEX events_of_owners_in_force ON events (environment, seq) WHERE kind = 'owners.applied';
  `,
  // The origin of a version.
  `
  ALTER TABLE versions ADD COLUMN origin TEXT;
  `,
];
