/** Numbers in a template: written digit for digit, or refused before anything is published. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkTemplate } from '../../../src/core/check/check-template.ts';
import { runs } from '../../runs.ts';
import { partial, textOf } from '../evaluate/evaluated.ts';

const digits = fc.oneof(
  fc.constantFrom('0', '00', '7', '9007199254740991', '9007199254740993', '1000000000000000000000'),
  fc.stringMatching(/^\d{1,24}$/),
);
const number = fc
  .tuple(
    fc.constantFrom('', '', '', '-'),
    digits,
    fc.oneof(
      fc.constant(''),
      digits.map(fraction => `.${fraction}`),
    ),
    fc.constantFrom('', '', '', 'e3', 'E400', 'n', '_0'),
  )
  .map(parts => parts.join(''));
const word = fc.oneof(
  number,
  fc.constantFrom('0x1F', '0b11', '0o17', 'NaN', 'Infinity', '-Infinity', '٥', '１２', '--1'),
);

describe('a number in a template', () => {
  it('keeps its digits everywhere, or is refused', () => {
    let written = 0;
    fc.assert(
      fc.property(word, number => {
        const partials = new Map([partial('p', '{{n}}')]);
        for (const template of [
          `{{json ${number}}}`,
          `{{> p n=${number}}}`,
          `{{#with ${number} as |n|}}{{n}}{{/with}}`,
          `{{json (lookup xs ${number})}}`,
        ]) {
          if (checkTemplate(template).length > 0) continue;
          // Nothing is what {{#with}} does not go into.
          if (template.startsWith('{{#with') && Number(number) === 0) continue;
          written += 1;
          assert.equal(
            textOf(template, { xs: { [number]: number } }, { partials }).replaceAll('"', ''),
            number,
          );
        }
      }),
      { numRuns: runs(20_000, 500) },
    );
    assert.ok(written > 100, `only ${written} were written`);
  });
});
