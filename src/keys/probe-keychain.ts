/**
 * Checks whether this machine's keychain stores entries. This requires writing one: the library may load although the
 * keyring is locked or no session can unlock it.
 */
import { randomUUID } from 'node:crypto';
import { redactKeys } from '../core/key.ts';
import type { Keytar } from './keychain.ts';

export type KeychainProbe =
  | { readonly available: true; readonly keytar: Keytar }
  /** `why` is a sentence for the user, with what to do about it. */
  | { readonly available: false; readonly why: string };

/** Long enough for the user to type the keyring's password; a keyring that cannot be unlocked never answers. */
export const KEYCHAIN_TIMEOUT_MS = 10_000;
const PROBE_SERVICE = 'PromptForge probe';

/**
 * Writes an entry, reads it back and deletes it. Never rejects.
 * @param again the instruction after the remedy, for "Unlock it, then …"
 * @param timeout in milliseconds; afterward, pending work continues in the background and still deletes its entry
 */
export async function probeKeychain(
  load: () => Promise<Keytar>,
  timeout: number = KEYCHAIN_TIMEOUT_MS,
  again: string = 'reload the window',
): Promise<KeychainProbe> {
  let keytar: Keytar;
  try {
    keytar = await load();
  } catch (error) {
    return { available: false, why: loadErrorMessage(error, again) };
  }
  const abandoned = Promise.withResolvers<KeychainProbe>();
  const timer = setTimeout(() => abandoned.resolve({ available: false, why: silent(again) }), timeout);
  try {
    return await Promise.race([tryOut(keytar, again), abandoned.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function tryOut(keytar: Keytar, again: string): Promise<KeychainProbe> {
  // A unique account, because two windows may probe at the same time.
  const account = randomUUID();
  try {
    await keytar.setPassword(PROBE_SERVICE, account, account);
    let read: string | null;
    try {
      read = await keytar.getPassword(PROBE_SERVICE, account);
    } finally {
      await keytar.deletePassword(PROBE_SERVICE, account);
    }
    return read === account ? { available: true, keytar } : { available: false, why: FORGETS };
  } catch (error) {
    return { available: false, why: probeErrorMessage(messageOf(error), again) };
  }
}

/** Tells the user that the keychain does not answer, and what to do. */
export const silent = (again: string) =>
  `The keychain of this machine did not answer in time; it may be locked and waiting for its password. Unlock it, then ${again}.`;
const FORGETS =
  'The keychain of this machine did not give back what was written to it. Check the keyring that runs here.';

function loadErrorMessage(error: unknown, again: string): string {
  if (isNotInstalled(error))
    return `The keychain library is not installed. Run "npm install --global keytar@npm:@github/keytar", then ${again}.`;
  const remedy =
    process.platform === 'linux'
      ? `Install libsecret (Debian and Ubuntu: libsecret-1-0; Fedora: libsecret), then ${again}.`
      : `There is no build of it for ${process.platform} on ${process.arch}, or the installation is damaged: install the extension again.`;
  return `The keychain library could not be loaded (${firstLine(messageOf(error))}). ${remedy}`;
}

/** The command's npm package does not include keytar. */
function isNotInstalled(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'ERR_MODULE_NOT_FOUND';
}

/** Recognizes messages of GLib's D-Bus library and of libsecret, because keytar passes on no error codes. */
function probeErrorMessage(message: string, again: string): string {
  if (/autolaunch D-Bus|Could not connect|DBUS_SESSION_BUS_ADDRESS/i.test(message))
    return 'There is no desktop session on this machine in which a keychain could run. On a server this is usual.';
  if (/not provided by any \.service files|ServiceUnknown/i.test(message))
    return 'No keychain service is installed in this session. Install and start one, such as gnome-keyring or KWallet.';
  if (/locked|dismissed|prompt/i.test(message))
    return `The keychain of this machine is locked. Unlock it, then ${again}.`;
  return `The keychain of this machine refused a test entry. Check that its keyring works and has room, then ${again}.`;
}

function messageOf(error: unknown): string {
  return redactKeys(error instanceof Error ? error.message : String(error));
}

function firstLine(text: string): string {
  return text.split(/[\r\n]/, 1)[0]?.replace(/\.$/, '') ?? '';
}
