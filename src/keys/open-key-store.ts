/** Chooses where keys are kept, once, by trying: the keychain if it answers, else the editor's secret storage. */
import { type Host, LOCAL, machineOf, secretStorageOf } from './key-place.ts';
import type { KeyStore } from './key-store.ts';
import { Keychain, type Keytar, loadKeytar } from './keychain.ts';
import { probeKeychain } from './probe-keychain.ts';
import { type SecretStorage, SecretStorageKeys } from './secret-storage.ts';

export interface OpenedKeyStore {
  readonly store: KeyStore;
  /** One or more sentences for the person: where keys are stored and, if it is not the keychain, why. */
  readonly told: string;
  /** As in "it is kept in …". */
  readonly place: string;
}

export interface KeyStoreChoice {
  readonly secretStorage: SecretStorage;
  /** Default: all on one machine. */
  readonly host?: Host;
  /** Loads the native library; tests can replace it. */
  readonly load?: () => Promise<Keytar>;
  /** Milliseconds that the keychain has to answer the probe. */
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
  // The probe has no idea that there is another machine.
  const why = probe.why.replaceAll('this machine', machine);
  return {
    store: new SecretStorageKeys(choice.secretStorage),
    told: `Keys are kept in ${place}, because the keychain of ${machine} cannot be used. ${why}`,
    place,
  };
}
