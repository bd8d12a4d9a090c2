import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseTemplate } from '../../../src/core/read-template.ts';
import { lineStarts, offsetOf } from '../../../src/core/template-position.ts';
import { LIGHT, tagCharacters, weightOfLinked, weightOfSource } from '../../../src/registry/tasks/weight.ts';
import { templates } from '../../core/evaluate/templates.ts';
import { runs } from '../../runs.ts';

describe('the weight of a source', () => {
  const tags: Record<string, number> = {
    '': 0,
    'no tag } here } }}': 0,
    'a {{b}} c {{{d}}} e': 12,
    'a {{! b }} c': 8,
    'a {{!-- }} --}} c': 13,
    'a {{b "}}" c}} d': 12,
    "a {{b '}}' c}} d": 12,
    'a {{b "\\"}}" c}} d': 14,
    'a {{b [}}] c}} d': 12,
    'a {{never closed': 14,
    'a {{b "never closed}} c': 21,
  };
  for (const [template, count] of Object.entries(tags))
    it(`counts ${count} characters in tags of ${JSON.stringify(template)}`, () => {
      assert.equal(tagCharacters(template), count);
    });

  it('counts at least the characters in the tags that Handlebars finds', () => {
    fc.assert(
      fc.property(
        templates({ partials: ['p'], withInline: true, withStructure: true }),
        fc.constantFrom('', '{{json "}}" "{{"}}', "{{json '}}'}}", '{{!-- {{ --}}', '\\{{escaped}} '),
        (template, before) => {
          assert.ok(tagCharacters(before + template) >= tagsByHandlebars(before + template));
        },
      ),
      { numRuns: runs(2000, 300) },
    );
  });

  it('is light for an ordinary prompt, and heavy for one that takes 10 ms to parse', () => {
    assert.ok(weightOfSource('You sort the mail of a bank. The mail is: {{mail}}\n'.repeat(40)) < LIGHT);
    for (const heavy of [
      '{{a}}'.repeat(400),
      `{{json ${'a '.repeat(1000)}}}`,
      `{{json "}}" ${'a '.repeat(1000)}"{{"}}`,
      `---\nx: [${'{},'.repeat(400)}]\n---\n`,
      'long '.repeat(7000),
    ])
      assert.ok(weightOfSource(heavy) > LIGHT, heavy.slice(0, 20));
  });

  it('grows with every use of a partial', () => {
    const partial = 'Some {{text}}.';
    const few = weightOfLinked(['{{> p}}', partial]);
    assert.ok(few < LIGHT);
    assert.ok(weightOfLinked(['{{> p}}'.repeat(20), partial]) > 20 * few);
    assert.equal(weightOfLinked(Array.from({ length: 10_000 }, () => partial)), Number.POSITIVE_INFINITY);
  });
});

/** Of the statements at the top, from their first character to their last, but those within blocks. */
function tagsByHandlebars(template: string): number {
  const lines = lineStarts(template);
  const at = ({ line, column }: hbs.AST.Position) => offsetOf(lines, line, column);
  return parseTemplate(template)
    .body.filter(({ type }) => type === 'MustacheStatement' || type === 'CommentStatement')
    .reduce((sum, { loc }) => sum + at(loc.end) - at(loc.start), 0);
}
