// The files beside prompts that people write by hand: what the window offers, shows and finds wrong in them.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { edited } from './support/edited.ts';
import { embeddedWorkspace } from './support/embedded-workspace.ts';
import { freshName } from './support/fresh-name.ts';
import { closeEditors, disconnect, inside, promptFile, root, run, writePrompt } from './support/inside.ts';
import { shownEditor } from './support/shown.ts';
import { withoutAutoSave } from './support/without-auto-save.ts';

const PROMPT = `---
input:
  schema:
    tone(enum, how to sound): [formal, "yes"]
    queues(array):
      id: string
    vip?: boolean
---
{{tone}} {{#each queues}}{{id}}{{/each}}
`;

/** The editor of a file of the window's folder that holds `marked` without its `|`, unsaved, and where that was. */
async function open(path: string, marked: string) {
  // A project file that is written by hand does not start the extension; a window that has one does.
  await inside();
  await writeFile(path, '');
  const editor = await vscode.window.showTextDocument(vscode.Uri.file(path));
  const { document } = editor;
  const write = async (marked: string): Promise<vscode.Position> => {
    const [before = '', after = ''] = marked.split('|');
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    await edited(editor, edit => edit.replace(all, before + after));
    return document.positionAt(before.length);
  };
  return { editor, document, uri: document.uri, position: await write(marked), write };
}

/** What is offered at a place, once `wanted` is among it. */
function offered(
  uri: vscode.Uri,
  position: vscode.Position,
  wanted: string,
): Promise<vscode.CompletionItem[]> {
  let labels: readonly string[] = [];
  return eventually(`${wanted} to be offered`, async () => {
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      uri,
      position,
    );
    labels = items.map(labelOf);
    return labels.includes(wanted) ? items : undefined;
  }).catch(error => assert.fail(`${error} Offered: ${labels}`));
}

function labelOf({ label }: vscode.CompletionItem): string {
  return typeof label === 'string' ? label : label.label;
}

/** What is shown of a place, once it matches. */
function hovered(uri: vscode.Uri, position: vscode.Position, wanted: RegExp): Promise<string> {
  let shown = '';
  return eventually(`${wanted} on hover`, async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri,
      position,
    );
    shown = hovers
      .flatMap(({ contents }) => contents)
      .map(content => (typeof content === 'string' ? content : content.value))
      .join('\n');
    return wanted.test(shown) ? shown : undefined;
  }).catch(error => assert.fail(`${error} Shown: ${shown}`));
}

/** What PromptForge itself finds wrong: place and message. */
function found(uri: vscode.Uri): string[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ source }) => source === 'PromptForge')
    .map(({ range: { start }, message }) => `${start.line + 1}:${start.character + 1} ${message}`);
}

