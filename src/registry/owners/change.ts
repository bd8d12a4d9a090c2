/** Changes the owners of an environment with a request that others approve, like a promotion. */
import type { OwnersChangeRecord, OwnersChangeRequest } from '../../contract/owners.ts';
import type { Environment, EnvironmentName } from '../../core/environment.ts';
import type { NewEvent } from '../../core/event.ts';
import { type OwnerRule, parseOwners } from '../../core/owners.ts';
import {
  type OwnersChange,
  type OwnersEvent,
  type OwnersEventKind,
  ownersChangeAfter,
} from '../../core/owners-change.ts';
import {
  decideOwnersApproval,
  decideOwnersCancellation,
  decideOwnersRejection,
  ownersApprovalsNeeded,
} from '../../core/owners-decisions.ts';
import { Problem } from '../../core/problem.ts';
import { type Caller, checkOwnEnvironment } from '../access/caller.ts';
import { readEnvironment } from '../environments.ts';
import { appendEvent } from '../store/log.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { forgetOwners, newestOwnersChange, readOwners, readOwnersChange } from './events.ts';
import { checkNotLockedOut } from './lock-out.ts';
import { changeRecord, countedApprovals } from './read.ts';

/**
 * Applied at once if the policy requires no approval and there are no owners yet; otherwise pending.
 * @throws Problem `environment_not_found`, `wrong_environment`, `owners_changed`, `owners_locked_out`,
 * `invalid_request` for a text with invalid lines
 */
export async function requestOwners(
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  name: EnvironmentName,
  { text, reason, expected }: OwnersChangeRequest,
): Promise<OwnersChangeRecord> {
  const environment = await readEnvironment(transaction, name);
  checkOwnEnvironment(caller, name, `changing the owners of ${name}`);
  const newest = await newestOwnersChange(transaction, name);
  if (newest?.state === 'pending')
    throw new Problem(
      'owners_changed',
      `${newest.requestedBy} has requested a change of the owners of ${name} that waits (${newest.id}). Approve, reject or cancel it before another.`,
    );
  const owners = await readOwners(transaction, name);
  const current = owners.change === null ? null : String(owners.change);
  if (current !== expected)
    throw new Problem(
      'owners_changed',
      `The owners of ${name} changed after you started: ${current === null ? 'none are set' : `change ${current} is current`}. Review them, and send your change again with "expected": ${JSON.stringify(current)}.`,
    );
  const rules = parsedOwners(text);
  if (text === owners.text)
    throw new Problem(
      'invalid_request',
      `The owners of ${name} have this text already. There is nothing to do.`,
      {
        fields: [{ pointer: '/text', message: 'is the present text' }],
      },
    );
  await checkNotLockedOut(transaction, environment, rules, now().toISOString());
  const needed = ownersApprovalsNeeded(environment.policy, owners.rules.length > 0);
  const kind = needed === 0 ? 'owners.applied' : 'owners.requested';
  const change = await record(
    transaction,
    now,
    caller,
    { environment: name },
    { kind, data: { text, reason } },
  );
  return changeRecord(transaction, environment, change);
}

type Decide = (
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  environment: EnvironmentName,
  id: string,
  comment: string,
) => Promise<OwnersChangeRecord>;

/**
 * Adds an approval; the last one applies the change. A refusal records nothing.
 * @throws Problem `environment_not_found`, `wrong_environment`, `owners_change_not_found`, `owners_change_closed`,
 * `self_approval`, `already_approved`, `owners_locked_out` if nobody could approve anything once it is applied
 */
export const approveOwners: Decide = async (transaction, now, caller, name, id, comment) => {
  const { environment, change } = await own(transaction, caller, name, id, 'approving this change of owners');
  const owners = await readOwners(transaction, name);
  const needed = ownersApprovalsNeeded(environment.policy, owners.rules.length > 0);
  const counted = await countedApprovals(transaction, change);
  const outcome = decideOwnersApproval(change, caller, counted, needed);
  const { text, reason } = change;
  if (outcome === 'applied')
    await checkNotLockedOut(transaction, environment, parsedOwners(text), now().toISOString());
  let after = await record(transaction, now, caller, change, { kind: 'owners.approved', data: { comment } });
  if (outcome === 'applied')
    after = await record(transaction, now, caller, after, { kind: 'owners.applied', data: { text, reason } });
  return changeRecord(transaction, environment, after);
};

/** @throws Problem `environment_not_found`, `wrong_environment`, `owners_change_not_found`, `owners_change_closed` */
export const rejectOwners: Decide = async (transaction, now, caller, name, id, comment) => {
  const { environment, change } = await own(transaction, caller, name, id, 'rejecting this change of owners');
  decideOwnersRejection(change);
  const after = await record(transaction, now, caller, change, {
    kind: 'owners.rejected',
    data: { comment },
  });
  return changeRecord(transaction, environment, after);
};

/** @throws Problem as for a rejection, and `role_too_low` */
export const cancelOwners: Decide = async (transaction, now, caller, name, id, comment) => {
  const { environment, change } = await own(transaction, caller, name, id, 'canceling this change of owners');
  decideOwnersCancellation(change, caller);
  const after = await record(transaction, now, caller, change, {
    kind: 'owners.cancelled',
    data: { comment },
  });
  return changeRecord(transaction, environment, after);
};

async function own(
  transaction: WriteTransaction,
  caller: Caller,
  name: EnvironmentName,
  id: string,
  doing: string,
): Promise<{ readonly environment: Environment; readonly change: OwnersChange }> {
  const environment = await readEnvironment(transaction, name);
  checkOwnEnvironment(caller, name, doing);
  return { environment, change: await readOwnersChange(transaction, name, id) };
}

/** @throws Problem `invalid_request` that names every wrong line */
function parsedOwners(text: string): readonly OwnerRule[] {
  const parsed = parseOwners(text);
  if ('rules' in parsed) return parsed.rules;
  const [first, ...others] = parsed.errors;
  const more =
    others.length === 0
      ? ''
      : ` ${others.length} more ${others.length === 1 ? 'line is' : 'lines are'} wrong.`;
  throw new Problem('invalid_request', `Line ${first.line}: ${first.message}${more} Nothing was changed.`, {
    fields: parsed.errors.map(({ line, message }) => ({
      pointer: '/text',
      message: `Line ${line}: ${message}`,
    })),
  });
}

type Step = {
  [Kind in OwnersEventKind]: {
    readonly kind: Kind;
    readonly data: Omit<NewEvent<Kind>['data'], 'change'>;
  };
}[OwnersEventKind];

/** The only place where owners change: appends an event. @param before the change so far; without an id if the event begins it */
async function record(
  transaction: WriteTransaction,
  now: Store['now'],
  { actor, key }: Caller,
  before: OwnersChange | Pick<OwnersChange, 'environment'>,
  { kind, data }: Step,
): Promise<OwnersChange> {
  const { environment } = before;
  const known = 'id' in before ? before : undefined;
  const event = await appendEvent(
    transaction,
    now,
    seq =>
      ({
        ...{ actor, key, kind, environment },
        data: { change: String(known?.id ?? seq), ...data },
      }) as NewEvent<OwnersEventKind>,
  );
  if (kind === 'owners.applied') forgetOwners(transaction, environment);
  return ownersChangeAfter(known, event as OwnersEvent);
}
