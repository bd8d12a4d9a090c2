/**
 * The state of a registry, derived from its log alone. Verification builds it from the events and compares it with the
 * tables; an event that no registry would have written at its position is a misfit.
 */
import type { Channel } from './channel.ts';
import type { Digest } from './digest.ts';
import type { EnvironmentName, KeptPolicy } from './environment.ts';
import type { EventKind, RegistryEvent } from './event.ts';
import type { PromptName } from './name.ts';
import { isOwnersEvent, type OwnersChange, type OwnersEvent, ownersChangeAfter } from './owners-change.ts';
import {
  EventMisfit,
  isOpen,
  isPromotionEvent,
  type PromotionEvent,
  type PromotionRecord,
  promotionAfter,
} from './promotion.ts';
import { NO_RELEASE, type ReleaseOrder, releasesAfter, releasesEnded } from './release-order.ts';
import type { Role } from './role.ts';
import type { VersionNumber } from './version.ts';
import type { WebhookFormat } from './webhook-format.ts';

export interface PromptState {
  readonly newest: VersionNumber;
  readonly archived: boolean;
}

export interface PointerState {
  readonly prompt: PromptName;
  readonly environment: EnvironmentName;
  readonly channel: Channel;
  /** The promotion that set it. */
  readonly promotion: PromotionRecord & { readonly appliedAt: string };
}

export interface EnvironmentState {
  readonly position: number;
  readonly policy: KeptPolicy;
}

export interface KeyState {
  readonly seq: number;
  readonly environment: EnvironmentName;
  readonly role: Role;
  readonly actor: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  /** The digest of its hash; null if an earlier release created it, and no later event contains it. */
  readonly commitment: Digest | null;
}

export interface WebhookState {
  readonly seq: number;
  readonly environment: EnvironmentName;
  readonly origin: string;
  /** The events it receives; undefined if an earlier release created it. */
  readonly environments: readonly EnvironmentName[] | null | undefined;
  readonly events: readonly EventKind[] | null | undefined;
  readonly format: WebhookFormat;
  readonly createdAt: string;
  readonly createdBy: string;
}

/**
 * Its size depends on the current state, not on the length of the log: a promotion that can no longer change is only in
 * the result of `follow`, and not kept.
 */
export interface Projection {
  /** The time of the last event; empty before the first. */
  at: string;
  readonly prompts: Map<PromptName, PromptState>;
  /** By `pointerName`. */
  readonly pointers: Map<string, PointerState>;
  readonly environments: Map<EnvironmentName, EnvironmentState>;
  readonly keys: Map<string, KeyState>;
  readonly webhooks: Map<string, WebhookState>;
  /** The change of owners that waits in an environment, if one does. */
  readonly owners: Map<EnvironmentName, OwnersChange>;
  /** The promotions that wait, by id. */
  readonly open: Map<number, PromotionRecord>;
  /** The keys that vouch for each of these promotions. */
  readonly vouchers: Map<number, Vouchers>;
  /** Promotions whose vouching key was revoked, by number: the next event must hold them. */
  readonly toHold: Map<number, { readonly key: string; readonly revoked: number }>;
  releases: ReleaseOrder;
  /** True if events have MACs from here on, which earlier releases did not write. */
  hasMacs: boolean;
}

/** Ids of keys. */
interface Vouchers {
  readonly request: string;
  readonly approvals: ReadonlySet<string>;
}

export function emptyProjection(): Projection {
  return {
    at: '',
    prompts: new Map(),
    pointers: new Map(),
    environments: new Map(),
    keys: new Map(),
    webhooks: new Map(),
    owners: new Map(),
    open: new Map(),
    vouchers: new Map(),
    toHold: new Map(),
    releases: NO_RELEASE,
    hasMacs: false,
  };
}

export function pointerName(pointer: Pick<PointerState, 'prompt' | 'environment' | 'channel'>): string {
  return `${pointer.environment} ${pointer.channel} ${pointer.prompt}`;
}

/** The id of the promotion that an event belongs to, unless it begins it. */
export function promotionOf(event: RegistryEvent): number | undefined {
  if (!isPromotionEvent(event)) return undefined;
  const id = Number(event.data.promotion);
  return id === event.seq ? undefined : id;
}

