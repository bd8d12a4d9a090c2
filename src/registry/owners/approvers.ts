/** Possible approvers in an environment: people with a valid key that has the role. */
import type { EnvironmentName } from '../../core/environment.ts';
import { foldedOwners, type OwnerRule } from '../../core/owners.ts';
import { foldPerson } from '../../core/person.ts';
import { readOnce } from '../store/remembered.ts';
import type { ReadSnapshot } from '../store/store.ts';

/** Their names, by `foldPerson`. @param at RFC 3339 UTC: keys that expired before are not valid */
export function readApprovers(
  snapshot: ReadSnapshot,
  environment: EnvironmentName,
  at: string,
): Promise<ReadonlyMap<string, string>> {
  return readOnce(snapshot, `approvers ${environment} ${at}`, async () => {
    const rows = await snapshot
      .selectFrom('keys')
      .select('actor')
      .distinct()
      .where('environment', '=', environment)
      .where('role', 'in', ['approver', 'admin'])
      .where('revoked_at', 'is', null)
      .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', at)]))
      .execute();
    return new Map(rows.map(({ actor }) => [foldPerson(actor), actor]));
  });
}

/** The owners who can approve. @param mayNot excluded people, by `foldPerson` */
export function ableOf(
  rule: OwnerRule,
  approvers: ReadonlyMap<string, string>,
  mayNot: (person: string) => boolean = () => false,
): string[] {
  const people = foldedOwners(rule);
  return rule.owners.filter((_, index) => {
    const person = people[index] ?? '';
    return approvers.has(person) && !mayNot(person);
  });
}
