// Prompts and samples that are nothing of the kind: what is wrong is at its place, and nothing else suffers.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { edited } from './support/edited.ts';
import { closeEditors, disconnect, inside, promptFile, writePrompt } from './support/inside.ts';
import { withoutAutoSave } from './support/without-auto-save.ts';

/** Each is a file's text with the code of what is wrong first, and its place. */
const BAD: Readonly<Record<string, readonly [text: string, code: string, line: number]>> = {
  'front matter that is no YAML': ['---\nmodel: [a\nx: }\n---\nHello {{name}}.\n', 'front-matter-syntax', 2],
  'front matter with a key twice': ['---\nmodel: a/b\nmodel: c/d\n---\nHello.\n', 'front-matter-syntax', 2],
  'front matter that never ends': ['---\nmodel: a/b\nHello.\n', 'front-matter-syntax', 0],
  'anchors that explode': [
    `---\nx0: &x0 [a, b]\n${Array.from({ length: 30 }, (_, n) => `x${n + 1}: &x${n + 1} [${`*x${n}, `.repeat(10)}a]\n`).join('')}---\nHello.\n`,
    'front-matter-key',
    1,
  ],
  'a type that is not there': ['---\ninput:\n  schema:\n    name: strnig\n---\n{{name}}\n', 'picoschema', 3],
  'CR LF and LF mixed': ['One.\r\nTwo.\nThree {{#if a}}\r\nFour.\n', 'unclosed-block', 2],
  'a byte order mark': ['\ufeff---\nmodel: 3\n---\n{{#if a}}\n', 'front-matter-type', 1],
  // Deep enough to overflow a stack, long enough that whatever is quadratic does not answer in time.
  'a hundred thousand braces': ['{'.repeat(100_000), 'template-syntax', 0],
  'tens of thousands of opening tags': ['{{#if a}}'.repeat(30_000), 'template-syntax', 0],
};

describe('an invalid prompt file', () => {
  withoutAutoSave();
  afterEach(closeEditors);
  after(disconnect);

  /** A test that fails as well when something escapes into the extension host, or when our log has any trouble to tell. */
  function itIsQuiet(title: string, test: () => Promise<void>): void {
    it(title, async () => {
      const troubles: unknown[] = [];
      const note = (...what: unknown[]): void => {
        troubles.push(what);
      };
      const { log } = (await inside()).workbench;
      const { warn, error } = log;
      Object.assign(log, { warn: note, error: note });
      // Each by itself: the host's own `on` gives nothing back.
      process.on('unhandledRejection', note);
      process.on('uncaughtExceptionMonitor', note);
      try {
        await test();
        await closeEditors();
        assert.deepEqual(troubles, []);
      } finally {
        Object.assign(log, { warn, error });
        process.off('unhandledRejection', note);
        process.off('uncaughtExceptionMonitor', note);
      }
    });
  }

  /** The diagnostics once there are some. */
  const found = (uri: vscode.Uri) =>
    eventually(`a diagnostic in ${uri.path}`, () => {
      const all = vscode.languages.getDiagnostics(uri);
      return all.length > 0 ? all : undefined;
    });

  async function restWorks(uri: vscode.Uri): Promise<void> {
    const start = new vscode.Position(0, 2);
    for (const provider of ['HoverProvider', 'DefinitionProvider', 'CompletionItemProvider'])
      await vscode.commands.executeCommand(`vscode.execute${provider}`, uri, start);
    for (const provider of ['DocumentSymbolProvider', 'FoldingRangeProvider', 'CodeLensProvider'])
      await vscode.commands.executeCommand(`vscode.execute${provider}`, uri);
    await vscode.commands.executeCommand(
      'vscode.executeCodeActionProvider',
      uri,
      new vscode.Range(start, start),
    );
    await vscode.commands.executeCommand('vscode.executeFormatDocumentProvider', uri, {});
    const tokens = await vscode.commands.executeCommand('vscode.provideDocumentSemanticTokens', uri);
    assert.ok(tokens instanceof vscode.SemanticTokens);
  }

  for (const [index, [what, [text, code, line]]] of Object.entries(BAD).entries()) {
    const name = `bad/prompt-${index}`;
    itIsQuiet(`is marked where it has ${what}, and the rest keeps working`, async () => {
      await writePrompt(name, text);
      const editor = await vscode.window.showTextDocument(vscode.Uri.file(promptFile(name)));
      const diagnostics = await found(editor.document.uri);
      const first = diagnostics.find(each => each.code === code);
      const seen = diagnostics
        .slice(0, 5)
        .map(each => `${each.code} ${each.range.start.line}: ${each.message}`);
      assert.equal(first?.range.start.line, line, seen.join('\n'));
      await restWorks(editor.document.uri);
    });
  }

  itIsQuiet('is marked where it has characters that no version can hold', async () => {
    await writePrompt('bad/characters', 'One.\n\nThree.\n');
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(promptFile('bad/characters')));
    for (const character of ['\0', '\ud800']) {
      await edited(editor, edit => edit.insert(new vscode.Position(1, 0), `a${character}b`));
      const [first] = await found(editor.document.uri);
      assert.deepEqual(
        [first?.code, first?.range.start.line, first?.range.start.character],
        ['invalid-text', 1, 1],
      );
      await restWorks(editor.document.uri);
      await vscode.commands.executeCommand('undo');
      await eventually('nothing wrong', () =>
        vscode.languages.getDiagnostics(editor.document.uri).length === 0 ? true : undefined,
      );
    }
  });

  itIsQuiet('with invalid YAML in its samples is marked there', async () => {
    await writePrompt('bad/samples', 'Hello {{name}}.\n');
    const uri = vscode.Uri.file(promptFile('bad/samples').replace(/\.prompt$/, '.samples.yaml'));
    await vscode.workspace.fs.writeFile(uri, Buffer.from('- name: one\n  input: {a: [\n- }\n'));
    await vscode.window.showTextDocument(uri);
    const [first] = await found(uri);
    assert.equal(first?.code, 'sample-syntax');
    assert.ok((first.range.start.line ?? 0) >= 1);
  });
});
