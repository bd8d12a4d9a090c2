/** From where a name is used to where it is declared, across files. */
import assert from 'node:assert/strict';
import { definition, definitionInSamples } from '../../src/language/features/definition.ts';
import { caretIn, type Files, marked } from './workspace.ts';

function found(files: Files): Files {
  const caret = caretIn(files);
  const { library, prompt, samples, offset } = caret;
  return marked(
    caret.files,
    samples ? definitionInSamples(samples, offset, library) : definition(prompt, offset, library),
  );
}

const SCHEMA = '---\ninput:\n  schema:\n    x?: string\n    y(array):\n      n: string\n---\n';
const [X, N] = [SCHEMA.replace('x?', '⟦x⟧?'), SCHEMA.replace('n:', '⟦n⟧:')];

describe('definition', () => {
  it('of a variable is its entry in the schema', () => {
    for (const body of [
      '{{¦x}}',
      '{{#if x¦}}{{/if}}',
      '{{#each y}}{{../¦x}}{{@root.x}}{{/each}}',
      '{{@root.¦x}}',
    ])
      assert.deepEqual(found({ 'a.prompt': SCHEMA + body }), { 'a.prompt': X + body.replace('¦', '') });
  });

  it('of a default or a sample is that entry too', () => {
    const text = '---\ninput:\n  schema:\n    x: string\n  default:\n    ¦x: a\n---\n';
    assert.deepEqual(found({ 'a.prompt': text }), {
      'a.prompt': text.replace('¦', '').replace('x: string', '⟦x⟧: string'),
    });
    assert.deepEqual(found({ 'a.prompt': SCHEMA, 'a.samples.yaml': '- input:\n    ¦x: 1' }), {
      'a.prompt': X,
    });
    assert.deepEqual(found({ 'a.prompt': SCHEMA, 'a.samples.yaml': '- input:\n    y: [{¦n: 1}]' }), {
      'a.prompt': N,
    });
  });

  it('of a variable with only a default is the default', () => {
    assert.deepEqual(found({ 'a.prompt': '---\ninput: {default: {x: 1}}\n---\n{{¦x}}' }), {
      'a.prompt': '---\ninput: {default: {⟦x⟧: 1}}\n---\n{{x}}',
    });
  });

  it('of a property is its declaration in the type', () => {
    for (const body of [
      '{{#each y}}{{¦n}}{{/each}}',
      '{{#each y as |z|}}{{z.¦n}}{{/each}}',
      '{{y.0.¦n}}',
      '{{lookup y.[0] "¦n"}}',
    ])
      assert.deepEqual(found({ 'a.prompt': SCHEMA + body }), { 'a.prompt': N + body.replace('¦', '') });
  });

  it('of a variable in a partial is what its callers declare', () => {
    const callers = { 'a.prompt': `${SCHEMA}{{> p}}`, 'b.prompt': '{{x}}{{> p}}', 'c.prompt': SCHEMA };
    assert.deepEqual(found({ ...callers, '_p.prompt': '{{¦x}}' }), { 'a.prompt': `${X}{{> p}}` });
    const row = { 'a.prompt': `${SCHEMA}{{#each y}}{{> p}}{{/each}}`, '_p.prompt': '{{¦n}}' };
    assert.deepEqual(found(row), { 'a.prompt': `${N}{{#each y}}{{> p}}{{/each}}` });
  });

  it("of an argument's variable in a partial is that argument, and the reverse", () => {
    assert.deepEqual(found({ 'a.prompt': '{{> p x=1}}', '_p.prompt': '{{¦x}}' }), {
      'a.prompt': '{{> p ⟦x⟧=1}}',
    });
    assert.deepEqual(found({ 'a.prompt': '{{> p ¦x=1}}', '_p.prompt': `${SCHEMA}{{x}}` }), {
      '_p.prompt': `${X}{{x}}`,
    });
  });

  it('of a block parameter is its name in the block tag', () => {
    assert.deepEqual(found({ 'a.prompt': '{{#each y as |x i|}}{{x}}{{¦i.a}}{{/each}}' }), {
      'a.prompt': '{{#each y as |x ⟦i⟧|}}{{x}}{{i.a}}{{/each}}',
    });
  });

  it('of a partial is its file, or its definition in the prompt', () => {
    const files = { 'x/a.prompt': '{{> sha¦red/p}}', 'shared/_p.prompt': 'P', 'x/_p.prompt': '' };
    assert.deepEqual(found(files), { 'shared/_p.prompt': '⟦⟧P' });
    assert.deepEqual(found({ 'a.prompt': '{{#*inline "p"}}{{/inline}}{{> ¦p}}', '_p.prompt': '' }), {
      'a.prompt': '{{#*inline "⟦p⟧"}}{{/inline}}{{> p}}',
    });
  });

  it("of a closing tag's name is the opening one", () => {
    assert.deepEqual(found({ 'a.prompt': '{{#if x}}{{#x}}{{/x}}{{/i¦f}}' }), {
      'a.prompt': '{{#⟦if⟧ x}}{{#x}}{{/x}}{{/if}}',
    });
  });

  it('does not exist for helpers, this, undeclared names and text', () => {
    for (const text of [
      '{{js¦on x}}',
      '{{th¦is}}',
      '{{@in¦dex}}',
      '{{¦x}}',
      'te¦xt',
      '{{> no¦ne}}',
      '¦',
      '{{¦',
      '{{#if¦',
    ])
      assert.deepEqual(found({ 'a.prompt': text }), {});
  });
});
