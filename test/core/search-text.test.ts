import assert from 'node:assert/strict';
import fc from 'fast-check';
import { changedLines, differingParts, growthIn, textChange } from '../../src/core/changed-lines.ts';
import { countIn, foldText, linesOf, placeIn } from '../../src/core/search-text.ts';
import { runs } from '../runs.ts';

describe('a searched text', () => {
  const same: readonly (readonly [string, string, string])[] = [
    ['case', 'FEE', 'fee'],
    ['an accent written as one character or as two', 'caf\u00e9', 'CAFE\u0301'],
    ['the i of Turkish', 'ISPARTA', 'ısparta'],
    ['the I of Turkish', 'İSTANBUL', 'istanbul'],
    ['the sigma at the end of a Greek word', 'ΟΔΟΣ', 'οδος'],
    ['letters outside the first plane', '𐐀', '𐐨'],
  ];
  for (const [what, one, other] of same)
    it(`is found whatever ${what}`, () => {
      assert.equal(foldText(one), foldText(other));
      assert.deepEqual(placeIn(`x ${one}.`, other), { column: 2, length: one.length });
    });
  it('differs by accent, emoji and direction', () => {
    assert.notEqual(foldText('cafe'), foldText('café'));
    assert.equal(placeIn('one 👍 two', '👎'), undefined);
    assert.deepEqual(placeIn('one 👍🏽 two', 'TWO'), { column: 9, length: 3 });
    assert.deepEqual(placeIn('דמי טיפול 5', 'טיפול'), { column: 4, length: 5 });
  });
  it('is found after and within decomposed Hangul, kana, Bengali and Vietnamese', () => {
    for (const written of ['\uac00', '\uac01', 'が', 'ো', 'ệ']) {
      const parts = written.normalize('NFD');
      assert.ok(parts.length > written.length);
      assert.deepEqual(placeIn(`${parts}|fee`, 'FEE'), { column: parts.length + 1, length: 3 });
      assert.deepEqual(placeIn(`${parts}.`, written), { column: 0, length: parts.length });
    }
  });
  it('is case-sensitive on request', () => {
    assert.equal(placeIn('Fee', 'fee', true), undefined);
    assert.deepEqual(placeIn('a Fee', 'Fee', true), { column: 2, length: 3 });
  });
  it('is never found when empty, and is found quickly in a very long line', () => {
    assert.equal(countIn('a fee', ''), 0);
    const line = `${'é '.repeat(500_000)}fee`;
    assert.deepEqual(placeIn(line, 'FEE'), { column: 1_000_000, length: 3 });
    assert.equal(placeIn(`${'e\u0301 '.repeat(500_000)}fee`, 'FEE')?.length, 0);
    const shown = textChange(undefined, line, 'fee')?.text ?? '';
    assert.ok(shown.length <= 240 && shown.endsWith(' fee'));
  });
  it('is located in the line as written', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 6 });
    fc.assert(
      fc.property(
        text,
        text.filter(each => each !== ''),
        text,
        (before, wanted, after) => {
          const line = `${before}|${wanted}|${after}`.replaceAll(/[\r\n]/g, ' ');
          const place = placeIn(line, wanted.replaceAll(/[\r\n]/g, ' '));
          assert.ok(place);
          const found = line.slice(place.column, place.column + place.length);
          assert.ok(foldText(found).includes(foldText(wanted.replaceAll(/[\r\n]/g, ' '))));
        },
      ),
      { numRuns: runs(2_000, 200) },
    );
  });
});

describe('the lines that a version changed', () => {
  const line = fc.constantFrom('a fee', 'Fee, fee', 'other', '', 'the urgent FEE é', '-fee', '+ x');
  const source = fc
    .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'))
    .map(([lines, end]) => lines.join(end));
  const wanted = fc.constantFrom('fee', 'F', 'e', 'urgent', '-fee', 'ee,', 'nothing', 'É');

  it('give the difference in occurrences between the whole sources', () => {
    fc.assert(
      fc.property(fc.option(source, { nil: undefined }), source, wanted, (before, after, text) => {
        const folded = foldText(text);
        const count = (whole = '') =>
          linesOf(whole).reduce((sum, each) => sum + countIn(foldText(each), folded), 0);
        const growth = count(after) - count(before);
        assert.equal(growthIn(changedLines(before, after), folded), growth);
        const change = textChange(before, after, text);
        assert.equal(change === undefined ? 0 : change.after - change.before, growth);
        if (change === undefined) return;
        assert.equal(change.change, growth > 0 ? 'added' : 'removed');
        assert.equal(linesOf(growth > 0 ? after : (before ?? ''))[change.line - 1], change.text);
        assert.ok(placeIn(change.text, text));
      }),
      { numRuns: runs(5_000, 500) },
    );
  });
  it('are in the changed parts, wherever lines start and end', () => {
    const written = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r'), maxLength: 12 });
    const counted = (text: string) => Map.groupBy(linesOf(text), line => line);
    const growth = (before: string, after: string) => {
      const [old, now] = [counted(before), counted(after)];
      return [...new Set([...old.keys(), ...now.keys()])]
        .map(line => [line, (now.get(line)?.length ?? 0) - (old.get(line)?.length ?? 0)] as const)
        .filter(([line, count]) => line !== '' && count !== 0)
        .sort();
    };
    fc.assert(
      fc.property(written, written, written, written, (start, before, after, end) => {
        const [one, other] = [start + before + end, start + after + end];
        const parts = differingParts(one, other);
        assert.deepEqual(growth(parts.before ?? '', parts.after), growth(one, other));
        assert.equal(changedLines(parts.before, parts.after), changedLines(one, other));
      }),
      { numRuns: runs(20_000, 2000) },
    );
    assert.deepEqual(differingParts('x', '\nx'), { before: 'x', after: '\nx' });
    assert.deepEqual(differingParts('a\nb\nc\n', 'a\nx\nc\n'), { before: 'b', after: 'x' });
  });
  it('are none if lines only moved or changed their endings', () => {
    assert.equal(changedLines('a\nb\nb', 'b\r\na\r\nb'), '');
  });
  it('include the first line that made the difference', () => {
    assert.deepEqual(textChange('fee\nx', 'fee\ny\nA Fee, a fee\nfee', 'fee'), {
      change: 'added',
      before: 1,
      after: 4,
      line: 3,
      text: 'A Fee, a fee',
    });
    assert.deepEqual(textChange('x\nFee', 'x', 'fee'), {
      change: 'removed',
      before: 1,
      after: 0,
      line: 2,
      text: 'Fee',
    });
    assert.equal(textChange('Fee', 'fee', 'fee'), undefined);
    assert.equal(textChange('Fee', 'fee', 'fee', true)?.change, 'added');
  });
});
