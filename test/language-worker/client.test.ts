/** The worker as the extension host meets it: a real thread that is told of documents, asked, and brought down. */
import assert from 'node:assert/strict';
import { AnEditor } from './an-editor.ts';

const UNCLOSED = '{{#if a}}\n';
const SOUND = '{{#if a}}{{/if}}\n';

describe('the language worker', () => {
  it('answers about the text that is open, at lines and characters', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('a', `First.\n${UNCLOSED}`);
    const [finding] = (await editor.findings(uri)) ?? [];
    assert.equal(finding?.code, 'unclosed-block');
    assert.equal(finding.severity, 'error');
    assert.deepEqual(finding.range.start.line, 1);
  });

  it('runs the patterns of a schema, and tells those that it cannot run', async () => {
    await using editor = new AnEditor();
    const of = (pattern: string) =>
      `---\ninput:\n  schema:\n    type: object\n    properties:\n      a: {type: string, pattern: '${pattern}'}\n---\n{{a}}\n`;
    assert.deepEqual(await editor.codes(editor.open('a', of('^a+$'))), []);
    const [finding] = (await editor.findings(editor.open('b', of('(?=a)b')))) ?? [];
    assert.deepEqual([finding?.code, finding?.severity], ['schema-pattern', 'error']);
    assert.deepEqual(finding?.range.start, { line: 5, character: 33 });
  });

  it('follows edits by their offsets, several in one change', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('a', UNCLOSED);
    editor.edit(uri, UNCLOSED.length - 1, 0, '{{/if}}');
    assert.deepEqual(await editor.codes(uri), []);
    const text = editor.documents.get(uri)?.text ?? '';
    editor.client.change({
      uri,
      version: 3,
      changes: [
        { offset: 0, length: 5, text: '{{#unless' },
        { offset: 0, length: 0, text: 'x' },
      ],
      length: text.length + 5,
    });
    const answer = await editor.client.ask('diagnose', uri, null, { version: 3 });
    assert.deepEqual(
      answer?.findings.map(({ code }) => code),
      ['mismatched-block'],
    );
  });

  it('asks for the whole text where the changes did not lead to it', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('a', SOUND);
    await editor.codes(uri);
    editor.documents.set(uri, { ...editor.documents.get(uri)!, text: UNCLOSED, version: 2 });
    editor.client.change({
      uri,
      version: 2,
      changes: [{ offset: 0, length: 1, text: '' }],
      length: UNCLOSED.length,
    });
    // The first answer may still be of the text that was lost.
    await editor.codes(uri);
    assert.deepEqual(await editor.codes(uri), ['unclosed-block']);
  });

  it('gives nothing for a version that is no more', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('a', SOUND);
    await editor.codes(uri);
    const stale = editor.client.ask('diagnose', uri, null, { version: 1 });
    editor.write(uri, UNCLOSED);
    assert.equal(await stale, undefined);
    assert.equal(await editor.client.ask('diagnose', uri, null, { version: 1 }), undefined);
    assert.deepEqual(await editor.codes(uri), ['unclosed-block']);
  });

  it('gives nothing for what was canceled, and goes on', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('a', SOUND);
    const controller = new AbortController();
    const running = editor.client.ask('symbols', uri, null, { signal: controller.signal });
    const waiting = editor.client.ask('symbols', uri, null, { signal: controller.signal });
    controller.abort();
    assert.deepEqual(await Promise.all([running, waiting]), [undefined, undefined]);
    assert.equal(await editor.client.ask('symbols', uri, null, { signal: controller.signal }), undefined);
    assert.deepEqual(await editor.codes(uri), []);
  });

  it('lets what somebody waits for pass what runs in the background', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('a', SOUND);
    const order: string[] = [];
    const note = (what: string) => () => order.push(what);
    const asked = [
      editor.client.ask('diagnose', uri, null, { isInBackground: true }).then(note('first')),
      editor.client.ask('diagnose', uri, null, { isInBackground: true }).then(note('background')),
      editor.client.ask('folding', uri, null).then(note('waited for')),
    ];
    await Promise.all(asked);
    assert.deepEqual(order, ['first', 'waited for', 'background']);
  });

  it('encodes semantic tokens as VS Code reads them', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('a', '---\ninput:\n  schema:\n    name: string\n---\n{{name}} {{other}}\n');
    const data = await editor.client.ask('tokens', uri, { span: undefined });
    assert.deepEqual([...(data ?? [])], [3, 4, 4, 0, 1, 2, 2, 4, 0, 0, 0, 9, 5, 0, 2]);
  });

  it('knows nothing of a document that is not open', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('a', UNCLOSED);
    editor.client.close(uri);
    assert.equal(await editor.client.ask('diagnose', uri, null), undefined);
    assert.deepEqual(editor.logged, []);
  });

  it('answers what is asked after it was closed with nothing', async () => {
    const editor = new AnEditor();
    const uri = editor.open('a', SOUND);
    const asked = editor.findings(uri);
    await editor.client.dispose();
    assert.equal(await asked, undefined);
    assert.equal(await editor.findings(uri), undefined);
  });
});

describe('a language worker that is brought down', () => {
  for (const [what, word] of [
    ['hangs', 'HANG'],
    ['ends', 'CRASH'],
  ] as const) {
    it(`is replaced when it ${what}, knows all that is open, and is not asked the same again`, async () => {
      await using editor = new AnEditor({ worker: 'faulty' });
      const other = editor.open('other', UNCLOSED);
      const bad = editor.open('bad', SOUND);
      assert.deepEqual(await editor.codes(other), ['unclosed-block']);
      editor.write(bad, word);
      editor.edit(other, 0, 0, 'x');
      const asked = () => editor.findings(bad);
      assert.equal(await (word === 'HANG' ? editor.impatiently(asked) : asked()), undefined);
      assert.equal(editor.restarts, 1);
      assert.equal(editor.logged.length, 1);
      assert.match(editor.logged[0] ?? '', /^The language worker .*bad\.prompt\. A new one takes over\.$/);
      assert.equal(await editor.findings(bad), undefined);
      assert.equal(editor.restarts, 1);
      assert.deepEqual(await editor.codes(other), ['unclosed-block']);
      editor.write(bad, SOUND);
      assert.deepEqual(await editor.codes(bad), []);
    });
  }

  it('is asked about a document that was closed and opened again with another text, though its version is the same', async () => {
    await using editor = new AnEditor({ worker: 'faulty' });
    const bad = editor.open('bad', 'CRASH');
    assert.equal(await editor.findings(bad), undefined);
    assert.equal(await editor.findings(bad), undefined);
    assert.equal(editor.restarts, 1);
    editor.client.close(bad);
    editor.open('bad', UNCLOSED);
    assert.deepEqual(await editor.codes(bad), ['unclosed-block']);
  });

  it('says in the log, and nowhere else, that it cannot be started', async () => {
    await using editor = new AnEditor({ worker: 'missing' });
    const uri = editor.open('a', UNCLOSED);
    assert.equal(await editor.findings(uri), undefined);
    assert.equal(await editor.findings(uri), undefined);
    assert.equal(editor.logged.length, 1);
    assert.match(editor.logged[0] ?? '', /^The language worker ended: .*A new one takes over\.$/s);
  });
});
