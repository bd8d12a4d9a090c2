import assert from 'node:assert/strict';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { aWorkingCopy, type WorkingCopyForTest } from './a-working-copy.ts';

describe('promptforge search', () => {
  let registry: RegistryForTest;
  let copy: WorkingCopyForTest;
  before(async () => {
    registry = await aRegistry();
    const key = await registry.key('development', 'author', 'mara');
    copy = await aWorkingCopy(registry.url, { PROMPTFORGE_KEY_DEVELOPMENT: key });
    const as = 'development author mara';
    await registry.publish('cli/fees', 'Hello.', null, { as });
    await registry.publish('cli/fees', 'Hello.\n  The FEE is 5.\u001b[2J', 1, { as });
    await registry.publish('cli/fees', 'Hello.', 2, { as });
  });
  after(async () => {
    await copy[Symbol.asyncDispose]();
    await registry.close();
  });

  it('lists the versions that added or removed a text, with the line, and escapes control characters', async () => {
    const { code, stdout } = await copy.run('search', 'fee', '--prompt', 'cli/fees');
    assert.equal(code, 0);
    const [heading = '', removed = '', added = '', ...more] = stdout.trimEnd().split('\n');
    assert.match(heading, /^VERSION +PUBLISHED +BY +CHANGE +LINE$/);
    assert.match(removed, /^cli\/fees@3 +\S+Z +mara +removed \(1 → 0\) +2: The FEE is 5\.\\u001b\[2J$/);
    assert.match(added, /^cli\/fees@2 +\S+Z +mara +added \(0 → 1\) +2: The FEE is 5\./);
    assert.deepEqual(more, []);
  });
  it('prints JSON, and reports if there are no results or more results', async () => {
    const { stdout } = await copy.run('search', 'FEE', '--json');
    assert.deepEqual(
      JSON.parse(stdout).map((hit: { change: string }) => hit.change),
      ['removed', 'added'],
    );
    const cased = await copy.run('search', 'fee', '--match-case');
    assert.deepEqual([cased.code, cased.stdout], [0, '']);
    assert.match(cased.stderr, /^No version .* added or removed "fee"\./);
    const some = await copy.run('search', 'fee', '--limit', '1');
    assert.equal(some.stdout.trimEnd().split('\n').length, 2);
    assert.match(some.stderr, /more/);
  });
  it('refuses an empty text, several lines, and an unknown prompt', async () => {
    for (const text of ['', 'a\nb', 'x'.repeat(201)]) {
      const { code, stderr } = await copy.run('search', text);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /The text (has nothing|is of several lines|is longer than 200)/);
    }
    const missing = await copy.run('search', 'fee', '--prompt', 'cli/none');
    assert.notEqual(missing.code, 0);
    assert.match(missing.stderr, /no prompt "cli\/none"/);
  });
});
