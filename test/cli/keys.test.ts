/** `promptforge keys` on a real data folder. */
import assert from 'node:assert/strict';
import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultDataFolder } from '../../src/cli/registry-options.ts';
import { createdKey, key, keyPage } from '../../src/contract/keys.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parseKey } from '../../src/core/key.ts';
import { createKey } from '../../src/registry/access/keys.ts';
import { DATABASE_FILE, openDataFolder } from '../../src/registry/data-folder.ts';
import { folderContents } from './folder-contents.ts';
import { inProcess } from './in-process.ts';
import { promptforge } from './promptforge.ts';
import { temporaryFolder } from './temporary-folder.ts';

const DAY = 24 * 60 * 60 * 1000;
const forReader = ['--environment', 'production', '--role', 'reader', '--actor', 'checkout-service'];

describe('promptforge keys', () => {
  const inFolder = temporaryFolder();

  it('create creates the data folder, and prints only the key on stdout', async () => {
    const data = inFolder('first', 'deep');
    const { code, stdout, stderr } = await inProcess(['keys', 'create', ...forReader, '--data', data]);
    assert.equal(code, 0);
    const { environment, id } = parseKey(stdout.trimEnd());
    assert.equal(environment, 'production');
    assert.match(
      stderr,
      new RegExp(
        `^The key ${id} is for production, has the role "reader", belongs to checkout-service and does not expire`,
      ),
    );
    assert.match(stderr, /it will not be shown again/);
    assert(!stderr.includes(stdout.trimEnd()));
  });

  it('reports files that other users could read, and restricts access to them', async function () {
    if (process.platform === 'win32') this.skip(); // Windows has no such modes
    const data = inFolder('wide');
    await inProcess(['keys', 'create', ...forReader, '--data', data]);
    await chmod(join(data, DATABASE_FILE), 0o644);
    const { code, stderr } = await inProcess(['keys', 'list', '--data', data]);
    assert.equal(code, 0);
    assert.match(stderr, /^Other users .*registry\.db \(mode 0644\)\. Its mode is now 0600\.\n$/);
    assert.equal((await stat(join(data, DATABASE_FILE))).mode & 0o777, 0o600);
    assert.equal((await inProcess(['keys', 'list', '--data', data])).stderr, '', 'once');
  });

  it('create --json prints what the API returns, including the key', async () => {
    const data = inFolder('json');
    const before = Date.now();
    const args = ['keys', 'create', ...forReader, '--expires', '90d', '--data', data, '--json'];
    const { code, stdout, stderr } = await inProcess(args);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    const created = createdKey.strict().parse(JSON.parse(stdout));
    assert.equal(parseKey(created.key).id, created.id);
    assert.deepEqual(
      { ...created, id: '', key: '', createdAt: '', expiresAt: '' },
      {
        id: '',
        key: '',
        environment: 'production',
        role: 'reader',
        actor: 'checkout-service',
        createdAt: '',
        expiresAt: '',
        lastUsedAt: null,
        revokedAt: null,
      },
    );
    const expires = Date.parse(created.expiresAt ?? '');
    assert(expires >= before + 90 * DAY && expires <= Date.now() + 90 * DAY);
  });

  it('create refuses an unknown environment, and lists the known ones', async () => {
    const args = [
      '--environment',
      'prodution',
      '--role',
      'reader',
      '--actor',
      'a',
      '--data',
      inFolder('typo'),
    ];
    const { code, stdout, stderr } = await inProcess(['keys', 'create', ...args]);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /^promptforge: There is no environment "prodution".*development, staging, production/,
    );
  });

  it('list shows who has which key, newest first, and never a secret', async () => {
    const data = inFolder('list');
    const made = [];
    for (const [environment, role] of [
      ['development', 'admin'],
      ['staging', 'author'],
      ['production', 'reader'],
    ] as const) {
      const args = ['--environment', environment, '--role', role, '--actor', `${role}-of-it`, '--data', data];
      const { stdout } = await inProcess(['keys', 'create', ...args]);
      made.unshift({ role, ...parseKey(stdout.trim()) });
    }
    const { code, stdout } = await inProcess(['keys', 'list', '--data', data]);
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines[0] ?? '', /^ID +ENVIRONMENT +ROLE +ACTOR +STATE +MADE +EXPIRES +LAST USED$/);
    for (const [index, { id, environment, role, key: secret }] of made.entries()) {
      const today = '\\d{4}-\\d\\d-\\d\\d';
      assert.match(
        lines[index + 1] ?? '',
        new RegExp(`^${id} +${environment} +${role} +${role}-of-it +valid +${today} +– +–$`),
      );
      assert(!stdout.includes(secret.slice(-38)));
    }
    const json = await inProcess(['keys', 'list', '--data', data, '--json']);
    const page = keyPage.parse(JSON.parse(json.stdout));
    assert.deepEqual(
      page.data.map(({ id }) => id),
      made.map(({ id }) => id),
    );
    assert(page.data.every(record => !('key' in record) && !('hash' in record)));
    const one = await inProcess(['keys', 'list', '--data', data, '--environment', 'staging', '--json']);
    assert.deepEqual(
      keyPage.parse(JSON.parse(one.stdout)).data.map(({ environment }) => environment),
      ['staging'],
    );
  });

  it('list explains how to create a key if there is none', async () => {
    const data = inFolder('none');
    await inProcess(['keys', 'create', ...forReader, '--data', data]);
    const args = ['keys', 'list', '--environment', 'staging', '--data', data];
    const { code, stdout, stderr } = await inProcess(args);
    assert.equal(code, 0);
    assert.equal(stdout, '');
    assert.match(stderr, /no key of staging.*promptforge keys create/);
  });

  it('list refuses an unknown environment, and lists the known ones', async () => {
    const data = inFolder('mistyped');
    await inProcess(['keys', 'create', ...forReader, '--data', data]);
    for (const json of [[], ['--json']]) {
      const args = ['keys', 'list', '--environment', 'prodution', '--data', data, ...json];
      const { code, stdout, stderr } = await inProcess(args);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(
        stderr,
        /no environment "prodution"\. Did you mean "production"\? There are: development, staging, production\./,
      );
    }
  });

  it('revoke accepts an id or the whole key, and may run twice', async () => {
    const data = inFolder('revoke');
    const first = (await inProcess(['keys', 'create', ...forReader, '--data', data])).stdout.trim();
    const second = (await inProcess(['keys', 'create', ...forReader, '--data', data])).stdout.trim();
    const { id } = parseKey(first);
    const byId = await inProcess(['keys', 'revoke', id, '--data', data]);
    assert.deepEqual(byId, {
      code: 0,
      stdout: `Revoked the key ${id} of checkout-service for production (reader).\n`,
      stderr: '',
    });
    const whole = await inProcess(['keys', 'revoke', second, '--data', data, '--json']);
    assert.equal(whole.code, 0);
    const record = key.strict().parse(JSON.parse(whole.stdout));
    assert.equal(record.id, parseKey(second).id);
    assert.notEqual(record.revokedAt, null);
    const again = await inProcess(['keys', 'revoke', record.id, '--data', data, '--json']);
    assert.deepEqual(JSON.parse(again.stdout), record);
    const list = await inProcess(['keys', 'list', '--data', data]);
    assert.equal(list.stdout.match(/ revoked /g)?.length, 2);
  });

  it('revoke also revokes the keys that a key has created, if requested', async () => {
    const data = inFolder('cascade');
    const admin = ['--environment', 'development', '--role', 'admin', '--actor', 'mara', '--data', data];
    const leaked = parseKey((await inProcess(['keys', 'create', ...admin])).stdout.trim()).id;
    const store = await openDataFolder(data);
    const made: string[] = [];
    for (const actor of ['one', 'two'])
      await store.write(async transaction => {
        const environment = parseEnvironmentName('development');
        const reader = { environment, role: 'reader', actor, expiresAt: null } as const;
        made.push((await createKey(transaction, store.now, { actor: 'mara', key: leaked }, reader)).id);
      });
    await store.close();
    const { code, stdout } = await inProcess(['keys', 'revoke', leaked, '--cascade', '--data', data]);
    assert.equal(code, 0);
    assert.equal(
      stdout,
      `Revoked the key ${leaked} of mara for development (admin).\n` +
        `Revoked the key ${made[0]} of one for development (reader).\n` +
        `Revoked the key ${made[1]} of two for development (reader).\n`,
    );
  });

  it('rotate creates a similar key, and the old one works during the overlap', async () => {
    const data = inFolder('rotate');
    const made = (await inProcess(['keys', 'create', ...forReader, '--data', data])).stdout.trim();
    const { id } = parseKey(made);
    const before = Date.now();
    const { code, stdout, stderr } = await inProcess([
      'keys',
      'rotate',
      id,
      '--overlap',
      '7d',
      '--data',
      data,
    ]);
    assert.equal(code, 0);
    const replacing = parseKey(stdout.trimEnd());
    assert.notEqual(replacing.id, id);
    assert.match(stderr, /production, has the role "reader", belongs to checkout-service/);
    const listed = keyPage.parse(
      JSON.parse((await inProcess(['keys', 'list', '--data', data, '--json'])).stdout),
    );
    const ends = listed.data.find(one => one.id === id)?.expiresAt ?? '';
    assert(Date.parse(ends) >= before + 7 * DAY && Date.parse(ends) <= Date.now() + 7 * DAY);
    assert(stderr.includes(`It replaces the key ${id}, which is valid until ${ends}.`));
    const atOnce = ['keys', 'rotate', stdout.trimEnd(), '--overlap', '0', '--expires', '1d', '--json'];
    const json = createdKey.parse(JSON.parse((await inProcess([...atOnce, '--data', data])).stdout));
    assert.notEqual(json.expiresAt, null);
    const ended = await inProcess(['keys', 'rotate', replacing.id, '--data', data]);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /^promptforge: This key expired at .*Make a new key instead/);
    const tooLong = await inProcess(['keys', 'rotate', json.id, '--overlap', '91d', '--data', data]);
    assert.equal(tooLong.code, 2);
    assert.match(tooLong.stderr, /longer than 90 days/);
  });

  it('revoke refuses an unknown id', async () => {
    const data = inFolder('unknown');
    await inProcess(['keys', 'create', ...forReader, '--data', data]);
    const { code, stdout, stderr } = await inProcess(['keys', 'revoke', 'abcdefghijkl', '--data', data]);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^promptforge: There is no key with this id/);
  });

  it('does not repeat a wrong argument that looks like a key', async () => {
    const data = inFolder('secret');
    const created = (await inProcess(['keys', 'create', ...forReader, '--data', data])).stdout.trim();
    const secret = created.slice(-38);
    for (const args of [
      ['keys', 'revoke', created.slice(0, -1)],
      ['keys', 'list', created],
      ['keys', 'list', `--${created}`],
      [created],
      ['keys', 'create', '--role', created, '--environment', 'staging', '--actor', 'a'],
      ['keys', 'create', '--role', 'reader', '--environment', created, '--actor', 'a'],
      ['render', created],
      ['render', 'x.prompt', '--input', created],
    ]) {
      const { code, stdout, stderr } = await inProcess(args);
      assert.notEqual(code, 0);
      assert.notEqual(stderr, '');
      for (let at = 0; at + 8 <= 30; at++)
        assert(!(stdout + stderr).includes(secret.slice(at, at + 8)), `${args[0]} ${args[1]} shows a secret`);
    }
  });

  it('stores no secret in the data folder', async () => {
    const data = inFolder('kept');
    const created = (await inProcess(['keys', 'create', ...forReader, '--data', data])).stdout.trim();
    const contents = await folderContents(data);
    assert(contents.includes(parseKey(created).id), 'the id is there to be found');
    assert(!contents.includes(created.slice(-38)));
  });

  it('uses the folder in PROMPTFORGE_DATA, unless --data is given', async () => {
    const env = { PROMPTFORGE_DATA: inFolder('from-env') };
    await promptforge(['keys', 'create', ...forReader], { env });
    const { stdout } = await promptforge(['keys', 'list', '--json'], { env });
    assert.equal(keyPage.parse(JSON.parse(stdout)).data.length, 1);
    const other = await promptforge(['keys', 'list', '--data', inFolder('elsewhere')], { env });
    assert.equal(other.code, 4);
  });

  it("uses the user's data folder by default", async () => {
    const env = { XDG_DATA_HOME: inFolder('xdg'), HOME: inFolder('home') };
    const expected = defaultDataFolder(process.platform, { ...process.env, ...env }, env.HOME);
    await promptforge(['keys', 'create', ...forReader], { env });
    const { stdout } = await inProcess(['keys', 'list', '--json', '--data', expected]);
    assert.equal(keyPage.parse(JSON.parse(stdout)).data.length, 1);
  });

  it("uses each system's standard place for the user's data folder", () => {
    assert.equal(defaultDataFolder('linux', {}, '/home/m'), '/home/m/.local/share/promptforge');
    assert.equal(defaultDataFolder('linux', { XDG_DATA_HOME: '/data' }, '/home/m'), '/data/promptforge');
    assert.equal(
      defaultDataFolder('linux', { XDG_DATA_HOME: 'relative' }, '/home/m'),
      '/home/m/.local/share/promptforge',
    );
    assert.equal(
      defaultDataFolder('darwin', {}, '/Users/m'),
      '/Users/m/Library/Application Support/PromptForge',
    );
  });

  describe('for a data folder that cannot be used', () => {
    for (const [command, rest] of [
      ['list', []],
      ['revoke', ['abcdefghijkl']],
    ] as const) {
      it(`${command} does not create a missing one`, async () => {
        const data = inFolder('absent');
        const { code, stdout, stderr } = await inProcess(['keys', command, ...rest, '--data', data]);
        assert.equal(code, 4);
        assert.equal(stdout, '');
        assert.match(stderr, /^promptforge: There is no registry at .*absent/);
      });
    }

    it('create reports that it is a file', async () => {
      const data = inFolder('file');
      await writeFile(data, 'not a folder');
      const { code, stderr } = await inProcess(['keys', 'create', ...forReader, '--data', data]);
      assert.equal(code, 4);
      assert.match(stderr, /^promptforge: The data folder .* cannot be made/);
      await rm(data);
    });

    it('create reports that its database is not one', async () => {
      const data = inFolder('garbage');
      await mkdir(data, { mode: 0o700 });
      await writeFile(
        inFolder('garbage', 'registry.db'),
        'This is a text file, and long enough to be read as one.\n'.repeat(40),
        { mode: 0o600 },
      );
      const { code, stderr } = await inProcess(['keys', 'create', ...forReader, '--data', data]);
      assert.equal(code, 4);
      assert.match(stderr, /^promptforge: .*registry\.db is not a PromptForge registry/);
      assert.equal(stderr.trimEnd().split('\n').length, 1);
    });
  });
});
