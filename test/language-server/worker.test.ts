/** The server as the extension host meets it: a real thread that is told of documents, asked, and brought down. */
import assert from 'node:assert/strict';
import {
  CancellationTokenSource,
  DiagnosticSeverity,
  LSPErrorCodes,
  type SemanticTokens,
} from 'vscode-languageserver-protocol/node';
import { eventually } from '../eventually.ts';
import { AnEditor } from './an-editor.ts';

const UNCLOSED = '{{#if a}}\n';
const SOUND = '{{#if a}}{{/if}}\n';

describe('the language server in a thread', () => {
  it('answers about the text that is open, at lines and characters', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('a', `First.\n${UNCLOSED}`);
    const [finding] = (await editor.findings(uri)) ?? [];
    assert.equal(finding?.code, 'unclosed-block');
    assert.equal(finding.severity, DiagnosticSeverity.Error);
    assert.deepEqual(finding.range.start.line, 1);
  });

  it('runs the patterns of a schema, and tells those that it cannot run', async () => {
    await using editor = new AnEditor();
    const of = (pattern: string) =>
      `---\ninput:\n  schema:\n    type: object\n    properties:\n      a: {type: string, pattern: '${pattern}'}\n---\n{{a}}\n`;
    assert.deepEqual(await editor.codes(editor.open('a', of('^a+$'))), []);
    const [finding] = (await editor.findings(editor.open('b', of('(?=a)b')))) ?? [];
    assert.deepEqual([finding?.code, finding?.severity], ['schema-pattern', DiagnosticSeverity.Error]);
    assert.deepEqual(finding?.range.start, { line: 5, character: 33 });
  });

  it('follows edits by their ranges, several in one change', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('a', UNCLOSED);
    editor.edit(uri, UNCLOSED.length - 1, 0, '{{/if}}');
    assert.deepEqual(await editor.codes(uri), []);
    const on = (start: number, end: number) => ({
      start: { line: 0, character: start },
      end: { line: 0, character: end },
    });
    editor.change(uri, [
      { range: on(0, 5), text: '{{#unless' },
      { range: on(0, 0), text: 'x' },
    ]);
    assert.deepEqual(await editor.codes(uri), ['mismatched-block']);
  });

  it('answers nothing about a text that changed before it could', async () => {
    await using editor = new AnEditor({ areFilesTold: false });
    const uri = editor.open('a', '{{> tone}}');
    const asked = editor.ask('textDocument/hover', uri, { position: { line: 0, character: 5 } });
    editor.edit(uri, 0, 0, 'x');
    editor.setFiles([]);
    await assert.rejects(asked, { code: LSPErrorCodes.ContentModified });
    assert.deepEqual(await editor.codes(uri), ['missing-partial']);
  });

  it('answers nothing that was cancelled, and goes on', async () => {
    await using editor = new AnEditor({ areFilesTold: false });
    const uri = editor.open('a', SOUND);
    const cancelled = new CancellationTokenSource();
    const params = { position: { line: 0, character: 5 } };
    const asked = editor.ask('textDocument/hover', uri, params, cancelled.token);
    await editor.symbols(uri); // sent after the first, which waits for the files
    cancelled.cancel();
    editor.setFiles([]);
    await assert.rejects(asked, { code: LSPErrorCodes.RequestCancelled });
    assert.deepEqual(await editor.codes(uri), []);
  });

  it('encodes semantic tokens as VS Code reads them', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('a', '---\ninput:\n  schema:\n    name: string\n---\n{{name}} {{other}}\n');
    const tokens = await editor.ask<SemanticTokens>('textDocument/semanticTokens/full', uri);
    assert.deepEqual([...(tokens?.data ?? [])], [3, 4, 4, 0, 1, 2, 2, 4, 0, 0, 0, 9, 5, 0, 2]);
  });

  it('colors other files with expressions, and tells nothing else of them', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('a', 'Dear {{name}}\n{{#if a}}\n', 'text', 'file:///mail.txt');
    const tokens = await editor.ask<SemanticTokens>('textDocument/semanticTokens/full', uri);
    assert.deepEqual([...(tokens?.data ?? [])].slice(0, 5), [0, 7, 4, 0, 0]);
    assert.equal(await editor.symbols(uri), null);
    assert.deepEqual(await editor.codes(uri), []);
  });

  it('knows nothing of a document that is not open', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('a', UNCLOSED);
    assert.equal((await editor.symbols(uri))?.length, 1);
    editor.close(uri);
    assert.equal(await editor.symbols(uri), null);
    assert.deepEqual(editor.logged, []);
  });
});

describe('a language server that is brought down', () => {
  for (const [what, word] of [
    ['hangs', 'HANG'],
    ['ends', 'CRASH'],
  ] as const) {
    it(`is replaced when it ${what}, knows all that is open, and is not asked the same again`, async () => {
      await using editor = new AnEditor({ worker: 'faulty' });
      const other = editor.open('other', UNCLOSED);
      const bad = editor.open('bad', SOUND);
      assert.deepEqual(await editor.codes(other), ['unclosed-block']);
      editor.edit(other, 0, 0, 'x');
      const asked = () => {
        editor.write(bad, word);
        return editor.symbols(bad);
      };
      assert.equal(await (word === 'HANG' ? editor.impatiently(asked) : asked()), undefined);
      assert.equal(editor.restarts, 1);
      assert.equal(editor.logged.length, 1);
      assert.match(editor.logged[0] ?? '', /^The language server .*bad\.prompt\. A new one takes over\.$/);
      assert.equal(await editor.symbols(bad), null);
      assert.deepEqual(await editor.codes(other), ['unclosed-block']);
      assert.equal(editor.restarts, 1);
      editor.write(bad, SOUND);
      assert.deepEqual(await editor.codes(bad), []);
    });
  }

  it('is asked about a document that was closed and opened again with another text, though its version is the same', async () => {
    await using editor = new AnEditor({ worker: 'faulty' });
    const bad = editor.open('bad', 'CRASH');
    assert.equal(await editor.symbols(bad), undefined);
    assert.equal(await editor.symbols(bad), null);
    assert.equal(editor.restarts, 1);
    editor.close(bad);
    editor.open('bad', UNCLOSED);
    assert.deepEqual(await editor.codes(bad), ['unclosed-block']);
  });

  it('says in the log, and nowhere else, that it cannot be started, and is started again', async () => {
    await using editor = new AnEditor({ worker: 'missing' });
    await eventually('the second try', () => editor.restarts > 1);
    assert.equal(editor.logged.length, editor.restarts);
    assert.match(editor.logged[0] ?? '', /^The language server ended: .*A new one takes over\.$/s);
  });
});
