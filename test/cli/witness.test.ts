/** `promptforge witness`: what a registry signs, kept elsewhere, and the alarm when it signs another history. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signedText } from '../../src/core/checkpoint.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { openIdentity } from '../../src/registry/identity.ts';
import { recordSigningKey, replaceSigningKey } from '../../src/registry/proof/signing-key.ts';
import { sqlOfFolder, TAMPERING } from '../attack/tampering.ts';
import { eventually } from '../eventually.ts';
import { aRegistry, identityForTest, type RegistryForTest } from '../registry/a-registry.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { inProcess } from './in-process.ts';
import { start } from './promptforge.ts';

describe('promptforge witness', () => {
  let registry: RegistryForTest;
  let folder: TemporaryFolder;
  let keyFile: string;
  let heads: string;
  beforeEach(async () => {
    [registry, folder] = [await aRegistry(), await temporaryFolder()];
    await recordSigningKey(registry.store, COMMAND_LINE, await identityForTest());
    await registry.publish('p', 'x', null);
    [keyFile, heads] = [join(folder.path, 'key'), join(folder.path, 'heads.jsonl')];
    await writeFile(keyFile, await registry.key('production', 'author'));
  });
  afterEach(async () => {
    await registry[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const witness = (of: string = registry.url, to = heads) =>
    inProcess(['witness', of, '--to', to, '--key-file', keyFile]);
  const kept = async () =>
    (await readFile(heads, 'utf8'))
      .trimEnd()
      .split('\n')
      .map(text => JSON.parse(text));

  it('stores the first head, and each head that continues it', async () => {
    assert.match((await witness()).stdout, /the first one/);
    assert.match((await witness()).stdout, /is unchanged/);
    for (let base = 1; base < 4; base++) await registry.publish('p', `x${base}`, base);
    const { code, stdout, stderr } = await witness();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /continues event/);
    const [first, second, ...more] = await kept();
    assert.equal(more.length, 0);
    assert.equal(first.registry, registry.url);
    assert.equal(second.checkpoint.seq, first.checkpoint.seq + 3);
  });

  it('commits each head to git, and continues after a line that a crash truncated', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', folder.path, ...args], { encoding: 'utf8' });
    git('init', '--quiet');
    git('config', 'user.email', 'witness@example.com');
    git('config', 'user.name', 'Witness');
    const to = `git:${folder.path}`;
    assert.equal((await witness(registry.url, to)).code, 0);
    await appendFile(heads, '{"registry":"htt');
    await registry.publish('p', 'y', 1);
    const { code, stderr } = await witness(registry.url, to);
    assert.equal(code, 0, stderr);
    assert.equal((await kept()).length, 2);
    assert.match(git('log', '--format=%s'), /^Keep event \d+ of 127.*\nKeep event/);
    assert.equal(git('status', '--porcelain', '--', 'heads.jsonl'), '');
  });

  it('refuses a mistyped git: place, which would become a file of that name', async () => {
    const { code, stdout, stderr } = await witness(registry.url, `gti:${folder.path}`);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /"gti:" is not supported\. Did you mean "git:"\?/);
  });

  it('raises an alarm for a forked log, stores both heads, and raises it again', async () => {
    await witness();
    await registry.close();
    await TAMPERING['was rewritten with all its hashes']?.(sqlOfFolder(registry.folder));
    // Served anew, by a process that remembers nothing of what was signed.
    const forked = await aRegistry({ folder: registry.folder });
    try {
      await writeFile(keyFile, await forked.key('production', 'author', 'another'));
      const lines = (await readFile(heads, 'utf8')).replaceAll(registry.url, forked.url);
      await writeFile(heads, lines);
      for (const _ of [1, 2]) {
        const { code, stderr } = await witness(forked.url);
        assert.equal(code, 1);
        assert.match(stderr, /^promptforge: ALARM: The registry's log was forked/);
      }
      const [first, alarm, ...more] = await kept();
      assert.deepEqual([first.checkpoint.seq < alarm.found.seq, more.length], [true, 0]);
    } finally {
      await forked.close();
    }
  });

  it('raises an alarm for an older head, for two signatures of one event, and for a forged one', async () => {
    await witness();
    const [{ checkpoint }] = await kept();
    const identity = await identityForTest();
    const signed = (change: object) => {
      const { signature: _, ...unsigned } = { ...checkpoint, ...change };
      return { ...unsigned, signature: identity.sign(signedText(unsigned)) };
    };
    for (const [before, told] of [
      [signed({ seq: checkpoint.seq + 50 }), /it signed event \d+ before/],
      [signed({ hash: `sha256:${'1'.repeat(64)}` }), /signed event \d+ twice/],
      [signed({ seq: checkpoint.seq - 1, hash: `sha256:${'1'.repeat(64)}` }), /has the hash/],
    ] as const) {
      await writeFile(heads, `${JSON.stringify({ registry: registry.url, checkpoint: before })}\n`);
      const { code, stderr } = await witness();
      assert.equal(code, 1, stderr);
      assert.match(stderr, told);
    }
  });

  it('raises an alarm for a key that the old one did not endorse', async () => {
    await witness();
    await registry.close();
    const { openDataFolder } = await import('../../src/registry/data-folder.ts');
    const store = await openDataFolder(registry.folder);
    const next = await openIdentity(join(folder.path, 'next.pem'));
    await replaceSigningKey(store, COMMAND_LINE, { old: null, new: next, reason: 'Lost' });
    const again = await aRegistry({ store, serving: { identity: next } });
    try {
      await writeFile(keyFile, await again.key('production', 'author', 'another'));
      await writeFile(heads, (await readFile(heads, 'utf8')).replaceAll(registry.url, again.url));
      const { code, stderr } = await witness(again.url);
      assert.equal(code, 1);
      assert.match(stderr, /the old key did not endorse it/);
    } finally {
      await again.close();
    }
  });

  it('watches until it raises an alarm', async () => {
    const args = [
      'witness',
      registry.url,
      '--to',
      heads,
      '--key-file',
      keyFile,
      '--watch',
      '--interval',
      '1',
    ];
    const child = start(args);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
    const ended = once(child, 'close');
    await eventually('the first head', async () => (await readFile(heads, 'utf8').catch(() => '')) !== '');
    await TAMPERING['has lost its last event']?.(sqlOfFolder(registry.folder));
    const [code] = await ended;
    assert.equal(code, 1);
    assert.match(stderr, /ALARM: /);
  });

  it('has another exit code if it cannot check, and accepts no key on the command line', async () => {
    const away = await witness('http://127.0.0.1:9');
    assert.equal(away.code, 4, away.stderr);
    await writeFile(heads, 'something else\n');
    assert.equal((await witness()).code, 4);
    const { code, stderr } = await inProcess(['witness', registry.url, '--to', heads]);
    assert.deepEqual([code, /PROMPTFORGE_KEY/.test(stderr)], [2, true]);
  });
});
