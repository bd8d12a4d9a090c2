// A folder that is on no disk, such as a repository that is opened without a clone: prompts are files there, too. The suite
// runs in a window with only such a folder, and in one that has a folder on a disk as well.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { parsePromptName } from '../../src/core/name.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { eventually } from '../eventually.ts';
import { inserted } from './support/edited.ts';
import { freshName } from './support/fresh-name.ts';
import { inside, run, shownTree } from './support/inside.ts';
import { shownEditor, told } from './support/shown.ts';
import { entryOf, isSettled } from './support/source-control.ts';
import { BASE, virtualWindow } from './support/virtual-window.ts';

describe('a virtual folder', () => {
  const { files, fileOf, uriOf, publish, published, edit, stateOf, registry } = virtualWindow();

  it('connects it: the project file is written there', async () => {
    files.clear();
    await (await inside()).workbench.prompts.refresh();
    const picks = (vscode.workspace.workspaceFolders ?? []).length > 1 ? ['team', 'embedded'] : ['embedded'];
    const { message } = await told(await run('connect', { picks }));
    assert.match(message, /^Connected to the embedded registry/);
    assert.equal(JSON.parse(files.text('/team/promptforge.json') ?? '').registry, 'embedded');
  });

  it('pulls and publishes, and keeps its own notes on the disk of this machine', async () => {
    const name = await published();
    assert.equal(await stateOf(name), 'clean');
    await edit(name, 'First.\nChanged.\nLast.\n');
    assert.equal(await stateOf(name), 'modified');
    await told(await run('publish', { texts: ['Changed'] }, name), /^Published/);
    assert.equal(await stateOf(name), 'clean');
    const { source } = await registry().getVersion(name, 2 as VersionNumber);
    assert.equal(source, 'First.\nChanged.\nLast.\n');
    assert.equal(JSON.parse(files.text('/team/promptforge.lock.json') ?? '').prompts[name].version, 2);
    const unexpected = Object.keys(files.texts).filter(path => path.includes('.promptforge'));
    assert.deepEqual(unexpected, []);
    const { session } = (await inside()).workbench;
    const own = await session.fileSystem(session.project?.root ?? '');
    assert.notEqual(
      await own.readFile(join(session.project?.root ?? '', '.promptforge', '.gitignore')),
      undefined,
    );
  });

  it('reads a file again only if its size or time has changed', async () => {
    const name = await published();
    const { prompts } = (await inside()).workbench;
    // The notes of this machine have a later time than the file.
    await eventually('a scan that reads nothing', async () => {
      files.read.length = 0;
      await prompts.rescan();
      return !files.read.includes(fileOf(name));
    });
    files.put(fileOf(name), BASE.replace('Middle', 'muddle'));
    await prompts.rescan();
    assert.equal(await stateOf(name), 'modified');
  });

  it('shows changes that another program makes, in the tree and on the file', async () => {
    const name = await published();
    files.put(fileOf(name), 'Changed elsewhere.\n');
    await eventually('the change', async () => (await stateOf(name)) === 'modified');
    const { fileDecorations } = await inside();
    const mark = () => fileDecorations.provideFileDecoration(uriOf(name), token());
    await eventually('the badge', () => (mark() as vscode.FileDecoration | undefined)?.badge === 'M');
    const tree = await shownTree();
    assert.ok(
      tree.some(line => line.includes(name.slice(name.lastIndexOf('/') + 1))),
      tree.join('\n'),
    );
  });

  it('notices what is saved in the window, even if the file system does not report it', async () => {
    const name = await published();
    files.isSilent = true;
    const { document } = await vscode.window.showTextDocument(uriOf(name));
    await inserted(document.uri, 'New. ', new vscode.Position(0, 0));
    await document.save();
    await eventually('the change', async () => (await stateOf(name)) === 'modified');
  });

  it('resolves a conflict with the text of the registry', async () => {
    const name = await published();
    await edit(name, 'First.\nMine.\nLast.\n');
    await publish(name, 'First.\nHers.\nLast.\n', 1);
    assert.equal(await stateOf(name), 'conflict');
    await run('acceptTheirs', {}, await entryOf(name, 'conflicts'));
    assert.equal(files.text(fileOf(name)), 'First.\nHers.\nLast.\n');
    await isSettled(name);
  });

  it('merges changes in different places', async () => {
    const name = await published();
    await edit(name, 'Mine.\nMiddle.\nLast.\n');
    await publish(name, 'First.\nMiddle.\nHers.\n', 1);
    await run('pull', {}, name);
    assert.equal(files.text(fileOf(name)), 'Mine.\nMiddle.\nHers.\n');
  });

  it('discards changes', async () => {
    const name = await published();
    await edit(name, 'Changed.\n');
    await run('discardChanges', { confirms: [true] }, uriOf(name));
    assert.equal(files.text(fileOf(name)), BASE);
  });

  it('opens the file of a new prompt', async () => {
    const name = freshName();
    await run('newPrompt', { texts: [name] });
    await shownEditor(uriOf(name));
    assert.notEqual(files.text(fileOf(name)), undefined);
  });

  it('says why a file cannot be written, and leaves everything as it was', async () => {
    const name = await published();
    await publish(name, 'Second.\n', 1);
    files.refuse = path => vscode.FileSystemError.NoPermissions(path);
    const before = files.texts;
    const { message } = await told(await run('pull', {}, name));
    assert.match(message, /cannot be written: permission denied/);
    assert.doesNotMatch(message, /\0/);
    assert.deepEqual(files.texts, before);
  });

  it('checks prompts with the partials that are there, and finds those that come and go', async () => {
    const user = parsePromptName('support/user');
    files.put('/team/prompts/support/_tone.prompt', 'Be kind, {{name}}.\n');
    files.put(fileOf(user), '{{> tone}}\n{{> other}}\n');
    const document = await vscode.workspace.openTextDocument(uriOf(user));
    await vscode.window.showTextDocument(document);
    const missing = () =>
      vscode.languages.getDiagnostics(document.uri).filter(({ code }) => codeOf(code) === 'missing-partial');
    await eventually('the missing partial', () => missing().length === 1);
    files.put('/team/prompts/support/_other.prompt', 'Hello.\n');
    await eventually('no missing partial', () => missing().length === 0);
    const [definition] = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
      'vscode.executeDefinitionProvider',
      document.uri,
      new vscode.Position(0, 5),
    );
    assert.equal(targetOf(definition).toString(), 'memory:/team/prompts/support/_tone.prompt');
    files.clear();
    files.put(fileOf(user), '{{> tone}}\n');
    await eventually('the missing partial', () => missing().length >= 1);
  });

  it('previews a prompt with its partials', async () => {
    const user = parsePromptName('support/user');
    files.put('/team/prompts/support/_tone.prompt', 'Be kind.\n');
    files.put(fileOf(user), 'Hello.\n{{> tone}}\n');
    const { previews } = await inside();
    await vscode.window.showTextDocument(uriOf(user));
    await run('openPreviewToSide');
    const text = async () => (await previews()).shown?.rendered?.traced.rendered.text;
    await eventually('the rendering', async () => (await text()) === 'Hello.\nBe kind.\n');
  });
});

function token(): vscode.CancellationToken {
  return new vscode.CancellationTokenSource().token;
}

function codeOf(code: vscode.Diagnostic['code']): unknown {
  return typeof code === 'object' ? code.value : code;
}

function targetOf(found: vscode.Location | vscode.LocationLink | undefined): vscode.Uri {
  assert.ok(found, 'no definition was found');
  return 'targetUri' in found ? found.targetUri : found.uri;
}
