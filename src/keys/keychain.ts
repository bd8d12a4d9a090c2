/** Keys in the keychain of the system: macOS Keychain, Windows Credential Manager, Secret Service on Linux. */
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
  /** Runs writes one after the other, because each reads and rewrites the register. */
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

  /**
   * The environments in the register, whose keys may have been deleted since; undefined before the first registration.
   */
  async #registered(service: string): Promise<readonly EnvironmentName[] | undefined> {
    const text = await answered(this.#keytar.getPassword(service, REGISTER));
    return text === null ? undefined : [...new Set(text.split(' '))].filter(isEnvironmentName);
  }

  /** Another window may write at the same time, so this repeats until the entry is registered, up to `MAX_TRIES`. */
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
   * Lists the keys in the keychain itself, once for each registry, because earlier releases had no register. On Linux,
   * keytar crashes the process if an entry is deleted while it reads them all (strdup of a null pointer in its
   * FindCredentials).
   */
  async #found(service: string): Promise<readonly EnvironmentName[]> {
    const found = await answered(this.#keytar.findCredentials(service));
    return [...new Set(found.map(({ account }) => account))].filter(isEnvironmentName);
  }
}

/** The account that stores the names of environments with a key; it is not a valid environment name. */
const REGISTER = '#environments';
/** Represents an empty list, because a keychain cannot store an empty text; it is not a valid environment name. */
const NONE = '-';
/** The number of attempts to write the register while other windows write it, too. */
const MAX_TRIES = 5;

/** The name of a registry's keys, as shown in the keychain app. */
export function serviceOf(origin: RegistryOrigin): string {
  return `PromptForge ${origin}`;
}

function answered<T>(call: PromiseLike<T>): Promise<T> {
  return answeredBy(call, 'The keychain of this machine', 'Unlock it and try again.');
}
