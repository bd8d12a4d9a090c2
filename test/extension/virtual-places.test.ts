// Virtual folders in other places: with special characters in each part of their URIs, and at the top of a file system.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { saveSample } from '../../src/editor/preview/samples-file.ts';
import { isMergeInput } from '../../src/editor/versions/tab-documents.ts';
import { eventually } from '../eventually.ts';
import { inside, run } from './support/inside.ts';
import { told } from './support/shown.ts';
import { entryOf, isSettled } from './support/source-control.ts';
import { PROJECT, virtualWindow } from './support/virtual-window.ts';
import { updateFolders } from './support/workspace-folders.ts';

const FOLDERS = {
  'with special characters in its URI': vscode.Uri.from({
    scheme: 'git+memory',
    authority: 'team+ü',
    path: '/50% + x #1?/tëam ☕',
    query: 'archive=file:///a b.zip',
  }),
  'at the top of its file system': vscode.Uri.parse('top:/'),
};

for (const [what, folder] of Object.entries(FOLDERS))
  describe(`a virtual folder ${what}`, () => {
    const { files, pathIn, fileOf, uriOf, publish, published, edit, stateOf } = virtualWindow(folder);

    it('pulls, edits and publishes', async () => {
      const name = await published();
      await edit(name, 'Changed.\n');
      assert.equal(await stateOf(name), 'modified');
      const { fileDecorations } = await inside();
      const mark = () => fileDecorations.provideFileDecoration(uriOf(name), NEVER);
      await eventually('the badge', () => (mark() as vscode.FileDecoration | undefined)?.badge === 'M');
      await told(await run('publish', { texts: ['Changed'] }, uriOf(name)), /^Published/);
      assert.equal(await stateOf(name), 'clean');
    });

    it('merges in the merge editor', async () => {
      const name = await published();
      await edit(name, 'First.\nMine.\nLast.\n');
      await publish(name, 'First.\nHers.\nLast.\n', 1);
      await run('openMergeEditor', {}, await entryOf(name, 'conflicts'));
      const { input } = await eventually('the merge editor', () =>
        vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(each => isMergeInput(each.input)),
      );
      assert.ok(isMergeInput(input));
      const { base, input1, input2 } = input as unknown as Record<'base' | 'input1' | 'input2', vscode.Uri>;
      assert.equal(input.result.toString(), uriOf(name).toString());
      const texts = await Promise.all(
        [base, input1, input2].map(async uri => (await vscode.workspace.openTextDocument(uri)).getText()),
      );
      assert.deepEqual(
        texts.map(text => text.split('\n')[1]),
        ['Middle.', 'Hers.', 'Mine.'],
      );
      await edit(name, 'First.\nBoth.\nLast.\n');
      await run('completeMerge', { confirms: [true] }, uriOf(name));
      await eventually('the merge to end', async () => (await stateOf(name)) === 'modified');
      assert.equal(files.text(fileOf(name)), 'First.\nBoth.\nLast.\n');
      await run('discardChanges', { confirms: [true] }, uriOf(name));
      await isSettled(name);
      assert.equal(files.text(fileOf(name)), 'First.\nHers.\nLast.\n');
    });

    it('previews a file with a sample, and compares that with a version', async () => {
      const name = await published('Hello {{name}}.\n');
      const samples = uriOf(name).with({ path: pathIn(`prompts/${name}.samples.yaml`) });
      await saveSample(samples, 'one', { name: 'Ada' });
      files.put(pathIn('prompts/support/_tone.prompt'), 'Be kind.\n');
      await edit(name, 'Hello {{name}}, {{> support/tone}}\n');
      const { previews } = await inside();
      await run('openPreviewToSide');
      const text = async () => (await previews()).shown?.rendered?.traced.rendered.text;
      await eventually('the rendering', async () => (await text())?.startsWith('Hello Ada, Be kind.'));
      await run('previewDifference', { picks: ['@1'] }, name);
      const { original, modified } = await eventually('the comparison', () => {
        const { activeTab } = vscode.window.tabGroups.activeTabGroup;
        return activeTab?.input instanceof vscode.TabInputTextDiff ? activeTab.input : undefined;
      });
      const shown = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
      assert.match(await shown(original), /Hello Ada\./);
      assert.match(await shown(modified), /Hello Ada, Be kind\./);
    });

    it('reports problems in promptforge.json and in the lock file', async () => {
      const problems = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri).map(({ source }) => source);
      for (const [file, text] of [
        ['promptforge.json', PROJECT.replace('}', ', "unknown": 1}')],
        ['promptforge.lock.json', '{"prompts": 1}'],
      ] as const) {
        files.put(pathIn(file), text);
        const uri = vscode.Uri.joinPath(folder, file);
        await vscode.window.showTextDocument(uri);
        await eventually(`a problem in ${file}`, () => problems(uri).includes('PromptForge'));
      }
    });

    it('does not count files of another branch, which have another authority, as its own', async () => {
      const name = await published();
      const other = uriOf(name).with({ authority: 'other' });
      const { fileDecorations } = await inside();
      files.put(fileOf(name), 'Changed.\n');
      await eventually('the change', async () => (await stateOf(name)) === 'modified');
      assert.equal(fileDecorations.provideFileDecoration(other, NEVER), undefined);
    });
  });

describe('a virtual folder that comes and goes', () => {
  const uri = vscode.Uri.parse('memory:/team/prompts/support/user.prompt');
  const { files, root } = virtualWindow();

  it('is checked while it is there, and again when it is back', async function () {
    const folders = vscode.workspace.workspaceFolders ?? [];
    if (folders.length < 2) this.skip(); // the only folder cannot be taken away
    const { session } = (await inside()).workbench;
    files.put(uri.path, '{{> missing}}\n');
    const isReported = () => vscode.languages.getDiagnostics(uri).length > 0;
    await vscode.window.showTextDocument(uri);
    await eventually('the missing partial', isReported);
    await updateFolders(1, 1);
    await eventually('no project there', () => session.projects.every(each => each.root !== root));
    // It is no file of this window any more.
    await eventually('no problem', () => !isReported());
    await updateFolders(1, 0, { uri: vscode.Uri.parse('memory:/team'), name: 'team' });
    await session.show(root);
    await eventually('the missing partial again', isReported);
    files.put('/team/prompts/support/_missing.prompt', 'Here.\n');
    await eventually('no missing partial', () => !isReported());
  });
});

const NEVER = new vscode.CancellationTokenSource().token;
