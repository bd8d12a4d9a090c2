/** The promotions that are open, page by page. */
import assert from 'node:assert/strict';
import { allThatAre, MOST_OPEN } from '../../src/editor/promotions/all-open.ts';
import { aPromotion } from './data.ts';

/** A registry in which so many wait, and what it was asked for. */
function registryWith(count: number) {
  const asked: (string | undefined)[] = [];
  return {
    asked,
    async listPromotions({ cursor, limit = 100 }: { cursor?: string | undefined; limit?: number } = {}) {
      asked.push(cursor);
      const from = Number(cursor ?? 0);
      const data = Array.from({ length: Math.min(limit, count - from) }, (_, index) =>
        aPromotion('production', from + index + 1, { state: 'pending', appliedAt: null }),
      );
      return { data, nextCursor: from + limit < count ? String(from + limit) : null };
    },
  };
}

describe('loading open promotions', () => {
  it('loads all pages', async () => {
    const registry = registryWith(1234);
    const found = await allThatAre('pending', registry, new AbortController().signal);
    assert.equal(new Set(found.map(({ id }) => id)).size, 1234);
    assert.deepEqual(registry.asked, [undefined, '500', '1000']);
  });

  it('stops at a maximum', async () => {
    const registry = registryWith(10_000);
    const found = await allThatAre('pending', registry, new AbortController().signal);
    assert.equal(found.length, MOST_OPEN);
    assert.equal(registry.asked.length, 4);
  });
});
