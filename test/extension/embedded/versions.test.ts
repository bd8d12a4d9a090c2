// Opening, comparing and naming versions of the embedded registry.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { parseEnvironmentName } from '../../../src/core/environment.ts';
import { parseVersionNumber } from '../../../src/core/version.ts';
import { embeddedWorkspace } from '../support/embedded-workspace.ts';
import { freshName } from '../support/fresh-name.ts';
import { inside, nodeOf, run, writePrompt } from '../support/inside.ts';
import { promptNode, shownComparison, shownEditor, shownTab, told } from '../support/shown.ts';

describe('a version in the embedded registry', () => {
  const { publish, publishAndPull, promote } = embeddedWorkspace();

  it('opens as a read-only document with its exact text', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    await run('openVersion', {}, `${name}@1`);
    const uri = vscode.Uri.parse(`promptforge://embedded/${name}%401`);
    const { document } = await shownEditor(uri);
    await shownTab('triage@1');
    assert.equal(document.languageId, 'dotprompt');
    assert.equal(document.getText(), 'One.\n');
    assert.equal(vscode.workspace.fs.isWritableFileSystem('promptforge'), false);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), 'x');
    await vscode.workspace.applyEdit(edit);
    assert.equal(await document.save().then(saved => saved && !document.isDirty), false);
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(uri)).toString(), 'One.\n');
  });

  it('that is slow is checked, rendered and compared without blocking the extension host', async () => {
    const name = freshName();
    const long = 'A line about {{name}}.\n'.repeat(20_000);
    await publish(name, long, `Another first line.\n${long}`);
    const { workbench } = await inside();
    const client = await workbench.session.clientOf(parseEnvironmentName('development'));
    const version = parseVersionNumber('1');
    const { messages } = await client.render(name, { input: { name: 'Ada' }, version });
    assert.deepEqual(messages[0]?.content, [{ text: 'A line about Ada.\n'.repeat(20_000) }]);
    const { diff } = await client.diff(name, version, parseVersionNumber('2'));
    assert.match(diff, /^\+Another first line\.$/m);
  });

  it('with an invalid reference is not opened, and the message says what is wrong', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    const ask = await run('openReference', { texts: [`${name}@99`] });
    assert.match((await told(ask)).message, new RegExp(`The newest version of ${name} is @2`));
    const named = await run('openVersion', {}, `${name}@99`);
    assert.equal(
      (await told(named)).message,
      `The embedded registry has no ${name}@99, or your key may not see it.`,
    );
    const none = await run('openReference', {}, 'a line without one');
    assert.match((await told(none)).message, /^Opening the version failed: .*is not a version reference/);
  });

  it('can be opened from a log line, with a reference in the clipboard as default', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    await vscode.env.clipboard.writeText(`10:03 served ${name}@1 in 12 ms`);
    const ask = await run('openReference', { texts: [`10:04 served ${name}@2, then ${name}@1`] });
    assert.equal(ask.asked[0]?.value, `${name}@1`);
    assert.equal(ask.asked[0]?.isStale?.('support/triage@3'), true);
    const { document } = await shownEditor(vscode.Uri.parse(`promptforge://embedded/${name}%402`));
    assert.equal(document.getText(), 'Two.\n');
    await vscode.env.clipboard.writeText('mara@example.com, lodash@4.17.21');
    const without = await run('openReference', { texts: [undefined] });
    assert.equal(without.asked[0]?.value, `${name}@2`, 'the prompt in front');
  });

  it('can be compared with the file and other versions, under a title that names both', async () => {
    const name = freshName();
    await publishAndPull(name, 'One.\n', 'Two.\n', 'Three.\n');
    await promote(name, 1);
    await writePrompt(name, 'Four.\n');
    const version = async (label: string) => nodeOf('version', label, await promptNode(name));
    await run('compareWithNewest', {}, name);
    await shownComparison(name, '@3 ↔ your file');
    await run('compareWithLive', {}, name);
    await shownComparison(name, '@1 ↔ your file');
    await run('compareWithPrevious', {}, await version('@3'));
    await shownComparison(name, '@2 ↔ @3');
    await run('compareVersions', { picks: ['@1', '@3'] }, name);
    await shownComparison(name, '@1 ↔ @3');
    await run('selectForCompare', {}, await version('@2'));
    await run('compareWithSelected', {}, await version('@1'));
    const { input } = await shownComparison(name, '@2 ↔ @1');
    assert.ok(input instanceof vscode.TabInputTextDiff);
    assert.equal(input.original.path, `/${name}@2`);
  });

  it('can be copied as a reference, or as a curl command without a key', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n', 'Three.\n');
    await run('copyReference', {}, await nodeOf('version', '@2', await promptNode(name)));
    assert.equal(await vscode.env.clipboard.readText(), `${name}@2`);
    const ask = await run('copyCurl', {}, name);
    assert.equal(
      await vscode.env.clipboard.readText(),
      `curl 'http://127.0.0.1:7878/v1/prompts/${name}' \\\n  -H "Authorization: Bearer $PROMPTFORGE_KEY"`,
    );
    assert.match((await told(ask)).message, /promptforge serve/);
  });

  it('can be traced from log lines in the clipboard or an editor, with where it was live', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    await promote(name, 1);
    const now = new Date().toISOString();
    await vscode.env.clipboard.writeText(`${now} served ${name}@1\n${now} served ${name}@1\nsaw ${name}@9`);
    const ask = await run('traceVersions', { picks: [`${name}@1`] });
    assert.match(ask.offered[0]?.[0] ?? '', new RegExp(`^${name}@1 2 lines, `));
    assert.match(ask.offered[0]?.[1] ?? '', /@9 1 line, line 3$/);
    assert.deepEqual(ask.details, ['Live in staging then.', 'This registry has no such version.']);
    const { document } = await shownEditor(vscode.Uri.parse(`promptforge://embedded/${name}%401`));
    assert.equal(document.getText(), 'One.\n');
    const unknown = await run('traceVersions', { picks: ['@9'] });
    assert.match((await told(unknown)).message, new RegExp(`has no ${name}@9\\.$`));

    const log = await vscode.workspace.openTextDocument({ content: `a line\nserved ${name}@2\n` });
    const editor = await vscode.window.showTextDocument(log);
    editor.selection = new vscode.Selection(1, 0, 2, 0);
    const selected = await run('traceVersions', { picks: [undefined] });
    assert.deepEqual(selected.offered[0]?.length, 1);
    assert.match(selected.offered[0]?.[0] ?? '', /@2 1 line, line 1$/);
    assert.deepEqual(selected.details, ['This version was never live.']);

    editor.selection = new vscode.Selection(0, 0, 0, 0);
    const open = await run('traceVersions', { picks: [undefined] });
    assert.match(open.titles[0] ?? '', /^Trace: 1 version in Untitled-/);
    assert.match(
      open.offered[0]?.[0] ?? '',
      /@2 1 line, line 2$/,
      'the log that is open, before the clipboard',
    );
    await vscode.languages.setTextDocumentLanguage(log, 'markdown');
    const copied = await run('traceVersions', { picks: [undefined] });
    assert.equal(copied.titles[0], 'Trace: 2 versions in the clipboard');
    await vscode.env.clipboard.writeText('nothing');
    const left = await run('traceVersions', { picks: [undefined] });
    assert.match(left.titles[0] ?? '', /^Trace: 1 version in Untitled-/);
    await run('openVersion', {}, `${name}@1`);
    assert.match((await told(await run('traceVersions'))).message, /^No version reference such as/);
  });
});
