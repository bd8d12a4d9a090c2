/**
 * A real, empty keychain for this process: a D-Bus session with an unlocked GNOME keyring of its own, so that no test
 * touches the keyring of whoever runs it. On macOS and Windows the keychain of the machine is used as it is.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandLine, withKeyring } from '../../scripts/host/keyring.ts';
import { patience } from '../../scripts/host/patience.ts';
import { HAS_SECRET_SERVICE, provideKeyring } from '../../scripts/host/systemPackages.ts';

const ADDRESS = 'DBUS_SESSION_BUS_ADDRESS';
/** Says where the session is, then keeps it until its input ends. */
const HOLD = `process.stdout.write(process.env.${ADDRESS} + '\\n'); process.stdin.resume();`;

export interface KeychainSession {
  end(): Promise<void>;
}

/** Must run before the first use of keytar in this process: GLib connects once. */
export async function startKeychainSession(): Promise<KeychainSession> {
  if (!HAS_SECRET_SERVICE) return { end: async () => {} };
  await provideKeyring(() => {});
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-keyring-'));
  const [program, ...args] = withKeyring([process.execPath, '-e', HOLD], folder);
  const holder = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const before = process.env[ADDRESS];
  process.env[ADDRESS] = await firstLine(holder);
  return {
    async end() {
      if (before === undefined) delete process.env[ADDRESS];
      else process.env[ADDRESS] = before;
      const ended = once(holder, 'exit');
      holder.stdin?.end();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  const [line] = text.split('\n', 1);
  if (!line?.startsWith('unix:')) throw new Error('The keyring session did not start.');
  return line;
}

/** What `program` prints as JSON, run under `wrap` with `env`. It is killed after two minutes. */
export async function printedJson(command: CommandLine, env: NodeJS.ProcessEnv): Promise<unknown> {
  const [program, ...args] = command;
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  const timer = setTimeout(kill, patience(2 * 60_000));
  let text = '';
  let line: string | undefined;
  for await (const chunk of child.stdout) {
    text += String(chunk);
    // A keyring daemon that is started on the way says where it listens.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    line = whole.find(each => each !== '' && !each.startsWith('GNOME_KEYRING_'));
    if (line !== undefined) break;
  }
  clearTimeout(timer);
  kill();
  return JSON.parse(line ?? text);

  // With its whole group: a bus ends only when what it started has ended.
  function kill() {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended already
    }
  }
}
