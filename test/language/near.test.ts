/** Which name was probably meant. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nearest, slips } from '../../src/core/near.ts';

describe('nearest', () => {
  for (const [name, candidates, expected] of [
    ['mesage', ['message', 'messages'], 'message'],
    ['mesasge', ['message'], 'message'],
    ['Message', ['messages', 'message'], 'message'],
    ['custmrName', ['customerName'], 'customerName'],
    ['customer_name', ['customerName'], 'customerName'],
    ['model', ['config', 'input'], undefined],
    ['a', ['b', 'ab', 'A'], 'A'],
    ['ab', ['ba'], 'ba'],
    ['id', ['takes', 'id2'], 'id2'],
    ['id', ['no'], undefined],
    ['same', ['same'], undefined],
    ['', ['a'], undefined],
    ['x'.repeat(200), [`${'x'.repeat(199)}y`], undefined],
  ] as const)
    it(`to ${name.slice(0, 20)} of ${candidates.join(', ').slice(0, 20)} is ${expected}`, () => {
      assert.equal(nearest(name, candidates), expected);
    });
});

describe('slips', () => {
  it('counts one for a letter added, removed, changed, or swapped with the next', () => {
    assert.deepEqual(
      [slips('abc', 'abcd'), slips('abc', 'ac'), slips('abc', 'abd'), slips('abc', 'acb'), slips('', 'abc')],
      [1, 1, 1, 1, 3],
    );
  });
  it('is zero only for equal names, and symmetric', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abc'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (one, other) => {
        assert.equal(slips(one, other) === 0, one === other);
        assert.equal(slips(one, other), slips(other, one));
        assert.ok(slips(one, other) <= Math.max(one.length, other.length));
      }),
    );
  });
});
