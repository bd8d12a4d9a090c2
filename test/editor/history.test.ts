/** The view History in words: what was live from when until when, and rollbacks with their reasons. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Promotion } from '../../src/contract/promotions.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { historyWords, spanWords, timelineWords } from '../../src/editor/history/words.ts';
import { lifeWords, livesOf } from '../../src/editor/lives/lives.ts';
import { spansOf, timelinesOf } from '../../src/editor/lives/timeline.ts';
import { spanOf } from '../../src/editor/wording/span.ts';
import { runs } from '../runs.ts';
import { aPromotion, aSummary, aVersion, NOW } from './data.ts';

const ENVIRONMENTS = [{ name: 'development' }, { name: 'staging' }, { name: 'production' }];
const DAY = 86_400_000;

function moves(
  ...all: readonly (readonly [environment: string, version: number, daysAgo: number, reason?: string])[]
) {
  return all.map(([environment, version, days, reason = 'why'], index): Promotion => {
    const before = all.slice(0, index).filter(([other]) => other === environment);
    const from = before.at(-1)?.[1];
    return aPromotion(environment, version, {
      id: String(index + 1),
      from: from === undefined ? null : parseVersionNumber(from),
      rollback: before.some(([, other]) => other === version),
      appliedAt: new Date(NOW - days * DAY).toISOString(),
      reason,
    });
  });
}

describe('the history of live versions', () => {
  const all = moves(
    ['staging', 1, 10],
    ['production', 1, 9],
    ['production', 2, 5, 'Shorter'],
    ['production', 1, 3, 'Wrong *fee*\nfor urgent transfers'],
  );
  const timelines = timelinesOf(all.toReversed(), ENVIRONMENTS);

  it('has a line for each environment and channel, the last environment first and the newest first', () => {
    assert.deepEqual(
      timelines.map(({ environment, spans }) => [environment, ...spans.map(({ version }) => version)]),
      [
        ['production', 1, 2, 1],
        ['staging', 1],
      ],
    );
    const [production] = timelines;
    assert.ok(production);
    const { label, description } = timelineWords(production);
    assert.deepEqual([label, description], ['Live in production', '@1 now · 3 promotions · 1 rollback']);
  });
  it('marks a rollback with its reason, where it started and ended', () => {
    const [now, rolledBack] = timelines[0]?.spans ?? [];
    assert.ok(now && rolledBack);
    assert.match(spanWords(now, NOW).description, /^since Sep 9 · rollback: Wrong \*fee\* · 3 days · /);
    assert.match(
      spanWords(rolledBack, NOW).description,
      /^Sep 7 – Sep 9 · rolled back to @1 · Shorter · 2 days · /,
    );
    assert.match(spanWords(rolledBack, NOW).tooltip(), /\*\*Rolled back\*\* to @1 by .*: Wrong \\\*fee\\\*/);
    assert.match(spanWords(now, NOW).spoken, /^Version 1 in production, since Sep 9/);
  });
  it('appears next to a version as badges, live ones first', () => {
    const version = aVersion('p', 1);
    const life = lifeWords(livesOf(all).get(version.version) ?? [], ENVIRONMENTS, NOW);
    const spans = spansOf(version.version, timelines);
    const { label, description } = historyWords(version, aSummary('p', 2), spans, life, NOW);
    assert.equal(label, '@1');
    assert.match(
      description,
      /^stable in production since Sep 9 · stable in staging since Sep 2 · 1 more · Message 1 · mara\.lindqvist · /,
    );
    const two = spansOf(parseVersionNumber(2), timelines);
    assert.match(
      historyWords(aVersion('p', 2), aSummary('p', 2), two, life, NOW).description,
      /^stable in production Sep 7 – Sep 9, rolled back: Wrong \*fee\* · Message 2/,
    );
  });
  it('has no gaps or overlaps, and ends with what is live', () => {
    const move = fc.tuple(
      fc.constantFrom('staging', 'production'),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 30 }),
    );
    fc.assert(
      fc.property(fc.array(move, { maxLength: 12 }), made => {
        const sorted = made.toSorted((a, b) => b[2] - a[2]);
        for (const { spans } of timelinesOf(moves(...sorted), ENVIRONMENTS)) {
          assert.equal(spans[0]?.until, null);
          for (const [index, span] of spans.entries()) {
            if (index > 0) assert.equal(span.until, spans[index - 1]?.from);
            assert.ok(span.until === null || span.from <= span.until);
          }
        }
      }),
      { numRuns: runs(1000, 100) },
    );
  });
});

describe('a period of time', () => {
  const cases: readonly (readonly [string, string | null, string])[] = [
    ['2026-09-03T10:00:00Z', '2026-09-12T09:00:00Z', 'Sep 3 – Sep 12'],
    ['2026-09-11T10:00:00Z', '2026-09-11T12:30:00Z', 'Sep 11, 10:00 – 12:30'],
    ['2026-09-11T10:00:00Z', '2026-09-11T10:00:20Z', 'Sep 11, 10:00'],
    ['2025-12-30T10:00:00Z', '2026-01-02T12:30:00Z', 'Dec 30, 2025 – Jan 2, 2026'],
    ['2026-09-03T10:00:00Z', null, 'since Sep 3'],
    ['2026-09-12T11:00:00Z', null, 'since 11:00 today'],
  ];
  for (const [from, until, said] of cases)
    it(`is shortened: ${said}`, () => assert.equal(spanOf(from, until, NOW, 'UTC'), said));
});
