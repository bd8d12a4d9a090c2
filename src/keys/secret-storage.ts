/** Keys in the editor's secret storage, used if there is no keychain. */
import { type EnvironmentName, isEnvironmentName } from '../core/environment.ts';
import { answered as answeredBy } from './answered.ts';
import { type KeyStore, keptKey, keyFor } from './key-store.ts';
import type { RegistryOrigin } from './origin.ts';

/** The part of VS Code's `SecretStorage` that is used. */
export interface SecretStorage {
  get(name: string): PromiseLike<string | undefined>;
  store(name: string, value: string): PromiseLike<void>;
  delete(name: string): PromiseLike<void>;
  keys(): PromiseLike<string[]>;
}

export class SecretStorageKeys implements KeyStore {
  readonly kind = 'secret-storage';
  readonly #storage: SecretStorage;

  constructor(storage: SecretStorage) {
    this.#storage = storage;
  }

  async get(origin: RegistryOrigin, environment: EnvironmentName) {
    const kept = await answered(this.#storage.get(entryOf(origin, environment)));
    return kept === undefined ? undefined : keptKey(origin, environment, kept);
  }

  async set(origin: RegistryOrigin, environment: EnvironmentName, key: string) {
    await answered(this.#storage.store(entryOf(origin, environment), keyFor(environment, key)));
  }

  async delete(origin: RegistryOrigin, environment: EnvironmentName) {
    const entry = entryOf(origin, environment);
    const there = (await answered(this.#storage.get(entry))) !== undefined;
    await answered(this.#storage.delete(entry));
    return there;
  }

  async list(origin: RegistryOrigin) {
    const prefix = prefixOf(origin);
    const entries = await answered(this.#storage.keys());
    return entries
      .filter(entry => entry.startsWith(prefix))
      .map(entry => entry.slice(prefix.length))
      .filter(isEnvironmentName)
      .sort();
  }
}

/** The space ends the origin: no origin contains one, so no prefix matches entries of another origin. */
function prefixOf(origin: RegistryOrigin): string {
  return `key ${origin} `;
}

function entryOf(origin: RegistryOrigin, environment: EnvironmentName): string {
  return prefixOf(origin) + environment;
}

function answered<T>(call: PromiseLike<T>): Promise<T> {
  return answeredBy(call, 'The secret storage of the editor', 'Reload the window and try again.');
}
