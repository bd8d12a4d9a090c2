/**
 * The state of a promotion, derived from its events. The registry updates its tables with this function, and the
 * verification rebuilds them with it, so that they cannot disagree with the log.
 */
import type { Channel } from './channel.ts';
import type { EnvironmentName } from './environment.ts';
import type { EventKind, RegistryEvent } from './event.ts';
import type { PromptName } from './name.ts';
import type { ProblemCode } from './problem.ts';
import type { VersionNumber } from './version.ts';

export type PromotionState = 'pending' | 'planned' | 'applied' | 'rejected' | 'cancelled' | 'superseded';

export interface ApprovalRecord {
  /** The seq of its event. */
  readonly seq: number;
  readonly actor: string;
  readonly at: string;
  readonly comment: string;
}

export interface PromotionRecord {
  /** The seq of its first event. */
  readonly id: number;
  readonly prompt: PromptName;
  readonly environment: EnvironmentName;
  readonly channel: Channel;
  readonly version: VersionNumber;
  /** The pointer's version when the promotion was requested; null if unset. */
  readonly from: VersionNumber | null;
  readonly rollback: boolean;
  readonly reason: string;
  readonly state: PromotionState;
  readonly requestedBy: string;
  readonly requestedAt: string;
  /** When to apply it, RFC 3339 UTC; null: as soon as it is approved. */
  readonly effectiveAt: string | null;
  readonly appliedAt: string | null;
  readonly appliedSeq: number | null;
  /** The approvals that count, in order, each by a different actor. */
  readonly approvals: readonly ApprovalRecord[];
  readonly held: { readonly at: string; readonly code: ProblemCode; readonly detail: string } | null;
  readonly closed: { readonly at: string; readonly by: string; readonly comment: string } | null;
  readonly supersededBy: number | null;
  /** The release that it belongs to; null if it was requested alone. */
  readonly release: ReleaseMembership | null;
}

export interface ReleaseMembership {
  /** The id of the release, which is that of its first promotion. */
  readonly id: number;
  /** True if either all promotions of the release are applied at once, or none. */
  readonly atomic: boolean;
}

export type PromotionEventKind = Extract<EventKind, `promotion.${string}`>;
export type PromotionEvent = { [Kind in PromotionEventKind]: RegistryEvent<Kind> }[PromotionEventKind];

export function isPromotionEvent(event: RegistryEvent): event is PromotionEvent {
  return event.kind.startsWith('promotion.');
}

/** Returns whether a promotion may still be applied. */
export function isOpen({ state }: Pick<PromotionRecord, 'state'>): boolean {
  return state === 'pending' || state === 'planned';
}

/**
 * Returns true if every release that may have written the log considered two names one person. Decisions use
 * `isSamePerson`, which has become stricter, but earlier logs must stay valid.
 */
function wereSamePerson(one: string, other: string): boolean {
  return foldedThen(one) === foldedThen(other);
}

function foldedThen(actor: string): string {
  return actor.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** Thrown for an event that no registry would have written after the preceding ones. */
export class EventMisfit extends Error {
  override readonly name = 'EventMisfit';
}

/** The promotion after one more of its events; `before` is undefined for the first. @throws EventMisfit */
export function promotionAfter(before: PromotionRecord | undefined, event: PromotionEvent): PromotionRecord {
  if (before === undefined) return begun(event);
  fits(before.id === Number(event.data.promotion), event, 'is of another promotion');
  const about = ['prompt', 'environment', 'channel', 'version'] as const;
  for (const field of about) fits(event[field] === before[field], event, `is of another ${field}`);
  if (event.kind === 'promotion.commented') return before;
  fits(isOpen(before), event, `comes after promotion ${before.id} was ${before.state}`);
  return { ...before, ...changeOf(before, event) };
}

function begun(event: PromotionEvent): PromotionRecord {
  if (event.kind !== 'promotion.requested' && event.kind !== 'promotion.applied')
    return misfit(event, `is of promotion ${event.data.promotion}, which no event began`);
  const { prompt, environment, channel, version, data } = event;
  fits(data.promotion === String(event.seq), event, 'begins a promotion that is not named by its number');
  if (prompt === undefined || environment === undefined || channel === undefined || version === undefined)
    return misfit(event, 'does not say what it is about');
  const applied = event.kind === 'promotion.applied';
  return {
    id: event.seq,
    prompt,
    environment,
    channel,
    version,
    from: data.from,
    rollback: data.rollback,
    reason: data.reason,
    state: applied ? 'applied' : 'pending',
    requestedBy: event.actor,
    requestedAt: event.at,
    effectiveAt: event.kind === 'promotion.requested' ? (event.data.effectiveAt ?? null) : null,
    appliedAt: applied ? event.at : null,
    appliedSeq: applied ? event.seq : null,
    approvals: [],
    held: null,
    closed: null,
    supersededBy: null,
    release: releaseOf(event),
  };
}

function releaseOf(
  event: RegistryEvent<'promotion.requested'> | RegistryEvent<'promotion.applied'>,
): ReleaseMembership | null {
  const { release, atomic } = event.data;
  if (release === undefined) {
    fits(atomic === undefined, event, 'is atomic without a release');
    return null;
  }
  const id = Number(release);
  fits(String(id) === release && id > 0 && id <= event.seq, event, 'names a release that there cannot be');
  return { id, atomic: atomic === true };
}

/** Returns whether a promotion is decided and applied only together with the others of its release. */
export function isAtomic({ release }: Pick<PromotionRecord, 'release'>): boolean {
  return release?.atomic === true;
}

type Continuing = Exclude<PromotionEvent, RegistryEvent<'promotion.commented'>>;

function changeOf(before: PromotionRecord, event: Continuing): Partial<PromotionRecord> {
  const { seq, at, actor } = event;
  switch (event.kind) {
    case 'promotion.requested':
      return misfit(event, `requests promotion ${before.id} again`);
    case 'promotion.approved':
      fits(!wereSamePerson(actor, before.requestedBy), event, 'is an approval by who requested it');
      fits(
        before.approvals.every(approval => !wereSamePerson(approval.actor, actor)),
        event,
        'is a second approval by the same actor',
      );
      return { approvals: [...before.approvals, { seq, actor, at, comment: event.data.comment }] };
    case 'promotion.planned':
      fits(before.state === 'pending', event, 'plans what is planned already');
      fits(event.data.effectiveAt === before.effectiveAt, event, 'plans it for another time');
      return { state: 'planned' };
    case 'promotion.held': {
      const { code, detail } = event.data;
      return { state: 'pending', approvals: [], held: { at, code, detail } };
    }
    case 'promotion.applied':
      fits(event.data.from === before.from, event, 'applies it from another version');
      fits(before.effectiveAt === null || at >= before.effectiveAt, event, 'applies it before its time');
      return { state: 'applied', appliedAt: at, appliedSeq: seq };
    case 'promotion.rejected':
      return { state: 'rejected', closed: { at, by: actor, comment: event.data.comment } };
    case 'promotion.cancelled':
      return { state: 'cancelled', closed: { at, by: actor, comment: event.data.comment } };
    case 'promotion.superseded':
      return {
        state: 'superseded',
        closed: { at, by: actor, comment: '' },
        supersededBy: Number(event.data.by),
      };
  }
}

function fits(so: boolean, event: PromotionEvent, why: string): void {
  if (!so) misfit(event, why);
}

function misfit(event: PromotionEvent, why: string): never {
  throw new EventMisfit(`Event ${event.seq} (${event.kind}) ${why}.`);
}
