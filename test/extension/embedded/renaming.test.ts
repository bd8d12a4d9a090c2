// Renaming, moving and duplicating prompts, against the embedded registry.

import assert from 'node:assert/strict';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { folderOf, type PromptName, parsePromptName } from '../../../src/core/name.ts';
import { eventually } from '../../eventually.ts';
import { inserted } from '../support/edited.ts';
import { embeddedWorkspace } from '../support/embedded-workspace.ts';
import { freshName } from '../support/fresh-name.ts';
import { inside, nodeOf, promptFile, run, writePrompt } from '../support/inside.ts';
import { promptNode, shownEditor, shownFolderOf, told } from '../support/shown.ts';
import { withoutAutoSave } from '../support/without-auto-save.ts';

const SAMPLES = '- name: one\n  input: {}\n';

function besides(name: PromptName, segment: string): PromptName {
  return parsePromptName(`${folderOf(name)}/${segment}`);
}

const samplesFile = (name: string) => promptFile(name).replace(/\.prompt$/, '.samples.yaml');

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** A document of the prompt with text that is not saved, in front. */
async function edited(name: PromptName, text: string): Promise<vscode.TextDocument> {
  const { document } = await vscode.window.showTextDocument(vscode.Uri.file(promptFile(name)));
  await inserted(document.uri, text, () => new vscode.Position(document.lineCount, 0));
  await eventually('the edit to be unsaved', () => document.isDirty);
  return document;
}

/** The prompt's text as its editor has it, or its file. */
async function textOf(name: PromptName): Promise<string> {
  return (await vscode.workspace.openTextDocument(vscode.Uri.file(promptFile(name)))).getText();
}

/** The editor of a file hears of an edit of the workspace a moment later. */
async function hasText(name: PromptName, text: string): Promise<void> {
  await eventually(`${name} with the text ${text}`, async () => (await textOf(name)) === text);
}

