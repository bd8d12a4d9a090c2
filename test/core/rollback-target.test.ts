import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type AppliedPromotion, rollbackTarget } from '../../src/core/rollback-target.ts';
import type { VersionNumber } from '../../src/core/version.ts';

/** Moves a pointer as the registry records it. */
function moveTo(moves: readonly AppliedPromotion[], version: number): AppliedPromotion[] {
  const stood = moves.flatMap(move => [move.from, move.version]);
  const from = moves.at(-1)?.version ?? null;
  const rollback = stood.includes(version as VersionNumber);
  return [...moves, { version: version as VersionNumber, from, rollback }];
}
const movesTo = (...versions: number[]) => versions.reduce<AppliedPromotion[]>(moveTo, []);

describe('the default target of a rollback', () => {
  it('is the previous version, ignoring versions that were rolled back', () => {
    assert.equal(rollbackTarget(movesTo()), undefined);
    assert.equal(rollbackTarget(movesTo(1)), undefined);
    assert.equal(rollbackTarget(movesTo(1, 2)), 1);
    assert.equal(rollbackTarget(movesTo(1, 2, 3, 2)), 1);
    assert.equal(rollbackTarget(movesTo(1, 2, 1)), undefined);
    assert.equal(rollbackTarget(movesTo(1, 2, 1, 3)), 1);
    assert.equal(rollbackTarget(movesTo(1, 2, 1, 2)), 1);
    assert.equal(rollbackTarget(movesTo(1, 2, 3).slice(2)), 2, 'the older moves are not known');
  });

  it('is never a version that was rolled back, even if an older one was promoted before', () => {
    assert.equal(rollbackTarget(movesTo(4, 2)), 4);
    assert.equal(rollbackTarget(movesTo(4, 2, 4)), undefined);
    assert.equal(rollbackTarget(movesTo(3, 4, 2, 4)), 3);
    assert.equal(rollbackTarget(movesTo(1, 4, 2, 3, 4, 2)), 1);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 12 }), versions => {
        let moves = movesTo(...versions.filter((version, index) => version !== versions[index - 1]));
        const left = new Set<number>();
        for (let target = rollbackTarget(moves); target !== undefined; target = rollbackTarget(moves)) {
          left.add(moves.at(-1)?.version ?? 0);
          assert.ok(!left.has(target), `${[...left]} → ${target}`);
          moves = moveTo(moves, target);
        }
      }),
    );
  });

  it('goes back through all consecutive promotions, and ends', () => {
    const anyOrder = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 10 });
    fc.assert(
      fc.property(anyOrder, versions => {
        let moves = movesTo(...versions);
        const back: number[] = [];
        for (let target = rollbackTarget(moves); target !== undefined; target = rollbackTarget(moves)) {
          back.push(target);
          assert.ok(back.length < versions.length, `${versions} → ${back}`);
          moves = moveTo(moves, target);
        }
        assert.deepEqual(back, versions.slice(0, -1).reverse());
      }),
    );
  });

  it('is never the current version, and always a previous one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 12 }), versions => {
        const moves = movesTo(...versions.filter((version, index) => version !== versions[index - 1]));
        const target = rollbackTarget(moves);
        assert.notEqual(target ?? null, moves.at(-1)?.version ?? 0);
        assert.ok(target === undefined || versions.includes(target));
      }),
    );
  });
});
