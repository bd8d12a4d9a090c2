import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type PromptName, parsePromptName } from '../../src/core/name.ts';
import { publishOrder } from '../../src/workspace/publish-order.ts';

describe('the order of a publication', () => {
  const names = ['_a', '_b', '_c', 'x/_a', 'x/p', 'p'].map(parsePromptName);
  const references = ['a', 'b', 'c', 'nowhere'];

  it('has each prompt once, and partials before their users, unless they use each other', () => {
    const source = fc.array(fc.constantFrom(...references), { maxLength: 3 });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), source), uses => {
        const sources = new Map(
          Object.entries(uses).map(([name, used]) => [
            name as PromptName,
            used.map(reference => `{{> ${reference}}}`).join(' '),
          ]),
        );
        const order = publishOrder(sources);
        assert.deepEqual(order.map(({ name }) => name).sort(), [...sources.keys()].sort());
        for (const [index, { name, after }] of order.entries())
          for (const used of after) {
            const position = order.findIndex(each => each.name === used);
            const isCircle = order[position]?.after.has(name) ?? false;
            assert.ok(position < index || isCircle, `${used} comes after ${name}`);
          }
      }),
    );
  });

  it('is by name if sources cannot be parsed', () => {
    const sources = new Map(['b', 'a'].map(name => [parsePromptName(name), '{{#if x}}{{> a}}']));
    assert.deepEqual(
      publishOrder(sources).map(({ name, after }) => [name, after.size]),
      [
        ['a', 0],
        ['b', 0],
      ],
    );
  });
});
