/** `promptforge generate --watch` while the registry is away. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { aProxy, problem } from '../sdk/a-proxy.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { start } from './promptforge.ts';

describe('promptforge generate --watch', () => {
  let registry: RegistryForTest;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    registry = await aRegistry();
    folder = await temporaryFolder();
  });
  after(async () => {
    await registry[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('reports once that the feed fails, continues, and reports when it works again', async () => {
    await registry.publish('away', '---\ninput:\n  schema:\n    before: string\n---\nX', null);
    await registry.publish('away', '---\ninput:\n  schema:\n    after: string\n---\nX', 1);
    for (const environment of ['staging', 'production']) await registry.promote('away', 1, environment);
    await using proxy = await aProxy(registry.url);
    const env = { PROMPTFORGE_KEY: await registry.key('production', 'reader') };
    const args = ['generate', 'away', '-o', 'away.ts', '--environment', 'production', '--watch'];
    const child = start([...args, '--registry', proxy.url], { env, cwd: folder.path });
    let said = '';
    child.stderr.on('data', chunk => {
      said += chunk;
    });
    const asked = () => proxy.seen.filter(seen => seen.includes('/changes')).length;
    const told = (words: RegExp) => said.match(new RegExp(words, 'g'))?.length ?? 0;
    const has = (words: RegExp) =>
      eventually(String(words), async () =>
        words.test(await readFile(join(folder.path, 'away.ts'), 'utf8').catch(() => '')),
      );
    try {
      await has(/before: string/);
      await eventually('a call that is held open', () => proxy.open > 0);
      for (const [fault, sentence, more] of [
        [problem(401, 'key_revoked'), /The test says key_revoked\. The file is updated when/, 1],
        // Each attempt of this one is made three times.
        ['killed', /cannot be reached(?: \(\w+\))?\. .* The file is updated when/, 4],
      ] as const) {
        const [backs, before] = [told(/responds again\./), told(sentence)];
        proxy.fault = fault;
        // What is held open ends.
        for (const version of [2, 1]) {
          await registry.promote('away', version, 'staging');
          await registry.promote('away', version, 'production');
        }
        await eventually('the sentence', () => told(sentence) === before + 1);
        const since = asked();
        await eventually('more attempts', () => asked() >= since + more);
        assert.equal(told(sentence), before + 1, said);
        assert.equal(told(/responds again\./), backs);
        proxy.fault = 'none';
        await eventually('back', () => told(/responds again\./) === backs + 1);
      }
      for (const environment of ['staging', 'production']) await registry.promote('away', 2, environment);
      await has(/after: string/);
    } finally {
      child.kill('SIGTERM');
      const [code] = await once(child, 'close');
      if (process.platform !== 'win32') assert.equal(code, 0);
    }
  });
});
