// A real OS keychain for one process: a separate D-Bus session with an unlocked GNOME keyring, which ends with the
// process and never touches the user's. macOS and Windows always have a keychain, so nothing is started there.

import { HAS_SECRET_SERVICE } from './systemPackages.ts';

/** A program and its arguments. */
export type CommandLine = readonly [string, ...string[]];

// $1 is a folder for the keyring's files, the rest is the command. The password protects nothing, because the folder is
// temporary.
// Waits until the daemon owns its name on the bus: before that, D-Bus would start another daemon, which is locked.
const HAS_NAME =
  'dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets';
const UNLOCK = [
  'keyring="$1"; shift',
  'mkdir -p -m 700 "$keyring"',
  'printf throw-away | XDG_DATA_HOME="$keyring" gnome-keyring-daemon --unlock --components=secrets --control-directory="$keyring" >/dev/null 2>&1',
  `for try in {1..600}; do ${HAS_NAME} 2>/dev/null | grep -q true && break; command -v dbus-send >/dev/null || break; sleep 0.05; done`,
  'exec "$@"',
].join(' && ');

/**
 * Returns the command line that runs `command` with an unlocked keychain.
 * @param folder stores the keyring's files: an absolute path; a new folder means an empty keyring
 */
export function withKeyring(command: CommandLine, folder: string): CommandLine {
  if (!HAS_SECRET_SERVICE) return command;
  return ['dbus-run-session', '--', 'bash', '-c', UNLOCK, 'unlock', folder, ...command];
}

/** The environment of a machine without a keychain: no session bus, and no display to start one. */
export function withoutKeychain(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { DBUS_SESSION_BUS_ADDRESS, DISPLAY, WAYLAND_DISPLAY, XDG_RUNTIME_DIR, ...rest } = environment;
  return rest;
}
