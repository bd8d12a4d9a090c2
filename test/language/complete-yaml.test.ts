/** Completion in front matter and in samples, half written as they are while somebody types. */
import assert from 'node:assert/strict';
import { complete } from '../../src/language/features/completion/complete.ts';
import type { CompletionItem } from '../../src/language/features/completion/item.ts';
import { completeSamples } from '../../src/language/features/completion/samples.ts';
import { applyEdits } from '../../src/language/results/edit.ts';
import { atCaret, FRONT_MATTER, inLibrary } from './caret.ts';

const BESIDE = {
  prompts: {
    one: '---\nmodel: vendor/large\n---\n',
    two: '---\nmodel: vendor/large\n---\n',
    three: '---\nmodel: vendor/small\n---\n',
  },
};

function sorted(items: CompletionItem[]): CompletionItem[] {
  return items.sort((one, other) => ((one.sortText ?? one.label) < (other.sortText ?? other.label) ? -1 : 1));
}

/** In front matter between its two lines. */
function labels(yaml: string): string[] {
  const { prompt, library, offset } = atCaret(`---\n${yaml}\n---\n{{used}}\n`, BESIDE);
  return sorted(complete(prompt, offset, library)).map(({ label }) => label);
}

function accepted(yaml: string, label: string): string {
  const { prompt, library, offset, text } = atCaret(`---\n${yaml}\n---\n`, BESIDE);
  const item = complete(prompt, offset, library).find(each => each.label === label);
  assert.ok(item, label);
  return applyEdits(text, [item.edit]).slice(4, -5);
}

function inSamples(marked: string, source = FRONT_MATTER): CompletionItem[] {
  const { prompt } = inLibrary(source);
  const offset = marked.indexOf('|');
  return sorted(completeSamples({ text: marked.replace('|', '') }, prompt, offset));
}

const names = (items: CompletionItem[]) => items.map(({ label }) => label);

describe('completion in front matter', () => {
  it('offers the missing keys at every depth', () => {
    const top = labels('|');
    assert.deepEqual(top.slice(0, 3), ['name', 'variant', 'version']);
    assert.ok(!labels('model: a\n|\nconfig:\n  topK: 1').includes('model'));
    assert.ok(!labels('model: a\n|\nconfig:\n  topK: 1').includes('config'));
    assert.ok(labels('mod|').includes('model'));
    assert.ok(labels('description: x\nmo|\nconfig:\n  topK: 1').includes('model'));
    assert.deepEqual(labels('input:\n  |'), ['schema', 'default']);
    assert.deepEqual(labels('input:\n  sch|'), ['schema', 'default']);
    assert.deepEqual(labels('input:\n  schema:\n    a: string\n  |'), ['default']);
    assert.deepEqual(labels('output:\n  f|: json'), ['format', 'schema']);
    assert.ok(labels('config:\n  temp|').includes('temperature'));
    assert.ok(labels('toolDefs:\n  - name: a\n    |').includes('inputSchema'));
  });
  it('inserts a key with what follows it', () => {
    assert.equal(accepted('mod|', 'model'), 'model: ');
    assert.equal(accepted('mod|: a', 'model'), 'model: a');
    assert.equal(accepted('in|', 'input'), 'input:\n  $0');
  });
  it('offers values of enums, and models used by other prompts', () => {
    assert.deepEqual(labels('output:\n  format: |').slice(0, 2), ['json', 'text']);
    assert.equal(accepted('output:\n  format: j|', 'json'), 'output:\n  format: json');
    assert.deepEqual(labels('model: |'), ['vendor/large', 'vendor/small']);
    assert.equal(accepted('model: vendor/l|', 'vendor/large'), 'model: vendor/large');
  });
  it('offers types in a schema', () => {
    const types = ['string', 'number', 'integer', 'boolean', 'null', 'any'];
    for (const yaml of [
      'input:\n  schema:\n    a: |',
      'input:\n  schema:\n    a: st|',
      'input:\n  schema:\n    a?: |\n    b: string',
      'output:\n  schema:\n    a:\n      b: |',
      'output:\n  schema: |',
    ])
      assert.deepEqual(labels(yaml), types, yaml);
    for (const yaml of [
      'input:\n  schema:\n    a(|',
      'input:\n  schema:\n    a(ar|): string',
      'input:\n  schema:\n    a(|):',
    ])
      assert.deepEqual(labels(yaml), ['array', 'object', 'enum'], yaml);
    assert.deepEqual(labels('input:\n  schema:\n    |'), [], 'a name is the author’s');
  });
  it('offers no variables without a name', () => {
    assert.deepEqual(labels('input:\n  schema:\n    "": string\n    tone: string\n  default:\n    |'), [
      'tone',
    ]);
  });

  it('offers variables and their values in defaults', () => {
    const schema =
      'input:\n  schema:\n    tone(enum): [formal, casual]\n    vip: boolean\n    user:\n      name: string\n  default:\n';
    assert.deepEqual(labels(`${schema}    |`), ['tone', 'vip', 'user']);
    assert.deepEqual(labels(`${schema}    vip: true\n    |`), ['tone', 'user']);
    assert.deepEqual(labels(`${schema}    tone: |`), ['formal', 'casual']);
    assert.deepEqual(labels(`${schema}    vip: t|`), ['true', 'false']);
    assert.deepEqual(labels(`${schema}    user:\n      |`), ['name']);
  });
  it('works in unclosed front matter', () => {
    const { prompt, library, offset } = atCaret('---\nmodel: a\nou|');
    assert.ok(names(complete(prompt, offset, library)).includes('output'));
  });
  it('offers nothing in comments and texts', () => {
    for (const yaml of [
      '# mo|',
      'description: The mo|del',
      'description: "a |"',
      'description: >-\n  some |',
    ])
      assert.deepEqual(labels(yaml), [], yaml);
  });
});

describe('completion in samples', () => {
  it('offers the keys of a sample and its missing variables', () => {
    assert.deepEqual(names(inSamples('- |')), ['New sample', 'name', 'input']);
    assert.deepEqual(names(inSamples('- name: a\n  |')), ['input']);
    assert.deepEqual(names(inSamples('- name: a\n  input:\n    |')), [
      'queues',
      'user',
      'tone',
      'json',
      'vip',
    ]);
    assert.deepEqual(names(inSamples('- name: a\n  input:\n    vip: true\n    us|')), [
      'queues',
      'user',
      'tone',
      'json',
    ]);
  });
  it('offers properties inside a value, and their values', () => {
    assert.deepEqual(names(inSamples('- name: a\n  input:\n    queues:\n      - id: x\n        |')), [
      'takes',
    ]);
    assert.deepEqual(names(inSamples('- name: a\n  input:\n    user:\n      |')), ['name', 'odd name']);
    assert.deepEqual(names(inSamples('- name: a\n  input:\n    tone: |')), ['formal', 'casual']);
  });
  it('offers what the body reads if nothing is declared', () => {
    assert.deepEqual(
      names(inSamples('- name: a\n  input:\n    b: 1\n    |', '{{a}} {{b}} {{#each c}}{{d}}{{/each}}')),
      ['a', 'c'],
    );
  });
});
