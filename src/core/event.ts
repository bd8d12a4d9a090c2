/** The append-only log: its events and the hash chain that shows whether it was rewritten (docs/registry.md, "The log"). */
import { canonicalJson, plainInOrder, plainJson } from './canonical.ts';
import type { Channel } from './channel.ts';
import { type Digest, digestOf, ZERO_DIGEST } from './digest.ts';
import type { EnvironmentName, KeptPolicy } from './environment.ts';
import type { PromptName } from './name.ts';
import type { VersionOrigin } from './origin.ts';
import type { ProblemCode } from './problem.ts';
import type { Role } from './role.ts';
import type { SigningKeyChange } from './signing-key.ts';
import type { VersionNumber } from './version.ts';
import type { WebhookFormat } from './webhook-format.ts';

/** The fields of `data` for each kind of event, beside the fields that name its subject. */
export interface EventData {
  readonly 'environment.set': { readonly position: number; readonly policy: KeptPolicy };
  readonly 'key.created': {
    readonly id: string;
    readonly role: Role;
    readonly actor: string;
    readonly expiresAt: string | null;
    /** The id of the key that it replaces. */
    readonly replaces?: string;
    /** The digest of the key's hash. Absent in events of earlier releases. */
    readonly commitment?: Digest;
  };
  /** The commitment of a key that an earlier release created. */
  readonly 'key.committed': { readonly id: string; readonly commitment: Digest };
  readonly 'key.revoked': { readonly id: string };
  /** Expiry of a key that is being replaced; null: it does not expire. */
  readonly 'key.expiry_set': { readonly id: string; readonly expiresAt: string | null };
  /** A change of the key that signs checkpoints (signing-key.ts). */
  readonly 'signing_key.set': SigningKeyChange;
  /** From here on, each event has a MAC, with a key derived from the private key of this public key (base64). */
  readonly 'macs.started': { readonly publicKey: string };
  /** The operator restored an older state of the registry: the log continues from there, and later events are lost. */
  readonly 'head.accepted': {
    readonly reason: string;
    /** The last signed head before; null if none was kept. */
    readonly lost: ChainHead | null;
  };
  /** The operator confirmed that the clock is right, although it was far ahead of the previous event. */
  readonly 'clock.accepted': { readonly reason: string };
  /** Contains only the origin of its address, because the rest may contain a token. */
  readonly 'webhook.created': {
    readonly id: string;
    readonly origin: string;
    /** The events it receives, and from which environments; null: all. Absent in events of earlier releases. */
    readonly environments?: readonly EnvironmentName[] | null;
    readonly events?: readonly EventKind[] | null;
    /** Absent in events of earlier releases, which only had `json`. */
    readonly format?: WebhookFormat;
  };
  readonly 'webhook.removed': { readonly id: string; readonly origin: string };
  readonly 'version.published': {
    readonly digest: Digest;
    readonly base: VersionNumber | null;
    readonly message: string;
    readonly bytes: number;
    /** The version of each partial, by reference as written (`header`). */
    readonly partials: Readonly<Record<string, PartialVersion>>;
    /** Absent if none was stated, as in events of earlier releases. */
    readonly origin?: VersionOrigin;
  };
  /** A promotion that waits for approvals or for its time. */
  readonly 'promotion.requested': {
    readonly promotion: string;
    readonly from: VersionNumber | null;
    readonly reason: string;
    readonly rollback: boolean;
    /** RFC 3339 UTC; absent: as soon as it is approved. */
    readonly effectiveAt?: string;
  } & OfRelease;
  readonly 'promotion.approved': { readonly promotion: string; readonly comment: string };
  /** Fully approved; it waits for its time. */
  readonly 'promotion.planned': { readonly promotion: string; readonly effectiveAt: string };
  /** It could not be applied at its time: its approvals are void, and it waits for new ones. */
  readonly 'promotion.held': {
    readonly promotion: string;
    readonly code: ProblemCode;
    readonly detail: string;
  };
  readonly 'promotion.applied': {
    readonly promotion: string;
    readonly from: VersionNumber | null;
    readonly reason: string;
    readonly rollback: boolean;
  } & OfRelease;
  readonly 'promotion.rejected': { readonly promotion: string; readonly comment: string };
  readonly 'promotion.cancelled': { readonly promotion: string; readonly comment: string };
  /** A newer request for the same pointer replaced it. */
  readonly 'promotion.superseded': { readonly promotion: string; readonly by: string };
  readonly 'promotion.commented': {
    readonly promotion: string;
    readonly place?: CommentPlace;
    /** The text of a comment on the whole promotion; in earlier releases, also of a comment at a line. */
    readonly text?: string;
    /** For a comment at a line, only the digest of its text, as in `comment.created`. */
    readonly digest?: Digest;
  };
  /**
   * A comment at a line of the source of the event's version. A reply is another comment at the same line. Contains
   * only the digest of the text, because readers of the log may not be allowed to read the draft that it quotes.
   */
  readonly 'comment.created': {
    /** From 1. */
    readonly line: number;
    readonly digest: Digest;
  };
  /** `comment` is the seq of the event that wrote the comment, `comment.created` or `promotion.commented`. */
  readonly 'comment.edited': { readonly comment: string; readonly digest: Digest };
  /** Hides a comment; the registry keeps its text. */
  readonly 'comment.deleted': { readonly comment: string };
  /** Resolves the comments at a line, until somebody adds another. */
  readonly 'comment.resolved': { readonly line: number };
  readonly 'comment.unresolved': { readonly line: number };
  /** A change of an environment's owners (owners-change.ts): the whole new text. */
  readonly 'owners.requested': { readonly change: string; readonly text: string; readonly reason: string };
  readonly 'owners.approved': { readonly change: string; readonly comment: string };
  /** From this event on, the text applies in the environment. */
  readonly 'owners.applied': { readonly change: string; readonly text: string; readonly reason: string };
  readonly 'owners.rejected': { readonly change: string; readonly comment: string };
  readonly 'owners.cancelled': { readonly change: string; readonly comment: string };
  readonly 'prompt.archived': { readonly reason: string };
  readonly 'prompt.restored': { readonly reason: string };
}

