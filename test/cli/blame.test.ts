/** `promptforge blame`, by the real command and a registry that serves. */
import assert from 'node:assert/strict';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { aWorkingCopy, type WorkingCopyForTest } from './a-working-copy.ts';

describe('promptforge blame', () => {
  let registry: RegistryForTest;
  let copy: WorkingCopyForTest;
  before(async () => {
    registry = await aRegistry();
    const author = await registry.key('development', 'author', 'dana');
    copy = await aWorkingCopy(registry.url, { PROMPTFORGE_KEY_DEVELOPMENT: author });
  });
  after(async () => {
    await copy?.[Symbol.asyncDispose]();
    await registry?.[Symbol.asyncDispose]();
  });

  async function publish(prompt: string, ...sources: readonly (readonly [string, string])[]): Promise<void> {
    for (const [index, [source, message]] of sources.entries())
      await registry.call('POST', `/v1/prompts/${prompt}/-/versions`, {
        source,
        message,
        base: index || null,
      });
  }

  it('shows for each sentence which version changed it, who, when and why', async () => {
    await publish(
      'Support/Triage',
      ['Hello {{name}}. Be kind.\r\n- Ask. 👩‍👩‍👧 مرحبا.\r\n', 'First'],
      ['Hi {{name}}. Be kind.\r\n- Ask. 👩‍👩‍👧 مرحبا.\r\n', 'Shorter greeting\nas asked'],
      ['Hi {{name}}. Be kind.\r\n- Ask. Wait. 👩‍👩‍👧 مرحبا.\r\n', ''],
    );
    const { stdout, stderr, code } = await copy.run('blame', 'Support/Triage');
    assert.equal(code, 0, stderr);
    const [head = '', ...lines] = stdout.trimEnd().split('\n');
    assert.match(head, /^VERSION +PUBLISHED +BY +MESSAGE +SENTENCE$/);
    assert.equal(lines.length, 5);
    assert.match(lines[0] ?? '', /^2 +20\d\d-\S+Z +\S+ +Shorter greeting +Hi \{\{name\}\}\.$/);
    assert.deepEqual(
      lines.map(line => line.replace(/^(\d+) .* {2}/, '$1 ')),
      ['2 Hi {{name}}.', '1 Be kind.', '1 - Ask.', '3 Wait.', '1 👩‍👩‍👧 مرحبا.'],
    );
    const older = await copy.run('blame', 'Support/Triage@2', '--json');
    const { prompt, version, sentences } = JSON.parse(older.stdout);
    assert.deepEqual([prompt, version], ['Support/Triage', 2]);
    const { author, publishedAt, ...third } = sentences[2];
    assert.deepEqual(third, {
      ...{ text: '- Ask.', line: 2, start: 23, end: 29, version: 1, orOlder: false, message: 'First' },
    });
    assert.equal(typeof author, 'string');
    assert.ok(Date.parse(publishedAt) > 0);
  });

  it('explains why the key may not read a version', async () => {
    await publish('draft', ['A. B.', 'First']);
    const author = await registry.key('production', 'author', 'dana');
    await using closed = await aWorkingCopy(registry.url, { PROMPTFORGE_KEY_PRODUCTION: author });
    const { code, stderr } = await closed.run('blame', 'draft');
    assert.equal(code, 1);
    assert.match(stderr, /draft@1 is a draft, which keys of production with the role "author" may not read/);
  });

  it('escapes control characters, and shortens messages', async () => {
    await publish('hostile', ['A\u001b[2J.\u202e B\u0085', `Why\u001b[2J${'x'.repeat(100)}\nmore`]);
    const { stdout } = await copy.run('blame', 'hostile');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is about them
    assert.doesNotMatch(stdout, /[\u001b\u202e\u0085]/);
    assert.match(stdout, /Why\\u001b\[2Jx{32}… +A\\u001b\[2J\.\\u202e/);
  });

  it('shows an empty version', async () => {
    await publish('short', ['A.', ''], ['\n', '']);
    const { stdout, code } = await copy.run('blame', 'short@2');
    assert.equal(code, 0);
    assert.match(stdout.trimEnd().split('\n')[1] ?? '', /^2 .*–$/);
  });

  it('refuses missing prompts and versions, and invalid references', async () => {
    await publish('there', ['A.', '']);
    const later = await copy.run('blame', 'there@7');
    assert.deepEqual([later.code, later.stdout], [1, '']);
    assert.match(later.stderr, /There is no version 7 of "there"/);
    assert.equal((await copy.run('blame', 'nowhere')).code, 1);
    for (const wrong of ['there@x', 'there@0', 'a b', ''])
      assert.equal((await copy.run('blame', wrong)).code, 2, wrong);
  });
});
