/** Blocks within blocks, each "{{else if}}" within the one before: what can be published can be rendered to its innermost place. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkTemplate } from '../../../src/core/check/check-template.ts';
import { MAX_CHAIN, MAX_DEPTH, MAX_LEVELS } from '../../../src/core/check/too-deep.ts';
import { runs } from '../../runs.ts';
import { textOf } from '../evaluate/evaluated.ts';

/** Blocks within one another's else, with so many "{{else if}}" each. */
function nested(chains: readonly number[]): string {
  return chains.reduceRight(
    (inner, count) => `{{#if a}}x${'{{else if a}}x'.repeat(count)}{{else}}${inner}{{/if}}`,
    'END',
  );
}

describe('a template that nests', () => {
  it('renders at its innermost place, or is refused where it goes too deep', () => {
    const near = fc.integer({ min: MAX_LEVELS - 3, max: MAX_LEVELS + 3 });
    const blocks = fc.integer({ min: 2, max: MAX_DEPTH });
    fc.assert(
      fc.property(
        near,
        blocks,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (levels, count, parts) => {
          const chains: number[] = [];
          let left = levels - count;
          for (let block = 1; block < count; block++) {
            const chain = Math.min(MAX_CHAIN, Math.floor(left * (parts.next().value as number) * 0.5));
            chains.push(chain);
            left -= chain;
          }
          fc.pre(left <= MAX_CHAIN);
          const template = nested([...chains, left]);
          const [error] = checkTemplate(template);
          assert.equal(error === undefined, levels <= MAX_LEVELS, `${count} blocks of ${levels} levels`);
          if (error === undefined) assert.equal(textOf(template), 'END');
          else assert.match(error.message, /nest deeper than/);
        },
      ),
      { numRuns: runs(60, 8) },
    );
  });

  it('is refused before it is parsed, which takes the longer the deeper it nests', () => {
    const [error, ...others] = checkTemplate(nested(Array.from({ length: 60 }, () => MAX_CHAIN)));
    assert.match(error?.message ?? '', /Blocks nest deeper than 599 here/);
    assert.deepEqual(others, []);
  });
});
