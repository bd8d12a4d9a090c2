import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inOrder } from '../../src/workspace/in-order.ts';

describe('looking up sorted names', () => {
  it('finds the same as a map, for any order of items and names', () => {
    const name = fc.string({ maxLength: 2 });
    fc.assert(
      fc.property(
        fc.uniqueArray(name),
        fc.array(name),
        fc.boolean(),
        fc.boolean(),
        (names, asked, areSorted, isSorted) => {
          const things = (areSorted ? names.sort() : names).map(each => ({ name: each }));
          const find = inOrder(things, each => each.name);
          const known = new Map(things.map(thing => [thing.name, thing]));
          for (const each of isSorted ? asked.sort() : asked) assert.equal(find(each), known.get(each));
        },
      ),
    );
  });
});