describe('the files beside prompts', () => {
  embeddedWorkspace();
  withoutAutoSave();

  describe('samples', () => {
    async function samples(marked: string) {
      const name = freshName('samples');
      await writePrompt(name, PROMPT);
      return open(promptFile(name).replace(/\.prompt$/, '.samples.yaml'), marked);
    }

    it('complete inputs with their types, and values', async () => {
      const { uri, position } = await samples('- name: a\n  input:\n    |');
      const items = await offered(uri, position, 'tone');
      const tone = items.find(item => labelOf(item) === 'tone');
      assert.equal(tone?.detail, '"formal" | "yes"');
      const other = await samples('- name: a\n  input:\n    tone: |');
      const values = await offered(other.uri, other.position, 'yes');
      assert.equal(values.find(item => labelOf(item) === 'yes')?.insertText, '"yes"');
    });

    it('offer a whole sample as a snippet, correctly indented', async () => {
      const { uri, position, editor, document } = await samples('- |');
      const item = (await offered(uri, position, 'New sample')).find(each => labelOf(each) === 'New sample');
      assert.ok(item?.insertText instanceof vscode.SnippetString);
      const whole = item.range instanceof vscode.Range ? item.range : item.range?.replacing;
      assert.ok(await editor.insertSnippet(item.insertText, whole ?? position));
      const expected = '- name: New sample\n  input:\n    tone: formal\n    queues:\n      - id: text';
      await eventually('the sample', () => document.getText() === expected).catch(error =>
        assert.fail(`${error} The text: ${document.getText()}`),
      );
      await vscode.commands.executeCommand('leaveSnippet');
    });

    it('describe an input on hover', async () => {
      const { uri, position } = await samples('- name: a\n  input:\n    to|ne: formal\n    queues: []');
      assert.match(await hovered(uri, position, /tone/), /how to sound.*Required/s);
    });

    it('report values that do not fit the prompt', async () => {
      const { uri } = await samples(
        '- name: a\n  input:\n    tne: formal\n    queues: 1\n    vip: no|\n- name: a\n  input: {tone: loud, queues: []}',
      );
      const expected = [
        /^1:9 .*lacks "tone"/,
        /^3:5 .*Did you mean "tone"/,
        /^4:13 /,
        /^5:10 /,
        /^6:9 .*is already defined above/,
        /^7:17 /,
      ];
      await eventually('the problems', () => {
        const all = found(uri);
        return all.length === expected.length && expected.every((each, index) => each.test(all[index] ?? ''));
      }).catch(error => assert.fail(`${error} Found: ${found(uri).join('\n')}`));
    });
  });

  describe('promptforge.lock.json', () => {
    const path = () => join(root(), 'promptforge.lock.json');

    it('completes its keys, and says that it is not edited by hand', async () => {
      const { uri, position } = await open(path(), '{"lockVersion": 1, "prompts": {"a": {|}}}');
      await offered(uri, position, 'digest');
      await hovered(uri, new vscode.Position(0, 3), /format/);
      await hovered(uri, new vscode.Position(0, 0), /do not edit it by hand/);
      await eventually('what is wrong', () => found(uri).some(each => /^1:37 "prompts\.a/.test(each))).catch(
        error => assert.fail(`${error} Found: ${found(uri)}`),
      );
    });
  });
});

describe('promptforge.json', () => {
  withoutAutoSave();
  const path = () => join(root(), 'promptforge.json');

  afterEach(async () => {
    await closeEditors();
    await disconnect();
  });

  it('completes its keys and values, and describes them on hover', async () => {
    const { uri, position, write } = await open(path(), '{\n  |\n}');
    await offered(uri, position, 'registry');
    const items = await offered(uri, await write('{\n  "registry": |\n}'), '"embedded"');
    assert.equal(items.filter(item => labelOf(item) === '"embedded"').length, 1);
    await hovered(uri, await write('{\n  "reg|istry": "embedded"\n}'), /your team’s registry/);
  });

  it('reports errors while typing, and clears them once fixed', async () => {
    const { uri, write } = await open(path(), '{\n  "registry": embedded|\n}');
    const has = (...expected: readonly RegExp[]) =>
      eventually(`${expected}`, () => {
        const all = found(uri);
        return all.length === expected.length && expected.every((each, index) => each.test(all[index] ?? ''));
      }).catch(error => assert.fail(`${error} Found: ${found(uri).join('\n')}`));
    await has(/^2:15 Invalid JSON\. Text and names need double quotes/);
    await write('{\n  "registry": 7,\n  "prompts": "../x",\n  "key": 1\n}');
    await has(
      /^2:15 "registry" must be text, not a number\. Write "registry": "embedded"/,
      /^3:14 "prompts" must stay inside the workspace/,
      /^4:3 "key" has no meaning here/,
    );
    await write('{"registry": "embedded"}');
    await has();
  });

  it('is reported while closed, and opens at the error', async () => {
    await writeFile(path(), '{\n  "registry": "prompts.example.com"\n}');
    const { workbench } = await inside();
    await workbench.prompts.refresh();
    await eventually('the window to see it', () => workbench.session.state.kind === 'broken-project');
    assert.match(workbench.prompts.trouble ?? '', /^promptforge\.json:2:15: .*Write "registry": "embedded"/);
    const uri = vscode.Uri.file(path());
    await eventually('the problem', () => found(uri).length === 1);
    await run('openProjectFile');
    const editor = await shownEditor(uri);
    await eventually('the cursor at what is wrong', () =>
      editor.selection.start.isEqual(new vscode.Position(1, 14)),
    );
  });
});
