/** Keys in the keychain of the operating system: macOS Keychain, Windows Credential Manager, Secret Service on Linux. */

import { type EnvironmentName, isEnvironmentName } from '../core/environment.ts';
import { answered as answeredBy } from './answered.ts';
import { type KeyStore, keptKey, keyFor } from './key-store.ts';
import type { Origin } from './origin.ts';

/** What is used of the package keytar. */
export type Keytar = Pick<
  typeof import('keytar'),
  'getPassword' | 'setPassword' | 'deletePassword' | 'findCredentials'
>;

/**
 * Loads keytar's native part, which only the machine can tell whether it can.
 * @throws Error of the loader
 */
export async function loadKeytar(): Promise<Keytar> {
  const { default: keytar } = await import('keytar');
  return keytar;
}

/** A keychain that answered a probe. */
export class Keychain implements KeyStore {
  readonly kind = 'keychain';
  readonly #keytar: Keytar;

  constructor(keytar: Keytar) {
    this.#keytar = keytar;
  }

  async get(origin: Origin, environment: EnvironmentName) {
    const kept = await answered(this.#keytar.getPassword(serviceOf(origin), environment));
    return kept === null ? undefined : keptKey(origin, environment, kept);
  }

  async set(origin: Origin, environment: EnvironmentName, key: string) {
    await answered(this.#keytar.setPassword(serviceOf(origin), environment, keyFor(environment, key)));
  }

  async delete(origin: Origin, environment: EnvironmentName) {
    return answered(this.#keytar.deletePassword(serviceOf(origin), environment));
  }

  async list(origin: Origin) {
    const service = serviceOf(origin);
    const found = await answered(this.#keytar.findCredentials(service));
    const environments = [...new Set(found.map(({ account }) => account))].filter(isEnvironmentName);
    // Windows finds by prefix, so what it gives may belong to another port: each is asked for exactly.
    const kept = await answered(
      Promise.all(environments.map(environment => this.#keytar.getPassword(service, environment))),
    );
    return environments.filter((_, index) => kept[index] !== null).sort();
  }
}

/** What the keychain's own window lists the keys of a registry as. */
export function serviceOf(origin: Origin): string {
  return `PromptForge ${origin}`;
}

function answered<T>(call: PromiseLike<T>): Promise<T> {
  return answeredBy(call, 'The keychain of this machine', 'Unlock it and try again.');
}