/**
 * Applies `event` to the projection. `closed` finds a promotion that has ended.
 * @returns the promotion after the event, if it is about one
 * @throws EventMisfit
 */
export function follow(
  projection: Projection,
  event: RegistryEvent,
  closed: (id: number) => PromotionRecord | undefined,
): PromotionRecord | undefined {
  if (event.at < projection.at) misfit(event, `is of ${event.at}, before the event before it`);
  projection.at = event.at;
  if (isPromotionEvent(event)) {
    const promotion = followPromotion(projection, event, closed);
    projection.releases = releasesAfter(projection.releases, promotion, event, projection.open);
    return promotion;
  }
  projection.releases = releasesEnded(projection.releases, event);
  if (isOwnersEvent(event)) {
    followOwners(projection, event);
    return;
  }
  const { prompts, environments, keys, webhooks } = projection;
  switch (event.kind) {
    case 'environment.set': {
      const { position, policy } = dataOf<'environment.set'>(event);
      environments.set(named(event, event.environment), { position, policy });
      return;
    }
    case 'key.created': {
      const { id, role, actor, expiresAt, commitment = null } = dataOf<'key.created'>(event);
      fits(!keys.has(id), event, 'creates a key that there is already');
      const environment = named(event, event.environment);
      keys.set(id, {
        seq: event.seq,
        environment,
        role,
        actor,
        createdAt: event.at,
        expiresAt,
        revokedAt: null,
        commitment,
      });
      return;
    }
    case 'key.revoked':
      changeKey(projection, event, dataOf<'key.revoked'>(event).id, { revokedAt: event.at });
      if (projection.hasMacs) markToHold(projection, event);
      return;
    case 'key.expiry_set': {
      const { id, expiresAt } = dataOf<'key.expiry_set'>(event);
      changeKey(projection, event, id, { expiresAt });
      return;
    }
    case 'key.committed': {
      const { id, commitment } = dataOf<'key.committed'>(event);
      fits(keys.get(id)?.commitment === null, event, 'commits to a key once more');
      changeKey(projection, event, id, { commitment });
      return;
    }
    case 'webhook.created': {
      const { id, origin, environments, events, format = 'json' } = dataOf<'webhook.created'>(event);
      const environment = named(event, event.environment);
      const { seq, at, actor } = event;
      const made = { createdAt: at, createdBy: actor };
      webhooks.set(id, { seq, environment, origin, environments, events, format, ...made });
      return;
    }
    case 'webhook.removed':
      fits(
        webhooks.delete(dataOf<'webhook.removed'>(event).id),
        event,
        'removes a webhook that there is not',
      );
      return;
    case 'version.published': {
      const name = named(event, event.prompt);
      const before = prompts.get(name);
      fits(event.version === (before?.newest ?? 0) + 1, event, 'publishes a version out of order');
      fits(before?.archived !== true, event, 'publishes what is archived');
      prompts.set(name, { newest: event.version as VersionNumber, archived: false });
      return;
    }
    case 'prompt.archived':
    case 'prompt.restored': {
      const name = named(event, event.prompt);
      const before = prompts.get(name);
      if (before === undefined) return misfit(event, 'is of a prompt that was never published');
      prompts.set(name, { ...before, archived: event.kind === 'prompt.archived' });
      return;
    }
    case 'comment.created':
    case 'comment.edited':
    case 'comment.deleted':
    case 'comment.resolved':
    case 'comment.unresolved':
      followComment(projection, event);
      return;
    case 'macs.started':
      projection.hasMacs = true;
      return;
    case 'signing_key.set':
    case 'head.accepted':
    case 'clock.accepted':
      return;
    default:
      return misfit(event, 'is of a kind that this PromptForge does not know');
  }
}

