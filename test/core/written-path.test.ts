import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readTemplate } from '../../src/core/read-template.ts';
import type { PathExpression, Program } from '../../src/core/syntax-tree.ts';
import { writtenPath } from '../../src/core/written-path.ts';
import { runs } from '../runs.ts';

function pathOf(written: string): PathExpression {
  const { body } = readTemplate(`{{json ${written}}}`) as unknown as Program;
  const [tag] = body;
  const [path] = tag?.type === 'MustacheStatement' ? tag.params : [];
  assert.equal(path?.type, 'PathExpression', written);
  return path as PathExpression;
}

describe('a path in a message', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'a',
      'the_name',
      '0',
      '12',
      '-5',
      '1.5',
      'true',
      'null',
      'undefined',
      'this',
      'as',
      'a.b',
      'a b',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }).filter(text => !/[[\]\\]/.test(text)),
  );
  const before = fc.constantFrom('', './', 'this.', 'this/', '../', '../../', '@', '@../', '@root.');

  it('can be pasted into a template, with the same meaning', () => {
    fc.assert(
      fc.property(before, fc.array(part, { minLength: 1, maxLength: 3 }), (start, parts) => {
        const path = pathOf(start + parts.map(each => `[${each}]`).join('.'));
        const again = pathOf(writtenPath(path));
        const { data, depth } = path;
        assert.deepEqual(
          { data: again.data, depth: again.depth, parts: again.parts },
          { data, depth, parts: path.parts },
          writtenPath(path),
        );
      }),
      { numRuns: runs(5_000, 500) },
    );
  });

  it('has brackets only where needed', () => {
    for (const written of [
      'name',
      'a.b',
      'items.[0].id',
      '@root.x',
      '../y',
      'this',
      '.',
      '..',
      '@../index',
      '[a b].c',
    ])
      assert.equal(writtenPath(pathOf(written)), written);
    assert.equal(writtenPath(pathOf('[name].[b]')), 'name.b');
  });
});
