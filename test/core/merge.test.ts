import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeTexts } from '../../src/core/merge.ts';
import { runs } from '../runs.ts';

const line = fc.constantFrom('a\n', 'b\n', 'c\n', '\n', 'd\r\n', 'e', 'f\n', 'g\n', 'h\n', 'i\n');
/** A base and two edits of it, line by line. */
const texts = fc.array(fc.tuple(line, edit(), edit()), { maxLength: 9 }).map(lines => ({
  base: lines.map(([each]) => each).join(''),
  mine: lines.map(([each, change]) => change(each)).join(''),
  theirs: lines.map(([each, , change]) => change(each)).join(''),
}));

function edit(): fc.Arbitrary<(line: string) => string> {
  const keep = fc.constant((line: string) => line);
  const change = fc.oneof(
    fc.constant(() => ''),
    line.map(other => () => other),
    line.map(other => (line: string) => line + other),
  );
  return fc.oneof({ weight: 5, arbitrary: keep }, { weight: 1, arbitrary: change });
}

const numRuns = runs(50_000, 2000);
const linesOf = (source: string) => source.match(/[^\n]*\n|[^\n]+/g) ?? [];
const count = (source: string, line: string) => linesOf(source).filter(each => each === line).length;

describe('a three-way merge', () => {
  it('combines changes in different places', () => {
    assert.equal(
      mergeTexts('1\n2\n3\n4\n5\n', '1\nmine\n3\n4\n5\n', '1\n2\n3\n4\ntheirs\n'),
      '1\nmine\n3\n4\ntheirs\n',
    );
    assert.equal(mergeTexts('1\n2\n3\n', '0\n1\n2\n3\n', '1\n2\n3\n4\n'), '0\n1\n2\n3\n4\n');
    assert.equal(mergeTexts('1\n2\n3\n4\n', '2\n3\n4\n', '1\n2\n3\n'), '2\n3\n');
    assert.equal(mergeTexts('1\n2\n3\n4\n5', '1\n3\n4\n5', '1\n2\n3\n4\nfive'), '1\n3\n4\nfive');
  });

  it('takes the same change of both sides once, beside a change of one', () => {
    assert.equal(mergeTexts('a\nd\r\nea\n', 'a\nd\r\na\n', 'd\r\na\n'), 'd\r\na\n');
  });

  it('handles as many lines as a source can have', () => {
    const lines = '\n'.repeat(700_000);
    assert.equal(mergeTexts(`a\n${lines}b\n`, `A\n${lines}b\n`, `a\n${lines}B\n`), `A\n${lines}B\n`);
  });

  it('conflicts if both sides changed the same or neighboring lines differently', () => {
    assert.equal(mergeTexts('1\n2\n3\n', '1\nmine\n3\n', '1\ntheirs\n3\n'), undefined);
    assert.equal(mergeTexts('1\n2\n3\n4\n', '1\nmine\n3\n4\n', '1\n2\ntheirs\n4\n'), undefined);
    assert.equal(mergeTexts('1\n2\n', '1\nmine\n2\n', '1\ntheirs\n2\n'), undefined);
    assert.equal(mergeTexts('', 'mine\n', 'theirs\n'), undefined);
    assert.equal(mergeTexts('1\n2\n3\n', '1\nboth\n3\nmine\n', '1\nboth\n3\n'), '1\nboth\n3\nmine\n');
  });

  it('keeps every change of both sides, in either order', () => {
    let merged = 0;
    fc.assert(
      fc.property(texts, ({ base, mine, theirs }) => {
        const found = mergeTexts(base, mine, theirs);
        assert.equal(mergeTexts(base, theirs, mine), found);
        assert.equal(mergeTexts(base, mine, base), mine);
        assert.equal(mergeTexts(base, base, theirs), theirs);
        assert.equal(mergeTexts(base, mine, mine), mine);
        if (found === undefined) return;
        if (![base, mine, theirs].includes(found)) merged += 1;
        // A line that the base has may have been added in one place and taken away in another.
        for (const line of new Set([...linesOf(mine), ...linesOf(theirs)]))
          if (count(base, line) === 0)
            assert.ok(
              count(found, line) >= Math.max(count(mine, line), count(theirs, line)),
              `${line} was lost`,
            );
      }),
      { numRuns },
    );
    assert.ok(merged > numRuns / 20, `${merged} were merged`);
  });

  it('gives up if it would take too long', () => {
    const lines = (word: string) => Array.from({ length: 5000 }, (_, index) => `${word} ${index}\n`).join('');
    assert.equal(mergeTexts(lines('a'), lines('b'), lines('c')), undefined);
  });
});
