import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { isPromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { PromptsFolder } from '../../src/workspace/prompts-folder.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';

function folderOf({ project }: Workspace): PromptsFolder {
  return new PromptsFolder(project.root, project.promptsFolder, nodeFileSystem);
}

describe('the prompts folder', () => {
  it('lists prompts in order of their names, and no other files', async () => {
    await using workspace = await aWorkspace({
      'prompts/support/triage.prompt': 'a',
      'prompts/support/triage.samples.yaml': 'a',
      'prompts/_header.prompt': 'b',
      'prompts/README.md': 'c',
      'prompts/.git/x.prompt': 'd',
      'prompts/odd.prompt/inner.prompt': 'e',
    });
    const { files, troubles } = await folderOf(workspace).list();
    assert.deepEqual(
      files.map(file => file.name),
      ['_header', 'odd.prompt/inner', 'support/triage'],
    );
    assert.equal(files[2]?.path, join(workspace.root, 'prompts', 'support', 'triage.prompt'));
    assert.deepEqual(troubles, []);
  });

  it('lists prompts in order if folders have the same or similar names', async () => {
    const names = [
      'a',
      'a-b',
      'a-b/c',
      'a.b/c',
      'a.b',
      'a/b',
      'a/b/c',
      'a/b-c',
      'a/b.c/d',
      'a0',
      'A/b',
      'B',
      'b/a',
    ];
    const texts = names.map(name => [`prompts/${name}.prompt`, 'x'] as const);
    await using workspace = await aWorkspace(Object.fromEntries(texts));
    const { files } = await folderOf(workspace).list();
    assert.deepEqual(
      files.map(file => file.name as string),
      names.toSorted(),
    );
  });

  it('leaves out a nested project', async () => {
    await using workspace = await aWorkspace({
      'prompts/a.prompt': 'ours',
      'prompts/other/promptforge.json': '{ "registry": "embedded" }',
      'prompts/other/prompts/a.prompt': 'theirs',
    });
    const { files, troubles } = await folderOf(workspace).list();
    assert.deepEqual([files.map(file => file.name), troubles], [['a'], []]);
  });

  it('is empty before it is created', async () => {
    await using workspace = await aWorkspace();
    const { files, troubles } = await folderOf(workspace).list();
    assert.deepEqual({ files, troubles }, { files: [], troubles: [] });
  });

  it('reports invalid names with the rule that they break', async () => {
    await using workspace = await aWorkspace({
      'prompts/Süpport/triage.prompt': '',
      'prompts/my prompt.prompt': '',
      'prompts/con.prompt': '',
      'prompts/.prompt': '',
      'prompts/a/b/c/d/e/f/g/h/i.prompt': '',
    });
    const { files, troubles } = await folderOf(workspace).list();
    assert.deepEqual(files, []);
    assert.deepEqual(new Set(troubles.map(({ reason }) => reason)), new Set(['bad_name']));
    const messages = troubles.map(({ message }) => message).join('\n');
    for (const part of [
      /^prompts\/Süpport\/triage\.prompt: .*"Süpport".*A–Z, a–z/m,
      /my prompt/,
      /device name/,
      /cannot be empty/,
      /8 segments/,
    ])
      assert.match(messages, part);
  });

  it('follows links inside, and reports links that lead out, in circles or nowhere', async () => {
    await using workspace = await aWorkspace({ 'prompts/a.prompt': 'inside', 'secret.prompt': 'outside' });
    await using elsewhere = await temporaryFolder();
    await writeFile(join(elsewhere.path, 'x.prompt'), 'outside');
    const at = (name: string) => join(workspace.project.promptsFolder, name);
    await symlink(at('a.prompt'), at('b.prompt'));
    await symlink(join(workspace.root, 'secret.prompt'), at('up.prompt'));
    await symlink(elsewhere.path, at('away'));
    await symlink(workspace.project.promptsFolder, at('circle'));
    await symlink(join(workspace.root, 'nothing'), at('dangling.prompt'));
    const folder = folderOf(workspace);
    const { files, troubles } = await folder.list();
    assert.deepEqual(
      files.map(file => file.name),
      ['a', 'b'],
    );
    assert.equal(await folder.read(prompt('b')), 'inside');
    const found = Object.fromEntries(troubles.map(({ path, reason }) => [folder.shown(path), reason]));
    assert.deepEqual(found, {
      'prompts/up.prompt': 'outside',
      'prompts/away': 'outside',
      'prompts/circle': 'linked_folder',
      'prompts/dangling.prompt': 'unreadable',
    });
  });

  it('neither reads nor writes through a link out of the folder', async () => {
    await using workspace = await aWorkspace({ 'prompts/a.prompt': '', 'secret.prompt': 'outside' });
    await using elsewhere = await temporaryFolder();
    const at = (name: string) => join(workspace.project.promptsFolder, name);
    await symlink(join(workspace.root, 'secret.prompt'), at('up.prompt'));
    await symlink(elsewhere.path, at('away'));
    const folder = folderOf(workspace);
    const outside = (error: unknown) => WorkspaceError.is(error, 'outside');
    for (const name of ['up', 'away/x', 'away/deeper/x']) {
      await assert.rejects(folder.read(prompt(name)), outside);
      await assert.rejects(folder.write(prompt(name), 'written'), outside);
    }
    assert.equal(await workspace.text('secret.prompt'), 'outside');
    assert.deepEqual(await nodeFileSystem.list(elsewhere.path), []);
  });

  it('replaces a broken link when it writes', async () => {
    await using workspace = await aWorkspace({ 'prompts/a.prompt': '' });
    await using elsewhere = await temporaryFolder();
    await symlink(join(elsewhere.path, 'x'), join(workspace.project.promptsFolder, 'b.prompt'));
    await folderOf(workspace).write(prompt('b'), 'written');
    assert.equal(await workspace.text('prompts/b.prompt'), 'written');
    assert.deepEqual(await nodeFileSystem.list(elsewhere.path), []);
  });

  it('reads exactly what was written', async () => {
    await using workspace = await aWorkspace();
    const folder = folderOf(workspace);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async source => {
        fc.pre(source.isWellFormed());
        await folder.write(prompt('deep/er/x'), source);
        assert.equal(await folder.read(prompt('deep/er/x')), source);
        assert.deepEqual(await readFile(folder.pathOf(prompt('deep/er/x'))), Buffer.from(source));
      }),
      { numRuns: 20, examples: [['\ufeffa\r\nb\rc\n']] },
    );
    assert.equal(await folder.read(prompt('not/there')), undefined);
  });

  it('leaves no temporary file, and keeps the mode of the file it replaces', async () => {
    await using workspace = await aWorkspace({ 'prompts/a.prompt': 'old' });
    const path = join(workspace.project.promptsFolder, 'a.prompt');
    await chmod(path, 0o640);
    await folderOf(workspace).write(prompt('a'), 'new');
    const entries = await nodeFileSystem.list(workspace.project.promptsFolder);
    assert.deepEqual(
      entries?.map(({ name }) => name),
      ['a.prompt'],
    );
    if (process.platform !== 'win32') {
      const { stat } = await import('node:fs/promises');
      assert.equal((await stat(path)).mode & 0o777, 0o640);
    }
  });

  it('refuses invalid UTF-8 with file, line and column', async () => {
    await using workspace = await aWorkspace();
    await workspace.put('prompts/a.prompt', Buffer.from([0x61, 0x0a, 0x62, 0xff, 0x63]));
    const folder = folderOf(workspace);
    await assert.rejects(folder.read(prompt('a')), error => {
      assert.ok(Problem.is(error, 'invalid_source'));
      assert.match(error.message, /^prompts\/a\.prompt:2:2: The file is not UTF-8/);
      return true;
    });
    const { trouble } = await folder.tryRead({ name: prompt('a'), path: folder.pathOf(prompt('a')) });
    assert.equal(trouble?.reason, 'not_utf8');
    assert.deepEqual(trouble?.place, { line: 2, column: 2 });
  });

  it('accepts a prompt of exactly 1 MiB and refuses a larger one', async () => {
    await using workspace = await aWorkspace({
      'prompts/most.prompt': 'x'.repeat(1024 * 1024),
      'prompts/more.prompt': 'x'.repeat(1024 * 1024 + 1),
    });
    const folder = folderOf(workspace);
    assert.equal((await folder.read(prompt('most')))?.length, 1024 * 1024);
    await assert.rejects(
      folder.read(prompt('more')),
      error => Problem.is(error, 'too_large') && /^prompts\/more\.prompt: .*1048577/.test(error.message),
    );
  });

  it('reports a folder with the name of a prompt’s file', async () => {
    await using workspace = await aWorkspace();
    await mkdir(join(workspace.project.promptsFolder, 'a.prompt'), { recursive: true });
    await assert.rejects(folderOf(workspace).read(prompt('a')), error =>
      WorkspaceError.is(error, 'unreadable'),
    );
    await assert.rejects(folderOf(workspace).write(prompt('a'), ''), error =>
      WorkspaceError.is(error, 'not_writable'),
    );
  });

  it('maps prompts to paths and back, and no other files', async () => {
    await using workspace = await aWorkspace();
    const folder = folderOf(workspace);
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_./-]{1,30}$/), text => {
        fc.pre(isPromptName(text));
        assert.equal(folder.promptOf(folder.pathOf(text)), text);
      }),
    );
    for (const path of ['prompts/a.txt', 'a.prompt', 'prompts/ä.prompt', 'prompts/../a.prompt', 'prompts'])
      assert.equal(folder.promptOf(join(workspace.root, path)), undefined);
  });
});
