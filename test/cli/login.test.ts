/** Keys for commands: from variables and the keychain, through the real process and a registry that serves. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { Keychain, loadKeytar } from '../../src/keys/keychain.ts';
import { originOf } from '../../src/keys/origin.ts';
import { aRegistryServer, type RegistryServerForTest } from '../a-registry-server.ts';
import { type KeychainSession, startKeychainSession } from '../keys/keychain-session.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { MAIN, type Outcome, promptforge } from './promptforge.ts';

const development = parseEnvironmentName('development');
/** None of those that this process has by chance. */
const NO_KEYS = { PROMPTFORGE_KEY: '', PROMPTFORGE_REGISTRY: '' };

/** util-linux has a terminal for a command; elsewhere there is another `script`, or none. */
function isStarted(child: ChildProcess): Promise<boolean> {
  return Promise.race([once(child, 'spawn').then(() => true), once(child, 'error').then(() => false)]);
}

describe('the commands connect, login and whoami', () => {
  let session: KeychainSession;
  let registry: RegistryServerForTest;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    session = await startKeychainSession();
    registry = await aRegistryServer();
    folder = await temporaryFolder();
    await connected(folder.path);
  });
  after(async () => {
    await new Keychain(await loadKeytar()).delete(originOf(registry.url), development);
    await registry[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
    await session.end();
  });

  const run = (args: string[], env: Record<string, string> = {}, stdin = ''): Promise<Outcome> =>
    promptforge(args, { cwd: folder.path, env: { ...NO_KEYS, ...env }, stdin });
  const connected = (path: string) =>
    writeFile(join(path, 'promptforge.json'), JSON.stringify({ registry: registry.url }));

  it('connect a folder to a registry, and keep other settings in its file', async () => {
    await using empty = await temporaryFolder();
    const file = join(empty.path, 'promptforge.json');
    const connect = (...args: string[]) =>
      promptforge(['connect', ...args], { cwd: empty.path, env: NO_KEYS });
    const project = async () => JSON.parse(await readFile(file, 'utf8'));
    const none = await promptforge(['whoami'], { cwd: empty.path, env: NO_KEYS });
    assert.equal(none.code, 2);
    assert.match(none.stderr, /no promptforge\.json.*promptforge connect/);

    const kept = { registry: registry.url, prompts: 'texts', frontMatterKeys: ['owner'] };
    for (const folder of ['..', '/etc', '.', 'a/../b', 'a\u001bb']) {
      const { code, stderr } = await connect(registry.url, '--prompts', folder);
      assert.equal(code, 2, folder);
      assert.match(stderr, /option '--prompts <folder>' argument .* is invalid\. The folder (?:must|holds)/);
    }
    const long = await connect(registry.url, '--prompts', 'x'.repeat(5000));
    assert.equal(long.code, 4);
    assert.match(
      long.stderr,
      /promptforge\.json: The prompts folder cannot be read: its name or path is too long\./,
    );
    await assert.rejects(project(), /ENOENT/);
    await writeFile(file, JSON.stringify({ ...kept, registry: 'embedded' }));
    const away = await connect('http://127.0.0.1:9');
    assert.equal(away.code, 4);
    assert.match(away.stderr, /promptforge\.json now names http:\/\/127\.0\.0\.1:9, but: /);
    const wrong = await connect('https://user:secret@prompts.example.com');
    assert.equal(wrong.code, 2);
    assert.doesNotMatch(wrong.stderr, /secret/);
    const again = await connect(`${registry.url}/`, '--json');
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(JSON.parse(again.stdout), { root: empty.path, ...kept });
    assert.deepEqual(await project(), kept);
    const more = { $schema: 'https://example.com/s.json', note: 'of a later version', ...kept };
    await writeFile(file, JSON.stringify(more));
    assert.equal((await connect(registry.url, '--prompts', 'others')).code, 0);
    assert.deepEqual(await project(), { ...more, prompts: 'others' });
  });

  it('store a key in the keychain for the editor, once the registry has accepted it', async () => {
    const key = await registry.key('development', 'author', 'mara');
    const forged = `${key.slice(0, -8)}00000000`;
    for (const [given, code, why] of [
      ['', 2, /No key was given/],
      ['hunter2', 1, /not a PromptForge key/],
      [forged, 1, /checksum/],
    ] as const) {
      const refused = await run(['login'], {}, given);
      assert.deepEqual([refused.code, refused.stdout], [code, '']);
      assert.match(refused.stderr, why);
    }
    const { code, stdout, stderr } = await run(['login'], {}, `${key}\n`);
    assert.deepEqual([code, stdout], [0, ''], stderr);
    assert.match(stderr, /mara, author, in development/);
    assert.doesNotMatch(stderr, /pf_/);
    assert.equal(await new Keychain(await loadKeytar()).get(originOf(registry.url), development), key);

    const who = await run(['whoami', '--json']);
    assert.equal(who.code, 0, who.stderr);
    const { keys } = JSON.parse(who.stdout);
    assert.deepEqual(
      keys.map(({ environment, actor, from }: Record<string, string>) => [environment, actor, from]),
      [['development', 'mara', 'keychain']],
    );

    for (const removed of [true, false]) {
      const out = await run(['logout', 'development', '--json']);
      assert.deepEqual([out.code, JSON.parse(out.stdout).removed], [0, removed], out.stderr);
    }
    assert.equal(await new Keychain(await loadKeytar()).get(originOf(registry.url), development), undefined);
  });

  it('do not show a key while it is typed', async function () {
    if (process.platform !== 'linux') return this.skip();
    const terminal = [
      'script',
      ['--quiet', '--return', '--command', `"${process.execPath}" "${MAIN}" login`, '/dev/null'],
    ] as const;
    const [command, args] = terminal;
    const child = spawn(command, args, { cwd: folder.path, env: { ...process.env, ...NO_KEYS } });
    if (!(await isStarted(child))) return this.skip();
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', text => (shown += text));
    while (!shown.includes('it is not shown')) await once(child.stdout, 'data');
    const key = await registry.key('staging', 'author', 'typist');
    child.stdin.write(`${key}\r`);
    const [code] = await once(child, 'close');
    assert.equal(code, 0, shown);
    assert.match(shown, /typist, author, in staging/);
    assert.doesNotMatch(shown, /pf_/);
    await new Keychain(await loadKeytar()).delete(originOf(registry.url), parseEnvironmentName('staging'));
  });

  it('report that there is no keychain, and what to do', async () => {
    if (process.platform !== 'linux') return;
    const nowhere = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere', DISPLAY: '' };
    const key = await registry.key('staging', 'reader');
    const { code, stderr } = await run(['login'], nowhere, key);
    assert.equal(code, 4);
    assert.match(stderr, /cannot be stored: .*PROMPTFORGE_KEY_STAGING/);
    assert.doesNotMatch(stderr, /pf_/);
  });

  it('end and report it if the keychain never answers', async () => {
    if (process.platform !== 'linux') return;
    await using place = await temporaryFolder();
    const socket = join(place.path, 'bus');
    const silent = createServer().listen(socket);
    await once(silent, 'listening');
    const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}` };
    const key = await registry.key('staging', 'reader');
    const [stored, read] = await Promise.all([run(['login'], env, key), run(['whoami'], env)]);
    silent.close();
    assert.deepEqual([stored.code, read.code], [4, 1]);
    for (const { stderr } of [stored, read]) assert.match(stderr, /did not answer in time.*then try again/);
  });

  it('prefer the variable of an environment, and send no key to another registry', async () => {
    const other = await registry.key('development', 'reader', 'ci');
    const production = await registry.key('production', 'approver', 'release');
    const env = { PROMPTFORGE_KEY_DEVELOPMENT: other, PROMPTFORGE_KEY: production };
    const { stdout, stderr } = await run(['whoami'], env);
    assert.match(stdout, /^development +ci +reader +– +PROMPTFORGE_KEY_DEVELOPMENT$/m, stderr);
    assert.match(stdout, /^production +release +approver +– +PROMPTFORGE_KEY$/m);
    assert.doesNotMatch(stdout + stderr, /pf_|mara/);

    const wrong = await run(['whoami'], { PROMPTFORGE_KEY_STAGING: production });
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /PROMPTFORGE_KEY_STAGING holds a key of production/);

    // The keychain's key belongs to the origin it was set for.
    const elsewhere = await run(['whoami', '--registry', 'http://127.0.0.1:9']);
    assert.equal(elsewhere.code, 1);
    assert.match(elsewhere.stderr, /There is no key for http:\/\/127\.0\.0\.1:9/);
  });

  it('name a key that the registry refuses, and fail if it accepts none', async () => {
    await using another = await aRegistryServer();
    const unknown = await another.key('development', 'author');
    const { code, stderr } = await run(['whoami'], { PROMPTFORGE_KEY_DEVELOPMENT: unknown });
    assert.equal(code, 1);
    assert.match(stderr, /^development: /m);
    assert.match(stderr, /accepts none of your keys/);
  });
});
