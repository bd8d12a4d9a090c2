/** Chooses where keys are stored, once, by trying: the keychain if it works, otherwise the editor's secret storage. */
import { type Host, LOCAL, machineOf, secretStorageOf } from './key-place.ts';
import type { KeyStore } from './key-store.ts';
import { Keychain, type Keytar, loadKeytar } from './keychain.ts';
import { probeKeychain } from './probe-keychain.ts';
import { type SecretStorage, SecretStorageKeys } from './secret-storage.ts';

export interface OpenedKeyStore {
  readonly store: KeyStore;
  /** One or more sentences for the user: where keys are stored and, if it is not the keychain, why. */
  readonly told: string;
  /** The storage, as in "it is kept in …". */
  readonly place: string;
}

export interface KeyStoreChoice {
  readonly secretStorage: SecretStorage;
  /** By default, everything runs on one machine. */
  readonly host?: Host;
  /** Loads the native library; tests can replace it. */
  readonly load?: () => Promise<Keytar>;
  /** The time limit for the probe of the keychain, in milliseconds. */
  readonly timeout?: number;
}

/** Never rejects: if the keychain cannot be used, the result says so. */
export async function openKeyStore(choice: KeyStoreChoice): Promise<OpenedKeyStore> {
  const { host = LOCAL } = choice;
  const machine = machineOf(host);
  const probe = await probeKeychain(choice.load ?? loadKeytar, choice.timeout);
  if (probe.available) {
    const place = `the keychain of ${machine}`;
    return { store: new Keychain(probe.keytar), told: `Keys are kept in ${place}.`, place };
  }
  const place = secretStorageOf(host);
  // The probe does not know that another machine is involved.
  const why = probe.why.replaceAll('this machine', machine);
  return {
    store: new SecretStorageKeys(choice.secretStorage),
    told: `Keys are kept in ${place}, because the keychain of ${machine} cannot be used. ${why}`,
    place,
  };
}