/** Only checks a comment, from which no state follows: threads are read from the events themselves. */
function followComment({ prompts }: Projection, event: RegistryEvent): void {
  const before = prompts.get(named(event, event.prompt));
  fits((event.version ?? 0) <= (before?.newest ?? 0), event, 'is of a version that there is not');
  if (event.kind === 'comment.edited' || event.kind === 'comment.deleted') {
    const { comment } = dataOf<'comment.deleted'>(event);
    fits(Number(comment) < event.seq, event, 'is of a comment that comes after it');
  }
  if (event.kind !== 'comment.deleted') fits(before?.archived !== true, event, 'comments what is archived');
}

/** One change of an environment's owners waits at a time, and ends before the next begins. */
function followOwners({ owners }: Projection, event: OwnersEvent): void {
  const environment = named(event, event.environment);
  const after = ownersChangeAfter(owners.get(environment), event);
  if (after.state === 'pending') owners.set(environment, after);
  else owners.delete(environment);
}

function followPromotion(
  projection: Projection,
  event: PromotionEvent,
  closed: (id: number) => PromotionRecord | undefined,
): PromotionRecord {
  const { open, pointers, prompts } = projection;
  const id = promotionOf(event);
  const before = id === undefined ? undefined : (open.get(id) ?? closed(id));
  const after = promotionAfter(before, event);
  if (before === undefined) {
    const { newest = 0 } = prompts.get(after.prompt) ?? {};
    fits(after.version <= newest, event, 'is of a version that there is not');
  }
  if (event.kind === 'promotion.applied') {
    const name = pointerName(after);
    const stood = pointers.get(name)?.promotion.version ?? null;
    fits(stood === after.from, event, `moves the pointer from ${after.from}, but it stood at ${stood}`);
    const { prompt, environment, channel } = after;
    pointers.set(name, { prompt, environment, channel, promotion: { ...after, appliedAt: event.at } });
  }
  if (isOpen(after)) open.set(after.id, after);
  else open.delete(after.id);
  vouch(projection, after, event);
  return after;
}

/** Approvals by a key are void once it is revoked, even if the row was hidden then. */
function vouch(projection: Projection, after: PromotionRecord, event: PromotionEvent): void {
  const { vouchers, toHold } = projection;
  const { id } = after;
  const revoked = toHold.get(id);
  const goesOn = ['promotion.approved', 'promotion.planned', 'promotion.applied'].includes(event.kind);
  if (revoked !== undefined && goesOn)
    misfit(
      event,
      `goes on with what the key ${revoked.key} vouched for, which event ${revoked.revoked} revoked`,
    );
  if (event.kind === 'promotion.held' || !isOpen(after)) toHold.delete(id);
  if (!isOpen(after)) {
    vouchers.delete(id);
    return;
  }
  const { request, approvals } = vouchers.get(id) ?? { request: event.key, approvals: NONE };
  if (event.kind === 'promotion.approved')
    vouchers.set(id, { request, approvals: new Set([...approvals, event.key]) });
  else vouchers.set(id, { request, approvals: event.kind === 'promotion.held' ? NONE : approvals });
}

const NONE: ReadonlySet<string> = new Set();

function markToHold({ open, vouchers, toHold }: Projection, event: RegistryEvent): void {
  const { id: key } = dataOf<'key.revoked'>(event);
  for (const [id, { request, approvals }] of vouchers) {
    const isPlannedByIt = open.get(id)?.state === 'planned' && approvals.size === 0 && request === key;
    if (approvals.has(key) || isPlannedByIt) toHold.set(id, { key, revoked: event.seq });
  }
}

function changeKey(
  projection: Projection,
  event: RegistryEvent,
  id: string,
  change: Partial<KeyState>,
): void {
  const key = projection.keys.get(id);
  if (key === undefined) misfit(event, 'is of a key that was never created');
  else projection.keys.set(id, { ...key, ...change });
}

function dataOf<K extends EventKind>(event: RegistryEvent): RegistryEvent<K>['data'] {
  return event.data as RegistryEvent<K>['data'];
}

function named<T>(event: RegistryEvent, value: T | undefined): T {
  return value ?? misfit(event, 'does not say what it is about');
}

function fits(so: boolean, event: RegistryEvent, why: string): void {
  if (!so) misfit(event, why);
}

function misfit(event: RegistryEvent, why: string): never {
  throw new EventMisfit(`Event ${event.seq} (${event.kind}) ${why}.`);
}
