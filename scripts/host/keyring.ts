// A real OS keychain for a process: its own D-Bus session with its own, unlocked GNOME keyring, which ends with it
// and never touches the user's. On macOS and Windows the keychain is simply there.

import { HAS_SECRET_SERVICE } from './systemPackages.ts';

/** A command line, the program first. */
export type CommandLine = readonly [string, ...string[]];

// $1 is a folder for the keyring's own files, the rest the command. The password protects nothing: the keyring
// lives in that throw-away folder and is emptied with it.
// A program that asks before the daemon has its name on the bus would have D-Bus start another one, which is locked.
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
 * The command line that runs `command` with an unlocked keychain.
 * @param folder where the keyring keeps its files: an absolute path; a fresh one is an empty keyring
 */
export function withKeyring(command: CommandLine, folder: string): CommandLine {
  if (!HAS_SECRET_SERVICE) return command;
  return ['dbus-run-session', '--', 'bash', '-c', UNLOCK, 'unlock', folder, ...command];
}

/** The environment of a machine on which no keychain answers: no session bus, and no display to start one from. */
export function withoutKeychain(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { DBUS_SESSION_BUS_ADDRESS, DISPLAY, WAYLAND_DISPLAY, XDG_RUNTIME_DIR, ...rest } = environment;
  return rest;
}
