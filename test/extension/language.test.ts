// Writing prompts: what the editor knows of them, asked through VS Code as its own commands ask.

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import {
  closeEditors,
  connectTo,
  disconnect,
  promptFile,
  root,
  run,
  setting,
  writePrompt,
} from './support/inside.ts';

const SOUND = `---
input:
  schema:
    name: string, who writes
    items(array):
      title: string
---
{{> tone}}
Dear {{name}},
{{#each items}}
- {{title}}
{{/each}}
`;

describe('writing a prompt', () => {
  let folder: TemporaryFolder;

  before(async () => {
    folder = await temporaryFolder();
    await setting('embedded.dataFolder', folder.path);
    await setting('embedded.actor', 'tomas.berg');
    await connectTo('embedded');
    await writePrompt('mail/_tone', 'Be kind to {{name}}.\n');
  });

  afterEach(closeEditors);

  after(async () => {
    await disconnect();
    await setting('embedded.dataFolder', undefined);
    await setting('embedded.actor', undefined);
    await folder[Symbol.asyncDispose]();
  });

  /** Opens the prompt with that text on disk. */
  async function open(name: string, text: string): Promise<vscode.TextEditor> {
    await writePrompt(name, text);
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(promptFile(name)));
    // One that was closed a moment ago is shown as it was, and read again then.
    await eventually(`the text of ${name}`, () => editor.document.getText() === text || undefined);
    return editor;
  }

  const codesOf = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri).map(({ code }) => String(code));
  const hasCodes = (uri: vscode.Uri, ...codes: string[]) =>
    eventually(`${codes.join(', ') || 'nothing'} in ${uri.path}`, () =>
      JSON.stringify(codesOf(uri)) === JSON.stringify(codes) ? true : undefined,
    );
  /** Where `text` begins, and `further` characters on. */
  const at = ({ document }: vscode.TextEditor, text: string, further = 0) =>
    document.positionAt(placeIn(document.getText(), text) + further);
  const execute = <Answer>(provider: string, ...args: unknown[]) =>
    vscode.commands.executeCommand<Answer>(`vscode.execute${provider}`, ...args);
  const tokensOf = (uri: vscode.Uri) =>
    vscode.commands.executeCommand<vscode.SemanticTokens | undefined>(
      'vscode.provideDocumentSemanticTokens',
      uri,
    );

  function placeIn(whole: string, text: string): number {
    const place = whole.indexOf(text);
    assert.ok(place >= 0, `There is no "${text}" in:\n${whole}`);
    return place;
  }

  it('shows what is wrong as it is written, with its code, and forgets it as it is put right', async () => {
    const editor = await open('mail/write', SOUND);
    const { uri } = editor.document;
    await hasCodes(uri);
    await editor.edit(edit => edit.insert(at(editor, 'Dear'), '{{nam}} {{#if name}}'));
    await hasCodes(uri, 'undeclared-variable', 'unclosed-block');
    const [undeclared, unclosed] = vscode.languages.getDiagnostics(uri);
    assert.equal(undeclared?.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(undeclared.source, 'PromptForge');
    assert.equal(editor.document.getText(undeclared.range), 'nam');
    assert.equal(unclosed?.severity, vscode.DiagnosticSeverity.Error);
    await vscode.commands.executeCommand('undo');
    await hasCodes(uri);
  });

  it('shows a variable that nothing uses as unnecessary', async () => {
    const editor = await open('mail/write', '---\ninput:\n  schema:\n    name: string\n---\nHello.\n');
    await hasCodes(editor.document.uri, 'unused-variable');
    const [unused] = vscode.languages.getDiagnostics(editor.document.uri);
    assert.deepEqual(unused?.tags, [vscode.DiagnosticTag.Unnecessary]);
  });

  it('looks at a partial as it is open, saved or not', async () => {
    const user = await open('mail/write', SOUND);
    await hasCodes(user.document.uri);
    const partial = await vscode.window.showTextDocument(vscode.Uri.file(promptFile('mail/_tone')), {
      viewColumn: vscode.ViewColumn.Beside,
    });
    await partial.edit(edit => edit.insert(new vscode.Position(0, 0), '{{> tone}}'));
    await hasCodes(user.document.uri, 'partial-cycle');
    await vscode.commands.executeCommand('undo');
    await hasCodes(user.document.uri);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('follows folders of partials that go and come as one', async () => {
    await writePrompt('mail/parts/_warm', 'Warmly.\n');
    const { document } = await open('mail/write', '{{> parts/warm}}\n');
    await hasCodes(document.uri);
    await rm(dirname(promptFile('mail/parts/_warm')), { recursive: true });
    await hasCodes(document.uri, 'missing-partial');
    await writePrompt('mail/drafts/_warm', 'Warmly.\n');
    const folder = (name: string) => vscode.Uri.file(dirname(promptFile(`mail/${name}/_warm`)));
    const rename = new vscode.WorkspaceEdit();
    rename.renameFile(folder('drafts'), folder('parts'));
    await vscode.workspace.applyEdit(rename);
    await hasCodes(document.uri);
    await rm(folder('parts').fsPath, { recursive: true });
  });

  it('puts right what is wrong by a quick fix', async () => {
    const editor = await open('mail/write', SOUND.replace('{{name}}', '{{nmae}}'));
    const { uri } = editor.document;
    await hasCodes(uri, 'undeclared-variable');
    const [diagnostic] = vscode.languages.getDiagnostics(uri);
    assert.ok(diagnostic);
    const actions = await execute<vscode.CodeAction[]>(
      'CodeActionProvider',
      uri,
      diagnostic.range,
      'quickfix',
    );
    const titles = actions.map(({ title }) => title);
    assert.equal(titles[0], 'Change to "name"');
    assert.ok(titles.length >= 2, titles.join('; '));
    const [change] = actions;
    assert.equal(change?.isPreferred, true);
    assert.ok(change.edit);
    await vscode.workspace.applyEdit(change.edit);
    assert.equal(editor.document.getText(), SOUND);
    await hasCodes(uri);
  });

  it('completes variables, the parts of paths, helpers and partials', async () => {
    const editor = await open('mail/write', `${SOUND}{{}} {{#each items}}{{t}}{{/each}} {{> }}`);
    // Nothing is offered for a text that changes meanwhile, as it does when the window notices the file that was written.
    const offers = (tag: string, within: number, ...expected: string[]) => {
      let labels: string[] = [];
      return eventually(`${expected} at ${tag}`, async () => {
        const { items } = await execute<vscode.CompletionList>(
          'CompletionItemProvider',
          editor.document.uri,
          at(editor, tag, within),
        );
        labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
        return expected.every(each => labels.includes(each)) || undefined;
      }).catch(error => assert.fail(`${error} Offered: ${labels}`));
    };
    await offers('{{}}', 2, 'name', 'items', 'role');
    await offers('{{t}}', 3, 'title');
    await offers('{{> }}', 4, 'tone');
  });

  it('says on hover what a variable is', async () => {
    const editor = await open('mail/write', SOUND);
    const [hover] = await execute<vscode.Hover[]>(
      'HoverProvider',
      editor.document.uri,
      at(editor, '{{name', 3),
    );
    const text = hover?.contents
      .map(content => (typeof content === 'string' ? content : content.value))
      .join();
    assert.match(text ?? '', /string/);
    assert.match(text ?? '', /who writes/);
  });

  it('leads from a partial to its file, and from a variable to its declaration', async () => {
    const editor = await open('mail/write', SOUND);
    const { uri } = editor.document;
    const [partial] = await execute<vscode.Location[]>('DefinitionProvider', uri, at(editor, 'tone', 1));
    assert.equal(partial?.uri.fsPath, promptFile('mail/_tone'));
    const [declared] = await execute<vscode.Location[]>('DefinitionProvider', uri, at(editor, '{{name', 3));
    assert.equal(declared?.uri.toString(), uri.toString());
    assert.equal(declared.range.start.line, 3);
    const places = await execute<vscode.Location[]>('ReferenceProvider', uri, at(editor, '{{name', 3));
    assert.deepEqual(places.map(place => vscode.workspace.asRelativePath(place.uri)).toSorted(), [
      'prompts/mail/_tone.prompt',
      'prompts/mail/write.prompt',
      'prompts/mail/write.prompt',
    ]);
  });

  it('renames a variable in front matter, body, samples and partials, as one step to undo', async () => {
    const editor = await open('mail/write', SOUND);
    const samples = vscode.Uri.file(join(root(), 'prompts', 'mail', 'write.samples.yaml'));
    await vscode.workspace.fs.writeFile(samples, Buffer.from('- name: one\n  input:\n    name: Ada\n'));
    await vscode.workspace.openTextDocument(samples);
    const { uri } = editor.document;
    const position = at(editor, '{{name', 3);
    const edit = await eventually('the samples in the rename', async () => {
      const found = await execute<vscode.WorkspaceEdit>('DocumentRenameProvider', uri, position, 'author');
      return found.entries().some(([file]) => file.fsPath === samples.fsPath) ? found : undefined;
    });
    await vscode.workspace.applyEdit(edit);
    const textOf = async (file: vscode.Uri) => (await vscode.workspace.openTextDocument(file)).getText();
    const partial = vscode.Uri.file(promptFile('mail/_tone'));
    assert.equal(
      await textOf(uri),
      SOUND.replace('name: string', 'author: string').replace('{{name}}', '{{author}}'),
    );
    assert.equal(await textOf(samples), '- name: one\n  input:\n    author: Ada\n');
    assert.equal(await textOf(partial), 'Be kind to {{author}}.\n');
    await vscode.window.showTextDocument(uri);
    await vscode.commands.executeCommand('undo');
    assert.equal(await textOf(uri), SOUND);
    await vscode.workspace.saveAll();
  });

  it('says why something cannot be renamed', async () => {
    const editor = await open('mail/write', SOUND);
    await assert.rejects(
      async () => execute('DocumentRenameProvider', editor.document.uri, at(editor, 'each', 1), 'every'),
      /helper/,
    );
  });

  it('outlines, folds and grows selections', async () => {
    const editor = await open('mail/write', SOUND);
    const { uri } = editor.document;
    const symbols = await execute<vscode.DocumentSymbol[]>('DocumentSymbolProvider', uri);
    assert.deepEqual(
      symbols.map(({ name }) => name).filter(name => /^(name|items|tone|each)/.test(name)).length >= 3,
      true,
      symbols.map(({ name }) => name).join(),
    );
    const folds = await execute<vscode.FoldingRange[]>('FoldingRangeProvider', uri);
    assert.ok(folds.some(({ start, end }) => start === 0 && end >= 5));
    const [selection] = await execute<vscode.SelectionRange[]>('SelectionRangeProvider', uri, [
      at(editor, '{{title', 3),
    ]);
    assert.equal(editor.document.getText(selection?.range), 'title');
    assert.ok(selection?.parent);
  });

  it('formats what rendering does not see', async () => {
    const editor = await open('mail/write', `${SOUND}{{   name   }}  two  spaces \n`);
    const edits = await execute<vscode.TextEdit[]>('FormatDocumentProvider', editor.document.uri, {
      tabSize: 2,
      insertSpaces: true,
    });
    const change = new vscode.WorkspaceEdit();
    change.set(editor.document.uri, edits);
    await vscode.workspace.applyEdit(change);
    assert.equal(editor.document.getText(), `${SOUND}{{name}}  two  spaces \n`);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('says over the first line which version the file has and what is live, and what one does next', async () => {
    const editor = await open('mail/write', SOUND);
    const titles = async () => {
      const lenses = await execute<vscode.CodeLens[]>('CodeLensProvider', editor.document.uri, 20);
      assert.ok(lenses.every(({ range }) => range.start.line === 0));
      return lenses.map(({ command }) => command?.title).join(' | ');
    };
    const shows = (expected: string) =>
      eventually(expected, async () => ((await titles()) === expected ? true : undefined));
    await shows('Not published yet | Preview | Publish…');
    await run('publish', { texts: ['Tone'] }, 'mail/_tone');
    await run('publish', { texts: ['First'] }, 'mail/write');
    await shows('Based on @1 | Live nowhere | Compare | Preview | Publish… | Promote…');
    await run(
      'promote',
      { picks: ['staging · stable'], texts: ['Tested'], confirms: [true] },
      'mail/write',
      1,
    );
    await vscode.window.showTextDocument(editor.document);
    await shows('Based on @1 | Live: staging @1 | Compare | Preview | Publish… | Promote…');
    await vscode.workspace.fs.writeFile(editor.document.uri, Buffer.from(`${SOUND}More.\n`));
    await run('refresh');
    await shows('Based on @1 · modified | Live: staging @1 | Compare | Preview | Publish… | Promote…');
  });

  it('shows a published version in the same colours, with nothing to put right', async () => {
    await run('openVersion', {}, 'mail/write@1');
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, 'promptforge');
    const tokens = await tokensOf(document.uri);
    assert.ok(tokens !== undefined && tokens.data.length > 0);
    assert.deepEqual(codesOf(document.uri), []);
  });

  it('colours expressions in the files that the setting names, as soon as it names them', async () => {
    await open('mail/write', SOUND);
    const other = vscode.Uri.file(join(root(), 'mail.txt'));
    await writeFile(other.fsPath, 'Dear {{name}},\n');
    const editor = await vscode.window.showTextDocument(other);
    const tokens = async () => (await tokensOf(other))?.data;
    assert.equal(await tokens(), undefined);
    const configuration = vscode.workspace.getConfiguration('promptforge');
    await configuration.update('highlight.include', ['*.txt'], vscode.ConfigurationTarget.Workspace);
    assert.deepEqual([...((await eventually('colours', tokens)) ?? [])].slice(0, 4), [0, 7, 4, 0]);
    await editor.edit(edit => edit.insert(new vscode.Position(0, 0), 'My '));
    assert.deepEqual([...((await tokens()) ?? [])].slice(0, 4), [0, 10, 4, 0]);
    await configuration.update('highlight.include', undefined, vscode.ConfigurationTarget.Workspace);
    await eventually('no colours', async () => ((await tokens()) === undefined ? true : undefined));
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });
});
