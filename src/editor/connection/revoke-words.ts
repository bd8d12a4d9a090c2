/** The words of *Revoke Key…*: the keys of an environment to choose from, and what revoking one means. */
import type { KeyRecord } from '../../contract/keys.ts';
import { oneLine } from '../../core/visible-text.ts';
import type { Confirmation, Option } from '../asking/ask.ts';
import { ageOf, counted, instantOf } from '../wording/age.ts';

/** The keys that a key created, directly or indirectly, and that can still be revoked. */
export function madeBy(id: string, keys: readonly KeyRecord[]): KeyRecord[] {
  const byMaker = Map.groupBy(keys, ({ createdBy }) => createdBy?.key);
  const seen = new Set([id]);
  const makers = [id];
  for (const maker of makers)
    for (const made of byMaker.get(maker) ?? []) {
      if (seen.has(made.id)) continue;
      seen.add(made.id);
      makers.push(made.id);
    }
  return keys.filter(key => key.id !== id && seen.has(key.id) && key.revokedAt === null);
}

/** Keys that can be revoked, those in use first; a revoked one only for the keys that it created. */
export function keyOptions(keys: readonly KeyRecord[], own: string, now: number): Option<KeyRecord>[] {
  const isExpired = ({ expiresAt }: KeyRecord) => expiresAt !== null && Date.parse(expiresAt) <= now;
  const valid = keys.filter(key => key.revokedAt === null && !isExpired(key));
  const expired = keys.filter(key => key.revokedAt === null && isExpired(key));
  const revoked = keys.filter(key => key.revokedAt !== null && madeBy(key.id, keys).length > 0);
  const under = (heading: string, some: readonly KeyRecord[]) =>
    some.map((key, index) => ({
      ...optionOf(key, keys, own, now),
      ...(index === 0 && { heading }),
    }));
  return [
    ...under('Valid', valid),
    ...under('Expired', expired),
    ...under('Revoked, but created keys that are still valid', revoked),
  ];
}

function optionOf(key: KeyRecord, keys: readonly KeyRecord[], own: string, now: number): Option<KeyRecord> {
  const { id, actor, role, environment } = key;
  const whose = id === own ? ' · your own' : '';
  return {
    label: actor,
    description: `${role} in ${environment} · ${id}${whose}`,
    detail: [lastUse(key, now), origin(key), ends(key), created(madeBy(id, keys).length)]
      .filter(part => part !== '')
      .join(' · '),
    icon: 'key',
    value: key,
  };
}

function lastUse({ lastUsedAt }: KeyRecord, now: number): string {
  return lastUsedAt === null ? 'Never used' : `Last used ${ageOf(lastUsedAt, now)}`;
}

function origin({ createdAt, createdBy }: KeyRecord): string {
  return `created${createdBy === undefined ? '' : ` by ${createdBy.actor}`} on ${instantOf(createdAt)}`;
}

function ends({ expiresAt, revokedAt }: KeyRecord): string {
  if (revokedAt !== null) return `revoked on ${instantOf(revokedAt)}`;
  return expiresAt === null ? '' : `expires on ${instantOf(expiresAt)}`;
}

function created(count: number): string {
  return count === 0 ? '' : `created ${counted(count, 'key')}`;
}

/** @param own the id of the key that this window uses */
export function revokeQuestion(
  key: KeyRecord,
  keys: readonly KeyRecord[],
  own: string,
  now: number,
): Confirmation {
  const { id, actor, role, environment, revokedAt } = key;
  const children = madeBy(id, keys);
  const name = oneLine(actor);
  if (revokedAt !== null)
    return {
      message: `Revoke ${theKeys(children.length)} that ${name}’s key for ${environment} created?`,
      detail: [
        `The key ${id} itself is revoked already.`,
        ...consequences(children.length, own, children),
      ].join('\n'),
      button: withChildren(children.length),
    };
  return {
    message: `Revoke ${name}’s key for ${environment}?`,
    detail: [
      `Key ${id}, role ${role}. ${lastUse(key, now)}.`,
      ...consequences(1, own, [key]),
      ...(children.length === 0
        ? []
        : [
            `It created ${theKeys(children.length)} still valid: ${some(children)}. Revoke ${children.length === 1 ? 'it' : 'them'} too if the key has leaked.`,
          ]),
    ].join('\n'),
    button: `Revoke ${environment} Key of ${name}`,
    ...(children.length > 0 && { alternative: withChildren(children.length) }),
  };
}

function consequences(count: number, own: string, revoked: readonly KeyRecord[]): string[] {
  return [
    `From the next request on, the registry refuses everyone who uses ${count === 1 ? 'it' : 'them'}. Approvals given with ${count === 1 ? 'it' : 'them'} for promotions that are not live yet become void. This cannot be undone.`,
    ...(revoked.some(({ id }) => id === own)
      ? ['This window uses this key and will have none for this environment.']
      : []),
  ];
}

function theKeys(count: number): string {
  return count === 1 ? 'the key' : `the ${count} keys`;
}

function withChildren(count: number): string {
  return count === 1 ? 'Revoke with the Key It Created' : `Revoke with the ${count} Keys It Created`;
}

const SHOWN = 5;

function some(keys: readonly KeyRecord[]): string {
  const shown = keys.slice(0, SHOWN).map(({ actor, role }) => `${oneLine(actor)} (${role})`);
  const more = keys.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
}

/** @param others how many were revoked with it */
export function revokedWords({ actor, environment }: KeyRecord, others: number): string {
  const own = `${actor}’s key for ${environment}`;
  if (others === 0) return `${own} is revoked.`;
  return `${own} is revoked, and so ${others === 1 ? 'is the key' : `are ${others} keys`} that it created.`;
}
