import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/projectRoot.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { messagesJson, renderCurl } from '../../src/editor/preview/copies.ts';
import { readJsonInput } from '../../src/editor/preview/json-input.ts';
import { fromPage, keptState } from '../../src/editor/preview/messages.ts';
import { pageHtml } from '../../src/editor/preview/page.ts';
import { renderedDocument, renderedTitle } from '../../src/editor/preview/rendered-document.ts';
import type { PreviewRendered } from '../../src/editor/preview/renderer/outcome.ts';
import { shownOf } from '../../src/editor/preview/shown.ts';
import { readFrontMatter } from '../../src/language/front-matter/front-matter.ts';

const html = pageHtml({
  cspSource: 'https://host.example',
  scriptUri: 'https://host.example/preview.js',
  styleUri: 'https://host.example/preview.css',
  nonce: 'n0nce',
});

describe('the preview page', () => {
  it('allows only its one script, by nonce, and its own styles', () => {
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    assert.equal(policy, "default-src 'none'; script-src 'nonce-n0nce'; style-src https://host.example");
    assert.equal(html.match(/<script/g)?.length, 1);
    assert.match(html, /<script nonce="n0nce" src=/);
  });

  it('has no inline styles or handlers', () => {
    assert.doesNotMatch(html, /\sstyle=|<style|\son[a-z]+=/);
  });

  it('has every element its script uses, exactly once', () => {
    const folder = join(ROOT, 'src', 'editor', 'preview', 'webview');
    const script = readFileSync(join(folder, 'main.ts'), 'utf8');
    const asked = [...script.matchAll(/byId\('([^']+)'/g)].map(([, id]) => id);
    assert.ok(asked.length > 10);
    for (const id of asked) assert.equal(html.split(`id="${id}"`).length, 2, id);
  });

  it('labels its controls, and announces updates politely', () => {
    for (const [, id] of html.matchAll(/<label for="([^"]+)"/g)) assert.ok(html.includes(`id="${id}"`), id);
    assert.match(html, /id="status" role="status" aria-live="polite"/);
  });

  it('uses only theme colors', () => {
    const css = readFileSync(join(ROOT, 'media', 'preview', 'preview.css'), 'utf8');
    assert.doesNotMatch(css, /#[0-9a-f]{3,8}\b(?![^{]*\{)|rgb|hsl|url\(|@import/i);
  });

  it('has only secondary buttons, in secondary colors', () => {
    const css = readFileSync(join(ROOT, 'media', 'preview', 'preview.css'), 'utf8');
    const used = new Set(css.match(/--vscode-button-\w+/g));
    assert.ok(used.size > 0);
    for (const color of used) assert.match(color, /^--vscode-button-secondary/);
  });

  it('sets text, never markup', () => {
    const folder = join(ROOT, 'src', 'editor', 'preview', 'webview');
    for (const file of [
      'dom.ts',
      'main.ts',
      'form-view.ts',
      'rendering-view.ts',
      'scrolling.ts',
      'drawn-piece.ts',
    ])
      assert.doesNotMatch(
        readFileSync(join(folder, file), 'utf8'),
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser/,
        file,
      );
  });
});

describe('a message from the page', () => {
  it('is accepted if it is known', () => {
    for (const message of [
      { type: 'ready' },
      { type: 'input', input: { a: [1, { b: null }] } },
      { type: 'json', text: '{' },
      { type: 'choose', sample: null },
      { type: 'save' },
      { type: 'copy', what: 'curl' },
      { type: 'openSamples' },
      { type: 'openIssue', index: 0 },
      { type: 'scrolled', offset: 7, share: 0.25 },
      { type: 'reveal', source: { prompt: 'support/_style', start: 0, end: 5 } },
    ])
      assert.deepEqual(fromPage.parse(message), message);
  });

  it('is refused otherwise', () => {
    for (const message of [
      null,
      'ready',
      {},
      { type: 'run', command: 'x' },
      { type: 'ready', more: 1 },
      { type: 'input', input: [] },
      { type: 'copy', what: 'key' },
      { type: 'openIssue', index: -1 },
      { type: 'scrolled', offset: -1, share: 0 },
      { type: 'scrolled', offset: 1, share: 2 },
      { type: 'scrolled', offset: 0.5, share: 0 },
      { type: 'reveal', source: { prompt: null, start: 1.5, end: 2 } },
      { type: 'reveal', source: { prompt: null, start: -1, end: 2 } },
      { type: 'reveal', source: { prompt: null, start: 0, end: 1, uri: 'file:///etc/passwd' } },
    ])
      assert.equal(fromPage.safeParse(message).success, false, JSON.stringify(message));
  });

  it('that saves state keeps what a reload needs, and a state of another version is ignored', () => {
    const state = { uri: 'file:///a.prompt', isLocked: true, sample: 'One', input: { a: 1 } };
    assert.deepEqual(keptState.parse({ ...state, scroll: 10 }), state);
    for (const other of [undefined, {}, { ...state, uri: 5 }, { ...state, input: 'x' }])
      assert.equal(keptState.safeParse(other).success, false);
  });
});

describe('JSON pasted as an input', () => {
  const { variables } = readFrontMatter(
    '---\ninput:\n  schema:\n    age: integer\n    tags(array): string\n---\n',
  );

  it('is accepted if it is an object', () => {
    assert.deepEqual(readJsonInput('{"age": 3, "tags": []}', variables), {
      input: { age: 3, tags: [] },
      misfits: [],
    });
  });

  it('reports where it is not JSON', () => {
    const { input, problem } = readJsonInput('{\n  "age": 3,\n  "tags": [\n}', variables);
    assert.equal(input, undefined);
    assert.match(problem ?? '', /^Line 4, column 1: Invalid JSON\. A value is missing here\.$/);
    assert.match(readJsonInput('', variables).problem ?? '', /^Line 1, column 1: /);
    assert.match(readJsonInput('[1]', variables).problem ?? '', /The input must be an object/);
    assert.match(readJsonInput('{"age": 3} // no', variables).problem ?? '', /^Line 1, column 12: /);
  });

  it('reports a value that does not fit the schema, and is accepted anyway', () => {
    const { input, misfits } = readJsonInput('{\n  "age": "3",\n  "tags": ["a", 1]\n}', variables);
    assert.deepEqual(input, { age: '3', tags: ['a', 1] });
    assert.equal(misfits.length, 2);
    assert.match(misfits[0] ?? '', /^Line 2, column 10, age: integer is expected/);
    assert.match(misfits[1] ?? '', /^Line 3, column 17, tags\[1\]: string is expected/);
  });

  it('cannot set a prototype with a variable called __proto__', () => {
    const { input } = readJsonInput('{"__proto__": {"polluted": true}}', variables);
    assert.equal(Object.getPrototypeOf(input), Object.prototype);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });
});

describe('copying', () => {
  it('gives the messages as the registry returns them', () => {
    assert.deepEqual(JSON.parse(messagesJson([{ role: 'user', content: [{ text: 'Hi' }] }])), [
      { role: 'user', content: [{ text: 'Hi' }] },
    ]);
  });

  it('gives a shell command line without a key', () => {
    const input = { name: "O'Neill $(id) `id`" };
    const command = renderCurl(
      'https://prompts.example',
      parsePromptName('support/triage'),
      12,
      input,
      'posix',
    );
    assert.equal(
      command,
      [
        "curl 'https://prompts.example/v1/prompts/support/triage/-/render'",
        `-H "Authorization: Bearer $PROMPTFORGE_KEY"`,
        "-H 'Content-Type: application/json'",
        `--data-raw '{"version":12,"input":{"name":"O\\u0027Neill $(id) \`id\`"}}'`,
      ].join(' \\\n  '),
    );
  });
});

describe('the document of a rendering', () => {
  it('is plain text without roles, and has a heading for each role otherwise', () => {
    const text = (role: string, text: string) => ({ role, content: [{ text }] });
    assert.equal(renderedDocument([text('user', 'Hi.\n')]), 'Hi.\n');
    assert.equal(renderedDocument([]), '');
    assert.equal(
      renderedDocument([text('system', 'Be kind.'), text('user', 'Hi.')]),
      '── system ──\nBe kind.\n\n── user ──\nHi.',
    );
    const media = { role: 'user', content: [{ text: 'See ' }, { media: { url: 'https://a.example/b' } }] };
    assert.match(renderedDocument([media]), /"url": "https:\/\/a\.example\/b"/);
  });
});

describe('the title of a comparison of renderings', () => {
  const title = (sample: string | null) =>
    renderedTitle('triage', { kind: 'version', version: 4 }, { kind: 'file' }, sample);

  it('gives what was tried, abbreviated', () => {
    assert.equal(title('Ada'), 'Rendered triage: @4 ↔ your file · Ada');
    assert.equal(title(null), 'Rendered triage: @4 ↔ your file · defaults');
    assert.equal(title('Stolen card, in a hurry'), 'Rendered triage: @4 ↔ your file · Stolen card, in a h…');
  });
});

describe('a message to the page', () => {
  const rendered: PreviewRendered = {
    kind: 'rendered',
    traced: {
      rendered: { text: '', messages: [] },
      hasRoles: false,
      missing: ['who'],
      messages: [
        {
          role: 'user',
          parts: [
            {
              kind: 'text',
              text: 'abcdefgh',
              spans: [2, 6].map(start => ({
                start,
                end: start + 2,
                kind: 'value' as const,
                expression: '{{x}}',
                source: { prompt: null, start: 0, end: 5 },
              })),
              stretches: [0, 4].map(start => ({
                start,
                end: start + 2,
                source: { prompt: null, start, end: start + 2 },
              })),
            },
          ],
        },
      ],
    },
    tokens: { count: 2, encoding: 'o200k_base' },
    characters: 8,
    words: 1,
  };

  it('is truncated for long texts, with the number of characters left', () => {
    const whole = shownOf(rendered);
    assert.ok(whole.kind === 'rendered');
    assert.deepEqual([whole.left, whole.missing, whole.messages], [0, ['who'], rendered.traced.messages]);
    const short = shownOf(rendered, undefined, 5);
    assert.ok(short.kind === 'rendered');
    const [part] = short.messages[0]?.parts ?? [];
    assert.ok(part?.kind === 'text');
    assert.deepEqual([short.left, part.text, part.spans.length, part.stretches.length], [3, 'abcde', 1, 1]);
  });

  it('contains the errors with their places', () => {
    const issue = { message: 'No.', line: 2, column: 3, endLine: 2, endColumn: 4 };
    assert.deepEqual(shownOf({ kind: 'problem', message: 'a:2:3: No.', issues: [issue] }), {
      kind: 'problem',
      message: 'a:2:3: No.',
      issues: [{ message: 'No.', line: 2, column: 3 }],
    });
    const partial = shownOf({ kind: 'problem', message: 'b:2:3: No.', issues: [issue] }, 'b');
    assert.ok(partial.kind === 'problem' && partial.of === 'b');
    assert.deepEqual(shownOf({ kind: 'limit', message: 'Too large.' }), {
      kind: 'limit',
      message: 'Too large.',
      issues: [],
    });
  });
});
