/**
 * A change of an environment's owners, derived from its events. Like a promotion, it takes effect when others have
 * approved it. It has no table: the registry reads the events themselves, so that nothing can disagree with them.
 */
import type { EnvironmentName } from './environment.ts';
import type { EventKind, RegistryEvent } from './event.ts';
import { isSamePerson } from './person.ts';
import { EventMisfit } from './promotion.ts';

export interface OwnersChange {
  /** The seq of its first event. */
  readonly id: number;
  readonly environment: EnvironmentName;
  /** The whole text after the change. */
  readonly text: string;
  readonly reason: string;
  readonly state: 'pending' | 'applied' | 'rejected' | 'cancelled';
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly appliedAt: string | null;
  readonly approvals: readonly OwnersApproval[];
  readonly closed: { readonly at: string; readonly by: string; readonly comment: string } | null;
}

export interface OwnersApproval {
  /** The seq of its event. */
  readonly seq: number;
  readonly actor: string;
  /** The id of the key. */
  readonly key: string;
  readonly at: string;
  readonly comment: string;
}

export const OWNERS_KINDS = [
  'owners.requested',
  'owners.approved',
  'owners.applied',
  'owners.rejected',
  'owners.cancelled',
] as const satisfies readonly EventKind[];
export type OwnersEventKind = (typeof OWNERS_KINDS)[number];
export type OwnersEvent = { [Kind in OwnersEventKind]: RegistryEvent<Kind> }[OwnersEventKind];

export function isOwnersEvent(event: RegistryEvent): event is OwnersEvent {
  return event.kind.startsWith('owners.');
}

/** The change after one more of its events; `before` is undefined for the first. @throws EventMisfit */
export function ownersChangeAfter(before: OwnersChange | undefined, event: OwnersEvent): OwnersChange {
  if (before === undefined) return begun(event);
  const { seq, at, actor, key, environment, data } = event;
  fits(before.id === Number(data.change), event, 'is of another change of owners');
  fits(before.environment === environment, event, 'is of another environment');
  fits(before.state === 'pending', event, `comes after change ${before.id} of owners was ${before.state}`);
  switch (event.kind) {
    case 'owners.requested':
      return misfit(event, `requests change ${before.id} of owners again`);
    case 'owners.approved':
      fits(!isSamePerson(actor, before.requestedBy), event, 'is an approval by who requested it');
      return {
        ...before,
        // A person may approve again after the key of the first approval was revoked: the latest approval counts.
        approvals: [
          ...before.approvals.filter(approval => !isSamePerson(approval.actor, actor)),
          { seq, actor, key, at, comment: event.data.comment },
        ],
      };
    case 'owners.applied':
      fits(event.data.text === before.text, event, 'applies another text than was requested');
      return { ...before, state: 'applied', appliedAt: at };
    case 'owners.rejected':
      return { ...before, state: 'rejected', closed: { at, by: actor, comment: event.data.comment } };
    case 'owners.cancelled':
      return { ...before, state: 'cancelled', closed: { at, by: actor, comment: event.data.comment } };
  }
}

function begun(event: OwnersEvent): OwnersChange {
  if (event.kind !== 'owners.requested' && event.kind !== 'owners.applied')
    return misfit(event, `is of change ${event.data.change} of owners, which no event began`);
  const { seq, at, actor, environment, data } = event;
  fits(data.change === String(seq), event, 'begins a change of owners that is not named by its number');
  if (environment === undefined) return misfit(event, 'does not say what it is about');
  const isApplied = event.kind === 'owners.applied';
  return {
    id: seq,
    environment,
    text: data.text,
    reason: data.reason,
    state: isApplied ? 'applied' : 'pending',
    requestedBy: actor,
    requestedAt: at,
    appliedAt: isApplied ? at : null,
    approvals: [],
    closed: null,
  };
}

function fits(so: boolean, event: OwnersEvent, why: string): void {
  if (!so) misfit(event, why);
}

function misfit(event: OwnersEvent, why: string): never {
  throw new EventMisfit(`Event ${event.seq} (${event.kind}) ${why}.`);
}
