// Conflicts of prompts that were changed here and in the registry, and VS Code's merge editor.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { digestOf } from '../../../src/core/digest.ts';
import type { PromptName } from '../../../src/core/name.ts';
import { documentsIn } from '../../../src/editor/versions/tab-documents.ts';
import { eventually } from '../../eventually.ts';
import { embeddedWorkspace } from '../support/embedded-workspace.ts';
import { freshName } from '../support/fresh-name.ts';
import { activeTab, inside, promptFile, root, run, writePrompt } from '../support/inside.ts';
import { told } from '../support/shown.ts';
import { click, entryOf, isSettled } from '../support/source-control.ts';

/** What VS Code's merge editor is given. */
interface MergeSides {
  readonly base: vscode.Uri;
  readonly input1: { readonly uri: vscode.Uri };
  readonly input2: { readonly uri: vscode.Uri };
  readonly output: vscode.Uri;
}

const BASE = 'First.\nMiddle.\nLast.\n';
const MINE = 'First.\nMine.\nLast.\n';
const THEIRS = 'First.\nHers.\nLast.\n';

describe('a conflict', () => {
  const { mara, publishAndPull } = embeddedWorkspace();
  const text = (name: PromptName) => readFile(promptFile(name), 'utf8');
  const textOf = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
  const baseOf = async (name: PromptName) =>
    JSON.parse(await readFile(join(root(), 'promptforge.lock.json'), 'utf8')).prompts[name].version;
  const theirs = async (name: PromptName, source: string, base: number) => {
    await mara().publish(name, { source, message: '', base } as never);
    await run('refresh');
  };

  /** A prompt whose file says one thing in the place where the registry's newest version says another. */
  async function conflict(mine = MINE): Promise<PromptName> {
    const name = freshName();
    await publishAndPull(name, BASE);
    await writePrompt(name, mine);
    await theirs(name, THEIRS, 1);
    await entryOf(name, 'conflicts');
    return name;
  }

  /**
   * The texts that the merge editor was opened with. It asks before it is closed, whatever it holds, which no test can
   * answer: so all but one of them have it opened by nobody.
   */
  const openedWith = new Map<string, MergeSides>();
  let opening: vscode.Disposable | undefined;
  const sidesOf = (name: PromptName) =>
    eventually(`a merge editor of ${name}`, () => openedWith.get(promptFile(name)));
  async function merge(name: PromptName): Promise<string[]> {
    openedWith.clear();
    await run('openMergeEditor', {}, name);
    const { base, input1, input2 } = await sidesOf(name);
    return Promise.all([base, input1.uri, input2.uri].map(textOf));
  }

  beforeEach(() => {
    opening = vscode.commands.registerCommand('_open.mergeEditor', (sides: MergeSides) => {
      openedWith.set(sides.output.fsPath, sides);
    });
  });

  afterEach(() => {
    opening?.dispose();
    openedWith.clear();
  });

  it("has the base, the registry's text and yours to merge, and lasts until its markers are gone", async () => {
    const name = await conflict();
    await click(await entryOf(name, 'conflicts'));
    const { base, input1, input2 } = await sidesOf(name);
    assert.deepEqual(await Promise.all([base, input1.uri, input2.uri].map(textOf)), [BASE, THEIRS, MINE]);
    assert.equal(
      await text(name),
      `First.\n<<<<<<< Yours\nMine.\n=======\nHers.\n>>>>>>> ${name}@2\nLast.\n`,
    );
    const ask = await run('publishAll', { texts: ['Too early'] });
    assert.match((await told(ask)).message, /There is nothing to publish/);
    const early = await run('completeMerge', {}, name);
    assert.match((await told(early)).message, /still has conflict markers/);
    assert.equal(await baseOf(name), 1);
    // Called again, the same merge goes on: what the file held stays the one side.
    assert.deepEqual(await merge(name), [BASE, THEIRS, MINE]);
  });

  it("remains while Auto Save writes the merge editor's initial text, the base", async () => {
    const name = await conflict();
    await merge(name);
    await writePrompt(name, BASE);
    await run('refresh');
    await entryOf(name, 'conflicts');
    const pulled = await run('pull');
    assert.match((await told(pulled)).message, /A merge is in progress\. Complete it first\./);
    assert.equal(await text(name), BASE);
    const no = await run('completeMerge', { confirms: [false] }, name);
    assert.match(
      no.confirmed[0]?.detail ?? '',
      /^1 place that you and the registry both changed holds the text from before both changes/,
    );
    assert.equal(await baseOf(name), 1);
    await run('acceptMine', {}, await entryOf(name, 'conflicts'));
    assert.equal(await text(name), MINE);
  });

  it('is resolved automatically when the file is saved without markers', async () => {
    const name = await conflict();
    await merge(name);
    await writePrompt(name, 'First.\nMine and hers.\nLast.\n');
    await entryOf(name, 'changes');
    assert.equal(await baseOf(name), 2);
    assert.equal(await text(name), 'First.\nMine and hers.\nLast.\n');
  });

  it("is resolved in VS Code's merge editor, whose result becomes the file", async () => {
    opening?.dispose();
    const name = await conflict();
    await run('openMergeEditor', {}, name);
    await eventually('the merge editor', () => documentsIn(activeTab())[0]?.fsPath === promptFile(name));
    assert.equal(activeTab()?.input instanceof vscode.TabInputText, false);
    await eventually('the merge editor to take the registry’s side', async () => {
      await vscode.commands.executeCommand('merge.acceptAllInput1');
      const open = vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === promptFile(name));
      return open?.getText() === THEIRS;
    });
    // No editor is named: it is about the merge editor in front.
    const ask = await run('completeMerge');
    await ask.message(`Merged ${name}@2 into your file. Publish it to make a version of both.`);
    assert.equal(await text(name), THEIRS);
    await isSettled(name);
    assert.equal(await baseOf(name), 2);
  });

  it('without overlapping changes is merged automatically, and can be undone', async () => {
    const mine = 'First.\nMiddle.\nLast.\nMine.\n';
    const name = freshName();
    await publishAndPull(name, 'First.\nMiddle.\nLast.\n');
    await writePrompt(name, mine);
    await theirs(name, 'Hers.\nFirst.\nMiddle.\nLast.\n', 1);
    await run('openMergeEditor', {}, await entryOf(name, 'conflicts'));
    assert.equal(await text(name), 'Hers.\nFirst.\nMiddle.\nLast.\nMine.\n');
    assert.equal(await baseOf(name), 2);
    await entryOf(name, 'changes');
    await theirs(name, 'Hers, better.\nFirst.\nMiddle.\nLast.\n', 2);
    await run('openMergeEditor', { button: 'Undo' }, await entryOf(name, 'conflicts'));
    await eventually('the merge to be undone', async () => (await baseOf(name)) === 2);
    assert.equal(await text(name), 'Hers.\nFirst.\nMiddle.\nLast.\nMine.\n');
  });

  it("keeps the file's line endings, which do not count as an edit", async () => {
    const name = freshName();
    await publishAndPull(name, BASE);
    await writePrompt(name, `${BASE}Mine.\n`.replaceAll('\n', '\r\n'));
    await theirs(name, `Hers.\n${BASE}`, 1);
    await run('openMergeEditor', {}, await entryOf(name, 'conflicts'));
    assert.equal(await text(name), `Hers.\n${BASE}Mine.\n`.replaceAll('\n', '\r\n'));
    assert.equal(await baseOf(name), 2);
  });

  it('starts again when the registry has a newer version, and overwrites nothing', async () => {
    const name = await conflict();
    await merge(name);
    await theirs(name, 'First.\nHers again.\nLast.\n', 2);
    assert.match(await text(name), /^<<<<<<< /m);
    assert.deepEqual(await merge(name), [BASE, THEIRS, MINE]);
    await writePrompt(name, 'First.\nBoth.\nLast.\n');
    await eventually('the first merge to be completed', async () => (await baseOf(name)) === 2);
    await entryOf(name, 'conflicts');
    assert.equal(await text(name), 'First.\nBoth.\nLast.\n');
    assert.deepEqual(await merge(name), [THEIRS, 'First.\nHers again.\nLast.\n', 'First.\nBoth.\nLast.\n']);
  });

  it('is unmerged when another program restores the file', async () => {
    const name = await conflict();
    await merge(name);
    await writePrompt(name, MINE);
    await run('refresh');
    await entryOf(name, 'conflicts');
    assert.equal(await baseOf(name), 1);
  });

  it('remains while another program writes the file, which it emptied first', async () => {
    const name = await conflict();
    await merge(name);
    await writePrompt(name, '');
    await run('refresh');
    await entryOf(name, 'conflicts');
    assert.equal(await baseOf(name), 1);
    await writePrompt(name, 'First.\nBoth.\nLast.\n');
    await eventually('the merge to be completed', async () => (await baseOf(name)) === 2);
  });

  it('keeps your text when the base changes during an unfinished merge, as when switching branches', async () => {
    const name = await conflict();
    await merge(name);
    const note = join(root(), '.promptforge', 'merging', digestOf(name).slice('sha256:'.length));
    assert.equal(await readFile(note, 'utf8'), name, 'no command pulls it meanwhile');
    const file = join(root(), 'promptforge.lock.json');
    const lock = JSON.parse(await readFile(file, 'utf8'));
    lock.prompts[name] = { version: 2, digest: digestOf(THEIRS) };
    await writeFile(file, JSON.stringify(lock));
    await writePrompt(name, THEIRS);
    await run('refresh');
    await isSettled(name);
    await eventually('the merge to be over', () => !existsSync(note));
    await run('undoDiscard');
    assert.equal(await text(name), MINE);
    await entryOf(name, 'conflicts');
    assert.equal(await baseOf(name), 1);
  });

  it('is resolved with your text, and removes the markers', async () => {
    const name = await conflict();
    await merge(name);
    const ask = await run('acceptMine', {}, await entryOf(name, 'conflicts'));
    assert.match((await told(ask)).message, /now based on @2\. Publishing it reverts what @2 changed\.$/);
    assert.equal(await text(name), MINE);
    await entryOf(name, 'changes');
    assert.equal(await baseOf(name), 2);
  });

  it("is resolved with the registry's text, and your text can be restored even after the message is gone", async () => {
    const name = await conflict();
    await run('acceptTheirs', {}, await entryOf(name, 'conflicts'));
    assert.equal(await text(name), THEIRS);
    await isSettled(name);
    await run('undoDiscard');
    assert.equal(await text(name), MINE);
    await entryOf(name, 'conflicts');
    assert.equal(await baseOf(name), 1);
  });

  it('of a prompt deleted here and changed in the registry is decided by the person', async () => {
    const gone = async () => {
      const name = freshName();
      await publishAndPull(name, BASE);
      await rm(promptFile(name));
      await theirs(name, THEIRS, 1);
      return name;
    };
    const kept = await gone();
    const entry = await entryOf(kept, 'conflicts');
    assert.equal(entry.contextValue, ':conflicts:deleted:');
    const ask = await run('keepDeleted', { button: 'Undo' }, entry);
    assert.equal(
      (await told(ask)).message,
      `${kept} stays deleted here. Its versions are still in the registry.`,
    );
    await eventually('the answer to be taken back', async () => (await baseOf(kept)) === 1);
    await run('keepDeleted', {}, await entryOf(kept, 'conflicts'));
    await entryOf(kept, 'changes');
    await run('pull');
    assert.deepEqual([existsSync(promptFile(kept)), await baseOf(kept)], [false, 2]);
    const back = await gone();
    await run('restoreFile', {}, await entryOf(back, 'conflicts'));
    assert.equal(await text(back), THEIRS);
    await isSettled(back);
  });

  it('of a prompt deleted here and changed in the registry is shown by Pull and Sync', async () => {
    const name = freshName();
    await publishAndPull(name, BASE);
    await rm(promptFile(name));
    await theirs(name, THEIRS, 1);
    const asked = (await run('pull', {})).told.find(({ message }) =>
      message.startsWith(`${name} was deleted`),
    );
    assert.equal(
      asked?.message,
      `${name} was deleted here, and the registry has a newer version (@2) than the one that was deleted (@1). Restore the file, or keep it deleted?`,
    );
    assert.deepEqual(asked?.buttons, ['Restore File', 'Keep Deleted']);
    assert.equal(existsSync(promptFile(name)), false, 'nothing comes back without a word');
    await run('sync', { button: 'Keep Deleted' });
    await eventually('the answer', async () => (await baseOf(name)) === 2);
    await theirs(name, 'Once more.\n', 2);
    await run('sync', { button: 'Restore File' });
    await eventually('the file', async () => (await text(name).catch(() => '')) === 'Once more.\n');
    await isSettled(name);
  });

  it('left by git in the lock file is resolved by Pull as far as possible, and the rest is named', async () => {
    const name = freshName();
    await publishAndPull(name, BASE, THEIRS);
    const file = join(root(), 'promptforge.lock.json');
    const lock = await readFile(file, 'utf8');
    const ours = lock.split('\n').find(line => line.includes(`"${name}"`)) ?? '';
    const theirs = ours.replace('"version": 2', '"version": 1').replace(digestOf(THEIRS), digestOf(BASE));
    await writePrompt(name, 'Edited.\n');
    const conflicted = `<<<<<<< HEAD\n${ours}\n=======\n${theirs}\n>>>>>>> other`;
    await writeFile(file, lock.replace(ours, conflicted));
    const refused = await run('pull');
    await refused.message(
      new RegExp(`promptforge\\.lock\\.json:\\d+:1: ${name} is still in conflict: one side says version 2`),
    );
    await writePrompt(name, THEIRS);
    await (await run('pull')).message('promptforge.lock.json: The merge conflict is resolved for 1 prompt.');
    assert.equal(await baseOf(name), 2);
    assert.doesNotMatch(await readFile(file, 'utf8'), /<<<<<<<|=======|>>>>>>>/);
  });

  it('command changes nothing when there is no conflict', async () => {
    const name = freshName();
    await publishAndPull(name, BASE);
    for (const command of ['openMergeEditor', 'acceptMine', 'acceptTheirs'])
      assert.equal((await told(await run(command, {}, name))).message, `${name} is not in conflict.`);
    assert.equal(await text(name), BASE);
    assert.ok((await inside()).workbench.prompts.listed.get(name)?.state === 'clean');
  });
});
