/** Files with the markers of a merge conflict, which git may leave. */
import assert from 'node:assert/strict';
import { aRegistry } from '../registry/a-registry.ts';
import { aWorkingCopy } from './a-working-copy.ts';

const MARKED = '<<<<<<< HEAD\nOne\n=======\nTwo\n>>>>>>> other\n';

describe('a file with conflict markers', () => {
  it('is neither published nor resolved, unless its version has them, too', async () => {
    await using registry = await aRegistry();
    for (const [name, text] of [
      ['a', 'One\n'],
      ['about', MARKED],
    ] as const)
      await registry.publish(name, text, null);
    const PROMPTFORGE_KEY_DEVELOPMENT = await registry.key('development', 'author');
    await using copy = await aWorkingCopy(registry.url, { PROMPTFORGE_KEY_DEVELOPMENT });
    await copy.run('pull');
    await copy.write('a', MARKED);
    await copy.write('about', `${MARKED}more\n`);
    await copy.write('other', 'Other\n');
    await copy.write('unpublished', MARKED);
    const tried = await copy.run('publish', '--dry-run');
    assert.equal(tried.code, 1);
    assert.equal(tried.stdout, 'would publish  about@2\nwould publish  other@1\n');
    const { code, stdout, stderr } = await copy.run('publish', '-m', 'x');
    assert.deepEqual([code, stdout], [1, 'published  about@2\npublished  other@1\n']);
    for (const name of ['a', 'unpublished'])
      assert.match(
        stderr,
        new RegExp(`^refused +${name}: prompts/${name}\\.prompt has the markers of a merge`, 'm'),
      );
    await copy.write('unpublished', 'One\n');
    const resolved = await copy.run('resolve', 'a@1');
    assert.equal(resolved.code, 1);
    assert.match(resolved.stderr, /has the markers of a merge conflict/);
    await copy.write('a', 'One\nTwo\n');
    assert.equal((await copy.run('resolve', 'a@1')).code, 0);
    assert.equal((await copy.run('publish', '-m', 'x')).stdout, 'published  a@2\npublished  unpublished@1\n');
  });
});