describe('renaming a prompt', () => {
  const { publishAndPull, promote, publish } = embeddedWorkspace();
  withoutAutoSave();

  it('moves its file, samples and unsaved edits, and undoes this in one step', async () => {
    const name = freshName();
    const to = besides(name, 'sorting');
    await writePrompt(name, 'One.\n');
    await writeFile(samplesFile(name), SAMPLES);
    await edited(name, 'Not saved.\n');
    const ask = await run('rename', { texts: [to] }, name);
    assert.equal(ask.asked[0]?.value, name);
    assert.equal((await told(ask)).message, `Renamed ${name} to ${to}.`);
    assert.equal(await isThere(promptFile(name)), false);
    await hasText(to, 'One.\nNot saved.\n');
    assert.equal(await readFile(samplesFile(to), 'utf8'), SAMPLES);
    assert.deepEqual(await shownFolderOf(to), [`${folderOf(to)} 1`, '  sorting new']);

    await shownEditor(vscode.Uri.file(promptFile(to)));
    await vscode.commands.executeCommand('undo');
    await eventually('the old file again', () => isThere(promptFile(name)));
    await eventually('the old samples again', () => isThere(samplesFile(name)));
    assert.equal(await isThere(promptFile(to)), false);
    await hasText(name, 'One.\nNot saved.\n');
  });

  it('updates all prompts that include a partial, and says how many', async () => {
    const caller = freshName();
    const partial = besides(caller, '_tone');
    await writePrompt(partial, 'Be brief.\n');
    await writePrompt(caller, '{{> tone}}\n');
    const ask = await run('rename', { texts: [besides(caller, 'parts/_style')] }, partial);
    assert.match((await told(ask)).message, /1 file that includes it was changed\.$/);
    await hasText(caller, '{{> parts/style}}\n');
  });

  it('may change only its case, together with prompts that include it, until it is published', async () => {
    const caller = freshName('orderSummary');
    const partial = besides(caller, '_lineItem');
    const to = besides(caller, '_LineItem');
    await writePrompt(partial, 'One line an item.\n');
    await writeFile(samplesFile(partial), SAMPLES);
    await writePrompt(caller, '{{> lineItem}}\n');
    const renamed = await told(await run('rename', { texts: [to] }, partial));
    assert.match(renamed.message, /^Renamed .*1 file that includes it was changed\.$/);
    await hasText(caller, '{{> LineItem}}\n');
    assert.equal(await isThere(promptFile(partial)), false);
    assert.equal(await readFile(samplesFile(to), 'utf8'), SAMPLES);
    assert.deepEqual(await shownFolderOf(to), [`${folderOf(to)} 2`, '  _LineItem new', '  orderSummary new']);
    await vscode.workspace.saveAll();
    for (const name of [to, caller]) await publishAndPull(name, await textOf(name));

    const why = (await told(await run('rename', { texts: [partial] }, to))).message;
    assert.match(why, /The registry keeps .*_LineItem, and a name that differs only by case/);
    const file = vscode.Uri.file(promptFile(caller));
    const asked = vscode.commands.executeCommand(
      'vscode.executeDocumentRenameProvider',
      file,
      new vscode.Position(0, 6),
      'lineItem',
    );
    await assert.rejects(async () => asked, /The registry keeps/);
    assert.equal(await isThere(promptFile(to)), true);
  });

  it('does not change open versions, which still include the partial by its old name', async () => {
    const caller = freshName();
    const partial = besides(caller, '_tone');
    await publishAndPull(partial, 'Be brief.\n');
    await publishAndPull(caller, '{{> tone}}\n');
    await run('openVersion', {}, `${caller}@1`);
    await run('rename', { texts: [besides(caller, '_style')] }, partial);
    await hasText(caller, '{{> style}}\n');
    const front = () => vscode.window.activeTextEditor?.document.getText();
    await eventually('the version in front', () => front() === '{{> tone}}\n');
  });

  it('updates the partials it includes when it moves to another folder', async () => {
    const name = freshName();
    await writePrompt(besides(name, '_tone'), 'Be brief.\n');
    await writePrompt(name, '{{> tone}}\n');
    const to = parsePromptName(`${freshName()}/moved`);
    await run('rename', { texts: [to] }, name);
    await hasText(to, `{{> ${folderOf(name)}/tone}}\n`);
  });

  it('says what the registry keeps, and offers to archive the old name', async () => {
    const name = freshName();
    const to = besides(name, 'sorting');
    await publishAndPull(name, 'One.\n', 'Two.\n');
    await promote(name, 2);
    const button = `Archive ${name}…`;
    const ask = await run('rename', { texts: [to, 'Renamed'], confirms: [true], button }, name);
    const note = ask.asked[0]?.validate?.(besides(name, 'another'));
    assert.match(typeof note === 'object' ? note.note : '', /keeps .* with its 2 versions; .* starts at @1/);
    const { message } = await told(ask);
    assert.match(
      message,
      /The registry keeps .* with its 2 versions, and applications still get it\. Publish/,
    );
    await told(ask, /is archived\. Live versions stay live\./);
    await eventually('the new name alone in the tree', async () => {
      const lines = await shownFolderOf(to);
      return lines.join() === `${folderOf(to)} 1,  sorting renamed from ${name}` || undefined;
    });
  });

  it('never overwrites a prompt, another file or samples', async () => {
    const name = freshName();
    await writePrompt(name, 'One.\n');
    await writeFile(samplesFile(name), SAMPLES);
    const other = besides(name, 'other');
    await writePrompt(other, 'Other.\n');
    const inRegistry = besides(name, 'published');
    await publish(inRegistry, 'Theirs.\n');
    const whyNot = async (to: string) => (await told(await run('rename', { texts: [to] }, name))).message;
    assert.match(await whyNot(other), /A file of .* already exists/);
    assert.match(await whyNot(inRegistry), /is already in the registry/);
    assert.match(await whyNot(besides(name, 'Published')), /differs only by case from the prompt/);
    assert.match(await whyNot(name.toUpperCase()), /differs only by case/);
    assert.match(await whyNot('../out'), /cannot be a segment/);

    const unseen = besides(name, 'unseen');
    await writeFile(promptFile(unseen), 'Unseen.\n');
    assert.match(await whyNot(unseen), /There is such a file already/);
    const orphan = besides(name, 'orphan');
    await writeFile(samplesFile(orphan), '- input: {a: 1}\n');
    assert.match(await whyNot(orphan), /The file .*orphan\.samples\.yaml already exists/);
    assert.equal(await readFile(promptFile(name), 'utf8'), 'One.\n');
    assert.equal(await readFile(promptFile(unseen), 'utf8'), 'Unseen.\n');
    assert.equal(await readFile(samplesFile(orphan), 'utf8'), '- input: {a: 1}\n');
  });

  it('changes nothing if a call would resolve to another partial, and says why', async () => {
    const caller = freshName();
    const partial = besides(caller, '_tone');
    await writePrompt(partial, 'Be brief.\n');
    await writePrompt(caller, '{{> tone}}\n');
    const ask = await run('rename', { texts: [besides(caller, 'tone')] }, partial);
    assert.match((await told(ask)).message, /includes this partial, so the last part .* must begin with "_"/);
    assert.equal(await readFile(promptFile(partial), 'utf8'), 'Be brief.\n');
  });

  it('by keyboard applies to the focused row of the tree', async () => {
    const name = freshName();
    const other = freshName();
    await writePrompt(name, 'One.\n');
    await writePrompt(other, 'Two.\n');
    const { tree } = await inside();
    await vscode.window.showTextDocument(vscode.Uri.file(promptFile(other)));
    tree.filter = `${folderOf(name)}/`;
    try {
      await eventually('the folder under the keys', async () => {
        // An editor that was just opened may take the focus back.
        await vscode.commands.executeCommand('promptforge.prompts.focus');
        await vscode.commands.executeCommand('list.focusFirst');
        const folder = await run('rename', { texts: [undefined] }, 'focused');
        return folder.told[0]?.message.endsWith('Select a prompt.') || undefined;
      });
      await eventually('the prompt under the keys', async () => {
        await vscode.commands.executeCommand('list.focusDown');
        const ask = await run('rename', { texts: [undefined] }, 'focused');
        return ask.asked[0]?.title === `Rename ${name}` || undefined;
      });
      await eventually('the same prompt again, which is selected by now', async () => {
        await vscode.commands.executeCommand('promptforge.prompts.focus');
        const again = await run('rename', { texts: [undefined] }, 'focused');
        return again.asked[0]?.title === `Rename ${name}` || undefined;
      });
      const archive = await run('archive', {}, 'focused');
      assert.match((await told(archive)).message, /was never published, so there is nothing to archive/);
    } finally {
      tree.filter = '';
    }
  });

  it('is refused for a folder or a prompt without a file, and says what to do', async () => {
    const name = freshName();
    await publish(name, 'One.\n');
    const folder = await run('rename', {}, await nodeOf('folder', folderOf(name)));
    assert.match((await told(folder)).message, /Select a prompt\.$/);
    const remote = await run('rename', {}, await promptNode(name));
    assert.match((await told(remote)).message, /Pull it first/);
  });

  it('reports a prompt that no longer exists, as the other commands do', async () => {
    const name = freshName();
    for (const command of ['rename', 'duplicate', 'openPrompt'])
      assert.match(
        (await told(await run(command, {}, name))).message,
        /: .* is no longer in this folder or in the registry\.$/,
        command,
      );
  });

  describe('by dragging it', () => {
    async function dragged(source: PromptName): Promise<vscode.DataTransfer> {
      const data = new vscode.DataTransfer();
      await (await inside()).dragAndDrop.handleDrag([await promptNode(source)], data);
      return data;
    }

    /** Drops it on a folder, or at the top, with the question answered. */
    async function drop(
      source: PromptName | vscode.DataTransfer,
      folder: string | undefined,
      confirms: readonly boolean[],
    ) {
      const { dragAndDrop, answerWith } = await inside();
      const { ScriptedAsk } = await import('../support/scripted-ask.ts');
      const ask = new ScriptedAsk({ confirms });
      answerWith(ask);
      const target = folder === undefined ? undefined : await nodeOf('folder', folder);
      const { token } = new vscode.CancellationTokenSource();
      const data = source instanceof vscode.DataTransfer ? source : await dragged(source);
      await dragAndDrop.handleDrop(target, data, token);
      return ask;
    }

    it('moves it into a folder after confirmation', async () => {
      const name = freshName('explain');
      const other = freshName();
      await writePrompt(name, 'One.\n');
      await writePrompt(other, 'Two.\n');
      const left = await drop(name, folderOf(other), [false]);
      assert.equal(left.confirmed[0]?.message, `Move ${name} to ${folderOf(other)}?`);
      assert.equal(await isThere(promptFile(name)), true);
      await drop(name, folderOf(other), [true]);
      assert.equal(await readFile(promptFile(`${folderOf(other)}/explain`), 'utf8'), 'One.\n');
      assert.equal(await isThere(promptFile(name)), false);
    });

    it('reports when VS Code lost what was dragged, and ignores what cannot be moved', async () => {
      const lost = await drop(new vscode.DataTransfer(), undefined, []);
      assert.match(
        (await told(lost)).message,
        /^Nothing was moved: the list changed .* Drag the prompt again\.$/,
      );
      const name = freshName();
      await writePrompt(name, 'One.\n');
      await promptNode(name);
      const data = new vscode.DataTransfer();
      await (await inside()).dragAndDrop.handleDrag([await nodeOf('folder', folderOf(name))], data);
      assert.deepEqual((await drop(data, undefined, [])).told, []);
    });

    it('ignores its own folder, and refuses a folder that has a prompt of that name', async () => {
      const name = freshName();
      const other = freshName();
      await writePrompt(name, 'One.\n');
      await writePrompt(other, 'Two.\n');
      assert.deepEqual((await drop(name, folderOf(name), [])).told, []);
      const ask = await drop(name, folderOf(other), []);
      assert.match((await told(ask)).message, /A file of .* already exists/);
      assert.equal(await readFile(promptFile(other), 'utf8'), 'Two.\n');
    });

    it('reports that it was removed while being dragged', async () => {
      const name = freshName();
      const other = freshName();
      await writePrompt(name, 'One.\n');
      await writePrompt(other, 'Two.\n');
      const data = await dragged(name);
      await rm(promptFile(name));
      const { workbench } = await inside();
      await workbench.prompts.rescan();
      const ask = await drop(data, folderOf(other), []);
      assert.match((await told(ask)).message, /^Moving failed: .* is no longer in this folder or/);
    });

    it('opens its file when dropped on an editor', async () => {
      const name = freshName();
      await writePrompt(name, 'One.\n');
      const files = await (await dragged(name)).get('text/uri-list')?.asString();
      assert.equal(files, vscode.Uri.file(promptFile(name)).toString());
    });
  });
});

