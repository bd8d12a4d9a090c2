/** What is shown of a key of a samples file under the mouse. */
import assert from 'node:assert/strict';
import { hoverInSamples } from '../../src/language/features/hover/samples.ts';
import { FRONT_MATTER, inLibrary } from './caret.ts';

/** What is hovered, and its Markdown. */
function shown(marked: string, source = `${FRONT_MATTER}{{tone}}`): [string, string] | undefined {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const found = hoverInSamples(text, inLibrary(source).prompt, offset);
  return found && [text.slice(found.span.start, found.span.end), found.markdown];
}

const inInput = (entry: string) => `- name: one\n  input:\n    ${entry}`;

describe('hover in samples', () => {
  it("shows an input's type, description, whether it is required, and its uses", () => {
    assert.deepEqual(shown(inInput('to|ne: formal')), [
      'tone',
      '**`tone`**: `"formal" | "casual"` (variable)\n\nhow to sound\n\nUsed once: line 17\n\nRequired: every sample gives it.',
    ]);
    const [, optional] = shown(inInput('vip|: true')) ?? [];
    assert.match(optional ?? '', /\(variable, optional\)\n\nDefault: `false`/);
    assert.doesNotMatch(optional ?? '', /Required/);
    assert.match(shown(inInput('"|json": a'))?.[1] ?? '', /^\*\*`json`\*\*: `string`/);
  });

  it('shows a property of an input, also in lists', () => {
    assert.deepEqual(shown(inInput('queues:\n      - id: a\n        ta|kes: b')), [
      'takes',
      '**`takes`**: `string` (property, optional)\n\nwhat \\*belongs\\* there',
    ]);
    assert.match(shown(inInput('user: {na|me: Ada}'))?.[1] ?? '', /how to call them/);
  });

  it('says that an input is undeclared, with what its use shows', () => {
    assert.match(shown(inInput('nope|: 1'))?.[1] ?? '', /declares no such variable.*Not used/s);
    const inferred = shown(inInput('items|: []'), '{{#each items}}{{title}}{{/each}}')?.[1] ?? '';
    assert.match(inferred, /Used once: line 1\n\nInferred from its use: `\{title\}\[\]`$/);
  });

  it('explains the keys of a sample', () => {
    assert.match(shown('- na|me: one\n  input: {}')?.[1] ?? '', /The name of the sample/);
    assert.match(shown('- name: one\n  in|put: {}')?.[1] ?? '', /The inputs of the prompt/);
  });

  it('shows nothing for values, comments, unknown keys and invalid text', () => {
    for (const marked of [
      inInput('tone: for|mal'),
      inInput('tone: formal # to|ne'),
      '- nmae|: one',
      '|',
      '- {|',
      '\ufeff|- name: [',
      `${'['.repeat(5000)}|`,
    ])
      assert.equal(shown(marked), undefined, marked);
  });
});
