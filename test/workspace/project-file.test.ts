import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { makeKey } from '../../src/core/key.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { parseProject, readProject, writeProject } from '../../src/workspace/project-file.ts';
import { WorkspaceError, type WorkspaceReason } from '../../src/workspace/workspace-error.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aWorkspace } from './a-workspace.ts';

const parse = (text: string) => parseProject(Buffer.from(text), '/work');

function refused(text: string, reason: WorkspaceReason, message: RegExp): void {
  assert.throws(
    () => parse(text),
    error => {
      assert.ok(WorkspaceError.is(error), String(error));
      assert.equal(error.reason, reason);
      assert.match(error.message, message);
      return true;
    },
  );
}

describe('promptforge.json', () => {
  it('names a registry, and where the prompts lie', () => {
    const { registry, prompts, promptsFolder, warnings } = parse(
      '{"registry": "https://prompts.example.com/team/", "prompts": "./text\\\\prompts/"}',
    );
    assert.equal(registry, 'https://prompts.example.com/team');
    assert.equal(prompts, 'text/prompts');
    assert.equal(promptsFolder, join('/work', 'text', 'prompts'));
    assert.deepEqual(warnings, []);
  });

  it('has its prompts in "prompts" when it does not say', () => {
    assert.equal(parse('{"registry": "embedded"}').prompts, 'prompts');
  });

  it('may hold what has no meaning, which is told with its place', () => {
    const [warning] = parse('{\n  "registry": "embedded",\n  "prmpts": "x"\n}').warnings;
    assert.deepEqual(
      { line: warning?.line, column: warning?.column, known: /"prmpts"/.test(warning?.message ?? '') },
      { line: 3, column: 3, known: true },
    );
  });

  it('is refused with line and column when it is not JSON', () => {
    refused(
      '{\n  "registry": embedded\n}',
      'invalid_project_file',
      /^promptforge\.json:2:15: This is not JSON/,
    );
    refused('{"registry": "embedded",}', 'invalid_project_file', /^promptforge\.json:1:25/);
    refused('', 'invalid_project_file', /not JSON/);
    refused('\ufeff{', 'invalid_project_file', /not JSON/);
    refused('{\n<<<<<<< HEAD\n', 'invalid_project_file', /^promptforge\.json:2:1: A merge conflict/);
    refused('{"registry":"embedded","registry":"embedded"}', 'invalid_project_file', /second time/);
  });

  it('is refused where a value is of the wrong kind', () => {
    refused(
      '{\n  "registry": 7\n}',
      'invalid_project_file',
      /^promptforge\.json:2:15: "registry" must be text/,
    );
    refused('{"registry":"embedded","prompts":null}', 'invalid_project_file', /"prompts" must be text/);
    refused('[]', 'invalid_project_file', /object/);
    refused('{}', 'invalid_project_file', /"registry"/);
  });

  it('names no URL that no key may be sent to', () => {
    refused('{"registry": "http://prompts.example.com"}', 'invalid_project_file', /unencrypted/);
    refused('{"registry": "prompts"}', 'invalid_project_file', /"embedded"/);
  });

  it('holds no secret, and no message repeats one', () => {
    const { key } = makeKey('development' as never, bytes => new Uint8Array(bytes).fill(7));
    for (const text of [
      `{"registry": "embedded", "key": "${key}"}`,
      `{"registry": "https://x.example.com/${key}"}`,
      '{"registry": "https://mara:hunter2@x.example.com"}',
      '{"registry": "https://hunter2@x.example.com"}',
    ])
      assert.throws(
        () => parse(text),
        error =>
          WorkspaceError.is(error, 'secret_in_project_file') &&
          !error.message.includes(key) &&
          !error.message.includes('hunter2'),
      );
  });

  it('keeps the prompts inside the workspace', () => {
    for (const folder of [
      '../x',
      'a/../../x',
      '/etc',
      'C:\\x',
      'c:x',
      '\\\\server\\share',
      '..',
      '.',
      '',
      'a\\..\\..\\b',
    ])
      refused(JSON.stringify({ registry: 'embedded', prompts: folder }), 'outside', /"prompts"/);
  });

  it('keeps them inside by links, too', async () => {
    await using workspace = await aWorkspace();
    await using elsewhere = await temporaryFolder();
    await symlink(elsewhere.path, join(workspace.root, 'prompts'));
    const read = () => readProject(workspace.root, nodeFileSystem);
    await assert.rejects(read, error => WorkspaceError.is(error, 'outside'));
    await workspace.put('promptforge.json', '{"registry": "embedded", "prompts": "prompts/deeper"}');
    await assert.rejects(read, error => WorkspaceError.is(error, 'outside'));
    await mkdir(join(workspace.root, 'real'));
    await symlink(join(workspace.root, 'real'), join(workspace.root, 'linked'));
    await workspace.put('promptforge.json', '{"registry": "embedded", "prompts": "linked"}');
    assert.equal((await read()).prompts, 'linked');
  });

  it('says when there is none', async () => {
    await using folder = await temporaryFolder();
    await assert.rejects(readProject(folder.path, nodeFileSystem), error =>
      WorkspaceError.is(error, 'no_project'),
    );
  });

  it('is written as it can be read, or not at all', async () => {
    await using workspace = await aWorkspace();
    const before = await workspace.text('promptforge.json');
    await assert.rejects(writeProject(workspace.root, 'http://x.example.com', nodeFileSystem));
    await assert.rejects(writeProject(workspace.root, 'embedded', nodeFileSystem, '../out'));
    assert.equal(await workspace.text('promptforge.json'), before);
    const written = await writeProject(workspace.root, 'https://x.example.com', nodeFileSystem, 'texts');
    assert.deepEqual(await readProject(workspace.root, nodeFileSystem), written);
  });
});
