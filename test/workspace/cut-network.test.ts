/** A pull and a publication whose network is cut at each of their requests, before and after the registry acts. */
import assert from 'node:assert/strict';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { publishAll } from '../../src/cli/working/publish-all.ts';
import { listed, readStatus } from '../../src/cli/working/status.ts';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { recordSigningKey } from '../../src/registry/proof/signing-key.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { aRegistry, identityForTest, type RegistryForTest } from '../registry/a-registry.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';
import { aCuttingProxy, type Cut, type CuttingProxy, everyCut } from './cutting-proxy.ts';

const LOCK = 'promptforge.lock.json';
const BASE = 'one\ntwo\nthree\n';
const THEIRS = 'one\ntwo\ntheirs\n';
const MINE = { conflict: 'one\ntwo\nmine\n', merged: 'mine\ntwo\nthree\n' } as const;
const NAMES = ['behind', 'conflict', 'folder/new', 'merged'] as const;
const OLD: Readonly<Record<string, string | undefined>> = { behind: BASE, ...MINE };
const NEW: Readonly<Record<string, string>> = {
  ...{ behind: THEIRS, 'folder/new': THEIRS },
  ...{ conflict: MINE.conflict, merged: 'mine\ntwo\ntheirs\n' },
};
const fileOf = (name: string) => `prompts/${name}.prompt`;
const copyOf = ({ project }: Workspace) => new WorkingCopy(project, nodeFileSystem);
const shown = ({ at, moment, isLasting }: Cut) =>
  `request ${at}, ${moment}, ${isLasting ? 'for good' : 'once'}`;

