/** Keys in the keychain of the operating system: macOS Keychain, Windows Credential Manager, Secret Service on Linux. */
import { type EnvironmentName, isEnvironmentName } from '../core/environment.ts';
import { answered as answeredBy } from './answered.ts';
import { type KeyStore, keptKey, keyFor } from './key-store.ts';
import type { RegistryOrigin } from './origin.ts';

/** The part of the package keytar that is used. */
export type Keytar = Pick<
  typeof import('keytar'),
  'getPassword' | 'setPassword' | 'deletePassword' | 'findCredentials'
>;

/** Loads keytar's native library, which may not work on every machine. @throws Error of the loader */
export async function loadKeytar(): Promise<Keytar> {
  const { default: keytar } = await import('keytar');
  return keytar;
}

/** A keychain that answered a probe. */
export class Keychain implements KeyStore {
  readonly kind = 'keychain';
  readonly #keytar: Keytar;
  /** One after the other: each reads the register and writes it. */
  #registering: Promise<unknown> = Promise.resolve();

  constructor(keytar: Keytar) {
    this.#keytar = keytar;
  }

  async get(origin: RegistryOrigin, environment: EnvironmentName) {
    const kept = await answered(this.#keytar.getPassword(serviceOf(origin), environment));
    return kept === null ? undefined : keptKey(origin, environment, kept);
  }

  async set(origin: RegistryOrigin, environment: EnvironmentName, key: string) {
    const service = serviceOf(origin);
    await answered(this.#keytar.setPassword(service, environment, keyFor(environment, key)));
    const registered = this.#registering.then(() => this.#register(service, environment));
    this.#registering = registered.catch(() => undefined);
    await registered;
  }

  async delete(origin: RegistryOrigin, environment: EnvironmentName) {
    return answered(this.#keytar.deletePassword(serviceOf(origin), environment));
  }

  async list(origin: RegistryOrigin) {
    const service = serviceOf(origin);
    const environments = (await this.#registered(service)) ?? (await this.#registerFound(service));
    // Registered keys may have been deleted since, and Windows finds by prefix: each is requested exactly.
    const kept = await answered(
      Promise.all(environments.map(environment => this.#keytar.getPassword(service, environment))),
    );
    return environments.filter((_, index) => kept[index] !== null).sort();
  }

  /** The environments that had a key since they are registered; undefined until the first call. */
  async #registered(service: string): Promise<readonly EnvironmentName[] | undefined> {
    const text = await answered(this.#keytar.getPassword(service, REGISTER));
    return text === null ? undefined : [...new Set(text.split(' '))].filter(isEnvironmentName);
  }

  /** Another window may register one at the same time: a window that finds its own entry missing writes again. */
  async #register(service: string, environment: EnvironmentName): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const known = (await this.#registered(service)) ?? (await this.#found(service));
      if (known.includes(environment)) return;
      await this.#write(service, [...known, environment]);
    }
  }

  async #registerFound(service: string): Promise<readonly EnvironmentName[]> {
    const found = await this.#found(service);
    await this.#write(service, found);
    return found;
  }

  async #write(service: string, environments: readonly EnvironmentName[]): Promise<void> {
    await answered(this.#keytar.setPassword(service, REGISTER, environments.join(' ') || NONE));
  }

  /**
   * Asks the keychain itself, once for each registry: before there was a register, keys were kept without. On Linux,
   * keytar ends the whole process when an entry is deleted while it reads them all (strdup of no text in its
   * FindCredentials).
   */
  async #found(service: string): Promise<readonly EnvironmentName[]> {
    const found = await answered(this.#keytar.findCredentials(service));
    return [...new Set(found.map(({ account }) => account))].filter(isEnvironmentName);
  }
}

/** The account under which the names of environments with a key are kept: no environment is called so. */
const REGISTER = '#environments';
/** No environment's name; a keychain keeps no empty text. */
const NONE = '-';
/** The number of attempts to write an index that another window writes, too. */
const MAX_TRIES = 5;

/** The name of a registry's keys in the keychain's own window. */
export function serviceOf(origin: RegistryOrigin): string {
  return `PromptForge ${origin}`;
}

function answered<T>(call: PromiseLike<T>): Promise<T> {
  return answeredBy(call, 'The keychain of this machine', 'Unlock it and try again.');
}
