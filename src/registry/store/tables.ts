/** The tables of every store, as Kysely sees them. Columns are snake_case as in SQL: rows are not converted. */
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
  /** JSON text: `{prompt, version}` by the reference as written. */
  readonly partials: string;
  /** Canonical JSON text of an `Origin`; null if there is none. */
  readonly origin: string | null;
  /** The event that published it. */
  readonly seq: number;
}

/** The changes of each version, derived from the versions on a search (../search/search-index.ts). */
export interface VersionChangesTable {
  /** The version's seq: the table has all versions up to its last. */
  readonly seq: number;
  readonly prompt: PromptName;
  readonly version: VersionNumber;
  /** UTF-16 code units of `changes`. */
  readonly characters: number;
  /** The result of `changedLines`. */
  readonly changes: string;
}

/** The following tables are projections, and could be rebuilt from the log (except the hash and last use of a key). */
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
  /** The event that applied it: orders promotions applied within one millisecond. */
  readonly applied_seq: number | null;
  readonly effective_at: string | null;
  /** JSON text, `{at, code, detail}`. */
  readonly held: string | null;
  /** JSON text, `{at, by, comment}`. */
  readonly closed: string | null;
  readonly superseded_by: number | null;
  /** The id of the release's first promotion. */
  readonly release: number | null;
  /** 1 if the release is applied as a whole. */
  readonly atomic: 0 | 1;
}

/** Valid approvals only: those of a held promotion are deleted. */
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
  /** Null for the text of a comment at a line of a version, or of an edit, whose event has only its digest. */
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
  /** Hex SHA-256 of the key; the key itself is not stored. */
  readonly hash: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

/** Receivers of events. Not a projection: of an address, the log has only the origin. */
export interface WebhooksTable {
  readonly id: string;
  /** The event that created it. */
  readonly seq: number;
  /** The environment whose admins manage it. */
  readonly environment: EnvironmentName;
  readonly origin: string;
  /** Encrypted with the registry's own key, because it may contain a token. */
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

/** The outbox: events still to be sent, or given up. Delivered ones are deleted. */
export interface WebhookDeliveriesTable {
  readonly webhook: string;
  readonly seq: number;
  readonly state: 'waiting' | 'given_up';
  /** The number of attempts that were begun. */
  readonly attempts: number;
  /** When to try again; during an attempt, when that counts as failed. */
  readonly due_at: string;
}

/** Responses kept for 24 hours, so that a repeated request gets the same response without being executed again. */
export interface IdempotencyTable {
  /** A key's id, or the embedded actor. */
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
