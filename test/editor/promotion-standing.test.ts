/** What the view Promotions says of one that was applied: what is true now, not what was true then. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Promotion } from '../../src/contract/promotions.ts';
import type { PromptSummary } from '../../src/contract/prompts.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { iconOf, promotionWords } from '../../src/editor/promotions/labels.ts';
import { Standings } from '../../src/editor/promotions/standing.ts';
import { instantOf } from '../../src/editor/wording/age.ts';
import { aPointer, aPromotion, aSummary, NOW } from './data.ts';

/** Promotions of production, one a minute from 10:00, each from where the one before went. */
function history(...versions: readonly number[]): Promotion[] {
  return versions.map((version, index) => {
    const from = versions[index - 1];
    return aPromotion('production', version, {
      id: String(index + 1),
      from: from === undefined ? null : parseVersionNumber(from),
      rollback: versions.slice(0, index).includes(version),
      appliedAt: minute(index),
    });
  });
}

function minute(index: number): string {
  return new Date(Date.parse('2026-09-12T10:00:00.000Z') + index * 60_000).toISOString();
}

/** The prompt as its pointer is after the last of them. */
function summaryAfter(promotions: readonly Promotion[]): PromptSummary {
  const last = promotions.at(-1) ?? assert.fail();
  const pointer = aPointer('production', 'stable', last.version);
  return aSummary('support/triage', 12, [{ ...pointer, promotedAt: last.appliedAt ?? assert.fail() }]);
}

function labels(promotions: readonly Promotion[], known = promotions): string[] {
  const standings = new Standings(known, () => summaryAfter(promotions));
  return promotions.map(each => promotionWords(each, standings.of(each), NOW).label);
}

describe('an applied promotion', () => {
  it('is live, or was live until another replaced it', () => {
    assert.deepEqual(labels(history(4, 5)), [`@4 was live until ${instantOf(minute(1))}`, '@5 live now']);
  });

  it('is shown as rolled back, but not the rollback itself', () => {
    const promotions = history(5, 6, 5);
    assert.deepEqual(labels(promotions), [
      `@5 was live until ${instantOf(minute(1))}`,
      '@6 rolled back to @5',
      '@5 live now',
    ]);
    const standings = new Standings(promotions, () => summaryAfter(promotions));
    const [, wrong, back] = promotions.map(each => ({
      icon: iconOf(each, standings.of(each)).icon,
      words: promotionWords(each, standings.of(each), NOW),
    }));
    assert.deepEqual([wrong?.icon, back?.icon], ['discard', 'check']);
    assert.match(back?.words.description ?? '', /^triage · rollback · jonas\.weber · /);
    assert.match(wrong?.words.tooltip() ?? '', /until .*, when it was rolled back to @5\./);
    assert.match(back?.words.tooltip() ?? '', /\*\*Live now\*\*, since /);
    assert.match(wrong?.words.spoken ?? '', /version 6 to stable in production, .*: rolled back to @5/);
  });

  it('is no longer rolled back when its version is promoted again', () => {
    assert.deepEqual(labels(history(5, 6, 5, 6)).slice(2), [
      `@5 was live until ${instantOf(minute(3))}`,
      '@6 live now',
    ]);
  });

  it('is not shown as live when only the pointer shows another version', () => {
    const promotions = history(5, 6);
    assert.deepEqual(labels(promotions, promotions.slice(0, 1)).slice(0, 1), ['@5 no longer live, @6 is']);
  });

  it('is not shown as live when the live version is unknown', () => {
    const [only] = history(5);
    const standing = new Standings([], () => undefined).of(only ?? assert.fail());
    assert.equal(promotionWords(only ?? assert.fail(), standing, NOW).label, '@5 promoted');
  });

  it('is live exactly if it is the last one of its pointer, for any history', () => {
    const move = fc.record({
      environment: fc.constantFrom('staging', 'production'),
      channel: fc.constantFrom('stable', 'canary'),
      version: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(move, { minLength: 1, maxLength: 20 }), moves => {
        const promotions = moves.map(({ environment, channel, version }, index) =>
          aPromotion(environment, version, {
            id: String(index + 1),
            channel: aPointer(environment, channel, version).channel,
            // Some in the same millisecond.
            appliedAt: minute(Math.floor(index / 2)),
          }),
        );
        const pointerOf = ({ environment, channel }: Promotion) => `${environment} ${channel}`;
        const last = new Map(promotions.map(each => [pointerOf(each), each]));
        const pointers = [...last.values()].map(({ environment, channel, version, appliedAt }) => ({
          ...aPointer(environment, channel, version),
          promotedAt: appliedAt ?? assert.fail(),
        }));
        const standings = new Standings(promotions.toReversed(), () => ({ pointers }));
        for (const each of promotions)
          assert.equal(standings.of(each).kind === 'live', last.get(pointerOf(each)) === each);
      }),
    );
  });
});
