/** `promptforge lsp` as an editor starts it: a process that speaks the protocol over its standard streams. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type ClientCapabilities,
  type CodeAction,
  type CompletionItem,
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DidSaveTextDocumentNotification,
  type DocumentSymbol,
  type Hover,
  InitializeRequest,
  type InitializeResult,
  type Location,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver-protocol/node';
import { type BundledCli, bundleCli } from '../../scripts/host/bundledCli.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const EVERYTHING: ClientCapabilities = {
  workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['create', 'rename', 'delete'] } },
  textDocument: { completion: { completionItem: { snippetSupport: true } } },
};

class Editor {
  readonly connection: ProtocolConnection;
  readonly process: ChildProcess;
  readonly folder: string;
  readonly found = new Map<string, readonly Diagnostic[]>();
  readonly #texts = new Map<string, { text: string; version: number }>();
  capabilities: InitializeResult['capabilities'] = {};

  constructor(process: ChildProcess, folder: string) {
    this.process = process;
    this.folder = folder;
    assert.ok(process.stdout && process.stdin);
    this.connection = createProtocolConnection(process.stdout, process.stdin);
    this.connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => {
      this.found.set(uri, diagnostics);
    });
    this.connection.listen();
  }

  async start(capabilities: ClientCapabilities, isWorkspace = true): Promise<void> {
    const uri = pathToFileURL(this.folder).href;
    const result = await this.connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: null,
      capabilities,
      workspaceFolders: isWorkspace ? [{ uri, name: 'team' }] : null,
    });
    this.capabilities = result.capabilities;
    assert.equal(result.serverInfo?.name, 'PromptForge');
    await this.connection.sendNotification('initialized', {});
  }

  uri(path: string): string {
    return pathToFileURL(join(this.folder, path)).href;
  }

  async open(path: string, text: string): Promise<string> {
    const uri = this.uri(path);
    this.#texts.set(uri, { text, version: 1 });
    const textDocument = { uri, languageId: 'dotprompt', version: 1, text };
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
    return uri;
  }

  async change(uri: string, text: string): Promise<void> {
    const version = (this.#texts.get(uri)?.version ?? 1) + 1;
    this.#texts.set(uri, { text, version });
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges: [{ text }],
    });
  }

  save(uri: string): Promise<void> {
    return this.connection.sendNotification(DidSaveTextDocumentNotification.type, { textDocument: { uri } });
  }

  /** The codes of what is found in a document, once they are `codes`. */
  async finds(uri: string, ...codes: readonly string[]): Promise<readonly Diagnostic[]> {
    return eventually(`${codes.join(', ') || 'nothing'} in ${uri}`, () => {
      const diagnostics = this.found.get(uri);
      return diagnostics?.map(({ code }) => code).join() === codes.join() ? diagnostics : undefined;
    });
  }

  ask<Answer>(method: string, params: object): Promise<Answer> {
    return this.connection.sendRequest<Answer>(method, params);
  }

  /** At the place of `¦` in `marked`, which is the text without it. */
  at<Answer>(method: string, uri: string, marked: string, more: object = {}): Promise<Answer> {
    const before = marked.slice(0, marked.indexOf('¦')).split('\n');
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    return this.ask(method, { textDocument: { uri }, position, ...more });
  }
}

const RANGE = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };

