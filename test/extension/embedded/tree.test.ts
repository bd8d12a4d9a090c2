// How the tree follows the editor, its filter, and what leads out of it, against the embedded registry.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { folderOf, type PromptName, parsePromptName } from '../../../src/core/name.ts';
import { eventually } from '../../eventually.ts';
import { embeddedWorkspace } from '../support/embedded-workspace.ts';
import { freshName } from '../support/fresh-name.ts';
import { inside, nodeOf, promptFile, run, setting, writePrompt } from '../support/inside.ts';
import { promptNode, shownEditor } from '../support/shown.ts';

describe('the prompt tree', () => {
  const { publish } = embeddedWorkspace();

  beforeEach(async () => {
    await vscode.commands.executeCommand('promptforge.prompts.focus');
  });

  afterEach(async () => {
    (await inside()).tree.filter = '';
    await setting('autoReveal', undefined);
  });

  async function untilSelected(name: PromptName): Promise<void> {
    const { selected } = await inside();
    await eventually(`${name} selected in the tree`, () => {
      const node = selected();
      return (node !== undefined && 'listed' in node && node.listed.name === name) || undefined;
    });
  }

  const show = (name: PromptName) => vscode.window.showTextDocument(vscode.Uri.file(promptFile(name)));

  describe('following the active editor', () => {
    it('selects its file or version, and does not move the focus', async () => {
      const [name, other] = [freshName(), freshName()];
      await writePrompt(name, 'One.\n');
      await writePrompt(other, 'Two.\n');
      await show(name);
      await untilSelected(name);
      await show(other);
      await untilSelected(other);
      await publish(name, 'One.\n');
      const { document } = await show(other);
      await run('openVersion', {}, `${name}@1`);
      await untilSelected(name);
      await show(other);
      await untilSelected(other);
      await vscode.commands.executeCommand('type', { text: 'x' });
      await eventually('what is typed in the editor', () => document.getText().includes('x') || undefined);
    });

    it('is turned off by the setting', async () => {
      const [name, other] = [freshName(), freshName()];
      await writePrompt(name, 'One.\n');
      await writePrompt(other, 'Two.\n');
      await show(name);
      await untilSelected(name);
      await setting('autoReveal', false);
      await show(other);
      await shownEditor(vscode.Uri.file(promptFile(other)));
      // What would have been selected by now is not.
      await run('refresh');
      const { selected } = await inside();
      const node = await eventually('what is selected in the tree', selected);
      assert.equal(node.kind === 'prompt' && node.listed.name, name);
    });

    it('resumes when a filter no longer hides the prompt', async () => {
      const [name, other] = [freshName(), freshName()];
      await writePrompt(name, 'One.\n');
      await writePrompt(other, 'Two.\n');
      await show(other);
      await untilSelected(other);
      const { tree } = await inside();
      tree.filter = other;
      await show(name);
      await shownEditor(vscode.Uri.file(promptFile(name)));
      tree.filter = '';
      await untilSelected(name);
    });
  });

  it('expands the folders of filter matches, and restores the expanded folders afterwards', async () => {
    const name = freshName();
    await writePrompt(name, 'One.\n');
    await writePrompt(parsePromptName(`${folderOf(name)}/deep/below`), 'Two.\n');
    const { tree } = await inside();
    const stateOf = async (folder: string) =>
      tree.getTreeItem(await nodeOf('folder', folder)).collapsibleState;
    const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    assert.equal(await stateOf('deep'), Collapsed);
    const before = tree.getTreeItem(await nodeOf('folder', 'deep')).id;
    tree.filter = `${folderOf(name)}/deep new`;
    assert.equal(await stateOf(folderOf(name)), Expanded);
    assert.equal(await stateOf('deep'), Expanded);
    // VS Code keeps the state of an item that it knows by its id.
    assert.notEqual(tree.getTreeItem(await nodeOf('folder', 'deep')).id, before);
    tree.filter = '';
    assert.equal(await stateOf('deep'), Collapsed);
    tree.note(await nodeOf('folder', 'deep'), true);
    assert.equal(await stateOf('deep'), Expanded);
  });

  it('copies names, and reveals files and folders in the file explorer', async () => {
    const name = freshName();
    await writePrompt(name, 'One.\n');
    const clipboard = () => vscode.env.clipboard.readText();
    await run('copyName', {}, await promptNode(name));
    assert.equal(await clipboard(), name);
    await run('copyName', {}, await nodeOf('folder', folderOf(name)));
    assert.equal(await clipboard(), folderOf(name));

    await run('revealInExplorer', {}, await promptNode(name));
    await eventually('the file selected in the explorer', async () => {
      await vscode.commands.executeCommand('copyFilePath');
      return (await clipboard()) === promptFile(name) || undefined;
    });
  });

  it('reports that a prompt has no file to reveal', async () => {
    const name = freshName();
    await publish(name, 'One.\n');
    const ask = await run('revealInExplorer', {}, await promptNode(name));
    assert.match((await ask.message(/./)).message, /in the registry only\. Pull to get its file\.$/);
  });
});
