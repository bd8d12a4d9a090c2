// A virtual file system that fails: nothing that exists nowhere else is lost, and the message says why.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { VersionNumber } from '../../src/core/version.ts';
import { saveSample } from '../../src/editor/preview/samples-file.ts';
import { eventually } from '../eventually.ts';
import { freshName } from './support/fresh-name.ts';
import { inside, run, shownTree } from './support/inside.ts';
import { told } from './support/shown.ts';
import { entryOf, isSettled } from './support/source-control.ts';
import { BASE, virtualWindow } from './support/virtual-window.ts';

/** The error, and how a message names it. */
const ERRORS: readonly (readonly [Error, RegExp])[] = [
  [vscode.FileSystemError.NoPermissions(), /permission denied/],
  [vscode.FileSystemError.Unavailable(), /its file system does not answer/],
  [vscode.FileSystemError.FileExists(), /a file of this name is in the way/],
  [vscode.FileSystemError.FileIsADirectory(), /it is a folder/],
  [vscode.FileSystemError.FileNotADirectory(), /a part of its path is a file/],
  [vscode.FileSystemError.FileNotFound(), /there is no such file/],
  [
    new vscode.FileSystemError('The branch is protected.'),
    /its file system reports "The branch is protected"/,
  ],
  [new Error('The quota is used up.'), /its file system reports "The quota is used up"/],
];

