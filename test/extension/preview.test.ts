// The preview in a real window: what it follows, renders, saves and compares. Its page is driven in the journey.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { parsePromptName } from '../../src/core/name.ts';
import type { PreviewPanel } from '../../src/editor/preview/panel.ts';
import { eventually } from '../eventually.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import {
  connectTo,
  disconnect,
  EXTENSION,
  inside,
  promptFile,
  run,
  setting,
  writePrompt,
} from './support/inside.ts';

const DEMO = join(vscode.extensions.getExtension(EXTENSION)?.extensionPath ?? '', 'demo', 'prompts');
const TRIAGE = 'support/triage';
const samplesFile = (name: string) => promptFile(name).replace(/\.prompt$/, '.samples.yaml');

describe('the preview', () => {
  let folder: TemporaryFolder;

  before(async () => {
    folder = await temporaryFolder();
    await setting('embedded.dataFolder', folder.path);
    await connectTo('embedded');
    for (const name of ['_header', '_style', '_disclaimer', 'support/_style'])
      await writePrompt(name, await readFile(join(DEMO, `${name}.prompt`), 'utf8'));
    for (const name of [TRIAGE, 'support/assistant', 'support/reply-draft']) {
      await writePrompt(name, await readFile(join(DEMO, `${name}.prompt`), 'utf8'));
      await writeFile(samplesFile(name), await readFile(join(DEMO, `${name}.samples.yaml`), 'utf8'));
    }
  });

  after(async () => {
    await disconnect();
    await setting('embedded.dataFolder', undefined);
    await folder[Symbol.asyncDispose]();
  });

  const shown = async (): Promise<PreviewPanel> => {
    const { shown } = await (await inside()).previews();
    assert.ok(shown, 'no preview is open');
    return shown;
  };
  /** Waits until what is rendered of a prompt fits. */
  const rendered = (title: string, text: string | RegExp) =>
    eventually(`${title} to render ${text}`, async () => {
      const { subject, rendered } = await shown();
      const found = rendered?.traced.rendered.text ?? '';
      const fits = typeof text === 'string' ? found.includes(text) : text.test(found);
      return subject?.title === title && fits ? found : undefined;
    });
  const open = (name: string) => vscode.window.showTextDocument(vscode.Uri.file(promptFile(name)));

  it('opens beside a prompt, with its first sample, and leaves the focus where it is', async () => {
    const editor = await open(TRIAGE);
    await run('openPreviewToSide');
    await rendered(TRIAGE, 'My bag was stolen at Vienna Westbahnhof');
    const { sample, panel } = await shown();
    assert.equal(sample, 'Stolen card, in a hurry');
    assert.equal(panel.title, `Preview ${TRIAGE}`);
    assert.equal(vscode.window.activeTextEditor?.document, editor.document);
  });

  it('follows the prompt in front, and stays with one that uses the partial in front', async () => {
    await open('support/assistant');
    const text = await rendered('support/assistant', /\S/);
    assert.doesNotMatch(text, /\{\{/);
    await open('support/reply-draft');
    await rendered('support/reply-draft', 'My landlord has them twice now');
    await open('support/_style');
    await new Promise(resolve => setTimeout(resolve, 300));
    assert.equal((await shown()).subject?.title, 'support/reply-draft');
  });

  it('shows unsaved edits, of a partial too', async () => {
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.fsPath, promptFile('support/_style'));
    await editor?.edit(edit => edit.insert(new vscode.Position(0, 0), '- Never shout.\n'));
    await rendered('support/reply-draft', '- Never shout.');
    await vscode.commands.executeCommand('workbench.action.files.revert');
    const source = await open('support/reply-draft');
    await source.edit(edit =>
      edit.insert(source.document.positionAt(source.document.getText().length), 'Unsaved {{agentName}}.'),
    );
    await rendered('support/reply-draft', 'Unsaved Nadine Hofer.');
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('stays where it is while it is locked', async () => {
    await run('previewLock');
    await open(TRIAGE);
    await new Promise(resolve => setTimeout(resolve, 300));
    assert.equal((await shown()).subject?.title, 'support/reply-draft');
    assert.equal((await shown()).panel.title, '[Preview] support/reply-draft');
    await run('previewUnlock');
    await rendered(TRIAGE, 'My bag was stolen');
  });

  it('has nothing to copy while the prompt is wrong, and says so', async () => {
    const editor = await open(TRIAGE);
    await editor.edit(edit =>
      edit.insert(editor.document.positionAt(editor.document.getText().length), '{{#if vip}}'),
    );
    await eventually('the mistake', async () => ((await shown()).rendered === undefined ? true : undefined));
    const ask = await run('previewCopyText');
    assert.match(ask.told[0]?.message ?? '', /does not render: correct it first/);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await rendered(TRIAGE, 'My bag was stolen');
  });

  it('copies the text and the messages as they are', async () => {
    await open(TRIAGE);
    const text = await rendered(TRIAGE, 'My bag was stolen');
    await run('previewCopyText');
    assert.equal(await vscode.env.clipboard.readText(), text);
    await run('previewCopyMessages');
    const messages = JSON.parse(await vscode.env.clipboard.readText());
    assert.deepEqual(messages, (await shown()).rendered?.traced.rendered.messages);
  });

  it('saves a sample under a name, and every comment stays', async () => {
    const file = samplesFile(TRIAGE);
    await writeFile(file, `# What comes in most.\n${await readFile(file, 'utf8')}# The end.\n`);
    const ask = await run('previewSaveSample', { texts: ['Another of the same'] });
    assert.deepEqual(ask.told, []);
    const text = await readFile(file, 'utf8');
    assert.match(text, /^# What comes in most\.\n/);
    assert.match(text, /# The end\.\n/);
    assert.match(text, /name: Another of the same/);
    assert.equal((await shown()).sample, 'Another of the same');
  });

  it('writes nothing into a samples file that has mistakes', async () => {
    const file = samplesFile(TRIAGE);
    const before = await readFile(file, 'utf8');
    const broken = `${before}- name: [\n`;
    await writeFile(file, broken);
    // The window may still have the file open from the sample before.
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    await vscode.commands.executeCommand('workbench.action.files.revert');
    const ask = await run('previewSaveSample', { texts: ['One more'] });
    assert.match(ask.told[0]?.message ?? '', /^No sample was saved\. triage\.samples\.yaml, line \d+: /);
    assert.equal(await readFile(file, 'utf8'), broken);
    await writeFile(file, before);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('offers the registry’s own rendering as a command line once there is a version', async () => {
    await open(TRIAGE);
    await rendered(TRIAGE, 'My bag was stolen');
    const before = await run('previewCopyCurl');
    assert.match(before.told[0]?.message ?? '', /is not published/);
    for (const name of ['_header', '_style', '_disclaimer', 'support/_style', TRIAGE])
      await run('publish', { texts: [`First ${name}`] }, name);
    const { workbench } = await inside();
    await eventually('the version', () => workbench.prompts.listed.get(parsePromptName(TRIAGE))?.summary);
    await run('previewCopyCurl');
    const copied = await vscode.env.clipboard.readText();
    assert.match(copied, /\/v1\/prompts\/support\/triage\/-\/render'/);
    assert.match(copied, /Bearer \$PROMPTFORGE_KEY/);
    assert.match(copied, /"version":1/);
  });

  it('previews a published version with the partials it was published with', async () => {
    await run('openVersion', {}, `${TRIAGE}@1`);
    await rendered(`${TRIAGE}@1`, 'My bag was stolen');
  });

  it('compares what a version and the file render to for the same input', async () => {
    const editor = await open(TRIAGE);
    await rendered(TRIAGE, 'My bag was stolen');
    await editor.edit(edit =>
      edit.insert(editor.document.positionAt(editor.document.getText().length), 'Be quick.\n'),
    );
    await rendered(TRIAGE, 'Be quick.');
    await run('previewDifference', { picks: ['@1'] }, parsePromptName(TRIAGE));
    const tab = await eventually('the comparison', () => {
      const { activeTab } = vscode.window.tabGroups.activeTabGroup;
      return activeTab?.input instanceof vscode.TabInputTextDiff ? activeTab : undefined;
    });
    assert.equal(tab.label, `Rendered ${TRIAGE}: @1 (newest) ↔ your file · with “Another of the same”`);
    const { original, modified } = tab.input as vscode.TabInputTextDiff;
    const text = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
    assert.equal((await text(original)).includes('Be quick.'), false);
    assert.equal((await text(modified)).replace('\nBe quick.', ''), await text(original));
    await open(TRIAGE);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('is filled again after the window was loaded anew: prompt, sample, edits and lock', async () => {
    const previews = await (await inside()).previews();
    const panel = () =>
      vscode.window.createWebviewPanel('promptforge.preview', 'Preview', vscode.ViewColumn.Beside);
    const uri = vscode.Uri.file(promptFile('support/reply-draft')).toString();
    const sample = 'Nothing known yet';
    await previews.restore(panel(), { uri, isLocked: false, sample, input: null, scroll: 0 });
    await rendered('support/reply-draft', 'My card does not work at any petrol station');
    const input = { ...(await shown()).input, question: 'And now?' };
    await previews.restore(panel(), { uri, isLocked: true, sample, input });
    await rendered('support/reply-draft', 'And now?');
    const { isLocked, sample: kept } = await shown();
    assert.deepEqual([isLocked, kept], [true, sample]);
  });

  it('keeps what an earlier window had while the window is still finding its project and its editors', async () => {
    const { session } = (await inside()).workbench;
    const previews = await (await inside()).previews();
    const uri = vscode.Uri.file(promptFile('support/reply-draft')).toString();
    const samples = ['Nothing known yet', 'Wants a fee waived that stands'];
    for (const sample of [...samples, ...samples]) {
      const panel = vscode.window.createWebviewPanel(
        'promptforge.preview',
        'Preview',
        vscode.ViewColumn.Beside,
      );
      let isRestored = false;
      const restored = previews.restore(panel, { uri, isLocked: false, sample, input: null, scroll: 0 });
      void restored.then(() => {
        isRestored = true;
      });
      await open(TRIAGE);
      while (!isRestored) await session.reload();
      await rendered('support/reply-draft', /\S/);
      assert.equal((await shown()).sample, sample);
    }
  });

  it('goes on with the prompt in front where nothing was kept, and is gone with its prompt', async () => {
    const previews = await (await inside()).previews();
    const panel = () =>
      vscode.window.createWebviewPanel('promptforge.preview', 'Preview', {
        viewColumn: vscode.ViewColumn.Beside,
        preserveFocus: true,
      });
    await open(TRIAGE);
    await previews.restore(panel(), undefined);
    await rendered(TRIAGE, 'My bag was stolen');
    const uri = vscode.Uri.file(promptFile('support/removed')).toString();
    await previews.restore(panel(), { uri, isLocked: false, sample: null, input: null });
    assert.equal(previews.shown, undefined);
  });
});
