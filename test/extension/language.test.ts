// Writing prompts: what the editor knows of them, asked through VS Code as its own commands ask.

import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { patience } from '../../scripts/host/patience.ts';
import { folderOf, type PromptName, parsePromptName } from '../../src/core/name.ts';
import { eventually } from '../eventually.ts';
import { applied, edited } from './support/edited.ts';
import { embeddedWorkspace } from './support/embedded-workspace.ts';
import { freshName } from './support/fresh-name.ts';
import { closeEditors, inside, promptFile, root, run, writePrompt } from './support/inside.ts';
import { shownEditor, told } from './support/shown.ts';
import { makeWatchedFolder, whenSeen } from './support/watched-folder.ts';
import { withoutAutoSave } from './support/without-auto-save.ts';

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

describe('editing a prompt', () => {
  const { publish } = embeddedWorkspace();
  withoutAutoSave();

  /** A prompt in a folder of its own, with the partial that SOUND uses beside it. */
  async function nameBesideTone(): Promise<PromptName> {
    const name = freshName('write');
    await writePrompt(beside(name, '_tone'), 'Be kind to {{name}}.\n');
    return name;
  }

  /** Opens the prompt with that text on disk, and waits until the language features answer. */
  async function open(name: string, text: string): Promise<vscode.TextEditor> {
    await writePrompt(name, text);
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(promptFile(name)));
    // All of them are registered together, when the first prompt is opened.
    await eventually(`the tokens of ${name}`, async () => tokensOf(editor.document.uri));
    return editor;
  }

  const codesOf = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri).map(({ code }) => String(code));
  const hasCodes = (uri: vscode.Uri, ...codes: string[]) =>
    eventually(
      `${codes.join(', ') || 'nothing'} in ${uri.path}`,
      () => JSON.stringify(codesOf(uri)) === JSON.stringify(codes),
    ).catch((error: unknown) => assert.fail(`${error} Found: ${codesOf(uri)}`));
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

  /** What a provider answers, once it has anything to answer. */
  const answered = <Answer>(provider: string, ...args: unknown[]) =>
    eventually(`an answer of ${provider}`, async () => {
      const answers = await execute<Answer[] | undefined>(provider, ...args);
      return answers !== undefined && answers.length > 0 ? answers : undefined;
    });

  it('warns of keys unknown to Dotprompt, until promptforge.json allows them', async () => {
    const project = join(root(), 'promptforge.json');
    const { workbench } = await inside();
    const before = await readFile(project, 'utf8');
    const above = '# (c) Example\n\n';
    const text = `${above}---\nowner: checkout\nteam: fees\nmaxTurns: 3\ninput:\n  schema: Order\n---\nHello {{name}}.\n`;
    const { document } = await open(freshName('keys'), text);
    await hasCodes(document.uri, 'front-matter-key', 'named-schema');
    try {
      const allowed = { ...(JSON.parse(before) as object), frontMatterKeys: ['owner', 'team'] };
      await writeFile(project, JSON.stringify(allowed));
      await workbench.prompts.refresh();
      await hasCodes(document.uri, 'named-schema');
    } finally {
      await writeFile(project, before);
      await workbench.prompts.refresh();
    }
    await hasCodes(document.uri, 'front-matter-key', 'named-schema');
  });
  it('shows errors with their codes while typing, and clears them once fixed', async () => {
    const editor = await open(await nameBesideTone(), SOUND);
    const { uri } = editor.document;
    await edited(editor, edit => edit.insert(at(editor, 'Dear'), '{{nam}} {{#if name}}'));
    await hasCodes(uri, 'undeclared-variable', 'unclosed-block');
    const [undeclared, unclosed] = vscode.languages.getDiagnostics(uri);
    assert.equal(undeclared?.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(undeclared.source, 'PromptForge');
    assert.equal(editor.document.getText(undeclared.range), 'nam');
    assert.equal(unclosed?.severity, vscode.DiagnosticSeverity.Error);
    await vscode.commands.executeCommand('undo');
    await hasCodes(uri);
  });

  it('shows an unused variable as unnecessary', async () => {
    const text = '---\ninput:\n  schema:\n    name: string\n---\nHello.\n';
    const { document } = await open(freshName('write'), text);
    await hasCodes(document.uri, 'unused-variable');
    const [unused] = vscode.languages.getDiagnostics(document.uri);
    assert.deepEqual(unused?.tags, [vscode.DiagnosticTag.Unnecessary]);
  });

  it('checks a partial as open in its editor, saved or not', async () => {
    const name = await nameBesideTone();
    const user = await open(name, SOUND);
    const tone = vscode.Uri.file(promptFile(beside(name, '_tone')));
    const partial = await vscode.window.showTextDocument(tone, { viewColumn: vscode.ViewColumn.Beside });
    await edited(partial, edit => edit.insert(new vscode.Position(0, 0), '{{> tone}}'));
    await hasCodes(user.document.uri, 'partial-cycle');
    await vscode.commands.executeCommand('undo');
    await hasCodes(user.document.uri);
  });

  it('follows partials whose whole folder is removed or restored', async () => {
    const name = freshName('write');
    const warmIn = (folder: string) => promptFile(beside(name, `${folder}/_warm`));
    await makeWatchedFolder(dirname(warmIn('parts')));
    const warm = () => writePrompt(beside(name, 'parts/_warm'), 'Warmly.\n');
    assert.ok(await whenSeen(warmIn('parts'), warm, patience(60_000)));
    // The one that is always missing tells that the other one was looked for.
    const { document } = await open(name, '{{> parts/warm}} {{> parts/cold}}\n');
    await hasCodes(document.uri, 'missing-partial');
    await rm(dirname(warmIn('parts')), { recursive: true });
    await hasCodes(document.uri, 'missing-partial', 'missing-partial');
    await writePrompt(beside(name, 'drafts/_warm'), 'Warmly.\n');
    const rename = new vscode.WorkspaceEdit();
    rename.renameFile(vscode.Uri.file(dirname(warmIn('drafts'))), vscode.Uri.file(dirname(warmIn('parts'))));
    await applied(() => rename);
    await hasCodes(document.uri, 'missing-partial');
  });

  it('fixes errors with quick fixes', async () => {
    const editor = await open(await nameBesideTone(), SOUND.replace('{{name}}', '{{nmae}}'));
    const { uri } = editor.document;
    await hasCodes(uri, 'undeclared-variable');
    const [diagnostic] = vscode.languages.getDiagnostics(uri);
    assert.ok(diagnostic);
    const actions = await answered<vscode.CodeAction>(
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
    const { edit } = change;
    assert.ok(edit);
    await applied(() => edit);
    assert.equal(editor.document.getText(), SOUND);
    await hasCodes(uri);
  });

  it('completes variables, parts of paths, helpers and partials', async () => {
    const editor = await open(await nameBesideTone(), `${SOUND}{{}} {{#each items}}{{t}}{{/each}} {{> }}`);
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
        return expected.every(each => labels.includes(each));
      }).catch(error => assert.fail(`${error} Offered: ${labels}`));
    };
    await offers('{{}}', 2, 'name', 'items', 'role');
    await offers('{{t}}', 3, 'title');
    await offers('{{> }}', 4, 'tone');
  });

  it('describes a variable on hover', async () => {
    const editor = await open(await nameBesideTone(), SOUND);
    const [hover] = await answered<vscode.Hover>(
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

  it('goes from a partial to its file, and from a variable to its declaration', async () => {
    const name = await nameBesideTone();
    const editor = await open(name, SOUND);
    const { uri } = editor.document;
    const [partial] = await answered<vscode.Location>('DefinitionProvider', uri, at(editor, 'tone', 1));
    assert.equal(partial?.uri.fsPath, promptFile(beside(name, '_tone')));
    const [declared] = await answered<vscode.Location>('DefinitionProvider', uri, at(editor, '{{name', 3));
    assert.equal(declared?.uri.toString(), uri.toString());
    assert.equal(declared.range.start.line, 3);
    const places = await answered<vscode.Location>('ReferenceProvider', uri, at(editor, '{{name', 3));
    assert.deepEqual(places.map(place => vscode.workspace.asRelativePath(place.uri)).toSorted(), [
      `prompts/${beside(name, '_tone')}.prompt`,
      `prompts/${name}.prompt`,
      `prompts/${name}.prompt`,
    ]);
  });

  it('renames a variable in front matter, body, samples and partials, undone in one step', async () => {
    const name = await nameBesideTone();
    const editor = await open(name, SOUND);
    const samples = vscode.Uri.file(promptFile(name).replace(/\.prompt$/, '.samples.yaml'));
    await vscode.workspace.fs.writeFile(samples, Buffer.from('- name: one\n  input:\n    name: Ada\n'));
    await vscode.workspace.openTextDocument(samples);
    const { uri } = editor.document;
    const position = at(editor, '{{name', 3);
    const edit = await eventually('the samples in the rename', async () => {
      const found = await execute<vscode.WorkspaceEdit>('DocumentRenameProvider', uri, position, 'author');
      return found.entries().some(([file]) => file.fsPath === samples.fsPath) ? found : undefined;
    });
    await applied(() => edit);
    const partial = vscode.Uri.file(promptFile(beside(name, '_tone')));
    await hasText(uri, SOUND.replace('name: string', 'author: string').replace('{{name}}', '{{author}}'));
    await hasText(samples, '- name: one\n  input:\n    author: Ada\n');
    await hasText(partial, 'Be kind to {{author}}.\n');
    await vscode.window.showTextDocument(uri);
    await vscode.commands.executeCommand('undo');
    await hasText(uri, SOUND);
  });

  it('explains why something cannot be renamed', async () => {
    const editor = await open(await nameBesideTone(), SOUND);
    await assert.rejects(
      async () => execute('DocumentRenameProvider', editor.document.uri, at(editor, 'each', 1), 'every'),
      /helper/,
    );
  });

  it('provides outline, folding and selection ranges', async () => {
    const editor = await open(await nameBesideTone(), SOUND);
    const { uri } = editor.document;
    const symbols = await answered<vscode.DocumentSymbol>('DocumentSymbolProvider', uri);
    assert.deepEqual(
      symbols.map(({ name }) => name).filter(name => /^(name|items|tone|each)/.test(name)).length >= 3,
      true,
      symbols.map(({ name }) => name).join(),
    );
    const folds = await answered<vscode.FoldingRange>('FoldingRangeProvider', uri);
    assert.ok(folds.some(({ start, end }) => start === 0 && end >= 5));
    const [selection] = await answered<vscode.SelectionRange>('SelectionRangeProvider', uri, [
      at(editor, '{{title', 3),
    ]);
    assert.equal(editor.document.getText(selection?.range), 'title');
    assert.ok(selection?.parent);
  });

  it('formats without changing the rendering', async () => {
    const editor = await open(await nameBesideTone(), `${SOUND}{{   name   }}  two  spaces \n`);
    const options = { tabSize: 2, insertSpaces: true };
    const edits = await answered<vscode.TextEdit>('FormatDocumentProvider', editor.document.uri, options);
    const change = new vscode.WorkspaceEdit();
    change.set(editor.document.uri, edits);
    await applied(() => change);
    assert.equal(editor.document.getText(), `${SOUND}{{name}}  two  spaces \n`);
  });

  it('shows a code lens with actions, the version of the file and what is live', async () => {
    const name = await nameBesideTone();
    const editor = await open(name, SOUND);
    const titles = async () => {
      const lenses = await execute<vscode.CodeLens[]>('CodeLensProvider', editor.document.uri, 20);
      assert.ok(lenses.every(({ range }) => range.start.line === 0));
      return lenses.map(({ command }) => command?.title).join(' | ');
    };
    const shows = (expected: string) => eventually(expected, async () => (await titles()) === expected);
    await shows('Preview | Publish… | Not published');
    await told(await run('publish', { texts: ['Tone'] }, beside(name, '_tone')), /^Published/);
    await told(await run('publish', { texts: ['First'] }, name), /^Published/);
    await shows('Preview | Publish… | Compare | Promote… | @1 | Not live');
    const promoting = { picks: ['staging · stable'], texts: ['Tested'], confirms: [true] };
    await told(await run('promote', promoting, name, 1), /is now live/);
    await vscode.window.showTextDocument(editor.document);
    await shows('Preview | Publish… | Compare | Promote… | @1 | staging @1');
    await vscode.workspace.fs.writeFile(editor.document.uri, Buffer.from(`${SOUND}More.\n`));
    await run('refresh');
    await shows('Preview | Publish… | Compare | Promote… | @1 modified | staging @1');
  });

  it('highlights a published version like a file, without diagnostics', async () => {
    const name = freshName('write');
    const text = '---\ninput:\n  schema:\n    name: string\n---\n{{name}} {{nmae}}\n';
    await publish(name, text);
    await run('openVersion', {}, `${name}@1`);
    const { document } = await shownEditor(vscode.Uri.parse(`promptforge://embedded/${name}%401`));
    const tokens = await eventually('colors', async () => tokensOf(document.uri));
    assert.ok(tokens.data.length > 0);
    // The same text in a file has something to put right, and is looked at later.
    const file = await open(name, text);
    await hasCodes(file.document.uri, 'undeclared-variable');
    assert.deepEqual(codesOf(document.uri), []);
  });

  describe('in a file of another kind', () => {
    const other = () => vscode.Uri.file(join(root(), 'mail.txt'));
    const include = (globs: string[] | undefined) =>
      vscode.workspace
        .getConfiguration('promptforge')
        .update('highlight.include', globs, vscode.ConfigurationTarget.Workspace);

    afterEach(async () => {
      await include(undefined);
      await closeEditors();
      await rm(other().fsPath, { force: true });
    });

    it('highlights expressions once the setting includes the file', async () => {
      await open(await nameBesideTone(), SOUND);
      await writeFile(other().fsPath, 'Dear {{name}},\n');
      const editor = await vscode.window.showTextDocument(other());
      const tokens = async () => {
        const data = (await tokensOf(other()))?.data;
        return data && [...data].slice(0, 4).join();
      };
      assert.equal(await tokens(), undefined);
      await include(['*.txt']);
      assert.equal(await eventually('colors', tokens), '0,7,4,0');
      await edited(editor, edit => edit.insert(new vscode.Position(0, 0), 'My '));
      await eventually('the colors further on', async () => (await tokens()) === '0,10,4,0');
      await include(undefined);
      await eventually('no colors', async () => (await tokens()) === undefined);
    });
  });
});

/** The name of what is in the same folder. */
function beside(name: PromptName, segments: string): PromptName {
  return parsePromptName(`${folderOf(name)}/${segments}`);
}

async function hasText(file: vscode.Uri, text: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(file);
  await eventually(`the text of ${file.path}`, () => document.getText() === text).catch(() =>
    assert.equal(document.getText(), text),
  );
}
