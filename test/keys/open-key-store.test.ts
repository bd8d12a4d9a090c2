/** Which store is chosen and what the person is told, on machines of each kind: each in a process of its own. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandLine, withKeyring, withoutKeychain } from '../../scripts/host/keyring.ts';
import { patience } from '../../scripts/host/patience.ts';
import { HAS_SECRET_SERVICE, provideKeyring } from '../../scripts/host/systemPackages.ts';
import type { Keytar } from '../../src/keys/keychain.ts';
import { openKeyStore } from '../../src/keys/open-key-store.ts';
import { probeKeychain } from '../../src/keys/probe-keychain.ts';
import { printedJson } from './keychain-session.ts';
import { memorySecrets } from './memory-secrets.ts';

interface Choice {
  readonly kind: string;
  readonly told: string;
}
/** @param wait for a keychain, in ms: one that answers may take its time, as do those who say that there is none */
const printChoice = (wait = patience(60_000)): CommandLine => [
  process.execPath,
  join(import.meta.dirname, 'print-choice.ts'),
  String(wait),
];

/** macOS and Windows have one keychain, which is always there. */
const onLinux = HAS_SECRET_SERVICE ? it : it.skip;

describe('Choosing where keys are kept', () => {
  let folder: string;
  before(async () => {
    await provideKeyring(() => {});
    folder = await mkdtemp(join(tmpdir(), 'promptforge-keys-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  onLinux('takes the keychain where one answers', async () => {
    const choice = await chosen(withKeyring(printChoice(), join(folder, 'unlocked')));
    assert.equal(choice.kind, 'keychain', choice.told);
    assert.equal(choice.told, 'Keys are kept in the keychain of this machine.');
  });

  onLinux('leaves no entry of its probe behind', async () => {
    const keytar = `
      import keytar from 'keytar';
      const { probeKeychain } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/keys/probe-keychain.ts'))});
      const probe = await probeKeychain(async () => keytar, ${patience(60_000)});
      console.log(JSON.stringify({ available: probe.available, left: await keytar.findCredentials('PromptForge probe') }));`;
    const script = join(import.meta.dirname, '../..');
    const answer = await printedJson(
      withKeyring(
        ['env', '-C', script, process.execPath, '--input-type=module', '-e', keytar],
        join(folder, 'probe'),
      ),
      process.env,
    );
    assert.deepEqual(answer, { available: true, left: [] });
  });

  onLinux('takes secret storage without a session, and says that on a server this is usual', async () => {
    const choice = await chosen(printChoice(), withoutKeychain(process.env));
    assert.equal(choice.kind, 'secret-storage');
    assert.match(
      choice.told,
      /^Keys are kept in VS Code's secret storage, because .*no desktop session on this machine/,
    );
    assert.doesNotMatch(choice.told, /D-Bus|DISPLAY/, 'in its own words');
  });

  onLinux('takes secret storage when the session has gone', async () => {
    const choice = await chosen(printChoice(), {
      ...process.env,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(folder, 'gone')}`,
    });
    assert.equal(choice.kind, 'secret-storage');
    assert.match(choice.told, /no desktop session/);
  });

  onLinux(
    'takes secret storage when the keyring is locked and nobody can be asked for its password',
    async () => {
      const keyring = join(folder, 'locked');
      await chosen(withKeyring(printChoice(), keyring)); // makes the keyring with its password
      const start =
        'gnome-keyring-daemon --start --components=secrets --control-directory="$1" >/dev/null && shift && exec "$@"';
      const choice = await chosen(
        ['dbus-run-session', '--', 'bash', '-c', start, 'start', keyring, ...printChoice()],
        {
          ...withoutKeychain(process.env),
          XDG_DATA_HOME: keyring,
        },
      );
      assert.equal(choice.kind, 'secret-storage');
      assert.match(choice.told, /keychain of this machine is locked\. Unlock it/);
    },
  );

  onLinux('takes secret storage when no keychain service is installed', async () => {
    const choice = await chosen(await busWith(undefined, printChoice()));
    assert.equal(choice.kind, 'secret-storage');
    assert.match(
      choice.told,
      /No keychain service is installed .*Install and start one, such as gnome-keyring/,
    );
  });

  onLinux('does not wait for a keychain that never answers', async () => {
    const choice = await chosen(await busWith('/bin/sleep 3600', printChoice(1500)));
    assert.equal(choice.kind, 'secret-storage');
    assert.match(choice.told, /did not answer in time/);
  });

  it('takes secret storage when the library cannot be loaded, and says what to install', async () => {
    const { store, told } = await openKeyStore({
      secretStorage: memorySecrets(),
      load: () => Promise.reject(new Error('Failed to load keytar native addon')),
    });
    assert.equal(store.kind, 'secret-storage');
    assert.match(told, /could not be loaded \(Failed to load keytar native addon\)/);
    assert.match(told, process.platform === 'linux' ? /Install libsecret/ : /install the extension again/);
  });

  it('says of a remote window which machine has them', async () => {
    const kept = new Map<string, string>();
    const id = (...parts: string[]) => parts.join(' ');
    const working = async () => ({
      setPassword: async (service: string, account: string, password: string) => {
        kept.set(id(service, account), password);
      },
      getPassword: async (service: string, account: string) => kept.get(id(service, account)) ?? null,
      deletePassword: async (service: string, account: string) => kept.delete(id(service, account)),
      findCredentials: async () => [],
    });
    const none = () => Promise.reject(new Error('Cannot autolaunch D-Bus'));
    const of = async (load: () => Promise<Keytar>, remoteName: string | undefined, isWeb = false) =>
      (await openKeyStore({ secretStorage: memorySecrets(), load, host: { remoteName, isWeb } })).place;
    assert.equal(await of(working, undefined), 'the keychain of this machine');
    assert.equal(await of(working, 'wsl'), 'the keychain of WSL');
    assert.equal(await of(working, 'ssh-remote'), 'the keychain of the remote machine (SSH)');
    assert.equal(await of(working, '127.0.0.1:8000', true), 'the keychain of this machine');
    assert.equal(await of(working, 'code.example.com', true), 'the keychain of the remote machine');
    assert.equal(await of(none, undefined), "VS Code's secret storage");
    assert.equal(await of(none, 'dev-container'), "VS Code's secret storage on your own computer");
    assert.equal(await of(none, 'codespaces', true), "VS Code's secret storage in your browser");
    const { told } = await openKeyStore({
      secretStorage: memorySecrets(),
      load: async () => ({ ...(await working()), setPassword: none }),
      host: { remoteName: 'dev-container', isWeb: false },
    });
    assert.match(
      told,
      /^Keys are kept in VS Code's secret storage on your own computer, because the keychain of the container cannot be used\. There is no desktop session on the container /,
    );
  });

  it('does not trust a keychain that forgets', async () => {
    const probe = await probeKeychain(async () => ({
      setPassword: async () => {},
      getPassword: async () => null,
      deletePassword: async () => false,
      findCredentials: async () => [],
    }));
    assert(!probe.available);
    assert.match(probe.why, /did not give back what was written/);
  });

  /** A session bus whose only keychain service is `program`, or that has none. */
  async function busWith(program: string | undefined, command: CommandLine): Promise<CommandLine> {
    const bus = await mkdtemp(join(folder, 'bus-'));
    const services = join(bus, 'services');
    await mkdir(services);
    if (program !== undefined)
      await writeFile(
        join(services, 'org.freedesktop.secrets.service'),
        `[D-BUS Service]\nName=org.freedesktop.secrets\nExec=${program}\n`,
      );
    const config = join(bus, 'bus.conf');
    await writeFile(
      config,
      `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=${bus}</listen>
  <servicedir>${services}</servicedir>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>\n`,
    );
    return ['dbus-run-session', `--config-file=${config}`, '--', ...command];
  }
});

async function chosen(command: CommandLine, env: NodeJS.ProcessEnv = process.env): Promise<Choice> {
  return (await printedJson(command, env)) as Choice;
}
