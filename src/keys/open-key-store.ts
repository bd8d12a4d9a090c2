/** Chooses where keys are kept, once, by trying: the keychain if it answers, else the editor's secret storage. */
import type { KeyStore } from './key-store.ts';
import { Keychain, type Keytar, loadKeytar } from './keychain.ts';
import { probeKeychain } from './probe-keychain.ts';
import { type SecretStorage, SecretStorageKeys } from './secret-storage.ts';

export interface OpenedKeyStore {
  readonly store: KeyStore;
  /** One or more sentences for the person: where keys are kept and, where it is not the keychain, why. */
  readonly told: string;
}

export interface KeyStoreChoice {
  readonly secretStorage: SecretStorage;
  /** Loads the native library; only a test gives another. */
  readonly load?: () => Promise<Keytar>;
  /** Milliseconds that the keychain has to answer the probe. */
  readonly timeout?: number;
}

/** Never rejects: where the keychain cannot be used, the answer says so. */
export async function openKeyStore(choice: KeyStoreChoice): Promise<OpenedKeyStore> {
  const probe = await probeKeychain(choice.load ?? loadKeytar, choice.timeout);
  if (probe.available)
    return {
      store: new Keychain(probe.keytar),
      told: 'Keys are kept in the keychain of this machine.',
    };
  return {
    store: new SecretStorageKeys(choice.secretStorage),
    told: `Keys are kept in VS Code's secret storage, because the keychain of this machine cannot be used. ${probe.why}`,
  };
}
