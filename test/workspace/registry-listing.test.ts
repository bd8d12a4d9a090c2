/** The number of requests it takes to know what the registry has, and that what is known is what it lists. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { RegistryClient } from '../../src/client/registry-client.ts';
import { Problem } from '../../src/core/problem.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import type { ListedRegistry } from '../../src/workspace/registry-listing.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { anEmbeddedRegistry, type EmbeddedRegistryForTest } from '../an-embedded-registry.ts';
import { runs } from '../runs.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';

const copyOf = ({ project }: Workspace) => new WorkingCopy(project, nodeFileSystem);
const nothingDirty = { isDirty: () => false };

/** A client that notes what it sends. */
function counted(registry: EmbeddedRegistryForTest) {
  const sent: string[] = [];
  const fetch = (request: Request) => {
    sent.push(new URL(request.url).pathname);
    return registry.fetch(request);
  };
  return { client: registry.client('development', { fetch }), sent };
}

async function publish(client: RegistryClient, name: string, source: string, base: number | null) {
  await client.publish(prompt(name), { source, message: 'x', base: base as VersionNumber | null });
}

/** What matters of each prompt. */
async function listed(client: RegistryClient) {
  const all = await client.allPrompts({ archived: true });
  return all.map(({ name, archived, newest: { prompt, version, digest, bytes } }) => ({
    ...{ name, archived },
    newest: { prompt, version, digest, bytes },
  }));
}

describe('the list of a registry’s prompts', () => {
  it('needs one request if nothing is new, and two to pull one new version', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const author = registry.client();
    for (let index = 0; index < 20; index++) await publish(author, `p${index}`, 'one\n', null);
    const { client, sent } = counted(registry);
    const sync = async () => {
      const copy = copyOf(workspace); // as a process of its own
      return copy.pull(client, await copy.listPrompts(client), nothingDirty);
    };
    await sync();
    sent.length = 0;
    await sync();
    assert.deepEqual(sent, ['/v1/changes']);
    await publish(author, 'p7', 'two\n', 1);
    await publish(author, 'fresh', 'fresh\n', null);
    sent.length = 0;
    const { updated, created } = await sync();
    assert.deepEqual([updated.map(({ name }) => name), created.map(({ name }) => name)], [['p7'], ['fresh']]);
    assert.deepEqual(sent, ['/v1/changes', '/v1/versions/batch', '/v1/versions/batch']);
    await publish(author, 'p8', 'two\n', 1);
    sent.length = 0;
    assert.equal((await sync()).updated.length, 1);
    assert.deepEqual(sent, ['/v1/changes', '/v1/versions/batch']);
  });

  it('is complete if the registry cannot sign its log', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    await publish(client, 'a', 'one\n', null);
    const unsigned: ListedRegistry = {
      url: client.url,
      changes: query => client.changes(query),
      allPrompts: query => client.allPrompts(query),
      checkpoint: () => Promise.reject(new Problem('unavailable', 'There is no key.')),
    };
    for (const name of ['b', 'c']) {
      assert.deepEqual(await copyOf(workspace).listPrompts(unsigned), await listed(client));
      await publish(client, name, 'one\n', null);
    }
    assert.deepEqual(await copyOf(workspace).listPrompts(unsigned), await listed(client));
  });

  it('is fetched again if the log is another one or shorter, as after a restored backup', async () => {
    await using lost = await anEmbeddedRegistry();
    await using restored = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    for (const name of ['a', 'b', 'c']) await publish(lost.client(), name, 'one\n', null);
    await publish(restored.client(), 'a', 'other\n', null);
    await copyOf(workspace).listPrompts(lost.client());
    const shorter = await copyOf(workspace).listPrompts(restored.client());
    assert.deepEqual(shorter, await listed(restored.client()));
    await copyOf(workspace).listPrompts(lost.client());
    for (const name of ['x', 'y', 'z']) await publish(restored.client(), name, 'one\n', null);
    assert.deepEqual(await copyOf(workspace).listPrompts(restored.client()), await listed(restored.client()));
  });

  it('is fetched again if its file was planted with names that would become paths', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    await publish(client, 'a', 'one\n', null);
    await copyOf(workspace).listPrompts(client);
    const noted = JSON.parse((await workspace.text('.promptforge/listing')) as string);
    const [[, version, digest, bytes, archived]] = noted.rows;
    const rows = [
      ['../../outside', version, digest, bytes, archived],
      ['a', '1', digest, bytes, archived],
      ['a', version, 'sha256:0', bytes, archived],
      ['a', version, digest, null, archived],
    ];
    for (const row of rows) {
      await workspace.put('.promptforge/listing', JSON.stringify({ ...noted, rows: [row] }));
      assert.deepEqual(await copyOf(workspace).listPrompts(client), await listed(client));
    }
  });

  it('equals the registry’s list after any sequence of events', async () => {
    const step = fc.record({
      name: fc.constantFrom('a', 'b', 'c/d'),
      what: fc.constantFrom('publish', 'archive', 'restore', 'look', 'damage', 'lose'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async steps => {
        await using registry = await anEmbeddedRegistry();
        await using workspace = await aWorkspace();
        const client = registry.client();
        let count = 0;
        for (const { name, what } of steps) {
          const known = await client.getPrompt(prompt(name)).catch(() => undefined);
          if (what === 'publish' && known?.archived !== true)
            await publish(client, name, `text ${++count}`, known?.newest.version ?? null);
          if (what === 'archive' && known?.archived === false) await client.archive(prompt(name), 'old');
          if (what === 'restore' && known?.archived === true) await client.restore(prompt(name), 'again');
          if (what === 'damage') await workspace.put('.promptforge/listing', '{"format":1,"rows":[[');
          if (what === 'lose')
            await rm(join(workspace.root, '.promptforge'), { recursive: true, force: true });
          if (what === 'look')
            assert.deepEqual(await copyOf(workspace).listPrompts(client), await listed(client));
        }
        assert.deepEqual(await copyOf(workspace).listPrompts(client), await listed(client));
      }),
      { numRuns: runs(100, 8) },
    );
  });
});