describe('a broken network connection', () => {
  let registry: RegistryForTest;
  let proxy: CuttingProxy;
  let direct: RegistryClient;
  let client: RegistryClient;
  let folders = 0;
  before(async () => {
    registry = await aRegistry();
    // The list is followed from a head that the registry signs.
    await recordSigningKey(registry.store, { actor: 'test', key: 'command-line' }, await identityForTest());
    proxy = await aCuttingProxy(registry.url);
    const key = await registry.key('development', 'author');
    const retry = { firstDelayMs: 1, maxDelayMs: 5 };
    direct = new RegistryClient({ url: registry.url, key, retry });
    client = new RegistryClient({ url: proxy.url, key, retry });
  });
  after(async () => {
    await proxy[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  const publish = (name: string, source: string, base: number | null) =>
    direct.publish(prompt(name), { source, message: 'elsewhere', base: base as VersionNumber | null });

  /** Everything that a run leaves in `.promptforge` while it is not over. */
  async function unfinished({ root }: Workspace): Promise<string[]> {
    const local = join(root, '.promptforge');
    const names = ['journal', 'staged'].map(folder => readdir(join(local, folder)).catch(() => []));
    return (await Promise.all(names)).flat();
  }

  describe('during a pull', () => {
    const pull = async (workspace: Workspace) => {
      const copy = copyOf(workspace);
      const names = new Set(NAMES.map(prompt));
      return copy.pull(client, await copy.listPrompts(client), { isDirty: () => false, names });
    };
    const filesOf = async (workspace: Workspace) =>
      Promise.all([LOCK, ...NAMES.map(fileOf)].map(path => workspace.text(path)));
    let edited: Workspace;
    before(async () => {
      edited = await aWorkspace();
      for (const name of NAMES) if (OLD[name] !== undefined) await publish(name, BASE, null);
      await pull(edited);
      for (const [name, text] of Object.entries(MINE)) await edited.put(fileOf(name), text);
      for (const name of NAMES) await publish(name, THEIRS, OLD[name] === undefined ? null : 1);
    });
    after(() => edited[Symbol.asyncDispose]());

    for (const { title, isLater, wanted } of [
      {
        title: 'into an empty folder',
        isLater: false,
        wanted: ['GET /v1/checkpoint', 'GET /v1/prompts', 'POST /v1/versions/batch'],
      },
      {
        title: 'into partly edited files',
        isLater: true,
        wanted: ['GET /v1/changes', 'POST /v1/versions/batch'],
      },
    ])
      it(`${title} loses nothing at any request, and the next pull completes it`, async () => {
        const begin = async () => {
          const workspace = await aWorkspace();
          if (isLater) await cp(edited.root, workspace.root, { recursive: true });
          return workspace;
        };
        await using whole = await begin();
        proxy.begin();
        await pull(whole);
        assert.deepEqual(proxy.requests, wanted);
        let cuts = 0;
        for (const cut of everyCut(wanted.length)) {
          await using workspace = await begin();
          const lock = await workspace.text(LOCK);
          proxy.begin(cut);
          const failure = await pull(workspace).then(
            () => undefined,
            (error: unknown) => error,
          );
          assert.ok(proxy.isCut, shown(cut));
          cuts += 1;
          if (cut.isLasting) {
            assert.ok(RegistryUnreachable.isAbsent(failure), `${shown(cut)}: ${failure}`);
            assert.equal(await workspace.text(LOCK), lock, shown(cut));
            for (const name of NAMES)
              assert.equal(await workspace.text(fileOf(name)), isLater ? OLD[name] : undefined, shown(cut));
            proxy.begin();
            await pull(workspace);
          } else assert.equal(failure, undefined, shown(cut));
          assert.deepEqual(await filesOf(workspace), await filesOf(whole), shown(cut));
          assert.deepEqual(await unfinished(workspace), [], shown(cut));
        }
        assert.equal(cuts, wanted.length * 6);
        const texts = await Promise.all(NAMES.map(name => whole.text(fileOf(name))));
        assert.deepEqual(
          texts,
          NAMES.map(name => (isLater ? NEW[name] : THEIRS)),
        );
      });
  });

  describe('during a publication', () => {
    const begin = async () => {
      folders += 1;
      const folder = `f${folders}`;
      const workspace = await aWorkspace();
      await publish(`${folder}/edited`, BASE, null);
      const names = new Set([prompt(`${folder}/edited`)]);
      const prompts = await direct.allPrompts();
      await copyOf(workspace).pull(direct, prompts, { isDirty: () => false, names });
      await workspace.put(fileOf(`${folder}/edited`), MINE.merged);
      await workspace.put(fileOf(`${folder}/_part`), 'Part.\n');
      await workspace.put(fileOf(`${folder}/uses`), '{{> part}}\n');
      return { workspace, folder };
    };
    /** As the command does it. */
    const publishChanged = async ({ project }: Workspace) => {
      const status = await readStatus(project, await listed(client), client);
      return publishAll({ project, client, status, names: [], message: 'Mine', dryRun: false });
    };
    const versionsOf = async (name: string) => {
      const { data } = await direct.listVersions(prompt(name));
      return data.map(({ version, author, message }) => ({ version, author, message }));
    };
    const agreesIn = async ({ project }: Workspace, folder: string) => {
      const { prompts } = await readStatus(project, await listed(direct), direct);
      return prompts.filter(({ name, agrees }) => name.startsWith(`${folder}/`) && !agrees);
    };
    const lockOf = async (workspace: Workspace) =>
      [...(await copyOf(workspace).readLock())].map(([name, { version }]) => [name.split('/')[1], version]);

    it('loses nothing and publishes nothing twice at any request, and the next publication completes it', async () => {
      const uncut = await begin();
      await using _ = uncut.workspace;
      proxy.begin();
      assert.equal((await publishChanged(uncut.workspace)).exitCode, 0);
      const requests = proxy.requests.map(each => each.replace(/f\d+/, 'f'));
      assert.deepEqual(requests, [
        'GET /v1/prompts',
        'POST /v1/prompts/f/_part/-/versions',
        'POST /v1/versions/batch',
        'POST /v1/prompts/f/edited/-/versions',
        'POST /v1/prompts/f/uses/-/versions',
      ]);
      let cuts = 0;
      for (const cut of everyCut(requests.length)) {
        const { workspace, folder } = await begin();
        await using __ = workspace;
        const texts = () =>
          Promise.all(['edited', '_part', 'uses'].map(name => workspace.text(fileOf(`${folder}/${name}`))));
        const before = await texts();
        proxy.begin(cut);
        const first = await publishChanged(workspace).catch((error: unknown) => error as Error);
        assert.ok(proxy.isCut, shown(cut));
        cuts += 1;
        assert.deepEqual(await texts(), before, shown(cut));
        if (cut.isLasting) {
          if (first instanceof Error) assert.ok(RegistryUnreachable.isAbsent(first), shown(cut));
          else assert.equal(first.exitCode, 4, shown(cut));
          proxy.begin();
          const { results, exitCode } = await publishChanged(workspace);
          assert.equal(exitCode, 0, `${shown(cut)}: ${JSON.stringify(results)}`);
        } else assert.equal((first as { exitCode?: number }).exitCode, 0, shown(cut));
        assert.deepEqual(
          await lockOf(workspace),
          [
            ['_part', 1],
            ['edited', 2],
            ['uses', 1],
          ],
          shown(cut),
        );
        for (const [name, count] of [
          ['_part', 1],
          ['edited', 2],
          ['uses', 1],
        ] as const)
          assert.equal((await versionsOf(`${folder}/${name}`)).length, count, `${shown(cut)}: ${name}`);
        assert.deepEqual(await agreesIn(workspace, folder), [], shown(cut));
        assert.deepEqual(await unfinished(workspace), [], shown(cut));
      }
      assert.equal(cuts, requests.length * 6);
    });

    /** Its answer is lost, and whatever is asked after it. */
    const lose = async (workspace: Workspace) => {
      proxy.begin({ at: 2, moment: 'after', isLasting: true });
      assert.equal((await publishChanged(workspace)).exitCode, 4);
      proxy.begin();
    };
    const onlyEdited = async () => {
      const begun = await begin();
      for (const name of ['_part', 'uses'])
        await rm(join(begun.workspace.root, fileOf(`${begun.folder}/${name}`)));
      return begun;
    };

    it('may lose the answer, and the next one still finds the version, even if the file was edited since', async () => {
      const { workspace, folder } = await onlyEdited();
      await using _ = workspace;
      await lose(workspace);
      await workspace.put(fileOf(`${folder}/edited`), `${MINE.merged}four\n`);
      const { results } = await publishChanged(workspace);
      assert.deepEqual(
        results.map(({ outcome, version }) => [outcome, version]),
        [['published', 3]],
      );
      assert.equal((await versionsOf(`${folder}/edited`)).length, 3);
    });

    it('may lose the answer, and the next one still finds the version, even if someone has published since', async () => {
      const { workspace, folder } = await onlyEdited();
      await using _ = workspace;
      await lose(workspace);
      await publish(`${folder}/edited`, THEIRS, 2);
      const { results, exitCode } = await publishChanged(workspace);
      assert.deepEqual([results, exitCode], [[], 0]);
      assert.deepEqual(await lockOf(workspace), [['edited', 2]]);
      const { prompts } = await readStatus(workspace.project, await listed(direct), direct);
      assert.equal(prompts.find(({ name }) => name === `${folder}/edited`)?.state, 'behind');
    });
  });
});