/** The event that begins a promotion of a release; absent if it was requested alone. */
export interface OfRelease {
  /** The id of the release, which is that of its first promotion. */
  readonly release?: string;
  /** Present if either all of its promotions are applied at once, or none. */
  readonly atomic?: true;
}

/** A line of the text before (`from`) or after (`to`) a promotion. */
export interface CommentPlace {
  readonly side: 'from' | 'to';
  /** The line of the version's source, from 1. */
  readonly line: number;
}

export interface PartialVersion {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
}

export type EventKind = keyof EventData;
export const EVENT_KINDS = [
  'environment.set',
  'key.created',
  'key.committed',
  'key.revoked',
  'key.expiry_set',
  'signing_key.set',
  'macs.started',
  'head.accepted',
  'clock.accepted',
  'webhook.created',
  'webhook.removed',
  'version.published',
  'promotion.requested',
  'promotion.approved',
  'promotion.planned',
  'promotion.held',
  'promotion.applied',
  'promotion.rejected',
  'promotion.cancelled',
  'promotion.superseded',
  'promotion.commented',
  'comment.created',
  'comment.edited',
  'comment.deleted',
  'comment.resolved',
  'comment.unresolved',
  'owners.requested',
  'owners.approved',
  'owners.applied',
  'owners.rejected',
  'owners.cancelled',
  'prompt.archived',
  'prompt.restored',
] as const satisfies readonly EventKind[];

/** The fields of a change; the log adds `seq`, `at` and the hashes. Absent fields are absent, not null. */
export type NewEvent<K extends EventKind = EventKind> = {
  [Kind in K]: {
    readonly actor: string;
    /** The id of the key that was used, or `embedded`, `command-line` or `schedule` if there was none. */
    readonly key: string;
    readonly kind: Kind;
    readonly prompt?: PromptName;
    readonly version?: VersionNumber;
    readonly environment?: EnvironmentName;
    readonly channel?: Channel;
    readonly data: EventData[Kind];
  };
}[K];

export type RegistryEvent<K extends EventKind = EventKind> = NewEvent<K> & {
  /** 1, 2, 3 … without a gap. */
  readonly seq: number;
  /** RFC 3339 UTC with milliseconds; never earlier than the previous event. */
  readonly at: string;
  readonly previousHash: Digest;
  readonly hash: Digest;
};

/** The event that follows `previous` (null for the first). */
export function chainEvent<K extends EventKind>(
  event: NewEvent<K>,
  previous: { readonly seq: number; readonly hash: Digest } | null,
  at: string,
): RegistryEvent<K> {
  const previousHash = previous?.hash ?? ZERO_DIGEST;
  const body = { seq: (previous?.seq ?? 0) + 1, at, ...event };
  return { ...body, previousHash, hash: hashOf(body, previousHash) } as RegistryEvent<K>;
}

function hashOf(body: object, previousHash: Digest): Digest {
  return digestOf(previousHash + canonicalJson(body));
}

/** The end of a chain, which the next event must continue. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: Digest;
}

export const CHAIN_START: ChainHead = { seq: 0, hash: ZERO_DIGEST };

/** Why `event` does not continue the chain at `head`; undefined when it does. */
export function validateNextEvent(event: RegistryEvent, head: ChainHead): string | undefined {
  const { previousHash } = event;
  if (event.seq !== head.seq + 1) return `Event ${event.seq} stands where event ${head.seq + 1} should.`;
  if (previousHash !== head.hash)
    return `Event ${event.seq} does not continue the hash of event ${head.seq}: the log was rewritten.`;
  if (!hasItsHash(event)) return `Event ${event.seq} does not have the hash it claims: it was changed.`;
  return undefined;
}

/** Returns true if an event has the hash of its contents. */
export function hasItsHash(event: RegistryEvent): boolean {
  return digestOf(event.previousHash + canonicalBody(event)) === event.hash;
}

/** The canonical JSON of an event without its hashes. */
function canonicalBody(event: RegistryEvent): string {
  const text = bodyInOrder(event);
  if (text !== undefined) return text;
  const { previousHash: _, hash: __, ...body } = event;
  return canonicalJson(body);
}

/**
 * The same in half the time, for logs of a million events: the engine serializes an object with sorted members.
 * Undefined for an event with other members, or if the engine would serialize it differently.
 */
function bodyInOrder(event: RegistryEvent): string | undefined {
  const { seq, at, actor, key, kind, prompt, version, environment, channel } = event;
  const data = plainInOrder(event.data);
  if (data === undefined) return undefined;
  let members = 8;
  for (const value of [prompt, version, environment, channel]) if (value !== undefined) members++;
  if (Object.keys(event).length !== members) return undefined;
  if (!(isText(at) && isText(actor) && isText(key) && isText(kind) && Number.isInteger(seq)))
    return undefined;
  if (!(isTextOrNone(prompt) && isTextOrNone(environment) && isTextOrNone(channel))) return undefined;
  if (version !== undefined && !Number.isInteger(version)) return undefined;
  return plainJson({ actor, at, channel, data, environment, key, kind, prompt, seq, version });
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}
