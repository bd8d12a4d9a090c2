import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../src/core/problem.ts';
import { type FileRenderRequest, linkFile, renderFile } from '../../src/workspace/file-partials.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { aWorkspace, type Workspace } from './a-workspace.ts';

async function rendered(
  workspace: Workspace,
  file: string,
  request: Partial<FileRenderRequest> = {},
): Promise<string> {
  const { text } = await renderFile({
    file: join(workspace.root, file),
    root: workspace.root,
    shownFrom: workspace.root,
    input: {},
    fileSystem: nodeFileSystem,
    ...request,
  });
  return text;
}

describe('rendering a file', () => {
  it('finds partials in its folder and the folders above, the nearest first', async () => {
    await using workspace = await aWorkspace({
      'a/b/x.prompt': '{{> near}} {{> far}} {{> shared/sign}}',
      'a/b/_near.prompt': 'near',
      'a/_near.prompt': 'farther',
      '_far.prompt': 'far {{> near}}',
      '_near.prompt': 'top',
      'shared/_sign.prompt': '— {{name}}',
    });
    assert.equal(await rendered(workspace, 'a/b/x.prompt', { input: { name: 'Ada' } }), 'near far top — Ada');
  });

  it('does not look above the root', async () => {
    await using workspace = await aWorkspace({
      'a/x.prompt': '{{> header}}',
      '_header.prompt': 'out of reach',
    });
    const asked = rendered(workspace, 'a/x.prompt', { root: join(workspace.root, 'a') });
    await assert.rejects(asked, error => {
      assert.ok(Problem.is(error, 'invalid_source'));
      assert.match(error.message, /^a\/x\.prompt:1:5: The partial "header" was not found/);
      return true;
    });
  });

  it('looks as far up as names allow without a root', async () => {
    await using workspace = await aWorkspace({ 'a/x.prompt': '{{> header}}', '_header.prompt': 'found' });
    assert.equal(await rendered(workspace, 'a/x.prompt', { root: undefined }), 'found');
  });

  it('accepts a file or folder whose name is not a prompt’s', async () => {
    await using workspace = await aWorkspace({
      'My Prompts/Greeting.prompt': '{{> header}} {{name}}',
      'My Prompts/_header.prompt': 'Dear',
    });
    for (const root of [workspace.root, undefined])
      assert.equal(
        await rendered(workspace, 'My Prompts/Greeting.prompt', { root, input: { name: 'Ada' } }),
        'Dear Ada',
      );
  });

  it('uses unsaved text instead of the file', async () => {
    await using workspace = await aWorkspace({ 'x.prompt': 'saved', '_header.prompt': 'header' });
    assert.equal(
      await rendered(workspace, 'x.prompt', { source: '{{> header}}, unsaved' }),
      'header, unsaved',
    );
  });

  it('uses unsaved text of the file and its partials, and returns the file of each partial', async () => {
    await using workspace = await aWorkspace({
      'a/x.prompt': 'saved {{> header}} {{> footer}}',
      'a/_header.prompt': 'saved header',
      '_footer.prompt': 'saved footer',
    });
    const at = (file: string) => join(workspace.root, ...file.split('/'));
    const unsaved = new Map([
      [at('a/x.prompt'), 'unsaved {{> header}} {{> footer}} {{> new}}'],
      [at('a/_header.prompt'), 'unsaved header'],
      [at('_new.prompt'), 'never saved'],
    ]);
    const read = (path: string) => unsaved.get(path);
    assert.equal(
      await rendered(workspace, 'a/x.prompt', { read }),
      'unsaved unsaved header saved footer never saved',
    );
    const { files } = await linkFile({
      file: at('a/x.prompt'),
      root: workspace.root,
      read,
      fileSystem: nodeFileSystem,
    });
    assert.deepEqual(Object.fromEntries(files), {
      'a/_header': at('a/_header.prompt'),
      _footer: at('_footer.prompt'),
      _new: at('_new.prompt'),
    });
  });

  it('names the file, line and column of an error in the file or a partial', async () => {
    await using workspace = await aWorkspace({
      'x.prompt': '---\nmodel: m\n---\nHello {{#if a}}',
      'y.prompt': 'Hello\n {{> deep/broken}}',
      'deep/_broken.prompt': 'one\ntwo {{/if}}',
      'z.prompt': '---\nmodel: m\n---\nHello\n {{> (lookup . "x")}}',
      'loop.prompt': '{{> loop}}',
      '_loop.prompt': 'a {{> loop}}',
      'front.prompt': '---\na: [\n---\n',
    });
    for (const [file, message] of [
      ['x.prompt', /^x\.prompt:4:7: The block "\{\{#if\}\}" is never closed/],
      ['y.prompt', /^deep\/_broken\.prompt:2:\d+: /],
      ['z.prompt', /^z\.prompt:5:6: A partial must be named/],
      ['loop.prompt', /^_loop\.prompt:1:7: The partial "loop" uses itself/],
      ['front.prompt', /^front\.prompt:2:4: A "\[" or "\{"/],
    ] as const)
      await assert.rejects(rendered(workspace, file), error => {
        assert.ok(Problem.is(error, 'invalid_source'), String(error));
        assert.match(error.message, message);
        return true;
      });
  });

  it('names missing inputs', async () => {
    await using workspace = await aWorkspace({
      'x.prompt': '---\ninput:\n  schema:\n    name: string\n---\nHello {{name}} {{other}}',
    });
    await assert.rejects(
      rendered(workspace, 'x.prompt'),
      error => Problem.is(error, 'missing_input') && error.details.missing?.join() === 'name',
    );
    await assert.rejects(
      rendered(workspace, 'x.prompt', { input: { name: 'Ada' }, strict: true }),
      error => Problem.is(error, 'missing_input') && error.details.missing?.join() === 'other',
    );
  });

  it('does not follow a link out of the root to a partial', async () => {
    await using workspace = await aWorkspace({ 'in/x.prompt': '{{> header}}', 'secret.prompt': 'secret' });
    await symlink(join(workspace.root, 'secret.prompt'), join(workspace.root, 'in', '_header.prompt'));
    await assert.rejects(rendered(workspace, 'in/x.prompt', { root: join(workspace.root, 'in') }), error =>
      WorkspaceError.is(error, 'outside'),
    );
  });

  it('reports a file that is missing, outside of the root, or not UTF-8', async () => {
    await using workspace = await aWorkspace({ 'x.prompt': '' });
    await assert.rejects(rendered(workspace, 'y.prompt'), error => WorkspaceError.is(error, 'file_missing'));
    await assert.rejects(rendered(workspace, 'x.prompt', { root: join(workspace.root, 'a') }), error =>
      WorkspaceError.is(error, 'outside'),
    );
    await workspace.put('z.prompt', Buffer.from([0x80]));
    await assert.rejects(rendered(workspace, 'z.prompt'), { message: /^z\.prompt:1:1: / });
  });
});
