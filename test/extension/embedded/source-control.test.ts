// The Source Control view, against the embedded registry.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { type PromptName, parsePromptName } from '../../../src/core/name.ts';
import { documentsIn } from '../../../src/editor/versions/tab-documents.ts';
import { eventually } from '../../eventually.ts';
import { edited } from '../support/edited.ts';
import { embeddedWorkspace } from '../support/embedded-workspace.ts';
import { freshName } from '../support/fresh-name.ts';
import { inside, nameRegistry, promptFile, run, setting, writePrompt } from '../support/inside.ts';
import { shownComparison, shownTab, told } from '../support/shown.ts';
import { click, entryOf, isSettled, sourceControl } from '../support/source-control.ts';

describe('source control with the embedded registry', () => {
  const { mara, publishAndPull, publish } = embeddedWorkspace();
  const newestOf = async (name: PromptName) => (await mara().getPrompt(name)).newest;
  const text = (name: PromptName) => readFile(promptFile(name), 'utf8');

  afterEach(async () => {
    (await sourceControl()).control.inputBox.value = '';
  });

  describe('its groups', () => {
    it('contain what to publish and what to pull, and count local changes', async () => {
      const [edited, fresh, gone, behind, absent] = Array.from({ length: 5 }, () => freshName()) as [
        PromptName,
        PromptName,
        PromptName,
        PromptName,
        PromptName,
      ];
      for (const name of [edited, gone, behind]) await publishAndPull(name, 'One.\n');
      for (const name of [edited, gone, behind]) await isSettled(name);
      await mara().publish(behind, { source: 'Hers.\n', message: '', base: 1 } as never);
      await publish(absent, 'One.\n');
      await writePrompt(edited, 'Edited.\n');
      await writePrompt(fresh, 'New.\n');
      await rm(promptFile(gone));
      await (await inside()).workbench.prompts.rescan();
      assert.match((await entryOf(edited, 'changes')).contextValue ?? '', /:publishable:discardable:$/);
      assert.match(
        (await entryOf(fresh, 'changes')).contextValue ?? '',
        /:new:file:publishable:discardable:$/,
      );
      const deleted = await entryOf(gone, 'changes');
      assert.deepEqual(
        [deleted.contextValue, deleted.decorations?.strikeThrough],
        [':changes:deleted:discardable:', true],
      );
      assert.equal((await entryOf(behind, 'incoming')).contextValue, ':incoming:behind:file:');
      assert.equal((await entryOf(absent, 'incoming')).contextValue, ':incoming:');
      const { control } = await sourceControl();
      await eventually('its count', () => control.count === 3);
    });

    it('show a renamed file as one entry, neither deleted nor new', async () => {
      const name = freshName();
      const to = parsePromptName(`${name}-renamed`);
      await publishAndPull(name, 'One.\n');
      await rename(promptFile(name), promptFile(to));
      await (await inside()).workbench.prompts.rescan();
      const entry = await entryOf(to, 'changes');
      assert.equal(entry.contextValue, ':changes:renamed:file:publishable:discardable:');
      assert.match(entry.decorations?.tooltip ?? '', new RegExp(`^The file of ${name} was renamed\\.`));
      const { groups } = await sourceControl();
      const shown = Object.values(groups).flatMap(group =>
        group.resourceStates.map(each => each.resourceUri.fsPath),
      );
      assert.equal(shown.includes(promptFile(name)), false);
      await click(entry);
      const short = name.slice(name.lastIndexOf('/') + 1);
      // Other prompts may have the same last segment.
      const titles = [short, name].flatMap(old =>
        [short, name].map(each => `${old}@1 ↔ ${each}-renamed (renamed)`),
      );
      await shownTab(...titles);
      const { fileDecorations } = await inside();
      const mark = await fileDecorations.provideFileDecoration(
        vscode.Uri.file(promptFile(to)),
        new vscode.CancellationTokenSource().token,
      );
      assert.equal(mark?.badge, 'R');
      (await sourceControl()).control.inputBox.value = 'Renamed';
      const { message } = await told(await run('publishSelected', {}, entry));
      assert.match(message, new RegExp(`It was renamed from ${name}, which keeps its versions`));
    });

    it('open the difference to the base on a click, or to the newest version for one to pull', async () => {
      const [name, behind] = [freshName(), freshName()];
      await publishAndPull(name, 'One.\n', 'Two.\n');
      await writePrompt(name, 'Edited.\n');
      await click(await entryOf(name, 'changes'));
      const tab = await shownComparison(name, '@2 ↔ your file');
      assert.deepEqual(
        documentsIn(tab).map(({ fsPath }) => fsPath),
        [promptFile(name)],
      );
      await publishAndPull(behind, 'One.\n');
      // Before it was pulled, its first version was what is to pull.
      await isSettled(behind);
      await publish(behind);
      await mara().publish(behind, { source: 'Hers.\n', message: '', base: 1 } as never);
      await run('refresh');
      await click(await entryOf(behind, 'incoming'));
      await shownComparison(behind, 'your file ↔ @2');
    });

    it('open all changes at once', async () => {
      const [one, other] = [freshName(), freshName()];
      await publishAndPull(one, 'One.\n');
      await writePrompt(one, 'Edited.\n');
      await writePrompt(other, 'New.\n');
      await entryOf(other, 'changes');
      const { groups } = await sourceControl();
      await run('openAllChanges', {}, groups.changes);
      // VS Code tells extensions of the pairs alone, and people of the new file too.
      const tab = await shownTab('PromptForge: Changes (2 files)');
      assert.deepEqual(
        documentsIn(tab).map(({ fsPath }) => fsPath),
        [promptFile(one)],
      );
    });

    it('give VS Code the version a file is based on, for the change markers in the editor', async () => {
      const name = freshName();
      await publishAndPull(name, 'One.\n', 'Two.\n');
      await isSettled(name);
      const { control } = await sourceControl();
      const original = async (path: string) =>
        control.quickDiffProvider?.provideOriginalResource?.(
          vscode.Uri.file(path),
          new vscode.CancellationTokenSource().token,
        );
      const uri = await original(promptFile(name));
      assert.equal(uri?.path, `/${name}@2`);
      assert.equal((await vscode.workspace.openTextDocument(uri as vscode.Uri)).getText(), 'Two.\n');
      assert.equal(await original(promptFile(freshName())), undefined);
      assert.equal(await original('/etc/hosts'), undefined);
    });
  });

  describe('publishing', () => {
    it('publishes all changes with the message in the box, partials first, and clears the box', async () => {
      const name = freshName();
      const header = parsePromptName(`${name.split('/')[0]}/_header`);
      await writePrompt(name, '{{> header}}\nOne.\n');
      await writePrompt(header, 'Header.\n');
      await entryOf(header, 'changes');
      const view = await sourceControl();
      view.control.inputBox.value = 'Say more';
      const ask = await run('publishAll');
      assert.match((await told(ask)).message, new RegExp(`^Published ${header}@1 and ${name}@1\\.`));
      assert.equal((await newestOf(name)).message, 'Say more');
      assert.deepEqual(Object.values((await newestOf(name)).partials), [{ prompt: header, version: 1 }]);
      assert.equal(view.control.inputBox.value, '');
      await isSettled(name);
    });

    it('continues after a refusal, names it with the reason, and keeps the message until all are published', async () => {
      const [bad, good] = [freshName(), freshName()];
      await publishAndPull(bad, 'One.\n');
      await publishAndPull(good, 'One.\n');
      await writePrompt(bad, '{{#if open}}\n');
      await writePrompt(good, 'Better.\n');
      await entryOf(good, 'changes');
      const view = await sourceControl();
      view.control.inputBox.value = 'Both';
      const ask = await run('publishAll');
      const { message, severity } = await told(ask);
      assert.equal(severity, 'warning');
      assert.match(message, new RegExp(`^Published ${good}@2\\..*Not published: ${bad}\\. ${bad}: .*:1:`));
      assert.equal((await newestOf(bad)).version, 1);
      assert.equal(view.control.inputBox.value, 'Both');
      await writePrompt(bad, 'Better.\n');
      await run('publishAll');
      assert.equal((await newestOf(bad)).message, 'Both');
      assert.equal(view.control.inputBox.value, '');
    });

    it('publishes only the selected changes', async () => {
      const [one, other] = [freshName(), freshName()];
      await writePrompt(one, 'One.\n');
      await writePrompt(other, 'Two.\n');
      const entry = await entryOf(one, 'changes');
      (await sourceControl()).control.inputBox.value = 'Only this';
      await run('publishSelected', {}, entry);
      assert.equal((await newestOf(one)).message, 'Only this');
      await entryOf(other, 'changes');
    });

    it('asks for a missing message, and publishes nothing without one', async () => {
      const name = freshName();
      await writePrompt(name, 'One.\n');
      await entryOf(name, 'changes');
      const left = await run('publishAll', { texts: [undefined] });
      assert.equal(left.asked[0]?.title, `Publish ${name}`);
      await entryOf(name, 'changes');
      await run('publishAll', { texts: ['First'] });
      assert.equal((await newestOf(name)).message, 'First');
    });

    it('reports that there is nothing to publish', async () => {
      const ask = await run('publishAll');
      assert.match((await told(ask)).message, /^There is nothing to publish/);
    });

    it('keeps the typed message while the window is connected elsewhere', async () => {
      const { inputBox } = (await sourceControl()).control;
      inputBox.value = 'Half a sent';
      const { sourceControl: feature, workbench } = await inside();
      await nameRegistry('https://registry.invalid');
      await workbench.prompts.refresh();
      await eventually('the box of the other registry', () => feature.view()?.message === '');
      await nameRegistry('embedded');
      await workbench.prompts.refresh();
      await eventually('what was typed', () => feature.view()?.message === 'Half a sent');
    });
  });

  describe('discarding', () => {
    it('restores a file to its base, and can bring the changes back', async () => {
      const name = freshName();
      await publishAndPull(name, 'One.\n');
      await writePrompt(name, 'Edited.\n');
      const ask = await run('discardChanges', {}, await entryOf(name, 'changes'));
      assert.equal((await told(ask)).message, `Discarded the changes of ${name}.`);
      assert.equal(await text(name), 'One.\n');
      await run('undoDiscard');
      assert.equal(await text(name), 'Edited.\n');
    });

    it('saves unsaved edits first, so that they can be brought back too', async () => {
      const name = freshName();
      await publishAndPull(name, 'One.\n');
      const editor = await vscode.window.showTextDocument(vscode.Uri.file(promptFile(name)));
      await edited(editor, builder => builder.insert(new vscode.Position(1, 0), 'Two.\n'));
      await editor.document.save();
      await entryOf(name, 'changes');
      await edited(editor, builder => builder.insert(new vscode.Position(2, 0), 'Three.\n'));
      await run('discardChanges', {}, name);
      assert.equal(await text(name), 'One.\n');
      await eventually('the editor to follow', () => editor.document.getText() === 'One.\n');
      await run('undoDiscard');
      assert.equal(await text(name), 'One.\nTwo.\nThree.\n');
    });

    it('asks before deleting an unpublished file, and can bring it back', async () => {
      const name = freshName();
      await writePrompt(name, 'New.\n');
      const entry = await entryOf(name, 'changes');
      const no = await run('discardChanges', { confirms: [false] }, entry);
      assert.equal(no.confirmed[0]?.button, 'Delete File');
      assert.equal(existsSync(promptFile(name)), true);
      const yes = await run('discardChanges', { confirms: [true], button: 'Undo' }, entry);
      await eventually('the file to be back', () => existsSync(promptFile(name)) || undefined);
      assert.equal(await text(name), 'New.\n');
      assert.equal((await yes.message(`Brought back the changes of ${name}.`)).severity, 'info');
    });

    it('restores a deleted file from its base, not from the newest version', async () => {
      const name = freshName();
      await publishAndPull(name, 'One.\n');
      await rm(promptFile(name));
      await (await inside()).workbench.prompts.rescan();
      await run('discardChanges', {}, await entryOf(name, 'changes'));
      assert.equal(await text(name), 'One.\n');
    });

    it("restores a renamed file's name and base, with its samples, and can be undone", async () => {
      const name = freshName();
      const to = parsePromptName(`${name}-renamed`);
      const samplesFile = (of: PromptName) => promptFile(of).replace(/\.prompt$/, '.samples.yaml');
      await publishAndPull(name, 'One.\n');
      await run('rename', { texts: [to] }, name);
      await writePrompt(to, 'Edited.\n');
      await writeFile(samplesFile(to), '- name: one\n  input: {}\n');
      const ask = await run('discardChanges', {}, await entryOf(to, 'changes'));
      assert.equal((await told(ask)).message, `Discarded the changes of ${to}. ${to} is ${name} again.`);
      assert.deepEqual([await text(name), existsSync(promptFile(to))], ['One.\n', false]);
      assert.deepEqual(
        [name, to].map(each => existsSync(samplesFile(each))),
        [true, false],
      );
      await isSettled(name);
      await isSettled(to);
      await run('undoDiscard');
      assert.deepEqual([await text(to), existsSync(promptFile(name))], ['Edited.\n', false]);
      assert.deepEqual(
        [name, to].map(each => existsSync(samplesFile(each))),
        [false, true],
      );
      assert.match(
        (await entryOf(to, 'changes')).contextValue ?? '',
        /:renamed:file:publishable:discardable:$/,
      );
    });

    it('does not rename a file back onto another, and does not undo over an edit', async () => {
      const name = freshName();
      const to = parsePromptName(`${name}-renamed`);
      await publishAndPull(name, 'One.\n');
      await rename(promptFile(name), promptFile(to));
      await (await inside()).workbench.prompts.rescan();
      const entry = await entryOf(to, 'changes');
      // Behind the window's back.
      await writeFile(promptFile(name), 'Other.\n');
      const refused = await run('discardChanges', {}, entry);
      assert.match(
        (await told(refused)).message,
        /^Nothing was discarded\. Left as it is: .*There is such a file already/,
      );
      assert.deepEqual([await text(name), await text(to)], ['Other.\n', 'One.\n']);
      await rm(promptFile(name));
      await (await inside()).workbench.prompts.rescan();
      await run('discardChanges', {}, await entryOf(to, 'changes'));
      await writePrompt(name, 'Edited.\n');
      assert.match((await told(await run('undoDiscard'))).message, /was edited since/);
      assert.deepEqual([await text(name), existsSync(promptFile(to))], ['Edited.\n', false]);
    });

    it('never overwrites later edits: the discarded text opens beside the file', async () => {
      const name = freshName();
      await publishAndPull(name, 'One.\n');
      await writePrompt(name, 'Edited.\n');
      await run('discardChanges', {}, name);
      await writePrompt(name, 'Edited again.\n');
      const ask = await run('undoDiscard');
      assert.match(
        (await told(ask)).message,
        /was edited since, so its discarded text is in a new editor\.$/,
      );
      assert.equal(await text(name), 'Edited again.\n');
      const front = () => vscode.window.activeTextEditor?.document.getText();
      await eventually('what was discarded in front', () => front() === 'Edited.\n');
    });

    it('asks once for all changes', async () => {
      const [one, other] = [freshName(), freshName()];
      await publishAndPull(one, 'One.\n');
      await writePrompt(one, 'Edited.\n');
      await writePrompt(other, 'New.\n');
      await entryOf(other, 'changes');
      const ask = await run('discardAllChanges', { confirms: [true] });
      assert.equal(ask.confirmed[0]?.message, 'Discard the changes of 2 prompts?');
      assert.deepEqual([await text(one), existsSync(promptFile(other))], ['One.\n', false]);
    });
  });

  describe('syncing', () => {
    it('pulls, then offers to publish what changed here', async () => {
      const [behind, edited] = [freshName(), freshName()];
      await publishAndPull(behind, 'One.\n');
      await publishAndPull(edited, 'One.\n');
      await mara().publish(behind, { source: 'Hers.\n', message: '', base: 1 } as never);
      await writePrompt(edited, 'Edited.\n');
      await run('pull');
      await mara().publish(behind, { source: 'Hers again.\n', message: '', base: 2 } as never);
      (await sourceControl()).control.inputBox.value = 'Synced';
      const ask = await run('sync', { button: 'Publish All…' });
      assert.equal(
        (await told(ask)).message,
        'Pulled: 1 file updated. 1 prompt changed here is not published yet.',
      );
      assert.equal(await text(behind), 'Hers again.\n');
      await eventually('the version', async () => (await newestOf(edited)).message === 'Synced');
    });

    it('pulls in the background if the setting says so, without touching edits', async () => {
      const [behind, edited] = [freshName(), freshName()];
      await publishAndPull(behind, 'One.\n');
      await publishAndPull(edited, 'One.\n');
      await writePrompt(edited, 'Edited.\n');
      for (const name of [behind, edited])
        await mara().publish(name, { source: 'Hers.\n', message: '', base: 1 } as never);
      await run('refresh');
      await entryOf(behind, 'incoming');
      assert.equal(await text(behind), 'One.\n');
      await setting('sync.autoPull', true);
      try {
        await eventually('the file to follow', async () => (await text(behind)) === 'Hers.\n');
        assert.equal(await text(edited), 'Edited.\n');
        await entryOf(edited, 'conflicts');
      } finally {
        await setting('sync.autoPull', undefined);
      }
    });
  });
});
