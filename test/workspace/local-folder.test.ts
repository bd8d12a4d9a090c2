/** A repository may come with a `.promptforge` of somebody else: nothing outside of it is written or deleted for that. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RegistryClient } from '../../src/client/registry-client.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';

const LOCAL = '.promptforge';
const OLD = new Date(Date.now() - 3 * 24 * 60 * 60 * 1000);
const OWNED = '1@elsewhere-00000000-0000-0000-0000-000000000000';

const copyOf = ({ project }: Workspace) => new WorkingCopy(project, nodeFileSystem);

async function putOld(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await utimes(path, OLD, OLD);
}

const pull = async (copy: WorkingCopy, client: RegistryClient) =>
  copy.pull(client, await client.allPrompts({ archived: true }), { isDirty: () => false });

describe('the local files of a working copy', () => {
  for (const [what, link] of Object.entries({
    'the folder': LOCAL,
    'its journals': `${LOCAL}/journal`,
    'what is staged': `${LOCAL}/staged`,
  }))
    it(`are neither written nor deleted through a link in place of ${what}`, async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      await using outside = await temporaryFolder();
      const client = registry.client();
      await client.publish(prompt('a'), { source: 'one\n', message: '', base: null });
      const target = link === LOCAL ? join(outside.path, 'local') : join(workspace.root, 'prompts');
      const precious = [join(target, 'staged', OWNED), join(target, OWNED), join(target, 'mine.prompt')];
      for (const path of precious) await putOld(path, 'precious');
      await mkdir(dirname(join(workspace.root, link)), { recursive: true });
      await symlink(target, join(workspace.root, link));
      const before = await readdir(target, { recursive: true });
      const copy = copyOf(workspace);
      await copy.state(null);
      await assert.rejects(pull(copy, client), error => {
        assert.ok(WorkspaceError.is(error, 'not_writable'));
        assert.match(error.message, new RegExp(`^${link}: This is a link.*Delete it`));
        return true;
      });
      assert.deepEqual(await readdir(target, { recursive: true }), before);
      for (const path of precious) assert.equal(await readFile(path, 'utf8'), 'precious');
      await rm(join(workspace.root, link));
      assert.equal((await pull(copy, client)).created.length, 1);
    });

  it('do not replace files and folders of other programs', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    await client.publish(prompt('a'), { source: 'one\n', message: '', base: null });
    const others = ['journal/notes.txt', 'staged/notes.txt', `journal/${OWNED}x`];
    for (const each of others) await putOld(join(workspace.root, LOCAL, each), 'precious');
    const folders = ['journal', 'staged'].map(each => join(workspace.root, LOCAL, each, OWNED));
    for (const each of folders) {
      await mkdir(each, { recursive: true });
      await utimes(each, OLD, OLD);
    }
    const copy = copyOf(workspace);
    await copy.state(null);
    assert.equal((await pull(copy, client)).created.length, 1);
    for (const each of others) assert.equal(await workspace.text(join(LOCAL, each)), 'precious');
    const [inJournal = '', inStaged = ''] = folders;
    assert.deepEqual(await readdir(inJournal), []);
    await assert.rejects(readdir(inStaged), { code: 'ENOENT' });
  });

  it('are ignored by git again after they were deleted while a window is open', async () => {
    await using workspace = await aWorkspace({ 'prompts/a.prompt': 'one\n' });
    const copy = copyOf(workspace);
    await copy.state(null);
    const ignore = await workspace.text(`${LOCAL}/.gitignore`);
    assert.match(ignore ?? '', /^\*$/m);
    await rm(join(workspace.root, LOCAL), { recursive: true });
    await workspace.put('prompts/a.prompt', 'two\n');
    await copy.state(null);
    assert.equal(await workspace.text(`${LOCAL}/.gitignore`), ignore);
  });
});
