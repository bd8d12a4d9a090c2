import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { hasConflictMarkers } from '../../src/core/conflict-markers.ts';
import { conflictText, untouchedConflicts } from '../../src/editor/conflicts/conflict-text.ts';
import { runs } from '../runs.ts';

const LABELS = { mine: 'Yours', theirs: 'a@7' };
const merge = (base: string, mine: string, theirs: string) => conflictText(base, mine, theirs, LABELS);

const text = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 8 }), fc.boolean())
  .map(([lines, isEnded]) => lines.join('\n') + (isEnded && lines.length > 0 ? '\n' : ''));

/** Takes one side of every conflict. */
function taking(marked: string, side: 'mine' | 'theirs'): string {
  let at: 'both' | 'mine' | 'theirs' = 'both';
  const kept: string[] = [];
  for (const line of marked.match(/[^\n]*\n|[^\n]+/g) ?? []) {
    if (line.startsWith('<<<<<<< ')) at = 'mine';
    else if (line === '=======\n' && at === 'mine') at = 'theirs';
    else if (line.startsWith('>>>>>>> ')) at = 'both';
    else if (at === 'both' || at === side) kept.push(line);
  }
  return kept.join('');
}

describe('the text with conflict markers', () => {
  it('combines changes in different places', () => {
    assert.deepEqual(merge('a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nC\n'), { text: 'A\nb\nC\n', conflicts: 0 });
  });

  it('has both sides of changes in the same place, between markers that name them', () => {
    assert.deepEqual(merge('a\nb\nc\n', 'a\nmine\nc\n', 'a\ntheirs\nc\n'), {
      text: 'a\n<<<<<<< Yours\nmine\n=======\ntheirs\n>>>>>>> a@7\nc\n',
      conflicts: 1,
    });
  });

  it('treats changes to neighboring lines as one conflict', () => {
    assert.equal(merge('a\nb\n', 'A\nb\n', 'a\nB\n').conflicts, 1);
  });

  it('puts each marker on its own line, even after a text without a final line break', () => {
    assert.equal(merge('a', 'b', 'c').text, '<<<<<<< Yours\nb\n=======\nc\n>>>>>>> a@7\n');
  });

  it('contains both whole texts when they cannot be compared line by line', () => {
    const lines = (word: string) => Array.from({ length: 1500 }, (_, at) => `${word} ${at}\n`).join('');
    const { text, conflicts } = merge(lines('a'), lines('b'), lines('c'));
    assert.equal(conflicts, 1);
    assert.equal(taking(text, 'mine'), lines('b'));
    assert.equal(taking(text, 'theirs'), lines('c'));
  });

  it('combines texts with as many lines as a source can have', () => {
    const lines = '\n'.repeat(700_000);
    const labels = { mine: 'mine', theirs: 'theirs' };
    const { text, conflicts } = conflictText(`a\n${lines}z\n`, `b\n${lines}z\n`, `a\n${lines}y\n`, labels);
    assert.equal(conflicts, 0);
    assert.ok(text === `b\n${lines}y\n`);
  });

  it('equals the side that changed when only one did', () => {
    fc.assert(
      fc.property(text, text, (base, changed) => {
        assert.deepEqual(merge(base, changed, base), { text: changed, conflicts: 0 });
        assert.deepEqual(merge(base, base, changed), { text: changed, conflicts: 0 });
        assert.deepEqual(merge(base, changed, changed), { text: changed, conflicts: 0 });
      }),
      { numRuns: runs(5000, 300) },
    );
  });

  it('contains every line that either side added', () => {
    const marks = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { maxLength: 6 });
    fc.assert(
      fc.property(text, marks, marks, (base, mine, theirs) => {
        const added = (marks: readonly number[], by: string) => {
          const lines = base.split('\n');
          for (const mark of marks) lines.splice(mark % (lines.length + 1), 0, `${by}${mark}`);
          return `${lines.join('\n')}\n`;
        };
        const merged = merge(`${base}\n`, added(mine, 'm'), added(theirs, 't')).text.split('\n');
        for (const mark of mine) assert.ok(merged.includes(`m${mark}`));
        for (const mark of theirs) assert.ok(merged.includes(`t${mark}`));
      }),
      { numRuns: runs(5000, 300) },
    );
  });

  it('has markers exactly where there are conflicts', () => {
    fc.assert(
      fc.property(text, text, text, (base, mine, theirs) => {
        const merged = merge(base, mine, theirs);
        assert.equal(hasConflictMarkers(merged.text), merged.conflicts > 0);
        assert.equal(merged.text.match(/^<{7} /gm)?.length ?? 0, merged.conflicts);
      }),
      { numRuns: runs(5000, 300) },
    );
  });

  it('is mirrored when the sides are swapped', () => {
    fc.assert(
      fc.property(text, text, text, (base, mine, theirs) => {
        const one = merge(base, mine, theirs);
        const other = merge(base, theirs, mine);
        assert.equal(one.conflicts, other.conflicts);
        assert.equal(taking(one.text, 'mine'), taking(other.text, 'theirs'));
      }),
      { numRuns: runs(5000, 300) },
    );
  });
});

describe('untouched conflicts', () => {
  const base = 'a\nb\nc\nd\ne\n';
  const mine = 'a\nB\nc\nD\ne\n';
  const theirs = 'a\nbb\nc\ndd\ne\n';

  it('are counted when the text is the same as before both changes', () => {
    assert.equal(untouchedConflicts(base, mine, theirs, base), 2);
    assert.equal(untouchedConflicts(base, mine, theirs, 'a\nB and bb\nc\nd\ne\n'), 1);
    assert.equal(untouchedConflicts(base, mine, theirs, 'a\nB\nc\ndd\ne\n'), 0);
    assert.equal(untouchedConflicts(base, mine, theirs, ''), 0);
  });

  it('are none in a text that takes one of the sides everywhere', () => {
    assert.equal(untouchedConflicts(base, mine, theirs, mine), 0);
    assert.equal(untouchedConflicts(base, mine, theirs, theirs), 0);
  });

  it('are all of them in the base', () => {
    fc.assert(
      fc.property(text, text, text, (before, one, other) => {
        assert.equal(untouchedConflicts(before, one, other, before), merge(before, one, other).conflicts);
      }),
      { numRuns: runs(5000, 300) },
    );
  });
});

describe('conflict markers', () => {
  it('match those of git, with any line endings', () => {
    assert.equal(hasConflictMarkers('<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n'), true);
    assert.equal(hasConflictMarkers('<<<<<<< HEAD\r\na\r\n=======\r\nb\r\n>>>>>>> main\r\n'), true);
    assert.equal(hasConflictMarkers('<<<<<<< HEAD\na\n||||||| base\nc\n=======\nb\n>>>>>>> main\n'), true);
  });

  it('must be all three, in order and at the start of lines', () => {
    assert.equal(hasConflictMarkers('A heading\n=======\nText\n'), false);
    assert.equal(hasConflictMarkers('>>>>>>> main\n=======\n<<<<<<< HEAD\n'), false);
    assert.equal(hasConflictMarkers(' <<<<<<< HEAD\n=======\n>>>>>>> main\n'), false);
  });

  it('are found in linear time', () => {
    assert.equal(hasConflictMarkers('<<<<<<< a\n'.repeat(100_000)), false);
  });
});