describe('a virtual folder whose file system fails', () => {
  const { files, fileOf, uriOf, publish, published, edit, stateOf, registry, pathIn } = virtualWindow();
  const tear = (path: string) => {
    files.isTorn = true;
    files.refuse = each => (each === path ? vscode.FileSystemError.Unavailable(path) : undefined);
  };

  it('says why a file cannot be written, whatever error its file system reports', async () => {
    const name = await published();
    await publish(name, 'Second.\n', 1);
    const before = files.texts;
    for (const [error, words] of ERRORS) {
      files.refuse = () => error;
      const { message } = await told(await run('pull', {}, name));
      assert.match(message, words);
      assert.doesNotMatch(message, /\0|\\u0000|Unknown/);
      assert.deepEqual(files.texts, before);
    }
  });

  it('leaves the file as it was if a pull of a newer version fails midway', async () => {
    const name = await published();
    await publish(name, 'First.\nHers is another one.\nLast.\n', 1);
    tear(fileOf(name));
    files.refuse = once(files.refuse);
    await run('pull', {}, name);
    assert.equal(files.text(fileOf(name)), BASE);
    files.recover();
    await run('pull', {}, name);
    assert.equal(await stateOf(name), 'clean');
  });

  it('leaves the edits as they were if a merge fails midway', async () => {
    const name = await published();
    await edit(name, 'Mine.\nMiddle.\nLast.\n');
    await publish(name, 'First.\nMiddle.\nHers.\n', 1);
    tear(fileOf(name));
    files.refuse = once(files.refuse);
    await run('pull', {}, name);
    assert.equal(files.text(fileOf(name)), 'Mine.\nMiddle.\nLast.\n');
    files.recover();
    await run('pull', {}, name);
    assert.equal(files.text(fileOf(name)), 'Mine.\nMiddle.\nHers.\n');
  });

  it('leaves no part of a new file if its pull fails midway', async () => {
    const name = freshName();
    await publish(name, BASE);
    files.isTorn = true;
    files.refuse = once(path => (path === fileOf(name) ? new Error('gone') : undefined));
    await run('pull', {}, name);
    assert.equal(files.text(fileOf(name)), undefined);
    files.recover();
    await run('pull', {}, name);
    assert.equal(files.text(fileOf(name)), BASE);
  });

  it('publishes although the lock file cannot be written, and completes that later', async () => {
    const name = await published();
    await edit(name, 'Changed.\n');
    tear(pathIn('promptforge.lock.json'));
    files.refuse = once(files.refuse);
    const lock = files.text(pathIn('promptforge.lock.json'));
    await run('publish', { texts: ['Changed'] }, name);
    assert.equal((await registry().getVersion(name, 2 as VersionNumber)).source, 'Changed.\n');
    assert.equal(files.text(fileOf(name)), 'Changed.\n');
    assert.equal(files.text(pathIn('promptforge.lock.json')), lock);
    files.recover();
    await run('refresh');
    await eventually('its base', async () => (await stateOf(name)) === 'clean');
  });

  it('keeps both sides of a conflict if taking theirs fails midway', async () => {
    const name = await published();
    await edit(name, 'First.\nMine.\nLast.\n');
    await publish(name, 'First.\nHers.\nLast.\n', 1);
    const entry = await entryOf(name, 'conflicts');
    tear(fileOf(name));
    files.refuse = once(files.refuse);
    await run('acceptTheirs', {}, entry);
    assert.equal(files.text(fileOf(name)), 'First.\nMine.\nLast.\n');
    files.recover();
    await run('acceptTheirs', {}, await entryOf(name, 'conflicts'));
    assert.equal(files.text(fileOf(name)), 'First.\nHers.\nLast.\n');
    await isSettled(name);
  });

  it('brings discarded changes back, also after an attempt that failed', async () => {
    const name = await published();
    await edit(name, 'Mine.\n');
    await run('discardChanges', { confirms: [true] }, uriOf(name));
    assert.equal(files.text(fileOf(name)), BASE);
    files.refuse = path => vscode.FileSystemError.NoPermissions(path);
    await run('undoDiscard');
    assert.equal(files.text(fileOf(name)), BASE);
    files.recover();
    await run('undoDiscard');
    assert.equal(files.text(fileOf(name)), 'Mine.\n');
  });

  it('changes nothing if a rename, a copy or a new prompt is refused', async () => {
    const name = await published();
    const before = files.texts;
    files.refuse = path => vscode.FileSystemError.NoPermissions(path);
    const other = freshName();
    for (const command of ['rename', 'duplicate', 'newPrompt']) {
      const ask = await run(command, { texts: [other], confirms: [true], picks: [] }, uriOf(name));
      for (const { message } of ask.told) assert.doesNotMatch(message, /\0|\\u0000/);
      assert.deepEqual(files.texts, before, command);
    }
  });

  it('names the samples file that cannot be saved', async () => {
    const samples = vscode.Uri.parse('memory:/team/prompts/faults.samples.yaml');
    files.refuse = path => vscode.FileSystemError.NoPermissions(path);
    await assert.rejects(
      saveSample(samples, 'one', { name: 'Ada' }),
      /memory:\/team\/prompts\/faults\.samples\.yaml/,
    );
    assert.equal(files.text(samples.path), undefined);
  });

  it('shows the other files if one cannot be looked up', async () => {
    const [name, other] = [await published(), await published()];
    files.hide = path => (path === fileOf(other) ? vscode.FileSystemError.Unavailable(path) : undefined);
    files.put(fileOf(name), 'Changed.\n');
    const { prompts } = (await inside()).workbench;
    await prompts.rescan();
    assert.equal(await stateOf(name), 'modified');
    const trouble = prompts.fileTroubles.find(({ path }) => path.endsWith(`${other}.prompt`));
    assert.match(trouble?.message ?? '', /its file system does not answer/);
  });

  it('notices changes although all files always have the same time', async () => {
    files.time = 1000;
    const name = await published();
    const { prompts } = (await inside()).workbench;
    await prompts.rescan();
    await prompts.rescan();
    files.read.length = 0;
    await prompts.rescan();
    assert.ok(!files.read.includes(fileOf(name)), 'it was read again');
    files.put(fileOf(name), BASE.replace('Middle', 'muddle'));
    await eventually('the change', async () => (await stateOf(name)) === 'modified');
    files.isSilent = true;
    await edit(name, BASE);
    assert.equal(await stateOf(name), 'clean');
  });

  it('reads files whose time is unknown at each scan', async () => {
    files.time = 0;
    const name = await published();
    files.isSilent = true;
    files.put(fileOf(name), BASE.replace('Middle', 'muddle'));
    await (await inside()).workbench.prompts.rescan();
    assert.equal(await stateOf(name), 'modified');
  });

  it('says that the folder cannot be read, or shows another project of the window', async () => {
    files.hide = path => vscode.FileSystemError.Unavailable(path);
    const { session } = (await inside()).workbench;
    await session.reload();
    const { state } = session;
    assert.ok('why' in state, JSON.stringify(state));
    assert.match(String(state.why), /cannot be read: its file system does not answer/);
    assert.doesNotMatch(String(state.why) + (await shownTree()).join(), /\0/);
    files.recover();
    await session.reload();
    assert.equal(session.state.kind, 'connected');
  });
});

/** An error for the first write only. */
function once(refuse: (path: string) => Error | undefined): (path: string) => Error | undefined {
  let isOver = false;
  return path => {
    const error = isOver ? undefined : refuse(path);
    isOver ||= error !== undefined;
    return error;
  };
}