describe('duplicating a prompt', () => {
  const { publish } = embeddedWorkspace();
  withoutAutoSave();

  it('copies its text, saved or not, and its samples, and opens the copy', async () => {
    const name = freshName();
    await writePrompt(name, 'One.\n{{#if a}}\n');
    await writeFile(samplesFile(name), SAMPLES);
    const document = await edited(name, 'Not saved.\n');
    const to = besides(name, 'triage-copy');
    const ask = await run('duplicate', { texts: [to] }, name);
    assert.equal(ask.asked[0]?.value, to);
    await shownEditor(vscode.Uri.file(promptFile(to)));
    assert.equal(await readFile(promptFile(to), 'utf8'), 'One.\n{{#if a}}\nNot saved.\n');
    assert.equal(await readFile(samplesFile(to), 'utf8'), SAMPLES);
    assert.equal(document.isDirty, true);
    const again = await run('duplicate', { texts: [undefined] }, name);
    assert.equal(again.asked[0]?.value, `${to}-2`);
  });

  it('copies the newest version of a prompt without a file here', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    const to = besides(name, 'mine');
    await run('duplicate', { texts: [to] }, name);
    assert.equal(await readFile(promptFile(to), 'utf8'), 'Two.\n');
  });

  it('never overwrites a file', async () => {
    const name = freshName();
    await writePrompt(name, 'One.\n');
    const unseen = besides(name, 'unseen');
    await writeFile(promptFile(unseen), 'Unseen.\n');
    const ask = await run('duplicate', { texts: [unseen] }, name);
    assert.match((await told(ask)).message, /There is such a file already/);
    assert.equal(await readFile(promptFile(unseen), 'utf8'), 'Unseen.\n');
  });
});
