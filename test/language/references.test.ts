/** Every place where one symbol is written, and no place where another of its name is. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { references, referencesInSamples } from '../../src/language/features/references.ts';
import { caretIn, type Files, libraryOf, marked } from './workspace.ts';

function found(files: Files, includeDeclaration = true): Files {
  const caret = caretIn(files);
  const { library, prompt, samples, offset } = caret;
  return marked(
    caret.files,
    samples
      ? referencesInSamples(samples, offset, library, includeDeclaration)
      : references(prompt, offset, library, includeDeclaration),
  );
}

describe('references', () => {
  const schema = '---\ninput:\n  schema:\n    x: string\n  default:\n    x: a\n---\n';
  const files = {
    'a.prompt': `${schema}{{x}} {{#each y}}{{x}} {{../x}}{{/each}} {{> p}}`,
    'a.samples.yaml': '- input: {x: 1, y: [{x: 2}]}',
    'b.prompt': '{{x}} {{> p}}',
    'c.prompt': '{{x}}',
    '_p.prompt': '{{x}}',
  };
  const ofA = {
    'a.prompt': `${schema.replaceAll('x', '⟦x⟧')}{{⟦x⟧}} {{#each y}}{{x}} {{../⟦x⟧}}{{/each}} {{> p}}`,
    'a.samples.yaml': '- input: {⟦x⟧: 1, y: [{x: 2}]}',
    '_p.prompt': '{{⟦x⟧}}',
  };

  it('of a variable are in its schema, default, body, samples and partials', () => {
    assert.deepEqual(found({ ...files, 'a.prompt': files['a.prompt'].replace('{{x', '{{¦x') }), ofA);
    assert.deepEqual(found({ ...files, 'a.samples.yaml': '- input: {¦x: 1, y: [{x: 2}]}' }), ofA);
  });

  it('exclude the schema if declarations are not requested', () => {
    const { 'a.prompt': text } = found(
      { ...files, 'a.samples.yaml': '- input: {¦x: 1, y: [{x: 2}]}' },
      false,
    );
    assert.equal(text, ofA['a.prompt'].replace('    ⟦x⟧: string', '    x: string'));
  });

  it('of a variable in a partial include those of all callers', () => {
    assert.deepEqual(found({ ...files, '_p.prompt': '{{¦x}}' }), { ...ofA, 'b.prompt': '{{⟦x⟧}} {{> p}}' });
  });

  it('of a block parameter are limited to its block', () => {
    assert.deepEqual(
      found({ 'a.prompt': '{{x}}{{#each y as |x|}}{{¦x.x}}{{#if x}}{{../x}}{{/if}}{{/each}}' }),
      {
        'a.prompt': '{{x}}{{#each y as |⟦x⟧|}}{{⟦x⟧.x}}{{#if ⟦x⟧}}{{../x}}{{/if}}{{/each}}',
      },
    );
  });

  it('of a partial are its calls by any matching name', () => {
    assert.deepEqual(
      found({
        'a.prompt': '{{> s/¦p}}{{#> s/p}}{{/s/p}}',
        's/b.prompt': '{{> p}}',
        's/_p.prompt': '',
        'c.prompt': '{{> p}}',
        '_p.prompt': '',
      }),
      { 'a.prompt': '{{> ⟦s/p⟧}}{{#> ⟦s/p⟧}}{{/s/p}}', 's/b.prompt': '{{> ⟦p⟧}}', 's/_p.prompt': '⟦⟧' },
    );
  });

  it('do not exist for helpers and other text', () => {
    for (const text of ['{{js¦on x}}{{json x}}', '{{th¦is}}', '{{@in¦dex}}', 'te¦xt', '{{#if x}}{{/i¦f}}'])
      assert.deepEqual(found({ 'a.prompt': text }), {});
  });

  it('never throw, at any position of any text', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '#each ',
      '/each',
      'x',
      ' ',
      '> p',
      '> _q',
      '.',
      '"',
      '---\n',
      'input:',
      '\n  ',
      'schema:',
      '*inline "p"',
      'else',
      '=',
      '(',
      ')',
      '|',
      'as |x|',
      '[',
      ']',
      '../',
      '@root.',
    );
    const text = fc.array(piece, { maxLength: 25 }).map(parts => parts.join(''));
    fc.assert(
      fc.property(text, text, text, fc.nat(), (a, p, samples, at) => {
        const library = libraryOf({ 'a.prompt': a, '_p.prompt': p, 'a.samples.yaml': samples });
        const prompt = library.at('a.prompt');
        assert.ok(prompt);
        for (const { uri, span } of references(prompt, at % (a.length + 1), library, true))
          assert.ok(span.start >= 0 && span.end >= span.start, uri);
      }),
      { numRuns: 2000 },
    );
  });
});
