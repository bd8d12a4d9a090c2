/** The time each version was live and where, and which were rolled back, told from the promotions of a prompt. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Promotion } from '../../src/contract/promotions.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { lifeWords, livesOf } from '../../src/editor/lives/lives.ts';
import { aPromotion, NOW } from './data.ts';

const ENVIRONMENTS = [{ name: 'development' }, { name: 'staging' }, { name: 'production' }];
const HOUR = 3_600_000;

/** Instants count back from NOW, in hours. */
function hoursAgo(hours: number): string {
  return new Date(NOW - hours * HOUR).toISOString();
}

interface Move {
  readonly environment?: string;
  readonly version: number;
  readonly hours: number;
  readonly reason?: string;
}

/** Each from where the one before in its environment went. */
function promotions(...moves: readonly Move[]): Promotion[] {
  return moves.map(({ environment = 'production', version, hours, reason = 'why' }, index) => {
    const before = moves.slice(0, index).filter(move => (move.environment ?? 'production') === environment);
    const from = before.at(-1)?.version;
    return aPromotion(environment, version, {
      id: String(index + 1),
      from: from === undefined ? null : parseVersionNumber(from),
      rollback: before.some(move => move.version === version),
      appliedAt: hoursAgo(hours),
      reason,
    });
  });
}

function words(version: number, all: readonly Promotion[]) {
  return lifeWords(livesOf(all).get(parseVersionNumber(version)) ?? [], ENVIRONMENTS, NOW);
}

describe('the live periods of a version', () => {
  it('add up to the time it was live, without gaps in between', () => {
    const all = promotions(
      { version: 4, hours: 100 },
      { version: 5, hours: 90 },
      { version: 4, hours: 80 },
      { version: 6, hours: 75 },
    );
    assert.equal(words(4, all).brief, 'was live in production for 15 hours');
    assert.equal(words(6, all).brief, 'live in production for 3 days');
    assert.equal(words(7, all).brief, undefined);
  });

  it('give the reason of a rollback only for the version that was rolled back', () => {
    const all = promotions(
      { version: 4, hours: 100 },
      { version: 5, hours: 30 },
      { version: 4, hours: 28, reason: 'wrong fee for urgent transfers' },
    );
    assert.equal(words(5, all).mark, 'rolled back: wrong fee for urgent transfers');
    assert.match(words(5, all).lines[0] ?? '', /\*\*Rolled back\*\* to @4 by jonas\\?\.weber: wrong fee/);
    assert.equal(words(4, all).mark, undefined);
  });

  it('are not marked as rolled back once the version is live again', () => {
    const all = promotions(
      { version: 4, hours: 9 },
      { version: 5, hours: 8 },
      { version: 4, hours: 7, reason: 'a false alarm' },
      { version: 5, hours: 6 },
    );
    assert.deepEqual([words(5, all).mark, words(4, all).mark], [undefined, undefined]);
    assert.equal(words(5, all).brief, 'live in production for 7 hours');
  });

  it('are summarized for the most important environment', () => {
    const all = promotions(
      { environment: 'development', version: 5, hours: 50 },
      { environment: 'production', version: 5, hours: 10 },
      { environment: 'development', version: 6, hours: 5 },
    );
    assert.equal(words(5, all).brief, 'live in production for 10 hours');
    assert.equal(words(5, all).lines.length, 2);
    assert.equal(words(6, all).brief, 'live in development for 5 hours');
  });

  it('cover the time since the first promotion without gaps or overlaps, in any order', () => {
    const versions = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(versions, fc.infiniteStream(fc.nat()), (all, salt) => {
        const made = promotions(...all.map((version, index) => ({ version, hours: 100 - index })));
        const shuffled = made
          .map(each => ({ each, key: salt.next().value as number }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ each }) => each);
        const lives = [...livesOf(shuffled).values()].flat().toSorted((a, b) => (a.from < b.from ? -1 : 1));
        assert.deepEqual(
          lives.map(({ from }) => from),
          made.map(({ appliedAt }) => appliedAt),
        );
        assert.deepEqual(
          lives.map(({ until }) => until),
          [...lives.slice(1).map(({ from }) => from), null],
        );
        for (const { rolledBack } of lives.slice(0, -1))
          if (rolledBack !== undefined) assert.ok(all.includes(rolledBack.to));
      }),
    );
  });

  it('are limited to eight lines', () => {
    const all = promotions(
      ...Array.from({ length: 40 }, (_, index) => ({ version: 1 + (index % 2), hours: 50 - index })),
    );
    assert.equal(words(1, all).lines.length, 8);
  });
});
