/** The colors of a text of owners, as it is read (core/owners.ts). */
import assert from 'node:assert/strict';
import { OWNERS_SCOPE, scopesAt, tokenize } from './tokenize.ts';

describe('the grammar of owners', () => {
  it('tells patterns, people and comments apart', async () => {
    const text = '# all\n  support/** @sam lee @"Mara #1" # one of them\na#b @x#y\n';
    const lines = await tokenize(text, OWNERS_SCOPE);
    const of = (line: number, part: string) => {
      const column = text.split('\n')[line]?.indexOf(part) ?? -1;
      return scopesAt(lines, line, column).at(-1)?.split('.')[0];
    };
    assert.deepEqual(
      [
        of(0, 'all'),
        of(1, 'support'),
        of(1, '@sam'),
        of(1, 'lee'),
        of(1, '#1'),
        of(1, 'one'),
        of(2, '#b'),
        of(2, '#y'),
      ],
      ['comment', 'string', 'entity', 'source', 'entity', 'comment', 'string', 'entity'],
    );
  });
});
