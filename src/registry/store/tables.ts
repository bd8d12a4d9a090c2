/** The tables of every store, as Kysely sees them. Columns are snake_case in SQL and here alike: what is read is what stands there. */
import type { Generated } from 'kysely';
import type { Channel } from '../../core/channel.ts';
import type { Digest } from '../../core/digest.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { EventKind } from '../../core/event.ts';
import type { PromptName } from '../../core/name.ts';
import type { Role } from '../../core/role.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { WebhookFormat } from '../../core/webhook-format.ts';

/** The log. Append-only: the database refuses UPDATE and DELETE. */
export interface EventsTable {
  readonly seq: number;
  readonly at: string;
  readonly actor: string;
  readonly key: string;
  readonly kind: EventKind;
  readonly prompt: PromptName | null;
  readonly version: VersionNumber | null;
  readonly environment: EnvironmentName | null;
  readonly channel: Channel | null;
  /** JSON text. */
  readonly data: string;
  readonly previous_hash: Digest;
  readonly hash: Digest;
  /** Base64, by the registry's key (macs.ts); null before MACs began. */
  readonly mac: string | null;
}

/** The sources. Append-only as well. */
export interface VersionsTable {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
  readonly digest: Digest;
  readonly source: string;
  readonly base: VersionNumber | null;
  readonly message: string;
  readonly author: string;
  readonly published_at: string;
  /** UTF-8 bytes of the source. */
  readonly bytes: number;
  /** JSON text: by the reference as written, `{prompt, version}`. */
  readonly partials: string;
  /** Canonical JSON text, as `Origin` has it; null: none was stated. */
  readonly origin: string | null;
  /** The event that published it. */
  readonly seq: number;
}

/** What each version changed, made from the versions when somebody searches (../search/search-index.ts). */
export interface VersionChangesTable {
  /** As the version has it: the table holds all up to its last. */
  readonly seq: number;
  readonly prompt: PromptName;
  readonly version: VersionNumber;
  /** UTF-16 code units of `changes`. */
  readonly characters: number;
  /** As `changedLines` makes it. */
  readonly changes: string;
}

/** Projections: all below could be made again from the log (of keys, all but the hash and the last use). */
export interface PromptsTable {
  readonly name: PromptName;
  readonly newest: VersionNumber;
  readonly archived: 0 | 1;
}

export interface PointersTable {
  readonly environment: EnvironmentName;
  readonly channel: Channel;
  readonly prompt: PromptName;
  readonly version: VersionNumber;
  readonly promoted_at: string;
  readonly promoted_by: string;
  /** The promotion's id. */
  readonly promotion: number;
}

export interface PromotionsTable {
  /** The seq of its first event. */
  readonly id: number;
  readonly prompt: PromptName;
  readonly environment: EnvironmentName;
  readonly channel: Channel;
  readonly version: VersionNumber;
  readonly from_version: VersionNumber | null;
  readonly rollback: 0 | 1;
  readonly reason: string;
  readonly state: 'pending' | 'planned' | 'applied' | 'rejected' | 'cancelled' | 'superseded';
  readonly requested_by: string;
  readonly requested_at: string;
  readonly applied_at: string | null;
  /** Of the event that applied it: it orders what was live within one millisecond. */
  readonly applied_seq: number | null;
  readonly effective_at: string | null;
  /** JSON text, `{at, code, detail}`. */
  readonly held: string | null;
  /** JSON text, `{at, by, comment}`. */
  readonly closed: string | null;
  readonly superseded_by: number | null;
  /** The id of the release's first promotion. */
  readonly release: number | null;
  /** Whether the release is applied as a whole. */
  readonly atomic: 0 | 1;
}

/** Those that count: of a promotion that was held they are gone. */
export interface ApprovalsTable {
  readonly seq: number;
  readonly promotion: number;
  readonly actor: string;
  readonly at: string;
  readonly comment: string;
}

export interface CommentsTable {
  /** The seq of its event. */
  readonly id: number;
  /** Null: only the text, of a comment at a line of a version or of an edit, whose event has its digest. */
  readonly promotion: number | null;
  readonly actor: string;
  readonly at: string;
  readonly text: string;
  readonly side: 'from' | 'to' | null;
  readonly line: number | null;
}

export interface EnvironmentsTable {
  readonly name: EnvironmentName;
  /** 0, 1, 2 … in promotion order. */
  readonly position: number;
  /** JSON text. */
  readonly policy: string;
}

export interface KeysTable {
  readonly id: string;
  /** The event that created it. */
  readonly seq: number;
  readonly environment: EnvironmentName;
  readonly role: Role;
  readonly actor: string;
  /** Hex SHA-256 of the key; the key itself is nowhere. */
  readonly hash: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

/** Who is told of versions and promotions. Not a projection: the log has no more of an address than its origin. */
export interface WebhooksTable {
  readonly id: string;
  /** The event that created it. */
  readonly seq: number;
  /** Whose admins manage it. */
  readonly environment: EnvironmentName;
  readonly origin: string;
  /** Encrypted by the registry's own key, as it may hold a token. */
  readonly sealed_url: string;
  /** JSON text, a list of names; null: all. */
  readonly environments: string | null;
  /** JSON text, a list of kinds; null: all. */
  readonly events: string | null;
  readonly format: WebhookFormat;
  readonly created_at: string;
  readonly created_by: string;
  readonly last_delivered_at: string | null;
  /** JSON text, `{at, reason}`. */
  readonly last_failure: string | null;
  readonly stopped_at: string | null;
}

/** The outbox: what is still to be told, or was given up. What was delivered is gone. */
export interface WebhookDeliveriesTable {
  readonly webhook: string;
  readonly seq: number;
  readonly state: 'waiting' | 'given_up';
  /** How many were begun. */
  readonly attempts: number;
  /** When to try (again): while it is being tried, when that counts as failed. */
  readonly due_at: string;
}

/** Answers kept for 24 hours, so that a repeated request is answered, not done again. */
export interface IdempotencyTable {
  /** Whose: a key's id, or the embedded actor. */
  readonly owner: string;
  readonly idempotency_key: string;
  /** SHA-256 over method, path and body, and after a space the MAC of the row (idempotency.ts). */
  readonly request: string;
  readonly status: number;
  readonly body: string;
  readonly at: string;
}

export interface SchemaVersionsTable {
  readonly version: number;
  readonly applied_at: Generated<string>;
}

export interface Tables {
  readonly events: EventsTable;
  readonly versions: VersionsTable;
  readonly version_changes: VersionChangesTable;
  readonly prompts: PromptsTable;
  readonly pointers: PointersTable;
  readonly promotions: PromotionsTable;
  readonly approvals: ApprovalsTable;
  readonly comments: CommentsTable;
  readonly environments: EnvironmentsTable;
  readonly keys: KeysTable;
  readonly webhooks: WebhooksTable;
  readonly webhook_deliveries: WebhookDeliveriesTable;
  readonly idempotency: IdempotencyTable;
  readonly schema_versions: SchemaVersionsTable;
}
