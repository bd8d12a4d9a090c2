/** The owners of an environment as the API shows them. */
import type { OwnersChangeRecord, OwnersRecord } from '../../contract/owners.ts';
import type { Environment, EnvironmentName } from '../../core/environment.ts';
import { type OwnersNote, parseOwners } from '../../core/owners.ts';
import type { OwnersApproval, OwnersChange } from '../../core/owners-change.ts';
import { ownersApprovalsNeeded } from '../../core/owners-decisions.ts';
import { isSamePerson } from '../../core/person.ts';
import { revokedAfter } from '../access/committed-key.ts';
import { readEnvironment, readEnvironments } from '../environments.ts';
import { newestTime } from '../store/log.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { readApprovers } from './approvers.ts';
import { newestOwnersChange, readOwners, readOwnersChange } from './events.ts';
import { lockedOut, unmatched } from './lock-out.ts';

/** @param at RFC 3339 UTC: now. @throws Problem `environment_not_found` */
export async function showOwners(
  snapshot: ReadSnapshot,
  name: EnvironmentName,
  at: string,
): Promise<OwnersRecord> {
  const environment = await readEnvironment(snapshot, name);
  const { change, text, rules } = await readOwners(snapshot, name);
  const newest = await newestOwnersChange(snapshot, name);
  const current = change === null ? null : await readOwnersChange(snapshot, name, String(change));
  const warnings = [
    ...(await lockedOut(snapshot, environment, rules, at)),
    ...(await unmatched(snapshot, rules)),
  ];
  return {
    environment: name,
    text,
    current: current && (await changeRecord(snapshot, environment, current)),
    waiting: newest?.state === 'pending' ? await changeRecord(snapshot, environment, newest) : null,
    warnings: warnings.sort((one, other) => one.line - other.line),
  };
}

/** The pending changes of all environments, oldest first. */
export async function listOwnersChanges(snapshot: ReadSnapshot): Promise<OwnersChangeRecord[]> {
  const waiting: OwnersChangeRecord[] = [];
  for (const environment of await readEnvironments(snapshot)) {
    const newest = await newestOwnersChange(snapshot, environment.name);
    if (newest?.state === 'pending') waiting.push(await changeRecord(snapshot, environment, newest));
  }
  return waiting.sort((one, other) => Number(one.id) - Number(other.id));
}

/** Warnings about a new text: patterns that match no prompt. None for a text that is refused anyway. */
export async function warningsOf(snapshot: ReadSnapshot, text: string): Promise<OwnersNote[]> {
  const parsed = parseOwners(text);
  return 'rules' in parsed ? unmatched(snapshot, parsed.rules) : [];
}

/** The approvals by keys that were not revoked since. */
export async function countedApprovals(
  snapshot: ReadSnapshot,
  { approvals }: OwnersChange,
): Promise<OwnersApproval[]> {
  const counted: OwnersApproval[] = [];
  for (const approval of approvals)
    if ((await revokedAfter(snapshot, approval.key, approval.seq)) === undefined) counted.push(approval);
  return counted;
}

/** A change as in the API. */
export async function changeRecord(
  snapshot: ReadSnapshot,
  { policy }: Environment,
  change: OwnersChange,
): Promise<OwnersChangeRecord> {
  const waits = change.state === 'pending';
  const approvals = waits ? await countedApprovals(snapshot, change) : change.approvals;
  const { rules } = await readOwners(snapshot, change.environment);
  return {
    ...change,
    id: String(change.id),
    approvals: approvals.map(({ actor, at, comment }) => ({ actor, at, comment })),
    approvalsNeeded: waits ? ownersApprovalsNeeded(policy, rules.length > 0) : change.approvals.length,
    canApprove: waits ? await canApprove(snapshot, change, approvals) : [],
  };
}

/** The maximum number of people to name. */
const MAX_NAMED = 20;

async function canApprove(
  snapshot: ReadSnapshot,
  { environment, requestedBy }: OwnersChange,
  counted: readonly OwnersApproval[],
): Promise<string[]> {
  // Reads have no clock; a key that expired since the last event is detected when it is used.
  const approvers = await readApprovers(snapshot, environment, (await newestTime(snapshot)) ?? '');
  const settled = [requestedBy, ...counted.map(({ actor }) => actor)];
  return [...approvers.values()]
    .filter(actor => !settled.some(other => isSamePerson(actor, other)))
    .sort()
    .slice(0, MAX_NAMED);
}
