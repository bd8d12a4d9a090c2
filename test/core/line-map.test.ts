/** Lines that are followed through versions. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countLines, followLine, type LineStep, lineMap, linesOfText } from '../../src/core/line-map.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { runs } from '../runs.ts';

/** Few texts, so that lines repeat and move. */
const lines = fc.array(fc.constantFrom('', 'a', 'b', 'c', '{{> x}}', '👩‍🚀', 'שלום'), {
  minLength: 1,
  maxLength: 12,
});
const at = (line: number) => ({ line, gone: null });
const stepsOf = (versions: readonly (readonly string[])[]): LineStep[] =>
  versions.slice(1).map((to, index) => ({
    to: parseVersionNumber(index + 2),
    map: lineMap(versions[index] ?? [], to),
  }));

describe('a mapped line', () => {
  it('has the same text, or is gone and near an existing line', () => {
    fc.assert(
      fc.property(lines, lines, (from, to) => {
        const map = lineMap(from, to);
        let last = 0;
        for (const [index, text] of from.entries()) {
          const mapped = map.of(index + 1);
          if ('line' in mapped) {
            assert.equal(to[mapped.line - 1], text);
            assert.ok(mapped.line > last, 'lines keep their order, and two are never one');
            last = mapped.line;
          } else assert.ok(mapped.near >= 1 && mapped.near <= to.length);
        }
      }),
      { numRuns: runs(20_000, 2000) },
    );
  });
  it('stays in place in an unchanged text, whatever its line endings', () => {
    fc.assert(
      fc.property(lines, fc.constantFrom('\n', '\r\n', '\r'), (text, ending) => {
        const map = lineMap(text, linesOfText(text.join(ending)));
        for (const index of text.keys()) assert.deepEqual(map.of(index + 1), { line: index + 1 });
      }),
      { numRuns: runs(5000, 500) },
    );
  });
  it('reaches the same place in one step and version by version', () => {
    fc.assert(
      fc.property(
        fc.array(lines, { minLength: 2, maxLength: 6 }),
        fc.nat(5),
        fc.nat(11),
        (versions, cut, index) => {
          const steps = stepsOf(versions);
          const line = 1 + (index % (versions[0]?.length ?? 1));
          const whole = followLine(at(line), steps);
          assert.deepEqual(followLine(followLine(at(line), steps.slice(0, cut)), steps.slice(cut)), whole);
          const last = versions.at(-1) ?? [];
          assert.ok(whole.line >= 1 && whole.line <= last.length);
          if (whole.gone === null) assert.equal(last[whole.line - 1], versions[0]?.[line - 1]);
        },
      ),
      { numRuns: runs(20_000, 2000) },
    );
  });
  it('moves with lines inserted before it, and names the version that changed or removed it', () => {
    const steps = stepsOf([
      ['one', 'two', 'three'],
      ['zero', 'one', 'two', 'three'],
      ['zero', 'one', 'TWO', 'three'],
      ['zero', 'three'],
      ['new', 'zero', 'three'],
    ]);
    assert.deepEqual(followLine(at(2), steps.slice(0, 1)), { line: 3, gone: null });
    assert.deepEqual(followLine(at(2), steps.slice(0, 2)), { line: 3, gone: { version: 3, how: 'changed' } });
    assert.deepEqual(followLine(at(1), steps), { line: 3, gone: { version: 4, how: 'removed' } });
    assert.deepEqual(followLine(at(3), steps), { line: 3, gone: null });
    assert.deepEqual(followLine(at(2), steps), { line: 3, gone: { version: 3, how: 'changed' } });
  });
  it('is found in long texts, and gone where too much differs to compare', () => {
    const long = (word: string) => Array.from({ length: 3000 }, (_, index) => `${word} ${index}`);
    const map = lineMap(['first', ...long('old'), 'last'], ['first', ...long('new'), 'last']);
    assert.deepEqual(map.of(1), { line: 1 });
    assert.deepEqual(map.of(3002), { line: 3002 });
    assert.deepEqual(map.of(1500), { gone: 'changed', near: 2 });
    const moved = lineMap(long('same'), ['new', ...long('same')]);
    assert.deepEqual(moved.of(3000), { line: 3001 });
  });
  it('is counted as lines are split', () => {
    const text = fc.array(fc.constantFrom('\r', '\n', '\r\n', 'a', '\u2028', '😀'), { maxLength: 12 });
    fc.assert(
      fc.property(text, parts => {
        assert.equal(countLines(parts.join('')), linesOfText(parts.join('')).length);
      }),
      { numRuns: runs(2000, 200) },
    );
  });
});
