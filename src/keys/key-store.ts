/** A user's keys, one for each registry and environment. */
import type { EnvironmentName } from '../core/environment.ts';
import { type Key, parseKey } from '../core/key.ts';
import { Problem } from '../core/problem.ts';
import type { RegistryOrigin } from './origin.ts';

/**
 * Every call may reject with Problem `unavailable` if the storage does not respond. Messages never contain a key or
 * part of one.
 */
export interface KeyStore {
  readonly kind: 'keychain' | 'secret-storage';
  /**
   * The key for `environment` at `origin`; undefined if there is none.
   * @throws Problem `key_malformed` or `wrong_environment` if the stored key was damaged or swapped.
   */
  get(origin: RegistryOrigin, environment: EnvironmentName): Promise<Key | undefined>;
  /**
   * Stores a key, replacing the previous one. Surrounding white space is ignored.
   * @throws Problem `key_malformed`, or `wrong_environment` if it is a key of another environment.
   */
  set(origin: RegistryOrigin, environment: EnvironmentName, key: string): Promise<void>;
  /** @returns true if there was a key */
  delete(origin: RegistryOrigin, environment: EnvironmentName): Promise<boolean>;
  /** The environments that have a key at `origin`, by name. */
  list(origin: RegistryOrigin): Promise<readonly EnvironmentName[]>;
}

/** The key in `text`, which a user pasted for `environment`. @throws Problem `key_malformed` or `wrong_environment` */
export function keyFor(environment: EnvironmentName, text: string): Key {
  const { key, environment: actual } = parseKey(text.trim());
  if (actual !== environment)
    throw new Problem(
      'wrong_environment',
      `This is a key of ${actual}, not of ${environment}. Set it for ${actual}, or ask an admin for a key of ${environment}.`,
    );
  return key;
}

/** The key that was stored for `environment`. @throws Problem `key_malformed` or `wrong_environment` */
export function keptKey(origin: RegistryOrigin, environment: EnvironmentName, text: string): Key {
  try {
    return keyFor(environment, text);
  } catch (cause) {
    if (!Problem.is(cause)) throw cause;
    throw new Problem(
      cause.code,
      `The key kept for ${environment} at ${origin} was changed or damaged. Remove it and set it again.`,
    );
  }
}
