import assert from 'node:assert/strict';
import fc from 'fast-check';
import Handlebars from 'handlebars';
import { flatten, type LinkedPartial, type LinkedTemplate } from '../../src/core/flatten.ts';
import { Problem } from '../../src/core/problem.ts';
import { partialUses } from '../../src/core/template.ts';
import { runs } from '../runs.ts';

/** What Handlebars itself renders with the partials registered under their names. */
function withRegisteredPartials(linked: LinkedTemplate, input: object): string {
  const handlebars = Handlebars.create();
  const register = (template: LinkedTemplate) => {
    for (const [reference, partial] of template.partials) {
      handlebars.registerPartial(reference, partial.template);
      register(partial);
    }
  };
  register(linked);
  return handlebars.compile(linked.template, { noEscape: true })(input);
}

function rendered(template: string, input: object): string {
  return Handlebars.create().compile(template, { noEscape: true })(input);
}

function partial(
  reference: string,
  template: string,
  inner: Record<string, LinkedPartial> = {},
): [string, LinkedPartial] {
  return [reference, { id: `_${reference}@1`, template, partials: new Map(Object.entries(inner)) }];
}

const input = { name: 'Ada', items: [{ label: 'a' }, { label: 'b' }], yes: true, label: 'top' };

describe('flatten', () => {
  it('replaces a plain partial by its text', () => {
    const linked = {
      template: 'Hello\n{{> header}}\nBye {{name}}',
      partials: new Map([partial('header', 'You are {{name}}.\n')]),
    };
    assert.equal(flatten(linked), 'Hello\nYou are {{name}}.\nBye {{name}}');
    assert.equal(rendered(flatten(linked), input), withRegisteredPartials(linked, input));
  });

  it('replaces a partial after a line separator in its line', () => {
    const linked = {
      template: 'Hello\n\u2028\u2029{{> header}} and {{> greet name="Bo"}}',
      partials: new Map([partial('header', 'You are {{name}}.'), partial('greet', 'Hi {{name}}')]),
    };
    assert.match(flatten(linked), /Hello\n\u2028\u2029You are {{name}}. and {{> "_greet@1" name="Bo"}}$/);
    assert.equal(rendered(flatten(linked), input), withRegisteredPartials(linked, input));
  });

  it('defines a partial with arguments once, and calls it by its version', () => {
    const linked = {
      template: '{{> greet name="Bo"}} {{> greet}}',
      partials: new Map([partial('greet', 'Hi {{name}}')]),
    };
    const text = flatten(linked);
    assert.match(text, /\{\{#\*inline "_greet@1"\}\}/);
    assert.equal(rendered(text, input), 'Hi Bo Hi Ada');
  });

  it('replaces a partial whose own partial was called there', () => {
    const [, q] = partial('q', 'Q');
    const linked = { template: '{{> p}}', partials: new Map([partial('p', '{{> q label="x"}}!', { q })]) };
    assert.equal(rendered(flatten(linked), input), 'Q!');
  });

  it('distinguishes two versions of one partial', () => {
    const old: LinkedPartial = { id: '_header@1', template: 'old {{#with x}}{{/with}}', partials: new Map() };
    const now: LinkedPartial = { id: '_header@2', template: 'new', partials: new Map() };
    const footer: LinkedPartial = {
      id: '_footer@1',
      template: '{{> header a=1}}',
      partials: new Map([['header', old]]),
    };
    const linked = {
      template: '{{> header a=1}}|{{> footer b=2}}',
      partials: new Map([
        ['header', now],
        ['footer', footer],
      ]),
    };
    assert.equal(rendered(flatten(linked), input), 'new|old ');
  });

  it('keeps block partials and their block', () => {
    const linked = {
      template: '{{#> layout}}in {{name}}{{/layout}}',
      partials: new Map([partial('layout', '<{{> @partial-block}}>')]),
    };
    assert.equal(rendered(flatten(linked), input), '<in Ada>');
  });

  it('renames a block partial in both its tags, whatever follows', () => {
    const linked = {
      template: '{{#> greet}}block{{/greet}}{{name}}',
      partials: new Map([partial('greet', '({{> @partial-block}})')]),
    };
    assert.equal(rendered(flatten(linked), input), '(block)Ada');
  });

  it('renames a block partial in its closing tag after those used in its body', () => {
    const linked = {
      template: '{{#> outer}}{{#> inner x=1}}{{name}}{{/inner}}{{/outer}}',
      partials: new Map([
        partial('outer', '<{{> @partial-block}}>'),
        partial('inner', '({{> @partial-block}})'),
      ]),
    };
    assert.equal(rendered(flatten(linked), input), '<(Ada)>');
  });

  it('distinguishes inline partials of one name in two templates, and from an id', () => {
    const linked = {
      template:
        '{{#*inline "x"}}mine{{/inline}}{{#*inline "_p@1"}}id{{/inline}}{{#> p}}{{> x}}{{> "_p@1"}}{{/p}}',
      partials: new Map([partial('p', '{{#*inline "x"}}theirs{{/inline}}{{> x}} {{> @partial-block}}')]),
    };
    const text = flatten(linked);
    assert.equal(rendered(text, input), 'theirs mineid');
    assert.match(text, /inline "_p@1:x"/);
    assert.match(text, /inline "x"/);
  });

  it('keeps partials that end in something that would change the next tag, or in white space without a line', () => {
    for (const text of [
      'a\\',
      'a\\\\',
      'a{',
      '}}a{',
      '{{! c }}\u3000',
      '{{#if yes}}\nx\n{{/if}} \r ',
      '{{! c }}\u2028',
    ])
      for (const template of [
        '{{name}}{{> p}}{{name}}',
        '{{name}}{{> p label="x"}}{{name}}',
        '{{> p this}}',
      ]) {
        const linked = { template, partials: new Map([partial('p', text)]) };
        assert.equal(
          rendered(flatten(linked), input),
          withRegisteredPartials(linked, input),
          JSON.stringify([template, text]),
        );
      }
  });

  it('keeps a partial defined by the template itself', () => {
    const linked = { template: '{{#*inline "mine"}}x{{/inline}}{{> mine}}', partials: new Map() };
    assert.equal(flatten(linked), linked.template);
  });

  it('refuses an unknown partial, and endless recursion', () => {
    assert.throws(
      () => flatten({ template: '{{> nope}}', partials: new Map() }),
      (e: unknown) => Problem.is(e, 'invalid_source') && e.message.includes('"nope"'),
    );
    const self = { id: '_a@1', template: '{{> a}}', partials: new Map<string, LinkedPartial>() };
    self.partials.set('a', self);
    assert.throws(
      () => flatten(self),
      (e: unknown) => Problem.is(e, 'invalid_source') && e.message.includes('deeper'),
    );
  });

  it('refuses output that grows without bound', () => {
    let inner: LinkedPartial = { id: 'p0', template: 'x'.repeat(1000), partials: new Map() };
    for (let depth = 1; depth < 8; depth++)
      inner = { id: `p${depth}`, template: '{{> q}}'.repeat(10), partials: new Map([['q', inner]]) };
    assert.throws(
      () => flatten(inner),
      (e: unknown) => Problem.is(e, 'invalid_source') && e.message.includes('4 Mi'),
    );
  });

  it('renders as Handlebars does with the partials registered, whatever they contain', () => {
    const piece = fc.constantFrom(
      'text',
      ' ',
      '\n',
      '  ',
      '\r\n',
      // Beside a tag, these make another of it.
      '\\',
      '{',
      '}',
      // Blank for Handlebars' lines, but not taken off.
      '\r',
      '\u3000',
      '{{name}}',
      '{{~name~}}',
      '{{#if yes}}',
      '{{/if}}',
      '{{else}}',
      '{{#each items}}',
      '{{/each}}',
      '{{label}}',
      '{{! note }}',
      '\\{{raw}}',
      '{{this.label}}',
      '[{{@index}}]',
      '{{> p}}',
      '  {{> p}}\n',
      '\n{{> p}}\n',
      '{{> q}}',
      '{{> q label="x"}}',
      '{{> p this}}',
    );
    const template = (pieces: readonly string[]) => pieces.join('');
    const valid = (text: string) => {
      try {
        Handlebars.parse(text);
        return true;
      } catch {
        return false; // the generator makes unbalanced blocks too; only whole templates are compared
      }
    };
    const pieces = fc.array(piece, { maxLength: 8 }).map(template).filter(valid);
    let compared = 0;
    fc.assert(
      fc.property(pieces, pieces, pieces, (main, p, q) => {
        const bare = (text: string) => text.replaceAll(/\{\{> [pq][^}]*\}\}/g, '');
        const [qReference, qPartial] = partial('q', bare(q));
        if (!valid(bare(q)) || !valid(p.replaceAll(/\{\{> p[^}]*\}\}/g, ''))) return;
        const [pReference, pPartial] = partial('p', p.replaceAll(/\{\{> p[^}]*\}\}/g, ''), {
          [qReference]: qPartial,
        });
        const linked = {
          template: main,
          partials: new Map([
            [pReference, pPartial],
            [qReference, qPartial],
          ]),
        };
        compared += partialUses(main).length > 0 ? 1 : 0;
        assert.equal(rendered(flatten(linked), input), withRegisteredPartials(linked, input));
      }),
      { numRuns: runs(1500, 400) },
    );
    assert.ok(compared > runs(300, 80), `only ${compared} templates used a partial`);
  });
});
