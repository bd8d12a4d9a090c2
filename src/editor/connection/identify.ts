/** Fetches the identity of each of the person's keys, and the environments. */
import { chooseKey, type Keys, type StoredKeyState } from '../../client/choose-key.ts';
import { RegistryUnreachable } from '../../client/unreachable.ts';
import type { KeyRecord } from '../../contract/keys.ts';
import type { Environment, EnvironmentName } from '../../core/environment.ts';
import { Problem, type ProblemCode } from '../../core/problem.ts';
import { messageOf } from '../problems/explain.ts';
import type { ConnectionState } from '../status/words.ts';
import { BrokenLog } from './broken-log.ts';

/** The part of a registry client that is used here. */
export interface IdentityClient {
  currentKey(signal?: AbortSignal): Promise<KeyRecord>;
  listEnvironments(signal?: AbortSignal): Promise<readonly Environment[]>;
}

export interface Identified {
  readonly keys: Keys;
  /** In promotion order; empty if no key could show them. */
  readonly environments: readonly Environment[];
  readonly state: ConnectionState;
}

/** Refusals of the key itself, which are final until it is replaced. */
const ABOUT_THE_KEY: readonly ProblemCode[] = [
  'key_missing',
  'key_malformed',
  'key_unknown',
  'key_revoked',
  'key_expired',
  'wrong_environment',
];

/**
 * @param environments the environments with a stored key
 * @param clientFor may reject as the key store does
 * @throws RegistryUnreachable `cancelled`
 */
export async function identify(
  environments: readonly EnvironmentName[],
  clientFor: (environment: EnvironmentName) => Promise<IdentityClient>,
  signal?: AbortSignal,
): Promise<Identified> {
  if (environments.length === 0) return { keys: new Map(), environments: [], state: { kind: 'no-key' } };
  const keys = new Map<EnvironmentName, StoredKeyState>();
  let trouble: unknown;
  await Promise.all(
    environments.map(async environment => {
      try {
        const who = await (await clientFor(environment)).currentKey(signal);
        keys.set(environment, { kind: 'known', who });
      } catch (error) {
        if (RegistryUnreachable.is(error, 'cancelled')) throw error;
        if (Problem.is(error, ...ABOUT_THE_KEY)) {
          keys.set(environment, { kind: 'refused', why: error.message });
        } else {
          keys.set(environment, { kind: 'unasked' });
          trouble = error;
        }
      }
    }),
  );
  if (trouble !== undefined) return { keys, environments: [], state: stateOfTrouble(trouble) };
  const reading = chooseKey({ kind: 'read' }, [], keys);
  if (reading.kind === 'missing')
    return { keys, environments: [], state: { kind: 'refused', why: reading.message } };
  try {
    const listed = await (await clientFor(reading.environment)).listEnvironments(signal);
    return { keys, environments: listed, state: connectedAs(reading.environment, keys) };
  } catch (error) {
    if (RegistryUnreachable.is(error, 'cancelled')) throw error;
    return { keys, environments: [], state: stateOfTrouble(error) };
  }
}

/** Being offline is temporary; everything else needs an action. */
export function stateOfTrouble(error: unknown): ConnectionState {
  const why = messageOf(error);
  if (BrokenLog.is(error)) return { kind: 'refused', why, isBroken: true };
  const passes = isOfAbsence(error) || Problem.is(error, 'rate_limited', 'queue_full', 'internal_error');
  return passes ? { kind: 'offline', why } : { kind: 'refused', why };
}

/** Returns true if a registry cannot serve at all, or does not respond. */
export function isOfAbsence(error: unknown): boolean {
  return RegistryUnreachable.isAbsent(error) || Problem.is(error, 'unavailable');
}

function connectedAs(environment: EnvironmentName, keys: Keys): ConnectionState {
  const state = keys.get(environment);
  return state?.kind === 'known'
    ? { kind: 'connected', environment, actor: state.who.actor, role: state.who.role }
    : { kind: 'no-key' };
}