describe('promptforge lsp', () => {
  let cli: BundledCli;
  const editors: Editor[] = [];
  before(async () => {
    cli = await bundleCli();
  });
  afterEach(async () => {
    for (const editor of editors.splice(0)) {
      editor.process.kill();
      editor.connection.dispose();
    }
  });

  async function editorIn(
    files: Readonly<Record<string, string>>,
    capabilities = EVERYTHING,
    isWorkspace = true,
  ): Promise<Editor> {
    const { path: folder } = await temporaryFolder();
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const editor = new Editor(
      spawn(process.execPath, [cli.script, 'lsp', '--stdio'], { stdio: 'pipe' }),
      folder,
    );
    editors.push(editor);
    await editor.start(capabilities, isWorkspace);
    return editor;
  }

  it('finds problems as they are typed, and those that another document brings about', async () => {
    const editor = await editorIn({ 'promptforge.json': '{"registry": "embedded", "prompts": "prompts"}' });
    const uri = await editor.open('prompts/team/it.prompt', 'Hi {{name}} {{> header}}');
    const [problem] = await editor.finds(uri, 'missing-partial');
    assert.equal(problem?.source, 'PromptForge');
    assert.deepEqual(problem?.range, {
      start: { line: 0, character: 16 },
      end: { line: 0, character: 22 },
    });
    await editor.change(uri, 'Hi {{name}} {{#if name}}{{> header}}');
    await editor.finds(uri, 'unclosed-block');
    await editor.change(uri, 'Hi {{name}} {{> header}}');
    await editor.open('prompts/team/_header.prompt', 'Dear {{json @metadata.prompt.ext.team.owner}}');
    const [inPartial] = await editor.finds(uri, 'wrong-arguments');
    assert.match(String(inPartial?.message), /The partial "header" needs another value/);
  });

  it('reads the files of the project, and finds again what was saved, renamed and deleted', async () => {
    const editor = await editorIn({
      'promptforge.json': '{"registry": "embedded", "prompts": "p", "frontMatterKeys": ["team"]}',
      'p/team/_header.prompt': 'Dear {{name}}',
      'node_modules/x/_other.prompt': 'x',
    });
    const uri = await editor.open('p/team/it.prompt', '---\nteam: mail\n---\n{{> header}}{{> other}}');
    await editor.finds(uri, 'missing-partial');
    await writeFile(join(editor.folder, 'p/_other.prompt'), 'Other');
    await editor.save(uri);
    await editor.finds(uri);
    await rename(join(editor.folder, 'p/team/_header.prompt'), join(editor.folder, 'p/team/_top.prompt'));
    await editor.save(uri);
    await editor.finds(uri, 'missing-partial');
    await writeFile(join(editor.folder, 'promptforge.json'), '{"registry": "embedded", "prompts": "p"}');
    await editor.save(editor.uri('promptforge.json'));
    await editor.save(uri);
    await editor.finds(uri, 'missing-partial');
  });

  it('completes, with snippets only for a client that takes them', async () => {
    const files = { '_header.prompt': 'x', 'it.prompt': '' };
    for (const [capabilities, marks] of [
      [EVERYTHING, true],
      [{}, false],
    ] as const) {
      const editor = await editorIn(files, capabilities);
      const uri = await editor.open('it.prompt', '{{> ');
      const partials = await editor.at<CompletionItem[]>('textDocument/completion', uri, '{{> ¦');
      assert.ok(
        partials.some(({ label }) => label === 'header'),
        JSON.stringify(partials),
      );
      await editor.change(uri, '{{#');
      const blocks = await editor.at<CompletionItem[]>('textDocument/completion', uri, '{{#¦');
      const each = blocks.find(({ label }) => label.includes('each'));
      assert.equal(/\$\{?\d/.test(each?.textEdit?.newText ?? ''), marks, each?.textEdit?.newText);
      assert.equal(each?.insertTextFormat === 2, marks);
    }
  });

  it('shows what a name means, where it is declared and where it is used', async () => {
    const source = '---\ninput:\n  schema:\n    name: string, who it is\n---\nHi {{name}}, {{name}}';
    const editor = await editorIn({});
    const uri = await editor.open('it.prompt', source);
    const marked = source.replace('{{name}},', '{{na¦me}},');
    const hover = await editor.at<Hover>('textDocument/hover', uri, marked);
    assert.match(JSON.stringify(hover.contents), /who it is/);
    const [declared] = await editor.at<Location[]>('textDocument/definition', uri, marked);
    assert.deepEqual([declared?.uri, declared?.range.start], [uri, { line: 3, character: 4 }]);
    const references = await editor.at<Location[]>('textDocument/references', uri, marked, {
      context: { includeDeclaration: false },
    });
    assert.deepEqual(
      references.map(({ range }) => range.start.character),
      [5, 15],
    );
  });

  it('renames a partial with its file and in every prompt that uses it', async () => {
    const editor = await editorIn({
      'promptforge.json': '{"registry": "embedded", "prompts": "prompts"}',
      'prompts/_header.prompt': 'Dear {{name}}',
      'prompts/a.prompt': 'A {{> header}}',
      'prompts/deep/b.prompt': '\nB {{> header}}',
    });
    const uri = await editor.open('prompts/a.prompt', 'A {{> header}}');
    const edit = await editor.at<WorkspaceEdit>('textDocument/rename', uri, 'A {{> hea¦der}}', {
      newName: 'greeting',
    });
    const changes = edit.documentChanges ?? [];
    const edits = changes.flatMap(change =>
      'edits' in change
        ? [[change.textDocument.uri, change.edits.map(each => (each as TextEdit).newText)]]
        : [],
    );
    assert.deepEqual(edits.sort(), [
      [editor.uri('prompts/a.prompt'), ['greeting']],
      [editor.uri('prompts/deep/b.prompt'), ['greeting']],
    ]);
    const renames = changes.filter(change => 'kind' in change && change.kind === 'rename');
    assert.deepEqual(renames, [
      {
        kind: 'rename',
        oldUri: editor.uri('prompts/_header.prompt'),
        newUri: editor.uri('prompts/_greeting.prompt'),
      },
    ]);
    await assert.rejects(
      editor.at('textDocument/rename', uri, 'A {{> hea¦der}}', { newName: 'no name' }),
      /name/,
    );
  });

  it('says why where the client renames no files, and renames a variable all the same', async () => {
    const editor = await editorIn({ '_header.prompt': 'x' }, {});
    const uri = await editor.open('a.prompt', '{{> header}} {{name}} {{name}}');
    await assert.rejects(
      editor.at('textDocument/rename', uri, '{{> hea¦der}} {{name}} {{name}}', { newName: 'top' }),
      /your editor does not do for a language server/,
    );
    const edit = await editor.at<WorkspaceEdit>(
      'textDocument/rename',
      uri,
      '{{> header}} {{na¦me}} {{name}}',
      { newName: 'person' },
    );
    assert.deepEqual(
      edit.changes?.[uri]?.map(({ newText }) => newText),
      ['person', 'person'],
    );
  });

  it('formats, folds, outlines, fixes and colors', async () => {
    const text = '{{  name  }}\n{{#if name}}\nx\n{{/if}}\n{{jsno name}}\n';
    const editor = await editorIn({});
    const uri = await editor.open('it.prompt', text);
    const textDocument = { uri };
    const edits = await editor.ask<TextEdit[]>('textDocument/formatting', {
      textDocument,
      options: { tabSize: 2, insertSpaces: true },
    });
    assert.ok(edits.length > 0 && edits.every(({ newText }) => newText.trim() === ''));
    const folds = await editor.ask<readonly { startLine: number }[]>('textDocument/foldingRange', {
      textDocument,
    });
    assert.deepEqual(
      folds.map(({ startLine }) => startLine),
      [1],
    );
    const symbols = await editor.ask<DocumentSymbol[]>('textDocument/documentSymbol', { textDocument });
    assert.match(symbols[0]?.name ?? '', /if/);
    const diagnostics = await editor.finds(uri, 'unknown-helper');
    const actions = await editor.ask<CodeAction[]>('textDocument/codeAction', {
      textDocument,
      range: RANGE,
      context: { diagnostics },
    });
    const [action] = actions;
    assert.match(action?.title ?? '', /json/);
    assert.equal(action?.diagnostics?.[0]?.code, 'unknown-helper');
    const [change] = action?.edit?.documentChanges ?? [];
    assert.ok(change && 'edits' in change && (change.edits[0] as TextEdit).newText === 'json');
    const tokens = await editor.ask<{ data: number[] }>('textDocument/semanticTokens/full', { textDocument });
    assert.equal(tokens.data.length % 5, 0);
    assert.ok(tokens.data.length > 0);
  });

  it('knows samples, and a file without a workspace', async () => {
    const editor = await editorIn(
      {
        'it.prompt': '---\ninput:\n  schema:\n    name: string\n---\n{{name}}{{> header}}',
        '_header.prompt': 'x',
        'deep/broken.prompt': '{{',
      },
      EVERYTHING,
      false,
    );
    const samples = await editor.open('it.samples.yaml', 'first:\n  nam: Ada\n');
    await eventually('a problem in the samples', () => (editor.found.get(samples)?.length ?? 0) > 0);
    const uri = await editor.open('it.prompt', '{{> header}}{{> nowhere}}');
    await editor.finds(uri, 'missing-partial');
  });

  it('ends with 0 after it was shut down, and with 1 when the editor is gone without a word', async () => {
    const polite = await editorIn({});
    await polite.ask('shutdown', {});
    const ended = once(polite.process, 'exit');
    await polite.connection.sendNotification('exit');
    assert.deepEqual(await ended, [0, null]);
    const rude = await editorIn({});
    const alone = once(rude.process, 'exit');
    rude.process.stdin?.end();
    assert.deepEqual(await alone, [1, null]);
  });
});
