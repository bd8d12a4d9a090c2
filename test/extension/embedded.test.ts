// The explorer, versions, comparisons, publishing, promoting and rolling back against the embedded registry.

import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { EMBEDDED_ORIGIN, embeddedCredential } from '../../src/core/embedded.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { type EmbeddedRegistry, openEmbeddedRegistry } from '../../src/registry/embedded.ts';
import { eventually } from '../eventually.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import {
  activeTab,
  connectTo,
  disconnect,
  EXTENSION,
  inside,
  nodeOf,
  promptFile,
  root,
  run,
  setting,
  shownTree,
  writePrompt,
} from './support/inside.ts';
import { ScriptedAsk } from './support/scripted-ask.ts';

const NAME = parsePromptName('support/triage');

const CLI = join(vscode.extensions.getExtension(EXTENSION)?.extensionPath ?? '', 'dist', 'cli.js');

describe('with the embedded registry', () => {
  let folder: TemporaryFolder;
  /** Another window's registry on the same data folder. */
  let other: EmbeddedRegistry;
  let mara: RegistryClient;

  before(async () => {
    folder = await temporaryFolder();
    await setting('embedded.dataFolder', folder.path);
    await setting('embedded.actor', 'tomas.berg');
    await connectTo('embedded');
    other = await openEmbeddedRegistry({ dataFolder: folder.path, actor: 'mara.lindqvist' });
    const key = embeddedCredential(parseEnvironmentName('development'));
    mara = new RegistryClient({ url: EMBEDDED_ORIGIN, key, fetch: other.fetch });
  });

  after(async () => {
    await disconnect();
    await other.close();
    await setting('embedded.dataFolder', undefined);
    await setting('embedded.actor', undefined);
    await folder[Symbol.asyncDispose]();
  });

  const newest = async () => (await mara.getPrompt(NAME)).newest;
  const live = async (environment: string) => {
    const key = embeddedCredential(parseEnvironmentName(environment));
    const client = new RegistryClient({ url: EMBEDDED_ORIGIN, key, fetch: other.fetch });
    return (await client.deliver(NAME)).template;
  };
  const write = (text: string) => writePrompt(NAME, text);

  /** What the command prints, run on the window's data folder. */
  const command = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args, '--data', folder.path]);
    return stdout;
  };
  /** The URL that a started \`serve\` says it listens on. */
  const listening = async (serving: ChildProcessWithoutNullStreams): Promise<string> => {
    let said = '';
    for await (const chunk of serving.stdout.iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      const url = /"url":"([^"]+)"/.exec(said)?.[1];
      if (url !== undefined) return url;
    }
    throw new Error(`The server ended: ${said}`);
  };

  it('is connected as the actor of the settings, in every environment', async () => {
    const { workbench } = await inside();
    assert.deepEqual(workbench.session.state, {
      kind: 'connected',
      environment: 'development',
      actor: 'tomas.berg',
      role: workbench.session.state.kind === 'connected' ? workbench.session.state.role : '',
    });
    assert.deepEqual([...workbench.session.keys.keys()].sort(), ['development', 'production', 'staging']);
    assert.deepEqual(await shownTree(), []);
  });

  it('makes a new prompt that can be published as it stands, opens it, and shows it in the tree', async () => {
    await vscode.commands.executeCommand('promptforge.prompts.focus');
    await run('newPrompt', { texts: ['support/triage'] });
    await access(promptFile(NAME));
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, promptFile(NAME));
    assert.equal(vscode.window.activeTextEditor?.document.languageId, 'dotprompt');
    assert.deepEqual(await shownTree(), ['support 1', '  triage new']);
    const { selected } = await inside();
    const revealed = await eventually('the new prompt in the tree', selected);
    assert.equal(revealed.kind === 'prompt' && revealed.listed.name, NAME);
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, promptFile(NAME));
  });

  it('refuses the name of a prompt that is there, and one outside the grammar', async () => {
    const there = await run('newPrompt', { texts: ['support/triage'] });
    assert.match(there.told[0]?.message ?? '', /There is a file of support\/triage already/);
    const ask = await run('newPrompt', { texts: ['../outside'] });
    assert.match(ask.told[0]?.message ?? '', /cannot be a segment/);
  });

  it('publishes the first version with a message and says that it is live nowhere', async () => {
    await write('One.\n');
    const ask = await run('publish', { texts: ['First'] }, NAME);
    assert.deepEqual(
      ask.told.map(({ severity, message }) => [severity, message]),
      [['info', 'Published support/triage@1. It is live nowhere until you promote it.']],
    );
    assert.equal((await newest()).message, 'First');
    assert.equal((await newest()).author, 'tomas.berg');
    const tree = await shownTree();
    assert.deepEqual(tree.slice(0, 2), ['support 1', '  triage @1']);
    assert.match(tree[2] ?? '', /^ {4}@1 First · tomas\.berg · just now$/);
  });

  it('saves unsaved edits first, shows what is published, and publishes it', async () => {
    const document = await vscode.workspace.openTextDocument(promptFile(NAME));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(1, 0), 'Two.\n');
    await vscode.workspace.applyEdit(edit);
    assert.equal(document.isDirty, true);
    await run('publish', { texts: ['Second'] }, NAME);
    assert.equal(document.isDirty, false);
    assert.equal((await mara.getVersion(NAME, 2 as never)).source, 'One.\nTwo.\n');
    assert.equal(activeTab()?.label, 'support/triage: @1 (newest) ↔ your file');
  });

  it('says so when there is nothing new to publish', async () => {
    const ask = await run('publish', {}, NAME);
    assert.match(
      ask.told[0]?.message ?? '',
      /Nothing new was published: support\/triage@2 already has this text/,
    );
  });

  it('puts a source error at its place, and sends and asks nothing', async () => {
    await write('One.\n{{#if urgent}}\nTwo.\n');
    const ask = await run('publish', {}, NAME);
    assert.match(
      ask.told[0]?.message ?? '',
      /^Nothing was published\. prompts\/support\/triage\.prompt:2:1: .*never closed/,
    );
    const [diagnostic] = vscode.languages.getDiagnostics(vscode.Uri.file(promptFile(NAME)));
    assert.equal(diagnostic?.range.start.line, 1);
    assert.equal(diagnostic?.range.start.character, 0);
    assert.match(diagnostic?.message ?? '', /never closed/);
    assert.equal((await newest()).version, 2);
    await write('One.\nTwo.\n');
  });

  it('opens a version as a document that cannot be written and keeps its text', async () => {
    await run('openVersion', {}, 'support/triage@1');
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.toString(), 'promptforge://embedded/support/triage%401');
    assert.equal(activeTab()?.label, 'triage@1');
    assert.equal(editor?.document.languageId, 'dotprompt');
    assert.equal(editor?.document.getText(), 'One.\n');
    assert.equal(vscode.workspace.fs.isWritableFileSystem('promptforge'), false);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(editor.document.uri, new vscode.Position(0, 0), 'x');
    await vscode.workspace.applyEdit(edit);
    assert.equal(await editor.document.save().then(saved => saved && !editor.document.isDirty), false);
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(editor.document.uri)).toString(), 'One.\n');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('says what is wrong with a reference', async () => {
    const ask = await run('openVersion', { texts: ['support/triage@99'] });
    assert.match(ask.told[0]?.message ?? '', /The newest version of support\/triage is @2/);
  });

  it('promotes after the difference, a reason and a question that names the environment', async () => {
    const ask = await run(
      'promote',
      { picks: ['staging · stable'], texts: ['Tested'], confirms: [true] },
      NAME,
      1,
    );
    assert.equal(ask.confirmed[0]?.message, 'Make support/triage@1 stable in staging?');
    assert.equal(ask.confirmed[0]?.button, 'Promote to staging');
    assert.equal(ask.told[0]?.message, 'support/triage@1 is now stable in staging.');
    assert.equal(await live('staging'), 'One.\n');
    const again = await run(
      'promote',
      { picks: ['staging · stable'], texts: ['Better'], confirms: [true] },
      NAME,
      2,
    );
    assert.equal(activeTab()?.label, 'support/triage: @1 (stable in staging) ↔ @2 (newest)');
    assert.equal(again.told[0]?.message, 'support/triage@2 is now stable in staging. It was @1.');
    assert.deepEqual(again.told[0]?.buttons, ['Compare with @1', 'Undo…']);
    assert.equal(await live('staging'), 'One.\nTwo.\n');
  });

  it('asks for a reason that is one, and does nothing without it or without the confirmation', async () => {
    const refused = await run(
      'promote',
      { picks: ['staging · stable'], texts: ['  '], confirms: [true] },
      NAME,
      1,
    );
    assert.match(refused.told[0]?.message ?? '', /Say why/);
    await run('promote', { picks: ['staging · stable'], texts: [undefined] }, NAME, 1);
    await run('promote', { picks: ['staging · stable'], texts: ['Back'], confirms: [false] }, NAME, 1);
    assert.equal(await live('staging'), 'One.\nTwo.\n');
  });

  it('shows where each version is live', async () => {
    const tree = await shownTree();
    assert.match(tree[2] ?? '', /^ {4}staging · stable @2 · just now · tomas\.berg$/);
  });

  it('rolls back to what was live before, from the tree', async () => {
    const pointer = await nodeOf('pointer', 'staging · stable');
    const ask = await run('rollBack', { picks: ['@1'], texts: ['Wrong fee'], confirms: [true] }, pointer);
    assert.match(ask.offered[0]?.[0] ?? '', /^@1 before this one/);
    assert.equal(ask.confirmed[0]?.button, 'Roll back staging');
    assert.equal(
      ask.told[0]?.message,
      'Rolled back: support/triage@1 is stable in staging again. It was @2.',
    );
    assert.equal(await live('staging'), 'One.\n');
  });

  it('undoes a promotion with a reason of its own', async () => {
    const ask = await run(
      'promote',
      { picks: ['staging · stable'], texts: ['Again', 'Not yet'], confirms: [true, true], button: 'Undo…' },
      NAME,
      2,
    );
    await eventually('the undoing', () => ask.told.find(({ message }) => message.startsWith('Rolled back')));
    assert.equal(await live('staging'), 'One.\n');
  });

  it("says the registry's own reason when a policy forbids it", async () => {
    await write('Three.\n');
    await run('publish', { texts: ['Third'] }, NAME);
    const ask = await run(
      'promote',
      { picks: ['production · stable'], texts: ['Now'], confirms: [true] },
      NAME,
      3,
    );
    assert.match(ask.told[0]?.message ?? '', /^Promoting failed: .*staging/);
  });

  it('compares file and versions, and says which is which', async () => {
    await write('Four.\n');
    await run('compareWithNewest', {}, NAME);
    assert.equal(activeTab()?.label, 'support/triage: @3 (newest) ↔ your file');
    await run('compareWithLive', {}, NAME);
    assert.equal(activeTab()?.label, 'support/triage: @1 (stable in staging) ↔ your file');
    await run('compareWithPrevious', {}, await nodeOf('version', '@3'));
    assert.equal(activeTab()?.label, 'support/triage: @2 ↔ @3 (newest)');
    await run('compareVersions', { picks: ['@1', '@3'] }, NAME);
    assert.equal(activeTab()?.label, 'support/triage: @1 (stable in staging) ↔ @3 (newest)');
    await run('selectForCompare', {}, await nodeOf('version', '@2'));
    await run('compareWithSelected', {}, await nodeOf('version', '@1'));
    assert.equal(activeTab()?.label, 'support/triage: @2 ↔ @1 (stable in staging)');
    const input = activeTab()?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    assert.equal(input.original.path, '/support/triage@2');
  });

  it('refuses to publish when somebody was faster, and leaves the file as it was', async () => {
    await mara.publish(NAME, { source: 'Hers.\n', message: 'Faster', base: 3 as never });
    const ask = await run('publish', { texts: ['Fourth'], button: 'Compare with @4' }, NAME);
    assert.match(
      ask.told[0]?.message ?? '',
      /^support\/triage@4 was published by mara\.lindqvist, just now, and your file is not based on it\..*your file is as it was/,
    );
    await eventually(
      'the comparison',
      () => activeTab()?.label === 'support/triage: @4 (newest) ↔ your file' || undefined,
    );
    assert.equal(await readFile(promptFile(NAME), 'utf8'), 'Four.\n');
    assert.equal((await newest()).version, 4);
    assert.deepEqual((await shownTree(1)).at(-1), '  triage @4 · conflict');
  });

  it('publishes on top of the newest version once that is what the person wants', async () => {
    await run('publish', { confirms: [false], button: 'Publish on Top of @4…' }, NAME);
    assert.equal((await newest()).version, 4);
    const ask = await run(
      'publish',
      { confirms: [true], texts: ['Mine on hers'], button: 'Publish on Top of @4…' },
      NAME,
    );
    assert.equal(ask.confirmed[0]?.button, 'Publish on Top of @4');
    assert.equal(
      ask.told.at(-1)?.message,
      'Published support/triage@5. It is live nowhere until you promote it.',
    );
    assert.equal((await newest()).base, 4);
  });

  it('takes a file that holds the newest text as based on it, lock file or not', async () => {
    await rm(join(root(), 'promptforge.lock.json'));
    await run('refresh');
    await write('Edited at once.\n');
    assert.deepEqual((await shownTree(1)).at(-1), '  triage @5 · modified');
    assert.match(await readFile(join(root(), 'promptforge.lock.json'), 'utf8'), /"version": 5/);
  });

  it('pulls what has no edits and leaves what has', async () => {
    await mara.publish(NAME, { source: 'Hers.\n', message: 'Faster', base: 5 as never });
    const left = await run('pull', {}, NAME);
    assert.match(left.told[0]?.message ?? '', /Left as it is: prompts\/support\/triage\.prompt/);
    assert.equal(await readFile(promptFile(NAME), 'utf8'), 'Edited at once.\n');
    await write('Hers.\n');
    await run('pull', {}, NAME);
    await mara.publish(NAME, { source: 'Hers, better.\n', message: 'Better', base: 6 as never });
    const pulled = await run('pull');
    assert.equal(pulled.told[0]?.message, 'Pulled: 1 file updated.');
    assert.equal(await readFile(promptFile(NAME), 'utf8'), 'Hers, better.\n');
  });

  it('brings a deleted file back when it is asked for', async () => {
    await rm(promptFile(NAME));
    await (await inside()).workbench.prompts.rescan();
    assert.deepEqual((await shownTree(1)).at(-1), '  triage @7 · deleted');
    await run('pull', {}, await nodeOf('prompt', 'triage'));
    assert.equal(await readFile(promptFile(NAME), 'utf8'), 'Hers, better.\n');
  });

  it('copies a reference, and a curl command that holds no key', async () => {
    await run('copyReference', {}, await nodeOf('version', '@2'));
    assert.equal(await vscode.env.clipboard.readText(), 'support/triage@2');
    const ask = await run('copyCurl', {}, NAME);
    assert.equal(
      await vscode.env.clipboard.readText(),
      `curl -H "Authorization: Bearer $PROMPTFORGE_KEY" 'http://127.0.0.1:7878/v1/prompts/support/triage'`,
    );
    assert.match(ask.told[0]?.message ?? '', /promptforge serve/);
  });

  it('pages a long history', async () => {
    for (let version = 8; version <= 30; version++)
      await mara.publish(NAME, { source: `${version}\n`, message: '', base: (version - 1) as never });
    await run('refresh');
    const first = await shownTree();
    assert.equal(first.at(-1)?.trim(), 'Load more …');
    assert.equal(first.filter(line => /^ {4}@\d/.test(line)).length, 20);
    await run('loadMore', {}, await nodeOf('more', 'Load more …'));
    const all = await shownTree();
    assert.equal(all.filter(line => /^ {4}@\d/.test(line)).length, 30);
    assert.match(all.at(-1) ?? '', /^ {4}@1 /);
  });

  it('archives and restores', async () => {
    await run('archive', { texts: ['Unused'], confirms: [true] }, NAME);
    assert.equal((await mara.getPrompt(NAME)).archived, true);
    assert.deepEqual((await shownTree(1)).at(-1), '  triage @30 · archived');
    await run('restore', { texts: ['Used after all'] }, NAME);
    assert.equal((await mara.getPrompt(NAME)).archived, false);
  });

  it('shares its data folder with another process, which serves at once what is promoted here', async () => {
    const reader = JSON.parse(
      await command(
        'keys',
        'create',
        '--environment',
        'staging',
        '--role',
        'reader',
        '--actor',
        'app',
        '--json',
      ),
    ) as { key: string };
    const serving = spawn(process.execPath, [CLI, 'serve', '--port', '0', '--data', folder.path]);
    try {
      const url = await listening(serving);
      const delivered = async () => {
        const answer = await fetch(`${url}/v1/prompts/${NAME}`, {
          headers: { authorization: `Bearer ${reader.key}` },
        });
        return answer.headers.get('promptforge-version');
      };
      assert.equal(await delivered(), 'support/triage@1');
      await run('promote', { picks: ['staging · stable'], texts: ['Served'], confirms: [true] }, NAME, 30);
      assert.equal(await delivered(), 'support/triage@30');
    } finally {
      serving.kill();
      await once(serving, 'exit');
    }
  });

  it('filters by name and by state', async () => {
    const { tree } = await inside();
    tree.filter = 'nothing-like-it';
    assert.deepEqual(await shownTree(0), []);
    tree.filter = 'TRI @behind';
    assert.deepEqual(await shownTree(0), ['support 1']);
    tree.filter = '';
  });

  it('shows by itself what another window does', async () => {
    await mara.publish(parsePromptName('support/handover'), { source: 'One.\n', message: '', base: null });
    await eventually('the new prompt', async () =>
      (await shownTree(1)).some(line => line.startsWith('  handover @1')) ? true : undefined,
    );
    const { alarms } = await inside();
    assert.equal(alarms.shown(), undefined);
  });

  it('raises the alarm when its database was changed behind its back, and does not open it', async () => {
    await using broken = await temporaryFolder();
    const registry = await openEmbeddedRegistry({ dataFolder: broken.path, actor: 'mara.lindqvist' });
    await registry.close();
    const database = new DatabaseSync(join(broken.path, 'registry.db'));
    database.exec("DROP TRIGGER events_no_update; UPDATE events SET actor = 'eve' WHERE seq = 2");
    database.close();

    const { alarms, answerWith, workbench } = await inside();
    const seen = new ScriptedAsk({ confirms: [false] });
    answerWith(seen);
    await setting('embedded.dataFolder', broken.path);
    try {
      const alarm = await eventually('the alarm', () => seen.confirmed[0]);
      assert.equal(
        alarm.message,
        `The log of the embedded registry in ${broken.path} does not fit together.`,
      );
      assert.match(alarm.detail, /Event 2 does not have the hash it claims/);
      assert.equal(workbench.session.state.kind, 'refused');
    } finally {
      await setting('embedded.dataFolder', folder.path);
      await eventually('the sound one', () =>
        workbench.session.state.kind === 'connected' ? true : undefined,
      );
    }
    assert.match(alarms.shown() ?? '', /the log does not fit together/);
    await run('showAlarm', { confirms: ['alternative'] });
    assert.equal(alarms.shown(), undefined);
  });
});
