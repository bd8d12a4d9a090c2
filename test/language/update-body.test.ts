/** Reading after an edit gives what reading everything again would give. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseBody } from '../../src/language/syntax/parse-body.ts';
import { updateBody } from '../../src/language/syntax/update-body.ts';
import { runs } from '../runs.ts';

const pieces = fc.array(
  fc.constantFrom(
    'text ',
    '\n',
    '\\',
    '{{a}}',
    '{{b c=1}}',
    '{{#if a}}',
    '{{else}}',
    '{{/if}}',
    '{{#if a}}yes{{else}}no{{/if}}',
    '{{! note }}',
    '{{!-- {{a}} --}}',
    '{{> part}}',
    '\\{{a}}',
    '\\\\{{a}}',
    '{{{{raw}}}}{{a}}{{{{/raw}}}}',
    '{{a b=}}',
    '{{a )}}',
    '{',
    '}',
    '"',
    '--}}',
    '{{!--',
  ),
  { maxLength: 12 },
);

describe('updateBody', () => {
  it('equals parseBody, after any edits, wherever the body has moved', () => {
    const edits = fc.record({
      pieces,
      // Each place as likely: doubles would be near 0 nearly always.
      at: fc.integer({ min: 0, max: 9999 }).map(share => share / 10_000),
      removed: fc.nat(8),
      inserted: fc.oneof(
        fc.constantFrom('', '{', '}', '\\', 'a', '{{', '}}', '"', '{{a}}', '{{/if}}', '\n', '--}}'),
        fc.string({ maxLength: 3 }),
      ),
      offset: fc.nat(5),
      moved: fc.nat(5),
    });
    fc.assert(
      fc.property(edits, ({ pieces, at, removed, inserted, offset, moved }) => {
        const before = pieces.join('');
        const start = Math.floor(at * before.length);
        const after = before.slice(0, start) + inserted + before.slice(start + removed);
        const updated = updateBody(parseBody(before, offset), before, after, moved);
        assert.deepEqual(updated, parseBody(after, moved), JSON.stringify({ before, after }));
      }),
      { numRuns: runs(20_000, 4000) },
    );
  });
});
