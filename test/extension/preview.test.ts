// The preview in a real window: what it follows, renders, saves and compares. Its page is driven in the journey.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { parsePromptName } from '../../src/core/name.ts';
import type { PreviewPanel } from '../../src/editor/preview/panel.ts';
import { eventually } from '../eventually.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { inserted } from './support/edited.ts';
import {
  closeEditors,
  connectTo,
  disconnect,
  EXTENSION,
  inside,
  machineSetting,
  promptFile,
  run,
  setting,
} from './support/inside.ts';
import { restoreTexts, writeText } from './support/workspace-files.ts';

const DEMO = join(vscode.extensions.getExtension(EXTENSION)?.extensionPath ?? '', 'demo', 'prompts');
const PARTIALS = ['_header', '_style', '_disclaimer', 'support/_style'];
const TRIAGE = 'support/triage';
const ASSISTANT = 'support/assistant';
const REPLY = 'support/reply-draft';
const PROMPTS = [TRIAGE, ASSISTANT, REPLY];
const samplesFile = (name: string) => promptFile(name).replace(/\.prompt$/, '.samples.yaml');

describe('the preview', () => {
  describe('of a file', () => {
    useDemo();

    it('opens beside a prompt, with its first sample, and does not move the focus', async () => {
      const { document } = await open(TRIAGE);
      await run('openPreviewToSide');
      await rendered(TRIAGE, 'My bag was stolen at Vienna Westbahnhof');
      const { sample, panel } = await shown();
      assert.equal(sample, 'Stolen card, in a hurry');
      assert.equal(panel.title, 'Preview triage');
      await eventually(
        'the focus on the prompt',
        () => vscode.window.activeTextEditor?.document === document,
      );
    });

    it('removes its code lens over the prompt while it is visible', async () => {
      const document = await preview(TRIAGE);
      const titles = async () => {
        const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          'vscode.executeCodeLensProvider',
          document.uri,
          20,
        );
        return lenses.map(({ command }) => command?.title);
      };
      await eventually('no Preview', async () => !(await titles()).includes('Preview'));
      assert.ok((await titles()).includes('Publish…'));
      (await shown()).panel.dispose();
      await eventually('Preview', async () => (await titles())[0] === 'Preview');
    });

    it('follows the active prompt, and keeps one that uses the active partial', async () => {
      await preview(TRIAGE);
      await open(ASSISTANT);
      const text = await rendered(ASSISTANT, /\S/);
      assert.doesNotMatch(text, /\{\{/);
      await open(REPLY);
      await rendered(REPLY, 'My landlord has them twice now');
      const { document } = await open('support/_style');
      // It is rendered again, later than it would have gone to what came to the front.
      await insert(document, 0, '- Never whisper.\n');
      await rendered(REPLY, '- Never whisper.');
      assert.equal((await shown()).subject?.title, REPLY);
    });

    it('shows unsaved edits, also of a partial', async () => {
      await preview(REPLY);
      const partial = await open('support/_style');
      await insert(partial.document, 0, '- Never shout.\n');
      await rendered(REPLY, '- Never shout.');
      const source = await open(REPLY);
      await append(source.document, 'Unsaved {{agentName}}.');
      await rendered(REPLY, 'Unsaved Nadine Hofer.');
    });

    it('scrolls its editor along, if the setting says so', async () => {
      const text = `${Array.from({ length: 300 }, (_, index) => `Line ${index}.`).join('\n')}\n`;
      const document = await preview(TRIAGE);
      await append(document, text);
      await rendered(TRIAGE, 'Line 299.');
      const editor = await open(TRIAGE);
      editor.revealRange(new vscode.Range(0, 0, 0, 0));
      const top = () => editor.visibleRanges[0]?.start.line ?? 0;
      await eventually('the editor at its top', () => top() === 0);
      const tops: number[] = [];
      const listening = vscode.window.onDidChangeTextEditorVisibleRanges(() => tops.push(top()));
      const panel = await shown();
      const offsetOf = (line: string) => document.getText().indexOf(line);
      await setting('preview.scrollEditorWithPreview', false);
      await panel.receive({ type: 'scrolled', offset: offsetOf('Line 250.'), share: 0 });
      await setting('preview.scrollEditorWithPreview', undefined);
      await panel.receive({ type: 'scrolled', offset: offsetOf('Line 100.'), share: 0 });
      const { line } = document.positionAt(offsetOf('Line 100.'));
      // Headings that stick to the editor's top take some lines.
      await eventually(`line ${line} at the top`, () => Math.abs(top() - line) <= 8).finally(() =>
        listening.dispose(),
      );
      assert.ok(
        tops.every(each => each < line + 50),
        tops.join(', '),
      );
    });

    it('keeps its prompt while it is locked', async () => {
      const locked = await preview(REPLY);
      await run('previewLock');
      await open(TRIAGE);
      // It is rendered again, later than it would have gone to what came to the front.
      await append(locked, 'Still here.');
      await rendered(REPLY, 'Still here.');
      assert.equal((await shown()).subject?.title, REPLY);
      assert.equal((await shown()).panel.title, '[Preview] reply-draft');
      await run('previewUnlock');
      await rendered(TRIAGE, 'My bag was stolen');
    });

    it('refuses to copy while the prompt has errors, and says so', async () => {
      const document = await preview(TRIAGE);
      await append(document, '{{#if vip}}');
      await eventually('the mistake', async () => (await shown()).rendered === undefined);
      const ask = await run('previewCopyText');
      assert.match(ask.told[0]?.message ?? '', /does not render\. Fix it first/);
      await vscode.commands.executeCommand('workbench.action.files.revert');
      await rendered(TRIAGE, 'My bag was stolen');
    });

    it('copies the text and the messages exactly', async () => {
      await preview(TRIAGE);
      const text = await rendered(TRIAGE, 'My bag was stolen');
      await run('previewCopyText');
      assert.equal(await vscode.env.clipboard.readText(), text);
      await run('previewCopyMessages');
      const messages = JSON.parse(await vscode.env.clipboard.readText());
      assert.deepEqual(messages, (await shown()).rendered?.traced.rendered.messages);
    });

    it('saves a named sample, and keeps every comment', async () => {
      const file = samplesFile(TRIAGE);
      await writeText(file, `# What comes in most.\n${await readFile(file, 'utf8')}# The end.\n`);
      await preview(TRIAGE);
      const ask = await run('previewSaveSample', { texts: ['Another of the same'] });
      assert.deepEqual(ask.told, []);
      const text = await readFile(file, 'utf8');
      assert.match(text, /^# What comes in most\.\n/);
      assert.match(text, /# The end\.\n/);
      assert.match(text, /name: Another of the same/);
      assert.equal((await shown()).sample, 'Another of the same');
    });

    it('asks before replacing a sample', async () => {
      const file = samplesFile(TRIAGE);
      const before = await readFile(file, 'utf8');
      await preview(TRIAGE);
      const texts = ['Tries to instruct the classifier'];
      const left = await run('previewSaveSample', { texts, confirms: [false] });
      assert.equal(left.confirmed[0]?.message, 'Replace the sample "Tries to instruct the classifier"?');
      assert.equal(await readFile(file, 'utf8'), before);
      await run('previewSaveSample', { texts, confirms: [true] });
      const after = await readFile(file, 'utf8');
      assert.equal(after.match(/My bag was stolen/g)?.length, 2);
      assert.doesNotMatch(after, /Ignore your rules/);
    });

    it('does not write into a samples file with errors', async () => {
      const file = samplesFile(TRIAGE);
      await preview(TRIAGE);
      const broken = `${await readFile(file, 'utf8')}- name: [\n`;
      await writeText(file, broken);
      const ask = await run('previewSaveSample', { texts: ['One more'] });
      assert.match(ask.told[0]?.message ?? '', /^No sample was saved\. triage\.samples\.yaml, line \d+: /);
      assert.equal(await readFile(file, 'utf8'), broken);
    });

    it('is restored after a window reload: prompt, sample, edits and lock', async () => {
      const previews = await (await inside()).previews();
      const uri = vscode.Uri.file(promptFile(REPLY)).toString();
      const sample = 'Nothing known yet';
      await previews.restore(panelBeside(), { uri, isLocked: false, sample, input: null, scroll: 0 });
      await rendered(REPLY, 'My card does not work at any petrol station');
      const input = { ...(await shown()).input, question: 'And now?' };
      await previews.restore(panelBeside(), { uri, isLocked: true, sample, input });
      await rendered(REPLY, 'And now?');
      const { isLocked, sample: kept } = await shown();
      assert.deepEqual([isLocked, kept], [true, sample]);
    });

    it('keeps its restored state while the window is still loading its project and editors', async () => {
      const { session, prompts } = (await inside()).workbench;
      const previews = await (await inside()).previews();
      const uri = vscode.Uri.file(promptFile(REPLY)).toString();
      const samples = ['Nothing known yet', 'Wants a fee waived that stands'];
      for (const sample of [...samples, ...samples]) {
        await open(ASSISTANT);
        // Held back, it cannot have ended when another prompt comes to the front, which it would rightly follow then.
        const editors = Promise.withResolvers<void>();
        const { workingCopy } = prompts;
        prompts.workingCopy = () => editors.promise.then(() => workingCopy.call(prompts));
        let isRestored = false;
        const restored = previews.restore(panelBeside(), {
          uri,
          isLocked: false,
          sample,
          input: null,
          scroll: 0,
        });
        try {
          await open(TRIAGE);
        } finally {
          prompts.workingCopy = workingCopy;
          editors.resolve();
        }
        void restored.then(() => {
          isRestored = true;
        });
        while (!isRestored) await session.reload();
        await rendered(REPLY, /\S/);
        assert.equal((await shown()).sample, sample);
      }
    });

    it('shows the active prompt when it has no stored state, and closes with its prompt', async () => {
      const previews = await (await inside()).previews();
      await open(TRIAGE);
      await previews.restore(panelBeside({ preserveFocus: true }), undefined);
      await rendered(TRIAGE, 'My bag was stolen');
      const uri = vscode.Uri.file(promptFile('support/removed')).toString();
      await previews.restore(panelBeside({ preserveFocus: true }), {
        uri,
        isLocked: false,
        sample: null,
        input: null,
      });
      assert.equal(previews.shown, undefined);
    });
  });

  describe('of a prompt with a version', () => {
    useDemo();

    before(async () => {
      for (const name of [...PARTIALS, TRIAGE]) await publish(name);
    });

    it('copies a command line that renders at the registry, once there is a version', async () => {
      await preview(REPLY);
      const before = await run('previewCopyCurl');
      assert.match(before.told[0]?.message ?? '', /is not published/);
      await publish(REPLY);
      await open(REPLY);
      await rendered(REPLY, /\S/);
      await run('previewCopyCurl');
      const copied = await vscode.env.clipboard.readText();
      assert.match(copied, /\/v1\/prompts\/support\/reply-draft\/-\/render'/);
      assert.match(copied, /Bearer \$PROMPTFORGE_KEY/);
      assert.match(copied, /"version":1/);
    });

    it('previews a published version with the partials it was published with', async () => {
      await preview(TRIAGE);
      await run('openVersion', {}, `${TRIAGE}@1`);
      await rendered(`${TRIAGE}@1`, 'My bag was stolen');
    });

    it('compares the renderings of a version and the file for the same input', async () => {
      const document = await preview(TRIAGE);
      await append(document, 'Be quick.\n');
      await rendered(TRIAGE, 'Be quick.');
      await run('previewDifference', { picks: ['@1'] }, parsePromptName(TRIAGE));
      const tab = await eventually('the comparison', () => {
        const { activeTab } = vscode.window.tabGroups.activeTabGroup;
        return activeTab?.input instanceof vscode.TabInputTextDiff ? activeTab : undefined;
      });
      assert.equal(tab.label, 'Rendered triage: @1 ↔ your file · Stolen card, in a h…');
      const { original, modified } = tab.input as vscode.TabInputTextDiff;
      const text = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
      assert.equal((await text(original)).includes('Be quick.'), false);
      assert.equal((await text(modified)).replace('\nBe quick.', ''), await text(original));
      for (const uri of [original, modified]) {
        const shown = await vscode.workspace.openTextDocument(uri);
        assert.equal(shown.languageId, 'dotprompt');
        assert.equal(vscode.workspace.getConfiguration('editor', shown).get('wordWrap'), 'on');
      }
    });
  });
});

/** The prompts of the demo over an embedded registry with nothing in it; after each test as they were before. */
function useDemo(): void {
  let data: TemporaryFolder;
  const texts = new Map<string, string>();

  before(async () => {
    data = await temporaryFolder();
    await setting('embedded.dataFolder', data.path);
    // In a browser VS Code saves by itself after a second: what was not saved would be, now and then.
    await machineSetting('files', 'autoSave', 'off');
    await connectTo('embedded');
    for (const name of [...PARTIALS, ...PROMPTS])
      texts.set(promptFile(name), await readFile(join(DEMO, `${name}.prompt`), 'utf8'));
    for (const name of PROMPTS)
      texts.set(samplesFile(name), await readFile(join(DEMO, `${name}.samples.yaml`), 'utf8'));
    for (const [path, text] of texts) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
    await (await inside()).workbench.prompts.rescan();
  });

  afterEach(async () => {
    (await (await inside()).previews()).shown?.panel.dispose();
    await closeEditors();
    await restoreTexts(texts);
    await closeEditors();
    await eventually('the window without editors', () =>
      vscode.window.tabGroups.all.every(({ tabs }) => tabs.length === 0),
    );
    await vscode.env.clipboard.writeText('');
  });

  after(async () => {
    await disconnect();
    await machineSetting('files', 'autoSave', undefined);
    await setting('embedded.dataFolder', undefined);
    await data[Symbol.asyncDispose]();
  });
}

async function shown(): Promise<PreviewPanel> {
  const { shown } = await (await inside()).previews();
  assert.ok(shown, 'no preview is open');
  return shown;
}

/** Waits until what is rendered of a prompt fits. */
function rendered(title: string, text: string | RegExp): Promise<string> {
  return eventually(`${title} to render ${text}`, async () => {
    const { subject, rendered } = await shown();
    const found = rendered?.traced.rendered.text ?? '';
    const fits = typeof text === 'string' ? found.includes(text) : text.test(found);
    return subject?.title === title && fits ? found : undefined;
  });
}

/** Brings a prompt's file to the front, in a tab that stays. */
async function open(name: string): Promise<vscode.TextEditor> {
  const editor = await vscode.window.showTextDocument(vscode.Uri.file(promptFile(name)), { preview: false });
  return eventually(`${name} in front`, () => {
    const { activeTextEditor } = vscode.window;
    return activeTextEditor?.document === editor.document ? activeTextEditor : undefined;
  });
}

/** Opens a prompt's file and its preview. */
async function preview(name: string): Promise<vscode.TextDocument> {
  const { document } = await open(name);
  await run('openPreviewToSide');
  await rendered(name, /\S/);
  return document;
}

function panelBeside({ preserveFocus = false } = {}): vscode.WebviewPanel {
  const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus };
  return vscode.window.createWebviewPanel('promptforge.preview', 'Preview', place);
}

async function publish(name: string): Promise<void> {
  await run('publish', { texts: [`First ${name}`] }, name);
  const { workbench } = await inside();
  await eventually(
    `a version of ${name}`,
    () => workbench.prompts.listed.get(parsePromptName(name))?.summary,
  );
}

/** Edits a document as somebody typing would, without saving it. */
function insert(document: vscode.TextDocument, offset: number, text: string): Promise<void> {
  return inserted(document.uri, text, () => document.positionAt(offset));
}

function append(document: vscode.TextDocument, text: string): Promise<void> {
  return inserted(document.uri, text, () => document.positionAt(document.getText().length));
}
