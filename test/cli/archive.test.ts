/** `new`, `archive` and `restore`, by the real command and a registry that serves. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { aRegistry, type Json, type RegistryForTest } from '../registry/a-registry.ts';
import { aWorkingCopy, type WorkingCopyForTest } from './a-working-copy.ts';
import { canHoldToFileRights, MAIN, promptforge } from './promptforge.ts';

describe('the commands new, archive and restore', () => {
  let registry: RegistryForTest;
  let copy: WorkingCopyForTest;
  let key: string;
  before(async () => {
    registry = await aRegistry();
    key = await registry.key('development', 'admin', 'ci');
    copy = await aWorkingCopy(registry.url, { PROMPTFORGE_KEY_DEVELOPMENT: key });
  });
  after(async () => {
    await copy[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });
  const isArchived = async (name: string): Promise<boolean> =>
    (await registry.call('GET', `/v1/prompts/${name}/-/summary`)).json.archived;
  const why = ['--reason', 'For the test'];

  it('create a file that can be published at once, and never overwrite one', async () => {
    const made = await copy.run('new', 'fresh/one');
    assert.deepEqual([made.code, made.stdout], [0, 'prompts/fresh/one.prompt\n'], made.stderr);
    const partial = JSON.parse((await copy.run('new', 'fresh/_part', '--json')).stdout);
    assert.deepEqual(partial, { name: 'fresh/_part', file: 'prompts/fresh/_part.prompt' });
    assert.equal((await copy.run('check')).code, 0);
    await copy.write('fresh/one', 'Mine');
    const again = await copy.run('new', 'fresh/one');
    assert.equal(again.code, 1);
    assert.match(again.stderr, /There is such a file already/);
    assert.equal(await copy.read('fresh/one'), 'Mine');
    const otherCase = await copy.run('new', 'fresh/One');
    assert.equal(otherCase.code, 1);
    assert.match(otherCase.stderr, /differs only by case/);
    assert.equal((await copy.run('new', '../outside')).code, 2);
    const asFile = await copy.run('new', 'fresh/two.prompt');
    assert.deepEqual([asFile.code, asFile.stdout], [2, '']);
    assert.match(asFile.stderr, /Did you mean "fresh\/two"\?/);
  });

  it('report a folder that cannot be written, with another exit code', async function () {
    if (!(await canHoldToFileRights())) return this.skip();
    const prompts = join(copy.root, 'prompts');
    await mkdir(prompts, { recursive: true });
    await chmod(prompts, 0o555);
    try {
      const surroundings = { cwd: copy.root, heldToFileRights: true } as const;
      const { code, stderr } = await promptforge(['new', 'readonly/one'], surroundings);
      assert.equal(code, 4, stderr);
      assert.match(stderr, /prompts\/readonly\/one\.prompt: The file cannot be written/);
    } finally {
      await chmod(prompts, 0o755);
    }
  });

  it('archive and restore a prompt, report what stays live, and may run twice', async () => {
    await registry.publish('old', 'Old', null);
    await registry.promote('old', 1, 'development');
    const unasked = await copy.run('archive', 'old', ...why);
    assert.equal(unasked.code, 2);
    assert.match(unasked.stderr, /Archive old at .*add --yes/);
    assert.equal(await isArchived('old'), false);
    const archived = await copy.run('archive', 'old', ...why, '--yes');
    assert.deepEqual(
      [archived.code, archived.stdout],
      [0, 'archived   old: still live are 1 in development\n'],
      archived.stderr,
    );
    assert.equal(await isArchived('old'), true);
    const { code, stdout } = await copy.run('archive', 'old', 'nonsuch', ...why, '--yes', '--json');
    assert.equal(code, 1);
    assert.deepEqual(
      JSON.parse(stdout).results.map(({ name, outcome, code }: Json) => [name, outcome, code]),
      [
        ['old', 'unchanged', null],
        ['nonsuch', 'refused', 'prompt_not_found'],
      ],
    );
    const restored = await copy.run('restore', 'old', ...why);
    assert.deepEqual([restored.code, restored.stdout], [0, 'restored   old\n'], restored.stderr);
    assert.equal(await isArchived('old'), false);
  });

  it('require an admin key and a reason', async () => {
    const author = await registry.key('development', 'author');
    const asAuthor = { PROMPTFORGE_KEY_DEVELOPMENT: author };
    const refused = await copy.runApart(asAuthor, 'archive', 'old', ...why, '--yes');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /admin/);
    assert.equal((await copy.run('archive', 'old', '--yes')).code, 2);
    assert.equal((await copy.run('archive', ...why, '--yes')).code, 2);
  });

  it('ask for confirmation on a terminal, and do nothing unless it is given', async function () {
    if (process.platform !== 'linux') return this.skip(); // util-linux has a terminal for a command
    await registry.publish('asked', 'x', null);
    const answer = async (text: string): Promise<string> => {
      const command = `${process.execPath} ${MAIN} archive asked --reason x; echo ended with $?`;
      const child = spawn('script', ['-qec', command, '/dev/null'], {
        cwd: copy.root,
        env: {
          ...process.env,
          PROMPTFORGE_KEY_DEVELOPMENT: key,
          DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
        },
      });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', chunk => (said += chunk));
      while (!said.includes('[y/N]')) await once(child.stdout, 'data');
      child.stdin.write(text);
      await once(child, 'close');
      return said;
    };
    assert.match(await answer('\n'), /Nothing was done\..*ended with 1/s);
    assert.match(await answer('\u0004'), /Nothing was done\..*ended with 1/s);
    assert.equal(await isArchived('asked'), false);
    assert.match(await answer('y\n'), /archived {3}asked.*ended with 0/s);
    assert.equal(await isArchived('asked'), true);
  });
});
