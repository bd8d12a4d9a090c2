/** Chooses the key for an operation, from the environments and the registry's record of each key. */
import type { KeyRecord } from '../contract/keys.ts';
import type { Environment, EnvironmentName } from '../core/environment.ts';
import { type Role, roleIncludes } from '../core/role.ts';

/** The state of one environment's key. */
export type StoredKeyState =
  | { readonly kind: 'none' }
  /** The registry recognizes the key. */
  | { readonly kind: 'known'; readonly who: KeyRecord }
  /** The key is stored, but the registry rejected it; `why` is the registry's message. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The key is stored, but the registry could not be reached. */
  | { readonly kind: 'unasked' };

export type Keys = ReadonlyMap<EnvironmentName, StoredKeyState>;

export type KeyPurpose =
  | { readonly kind: 'read' }
  | { readonly kind: 'publish' }
  | { readonly kind: 'promote'; readonly environment: EnvironmentName }
  /** Approving, rejecting or canceling a promotion, or commenting on it. */
  | { readonly kind: 'decide'; readonly environment: EnvironmentName }
  /** Requesting a change of the owners of prompts. */
  | { readonly kind: 'change-owners'; readonly environment: EnvironmentName }
  /** Approving, rejecting or canceling such a change. */
  | { readonly kind: 'decide-owners'; readonly environment: EnvironmentName }
  | { readonly kind: 'archive' }
  /** In one environment, or in any. */
  | { readonly kind: 'manage-keys'; readonly environment?: EnvironmentName };

export type Choice =
  | { readonly kind: 'key'; readonly environment: EnvironmentName }
  | {
      readonly kind: 'missing';
      /** The environments whose keys would be sufficient, the most likely first; empty if any would be. */
      readonly environments: readonly EnvironmentName[];
      readonly role: Role;
      /** A sentence for the user that names the missing key. */
      readonly message: string;
    };

const ROLE: Readonly<Record<KeyPurpose['kind'], Role>> = {
  read: 'author',
  publish: 'author',
  // An author's request is also recorded if the policy requires approvals; the registry decides.
  promote: 'author',
  // Authors may cancel their own requests; the registry decides which role that takes.
  decide: 'author',
  'change-owners': 'admin',
  'decide-owners': 'author',
  archive: 'admin',
  'manage-keys': 'admin',
};

/** @param environments in promotion order; empty if no key has shown them yet */
export function chooseKey(work: KeyPurpose, environments: readonly Environment[], keys: Keys): Choice {
  const role = ROLE[work.kind];
  const candidates = candidatesFor(work, environments, keys);
  for (const environment of candidates) {
    const state = keys.get(environment);
    if (state?.kind === 'unasked') return { kind: 'key', environment };
    if (state?.kind === 'known' && roleIncludes(state.who.role, role)) return { kind: 'key', environment };
  }
  const missing = work.kind === 'read' ? [] : candidates;
  return { kind: 'missing', environments: missing, role, message: missingMessage(work, missing, keys, role) };
}

function candidatesFor(
  work: KeyPurpose,
  environments: readonly Environment[],
  keys: Keys,
): readonly EnvironmentName[] {
  switch (work.kind) {
    case 'promote':
    case 'decide':
    case 'change-owners':
    case 'decide-owners':
      return [work.environment];
    case 'publish':
    case 'archive': {
      const publishing = environments.filter(each => each.policy.publishes).map(each => each.name);
      return environments.length === 0 ? [...keys.keys()] : publishing;
    }
    case 'manage-keys':
      if (work.environment !== undefined) return [work.environment];
      return environments.length === 0 ? [...keys.keys()] : environments.map(({ name }) => name);
    case 'read':
      return forReading(environments, keys);
  }
}

/**
 * Orders keys that can read drafts first, because people work on drafts, and the least powerful of them first, because
 * a production admin key is not for browsing.
 */
function forReading(environments: readonly Environment[], keys: Keys): EnvironmentName[] {
  const rank: readonly Role[] = ['author', 'approver', 'admin', 'reader'];
  const closed = new Set(
    environments.filter(({ policy }) => !policy.authorsReadDrafts).map(({ name }) => name),
  );
  const of = ([environment, state]: readonly [EnvironmentName, StoredKeyState]) => {
    if (state.kind !== 'known') return rank.length;
    const readsDrafts = state.who.role !== 'author' || !closed.has(environment);
    return rank.indexOf(state.who.role) + (readsDrafts ? 0 : rank.indexOf('reader') - 0.5);
  };
  return [...keys].sort((one, other) => of(one) - of(other)).map(([environment]) => environment);
}

const DOING: Readonly<Record<KeyPurpose['kind'], string>> = {
  read: 'Reading the registry',
  publish: 'Publishing',
  promote: 'Promoting',
  decide: 'Deciding on a promotion',
  'change-owners': 'Changing owners',
  'decide-owners': 'Deciding on a change of owners',
  archive: 'Archiving',
  'manage-keys': 'Managing keys',
};

function missingMessage(
  work: KeyPurpose,
  environments: readonly EnvironmentName[],
  keys: Keys,
  role: Role,
): string {
  const where = environments.length === 0 ? 'any environment' : environments.join(' or ');
  const doing = 'environment' in work ? `${DOING[work.kind]} in ${work.environment}` : DOING[work.kind];
  for (const environment of environments.length === 0 ? keys.keys() : environments) {
    const state = keys.get(environment);
    if (state?.kind === 'refused')
      return `${doing} needs a key for ${where}, and the stored key for ${environment} was refused: ${state.why}`;
    if (state?.kind === 'known')
      return `${doing} needs a key for ${where} with the role ${role} or above; yours in ${environment} is ${withArticle(state.who.role)} key.`;
  }
  return `${doing} needs a key for ${where} with the role ${role} or above, and none is stored.`;
}

function withArticle(role: Role): string {
  return `${role === 'reader' ? 'a' : 'an'} ${role}`;
}
