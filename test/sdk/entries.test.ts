import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Entry, Slots } from '../../src/sdk/entries.ts';

describe('the memory cache of a client', () => {
  it('is limited in number and size, and keeps the most recently used entries', () => {
    const step = fc.record({ name: fc.nat({ max: 12 }), size: fc.nat({ max: 60 }), puts: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (steps, most) => {
        const slots = new Slots(most, 100);
        const sizes = new Map<string, number>();
        for (const [index, { name, size, puts }] of steps.entries()) {
          const key = `p${name}`;
          slots.open(key);
          if (puts) slots.put(key, entryOf(size, index));
          const kept = Array.from({ length: 13 }, (_, at) => `p${at}`).filter(each => slots.peek(each));
          for (const each of kept) sizes.set(each, slots.peek(each)?.entry?.size ?? 0);
          const total = kept.reduce((sum, each) => sum + (sizes.get(each) ?? 0), 0);
          assert.ok(slots.peek(key), 'what was used last is there');
          assert.ok(kept.length <= most);
          assert.equal(slots.characters, total);
          assert.ok(total <= 100 || kept.length === 1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('never replaces an entry by an older answer', () => {
    const slots = new Slots(10, 1000);
    slots.put('a', entryOf(1, 10));
    slots.put('a', entryOf(2, 5));
    assert.equal(slots.use('a')?.entry?.checkedAt, 10);
    slots.put('a', entryOf(3, 11));
    assert.deepEqual([slots.use('a')?.entry?.checkedAt, slots.characters], [11, 3]);
  });
});

function entryOf(size: number, checkedAt: number): Entry {
  const freshness = { maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 };
  return { prompt: {} as Entry['prompt'], etag: '', checkedAt, freshness, size, isStored: false };
}
