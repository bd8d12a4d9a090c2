/** `status`, `diff`, `pull` and `publish`, by the real command and a registry that serves. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aRegistry, type Json, type RegistryForTest } from '../registry/a-registry.ts';
import { aWorkingCopy, type WorkingCopyForTest } from './a-working-copy.ts';

const SHA = '5f0c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b';

describe('a working copy on the command line', () => {
  let registry: RegistryForTest;
  let key: string;
  beforeEach(async () => {
    registry = await aRegistry();
    key = await registry.key('development', 'author', 'ci');
  });
  afterEach(() => registry[Symbol.asyncDispose]());

  const working = (env: Record<string, string> = { PROMPTFORGE_KEY_DEVELOPMENT: key }) =>
    aWorkingCopy(registry.url, env);
  const jsonOf = async (copy: WorkingCopyForTest, ...args: string[]): Promise<Json> => {
    const { stdout, stderr } = await copy.run(...args, '--json');
    assert.notEqual(stdout, '', stderr);
    return JSON.parse(stdout);
  };
  const statesOf = async (copy: WorkingCopyForTest) =>
    Object.fromEntries((await jsonOf(copy, 'status')).prompts.map((each: Json) => [each.name, each.state]));
  const newest = async (prompt: string): Promise<Json> =>
    (await registry.call('GET', `/v1/prompts/${prompt}/-/summary`)).json.newest;

  it('is pulled, edited and published, with its state at each step', async () => {
    await registry.publish('support/triage', 'One\n', null);
    await registry.publish('old', 'Old\n', null);
    await registry.call('POST', '/v1/prompts/old/-/archive', {});
    await using copy = await working();
    assert.deepEqual(await statesOf(copy), { 'support/triage': 'missing' });
    const pulled = await copy.run('pull');
    assert.deepEqual([pulled.code, pulled.stdout], [0, 'created  support/triage  1\n']);
    assert.deepEqual(await copy.lock(), { 'support/triage': 1 });
    const clean = await copy.run('status', '--check');
    assert.deepEqual([clean.code, clean.stdout], [0, 'Nothing differs: 1 prompt.\n']);

    await copy.write('support/triage', 'One\nmore\u001b[2J\n');
    await copy.write('fresh', 'Fresh\n');
    assert.equal((await copy.run('status', '--check')).code, 5);
    assert.deepEqual(await statesOf(copy), { fresh: 'new', 'support/triage': 'modified' });
    const diff = await copy.run('diff', 'support/triage');
    assert.equal(
      diff.stdout,
      '--- support/triage@1\n+++ prompts/support/triage.prompt\n@@ -1,1 +1,2 @@\n One\n+more\u001b[2J\n',
    );
    const tried = await jsonOf(copy, 'publish', '--dry-run');
    assert.deepEqual(
      tried.results.map(({ name, outcome, version }: Json) => [name, outcome, version]),
      [
        ['fresh', 'would_publish', 1],
        ['support/triage', 'would_publish', 2],
      ],
    );
    assert.equal((await newest('support/triage')).version, 1);
    const published = await copy.run('publish', '-m', 'More');
    assert.deepEqual(
      [published.code, published.stdout],
      [0, 'published  fresh@1\npublished  support/triage@2\n'],
    );
    assert.deepEqual(await copy.lock(), { fresh: 1, 'support/triage': 2 });
    assert.equal((await newest('support/triage')).message, 'More');
    const again = await copy.run('publish', 'fresh', '-m', 'Again');
    assert.deepEqual([again.code, again.stdout], [0, 'unchanged  fresh@1\n']);
  });

  it('ignores line endings, and publishes those of the registry', async () => {
    await registry.publish('dos', 'One\r\nTwo\r\n', null);
    await registry.publish('unix', 'One\nTwo\n', null);
    await using copy = await working();
    await copy.run('pull');
    await copy.write('dos', 'One\nTwo\n');
    await copy.write('unix', '\ufeffOne\r\nTwo\r\n');
    await mkdir(join(copy.root, '.git'));
    const { stdout, stderr } = await copy.run('status', '--check');
    assert.equal(stdout, 'Nothing differs: 2 prompts.\n');
    assert.match(stderr, /"\*\.prompt text eol=lf" to \.gitattributes to keep them the same/);
    assert.equal((await copy.run('diff')).stdout, '');
    await copy.write('dos', 'One\nThree\n');
    await copy.write('unix', '\ufeffOne\r\nThree\r\n');
    assert.match((await copy.run('diff', 'unix')).stdout, /@@ -1,2 \+1,2 @@\n One\n-Two\n\+Three\n$/);
    assert.equal((await copy.run('publish', '-m', 'Three')).code, 0);
    const source = async (prompt: string) =>
      (await registry.call('GET', `/v1/prompts/${prompt}/-/versions/2`)).json.source;
    assert.deepEqual([await source('dos'), await source('unix')], ['One\r\nThree\r\n', 'One\nThree\n']);
  });

  it('publishes partials first, and all prompts that can be published', async () => {
    await registry.publish('taken', 'One', null);
    await using copy = await working();
    await copy.write('a/uses', '{{> part}}');
    await copy.write('_part', 'Part of {{> inner}}');
    await copy.write('_inner', 'inner');
    await copy.write('wrong', '{{#if a}}');
    await copy.write('taken', 'Another');
    await copy.write('Taken2', 'x');
    await registry.publish('taken2', 'x', null);
    const trial = await copy.run('publish', '--dry-run');
    assert.equal(trial.code, 1);
    assert.match(trial.stdout, /^would publish {2}a\/uses: checked only locally.*_inner, _part/m);
    await assert.rejects(copy.lock(), /ENOENT/);

    const { code, stdout, stderr } = await copy.run('publish', '-m', 'All');
    assert.equal(code, 1);
    assert.equal(stdout, 'published  _inner@1\npublished  _part@1\npublished  a/uses@1\n');
    assert.match(stderr, /^refused {4}wrong: prompts\/wrong\.prompt:1:1: /m);
    assert.match(stderr, /^refused {4}taken: The registry has version 1 with a different text/m);
    assert.match(stderr, /^refused {4}Taken2: .*taken2/m);
    assert.match(stderr, /3 of 6 were refused/);
    assert.deepEqual(await copy.lock(), { _inner: 1, _part: 1, 'a/uses': 1 });
    const { results } = await jsonOf(copy, 'publish', 'wrong', 'nonsuch', 'a/uses', '-m', 'x');
    assert.deepEqual(
      results.map(({ name, outcome, code }: Json) => [name, outcome, code]),
      [
        ['nonsuch', 'refused', 'file_missing'],
        ['a/uses', 'unchanged', null],
        ['wrong', 'refused', 'invalid_source'],
      ],
    );
    await copy.delete('taken');
    await copy.delete('Taken2');
    assert.equal((await copy.run('publish', '-m', 'x')).code, 3, 'only a prompt is wrong');
  });

  it('keeps edits when it pulls, and names the files that it kept', async () => {
    for (const name of ['edited', 'behind', 'gone']) await registry.publish(name, 'One\n', null);
    await using copy = await working();
    assert.equal((await copy.run('pull')).code, 0);
    await copy.write('edited', 'Mine\n');
    await copy.delete('gone');
    for (const name of ['edited', 'behind', 'gone']) await registry.publish(name, 'Two\n', 1);
    assert.deepEqual(await statesOf(copy), { edited: 'conflict', behind: 'behind', gone: 'deleted' });
    const { code, stdout, stderr } = await copy.run('pull');
    assert.deepEqual([code, stdout], [1, 'updated  behind  1 → 2\n']);
    assert.match(stderr, /prompts\/edited\.prompt: Both the file and the registry/);
    assert.match(stderr, /prompts\/gone\.prompt: The file was deleted here/);
    assert.deepEqual([await copy.read('edited'), await copy.read('behind')], ['Mine\n', 'Two\n']);
    const refused = await copy.run('publish', '-m', 'Mine');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /refused {4}edited: The file is based on version 1, .* now at 2/);
    const newestDiff = await copy.run('diff', 'edited', '--newest');
    assert.match(newestDiff.stdout, /^--- edited@2\n.*^-Two\n\+Mine\n$/ms);
    const [, version = ''] = /promptforge resolve (edited@2)/.exec(refused.stderr) ?? [];
    await copy.write('edited', 'Mine\nTwo\n');
    for (const wrong of ['edited', 'edited@9', 'nonsuch@1'])
      assert.notEqual((await copy.run('resolve', wrong)).code, 0, wrong);
    assert.deepEqual((await copy.lock())['edited'], 1);
    assert.equal((await copy.run('resolve', version)).code, 0);
    assert.deepEqual([await copy.read('edited'), (await copy.lock())['edited']], ['Mine\nTwo\n', 2]);
    const both = await copy.run('publish', '-m', 'Both');
    assert.deepEqual([both.code, both.stdout], [0, 'published  edited@3\n']);

    assert.match(stderr, /^To restore: promptforge pull gone --restore-deleted$/m);
    assert.match(stderr, /^To keep deleted: promptforge pull gone --keep-deleted$/m);
    const kept = await copy.run('pull', 'gone', '--keep-deleted');
    assert.deepEqual([kept.code, kept.stdout], [0, 'deleted  gone  stays deleted, as of version 2\n']);
    await registry.publish('gone', 'Three\n', 2);
    assert.match((await copy.run('pull')).stderr, /newer version \(3\) than the one that was deleted \(2\)/);
    const restored = await copy.run('pull', 'gone', '--restore-deleted');
    assert.deepEqual([restored.code, await copy.read('gone')], [0, 'Three\n']);
  });

  it('resolves merge conflicts of the lock file by the files, and names the lines of the others', async () => {
    await registry.publish('a', 'One\n', null);
    await using copy = await working();
    await copy.run('pull');
    const file = join(copy.root, 'promptforge.lock.json');
    const older = await readFile(file, 'utf8');
    await registry.publish('a', 'Two\n', 1);
    await copy.run('pull');
    const newer = await readFile(file, 'utf8');
    const [ours, theirs] = [newer, older].map(text => text.split('\n')[3]);
    await writeFile(
      file,
      newer.replace(`${ours}`, `<<<<<<< HEAD\n${ours}\n=======\n${theirs}\n>>>>>>> other`),
    );
    await copy.write('a', 'Edited\n');
    const left = await copy.run('publish', '-m', 'x');
    assert.equal(left.code, 1);
    assert.match(
      left.stderr,
      /^promptforge\.lock\.json:5:1: a is still in conflict: one side says version 2, the other says version 1,/m,
    );
    assert.match(left.stderr, /still has a conflict for 1 prompt, so nothing was changed\.$/m);
    await copy.write('a', 'One\n');
    const { code, stdout, stderr } = await copy.run('pull');
    assert.deepEqual([code, stdout], [0, 'updated  a  1 → 2\n']);
    assert.match(stderr, /^promptforge\.lock\.json: The merge conflict is resolved for 1 prompt\.$/m);
    assert.equal(await readFile(file, 'utf8'), newer);
  });

  it('shows a renamed file, publishes it as a new prompt, and explains what happens to the old name', async () => {
    await registry.publish('old', 'One\n', null);
    await using copy = await working();
    await copy.run('pull');
    await copy.delete('old');
    await copy.write('new', 'One\n');
    assert.match((await copy.run('status')).stdout, /^renamed +old → new +– +–$/m);
    const { prompts } = await jsonOf(copy, 'status');
    assert.deepEqual(
      prompts.map(({ name, state, renamedFrom, renamedTo }: Json) => [name, state, renamedFrom ?? renamedTo]),
      [
        ['new', 'renamed', 'old'],
        ['old', 'deleted', 'new'],
      ],
    );
    assert.equal(
      (await copy.run('publish', '-m', 'Renamed')).stdout,
      'published  new@1: renamed from old, which keeps its versions until you archive it (promptforge archive old)\n',
    );
  });

  it('shows local edits without the registry or a key, and fails with --check', async () => {
    await using copy = await working();
    await copy.write('mine', 'Mine');
    const noKey = await copy.runApart({ PROMPTFORGE_KEY_DEVELOPMENT: '' }, 'status');
    assert.equal(noKey.code, 0);
    assert.match(noKey.stdout, /^new +mine/m);
    assert.match(
      noKey.stderr,
      /^Only local changes are shown\. There is no key .*PROMPTFORGE_KEY_<ENVIRONMENT>/,
    );
    await registry.close();
    const away = await copy.run('status', '--json');
    assert.deepEqual([away.code, JSON.parse(away.stdout).asked], [0, false]);
    for (const args of [['status', '--check'], ['pull'], ['publish', '-m', 'x'], ['diff']]) {
      const { code, stderr } = await copy.run(...args);
      assert.equal(code, 4, args.join(' '));
      assert.match(stderr, /cannot be reached/);
      assert.doesNotMatch(stderr, /pf_/);
    }
  });

  it('does not call a file that cannot be read missing', async () => {
    await registry.publish('a', 'One\n', null);
    await using copy = await working();
    await copy.run('pull');
    await writeFile(join(copy.root, 'prompts', 'a.prompt'), Buffer.from([0xff]));
    const { differs, prompts, troubles } = await jsonOf(copy, 'status');
    assert.deepEqual([differs, prompts, troubles.length], [true, [], 1]);
    assert.doesNotMatch((await copy.run('status')).stdout, /missing/);
  });

  it('suggests a prompt for a mistyped name', async () => {
    await using copy = await working();
    await copy.write('folder/mine', 'Mine');
    await copy.run('publish', '-m', 'First');
    for (const args of [['pull'], ['diff'], ['publish', '-m', 'x']]) {
      const { code, stdout, stderr } = await copy.run(...args, 'folder/Mine');
      assert.equal(code, 1, stderr);
      assert.match(stdout + stderr, /Did you mean "folder\/mine"\? Names are case-sensitive\./, args[0]);
    }
    for (const args of [['pull'], ['diff'], ['publish', '-m', 'x']])
      for (const path of ['prompts/folder/mine.prompt', 'folder/mine.prompt']) {
        const { code, stdout, stderr } = await copy.run(...args, path);
        assert.equal(code, 1, stderr);
        assert.match(stdout + stderr, /Did you mean "folder\/mine"\?/, args[0]);
      }
    const why = ['--reason', 'x'];
    for (const args of [['log'], ['show'], ['blame'], ['promote', '--to', 'development', ...why]]) {
      const { code, stderr } = await copy.run(...args, 'prompts/folder/mine.prompt');
      assert.equal(code, 1, stderr);
      assert.match(stderr, /Write the name of the prompt, such as support\/triage, not its file\./, args[0]);
    }
    const resolved = await copy.run('resolve', 'folder/mien@1');
    assert.deepEqual([resolved.code, resolved.stdout], [1, '']);
    assert.match(resolved.stderr, /folder\/mien has no file here\. Did you mean "folder\/mine"\?$/m);
    const { stderr } = await copy.run('pull', 'another');
    assert.match(stderr, /There is no prompt "another" in the registry\. Check the name\./);
  });

  it('refuses actions that the key does not allow, and requires a message', async () => {
    await using copy = await working();
    await copy.write('mine', 'Mine');
    assert.equal((await copy.run('publish')).code, 2);
    const production = await registry.key('production', 'author');
    const keys = { PROMPTFORGE_KEY_DEVELOPMENT: '', PROMPTFORGE_KEY_PRODUCTION: production };
    const { code, stderr } = await copy.runApart(keys, 'publish', '-m', 'x');
    assert.equal(code, 1);
    assert.match(stderr, /Publishing needs a key for development/);
  });

  it('records the origin of a publication in CI', async () => {
    await using copy = await working();
    await copy.write('mine', 'Mine');
    const github = {
      ...{ GITHUB_ACTIONS: 'true', GITHUB_SHA: SHA, GITHUB_ACTOR: 'octocat' },
      ...{
        GITHUB_REF: 'refs/pull/12/merge',
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'o/r',
      },
    };
    const tried = await copy.runWith(github, 'publish', '--dry-run');
    assert.deepEqual([tried.code, tried.stdout], [0, 'would publish  mine@1\n']);
    assert.equal((await copy.runWith(github, 'publish', '-m', 'Why')).code, 0);
    const { message, origin } = await newest('mine');
    assert.equal(message, 'Why');
    const repository = 'https://github.com/o/r';
    assert.deepEqual(origin, {
      ...{ author: 'octocat', commit: SHA, repository, pullRequest: `${repository}/pull/12` },
    });
    assert.deepEqual((await jsonOf(copy, 'show', 'mine')).origin, origin);
    assert.deepEqual((await jsonOf(copy, 'log', 'mine'))[0].origin, origin);
    await copy.write('mine', 'By hand');
    assert.equal((await copy.run('publish', '-m', 'Here')).code, 0);
    const [head = '', byHand = '', byCi = ''] = (await copy.run('log', 'mine')).stdout.split('\n');
    assert.match(head, /^VERSION +PUBLISHED +BY +LIVE IN +COMMIT +PULL REQUEST +MESSAGE$/);
    assert.match(byHand, /^2 .* – +– +– +Here$/);
    assert.match(byCi, /^1 .* 5f0c1a2b3c4d {2}https:\/\/github\.com\/o\/r\/pull\/12 {2}Why$/);
    assert.equal((await registry.promote('mine', 1, 'development')).version, 1);
    const live = ['live', 'mine', '--environment', 'development', '--registry', registry.url];
    const told = await copy.runWith({ PROMPTFORGE_KEY: key }, ...live);
    assert.match(told.stderr, new RegExp(`commit ${SHA}\n.*${repository}/pull/12\n.*proof`), told.stderr);
    assert.deepEqual(
      JSON.parse((await copy.runWith({ PROMPTFORGE_KEY: key }, ...live, '--json')).stdout).origin,
      origin,
    );
  });

  it('shows no origin columns if no version has an origin', async () => {
    await using copy = await working();
    await registry.publish('plain', 'One\n', null);
    assert.doesNotMatch((await copy.run('log', 'plain')).stdout, /COMMIT|PULL REQUEST/);
  });
});
