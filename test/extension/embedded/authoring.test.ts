// New prompts and their versions, against the embedded registry.

import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { folderOf } from '../../../src/core/name.ts';
import { parseVersionNumber } from '../../../src/core/version.ts';
import { eventually } from '../../eventually.ts';
import { inserted } from '../support/edited.ts';
import { embeddedWorkspace } from '../support/embedded-workspace.ts';
import { freshName } from '../support/fresh-name.ts';
import { inside, promptFile, run, writePrompt } from '../support/inside.ts';
import { AGE, shownComparison, shownEditor, shownFolderOf, told } from '../support/shown.ts';
import { withoutAutoSave } from '../support/without-auto-save.ts';

const FIRST = parseVersionNumber(1);

describe('a new prompt in the embedded registry', () => {
  embeddedWorkspace();

  it('can be published unchanged, is opened, and appears in the tree', async () => {
    const name = freshName();
    const file = vscode.Uri.file(promptFile(name));
    await vscode.commands.executeCommand('promptforge.prompts.focus');
    await run('newPrompt', { texts: [name] });
    await access(file.fsPath);
    const { document } = await shownEditor(file);
    assert.equal(document.languageId, 'dotprompt');
    assert.deepEqual(await shownFolderOf(name), [`${folderOf(name)} 1`, '  triage new']);
    const { selected } = await inside();
    await eventually('the new prompt selected in the tree', () => {
      const node = selected();
      return node?.kind === 'prompt' && node.listed.name === name;
    });
    assert.equal((await shownEditor(file)).document, document);
  });

  it('cannot have the name of an existing prompt or an invalid one', async () => {
    const name = freshName();
    await writePrompt(name, 'One.\n');
    const there = await run('newPrompt', { texts: [name] });
    assert.match((await told(there)).message, new RegExp(`A file of ${name} already exists`));
    const ask = await run('newPrompt', { texts: ['../outside'] });
    assert.match((await told(ask)).message, /cannot be a segment/);
  });
});

