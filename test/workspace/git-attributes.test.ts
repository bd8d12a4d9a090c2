/** The .gitattributes that is offered once. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { digestOf } from '../../src/core/digest.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { convertsLineEndings, GitAttributes } from '../../src/workspace/git-attributes.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';

const FILE = '.gitattributes';
const of = ({ root }: Pick<Workspace, 'root'>) => new GitAttributes(root, nodeFileSystem);

describe('a .gitattributes for prompts', () => {
  it('is offered in a git repository without one, until the user has answered', async () => {
    await using workspace = await aWorkspace();
    assert.equal(await of(workspace).isToOffer(), false, 'no repository');
    await workspace.put('.git/HEAD', '');
    assert.equal(await of(workspace).isToOffer(), true);
    assert.equal(await of(workspace).isToOffer(), true, 'asking is no answer');
    await of(workspace).note('hinted');
    assert.equal(await of(workspace).isToOffer({ isHint: true }), false, 'said once');
    assert.equal(await of(workspace).isToOffer(), true, 'a hint is no answer either');
    await of(workspace).note('not_now');
    assert.equal(await of(workspace).isToOffer(), false);
    assert.equal(await workspace.text(FILE), undefined);
  });

  it('is appended to the existing text, and not offered again even if it was removed', async () => {
    await using workspace = await aWorkspace({ [FILE]: '* text=auto\r\n*.png binary' });
    await workspace.put('.git/HEAD', '');
    assert.equal(await of(workspace).isToOffer(), true);
    await of(workspace).add();
    const text = (await workspace.text(FILE)) ?? '';
    assert.match(text, /^\* text=auto\r\n\*\.png binary\r\n# .*\r\n\*\.prompt text eol=lf\r\n/);
    assert.equal(await of(workspace).isToOffer(), false);
    await workspace.put(FILE, '');
    assert.equal(await of(workspace).isToOffer(), false);
  });

  it('is not offered if one already covers prompts, in this folder or above', async () => {
    for (const line of ['*.prompt -text', 'prompts/**/*.prompt text', '* -text', '* text=auto eol=lf']) {
      await using workspace = await aWorkspace({ [FILE]: `${line}\n`, '.git/HEAD': '' });
      assert.equal(await of(workspace).isToOffer(), false, line);
      assert.equal(await of({ root: join(workspace.root, 'prompts') }).isToOffer(), false, `${line}, above`);
    }
    await using workspace = await aWorkspace({ [FILE]: '# *.prompt\n*.md eol=lf\n', '.git/HEAD': '' });
    assert.equal(await of(workspace).isToOffer(), true);
  });

  it('is not written through a link to another folder', async () => {
    await using workspace = await aWorkspace();
    await using elsewhere = await temporaryFolder();
    await symlink(join(elsewhere.path, 'file'), join(workspace.root, FILE));
    await workspace.put('.git/HEAD', '');
    const target = join(elsewhere.path, 'file');
    await nodeFileSystem.writeFile(target, Buffer.from('theirs'));
    await assert.rejects(of(workspace).add(), error => WorkspaceError.is(error, 'not_writable'));
    assert.equal(Buffer.from((await nodeFileSystem.readFile(target)) ?? []).toString(), 'theirs');
  });

  it('is useful if git converts line endings, or a file was checked out with other ones', async () => {
    await using workspace = await aWorkspace();
    const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: workspace.root });
    await git('init', '-q');
    await git('config', 'core.autocrlf', 'input');
    assert.equal(await convertsLineEndings(workspace.root), false);
    await git('config', 'core.autocrlf', 'true');
    assert.equal(await convertsLineEndings(workspace.root), true);

    const copy = new WorkingCopy(workspace.project, nodeFileSystem);
    await copy.setBase(prompt('a'), { version: 1 as VersionNumber, digest: digestOf('one\ntwo\n') });
    for (const [text, expected] of [
      ['one\ntwo\n', false],
      ['\ufeffone\ntwo\n', false],
      ['one\r\nthree\r\n', false],
      ['one\r\ntwo\r\n', true],
    ] as const) {
      await workspace.put('prompts/a.prompt', text);
      assert.equal((await copy.state(null)).hasReturns, expected, JSON.stringify(text));
    }
  });
});