describe('publishing to the embedded registry', () => {
  const actor = 'tomas.berg';
  const { mara, publishAndPull } = embeddedWorkspace({ actor });
  withoutAutoSave();
  const newest = async (name: ReturnType<typeof freshName>) => (await mara().getPrompt(name)).newest;

  it('refuses the markers of a merge conflict, unless the version has them, too', async () => {
    const marked = '<<<<<<< HEAD\nOne.\n=======\nTwo.\n>>>>>>> other\n';
    const [name, about, fresh] = [freshName(), freshName(), freshName()];
    await publishAndPull(name, 'One.\n');
    await publishAndPull(about, marked);
    await writePrompt(name, marked);
    await writePrompt(fresh, marked);
    for (const each of [name, fresh]) {
      const { message } = await told(await run('publish', { texts: ['Merged'] }, each));
      assert.match(message, /prompt has the markers of a merge conflict/);
    }
    await writePrompt(about, `${marked}More.\n`);
    await told(await run('publish', { texts: ['More'] }, about), /^Published/);
    const all = await told(await run('publishAll', { texts: ['Merged'] }));
    assert.match(all.message, /markers of a merge conflict/);
    assert.equal((await newest(name)).version, 1);
    await assert.rejects(newest(fresh));
  });

  it('creates the first version with a message, and says that it is not live anywhere', async () => {
    const name = freshName();
    await writePrompt(name, 'One.\n');
    const ask = await run('publish', { texts: ['First'] }, name);
    await told(ask);
    assert.deepEqual(
      ask.told.map(({ severity, message }) => [severity, message]),
      [['info', `Published ${name}@1. It is not live anywhere until you promote it.`]],
    );
    const { message, author } = await newest(name);
    assert.deepEqual({ message, author }, { message: 'First', author: actor });
    const [folder, prompt, version] = await shownFolderOf(name);
    assert.deepEqual([folder, prompt], [`${folderOf(name)} 1`, '  triage @1']);
    assert.match(version ?? '', new RegExp(`^ {4}@1 First · tomas\\.berg · ${AGE}$`));
  });

  it('saves unsaved edits first, shows what will be published, and publishes it', async () => {
    const name = freshName();
    await publishAndPull(name, 'One.\n');
    const document = await vscode.workspace.openTextDocument(promptFile(name));
    await inserted(document.uri, 'Two.\n', new vscode.Position(1, 0));
    await eventually('the edit to be unsaved', () => document.isDirty);
    await run('publish', { texts: ['Second'] }, name);
    await eventually('the document to be saved', () => !document.isDirty);
    assert.equal((await mara().getVersion(name, parseVersionNumber(2))).source, 'One.\nTwo.\n');
    await shownComparison(name, '@1 ↔ your file');
  });

  it('reports that there is nothing new', async () => {
    const name = freshName();
    await publishAndPull(name, 'One.\n', 'Two.\n');
    const ask = await run('publish', {}, name);
    assert.match(
      (await told(ask)).message,
      new RegExp(`Nothing new was published: ${name}@2 already has this text`),
    );
  });

  it('marks a source error at its place, and neither asks nor sends anything', async () => {
    const name = freshName();
    await publishAndPull(name, 'One.\n');
    await writePrompt(name, 'One.\n{{#if urgent}}\nTwo.\n');
    const ask = await run('publish', {}, name);
    assert.match(
      (await told(ask)).message,
      new RegExp(`^Nothing was published\\. prompts/${name}\\.prompt:2:1: .*never closed`),
    );
    const [diagnostic] = await eventually('the diagnostic', () => {
      const all = vscode.languages.getDiagnostics(vscode.Uri.file(promptFile(name)));
      return all.length > 0 ? all : undefined;
    });
    assert.match(diagnostic?.message ?? '', /never closed/);
    assert.deepEqual(diagnostic?.range.start, new vscode.Position(1, 0));
    assert.equal((await newest(name)).version, 1);
  });

  it('is refused when somebody published first, and leaves the file unchanged', async () => {
    const name = freshName();
    await publishAndPull(name, 'One.\n');
    await writePrompt(name, 'Mine.\n');
    const meanwhile = async () => {
      await mara().publish(name, { source: 'Hers.\n', message: 'Faster', base: FIRST });
    };
    const ask = await run('publish', { texts: ['Second'], meanwhile, button: 'Compare with @2' }, name);
    assert.match(
      (await told(ask)).message,
      new RegExp(
        `^${name}@2 was published by mara\\.lindqvist, ${AGE}, and your file is not based on it\\..*your file is unchanged`,
      ),
    );
    await shownComparison(name, '@2 ↔ your file');
    assert.equal(await readFile(promptFile(name), 'utf8'), 'Mine.\n');
    assert.equal((await newest(name)).version, 2);
    await eventually(
      'the conflict in the tree',
      async () => (await shownFolderOf(name))[1] === '  triage @2 · conflict',
    );
  });

  it('publishes over the newest version once the person chooses to', async () => {
    const name = freshName();
    await publishAndPull(name, 'One.\n');
    await writePrompt(name, 'Mine.\n');
    await mara().publish(name, { source: 'Hers.\n', message: 'Faster', base: FIRST });
    await run('refresh');
    const button = 'Publish on Top of @2…';
    const left = await run('publish', { confirms: [false], button }, name);
    assert.equal(left.confirmed.length, 1);
    assert.equal((await newest(name)).version, 2);
    const ask = await run('publish', { confirms: [true], texts: ['Mine on hers'], button }, name);
    await told(ask, new RegExp(`^Published ${name}@3\\. It is not live anywhere until you promote it\\.$`));
    assert.equal(ask.confirmed[0]?.button, 'Publish on Top of @2');
    assert.equal((await newest(name)).base, 2);
  });
});
