import assert from 'node:assert/strict';
import fc from 'fast-check';
import { referencesIn } from '../../src/core/references.ts';
import { runs } from '../runs.ts';

const found = (text: string) =>
  [...referencesIn(text)].map(({ prompt, version, offset }) => [`${prompt}@${version}`, offset]);

describe('version references in a text', () => {
  it('are found in log lines, headers, JSON and URLs, at their place', () => {
    assert.deepEqual(found('used support/triage@12.'), [['support/triage@12', 5]]);
    assert.deepEqual(found('{"prompt":"support/triage@12","other":"a@1"}'), [
      ['support/triage@12', 11],
      ['a@1', 39],
    ]);
    assert.deepEqual(found('promptforge-version=./support/_tone@3, x'), [['support/_tone@3', 22]]);
    assert.deepEqual(found('promptforge://embedded/support/triage@7'), [['support/triage@7', 23]]);
  });

  it('are none in what only looks like one', () => {
    for (const text of [
      'lodash@4.17.21',
      'mara@12th.example',
      'a@0',
      'a@012',
      '@12',
      'a b @ 12',
      'a@',
      'con@1',
      `${'a'.repeat(201)}@1`,
      'a@1234567890123456',
    ])
      assert.deepEqual(found(text), [], text);
  });

  it('are those that were written, between any other words', () => {
    const name = fc.constantFrom('a', 'support/triage', '_x/y-z', 'A.b/c');
    const reference = fc
      .tuple(name, fc.integer({ min: 1, max: 10 ** 9 }))
      .map(([prompt, version]) => `${prompt}@${version}`);
    const other = fc.string().map(text => ` ${text.replaceAll('@', '')} `);
    fc.assert(
      fc.property(fc.array(fc.tuple(other, reference)), other, (parts, rest) => {
        const text = parts.map(part => part.join('')).join('') + rest;
        assert.deepEqual(
          found(text).map(([each]) => each),
          parts.map(([, each]) => each),
        );
        for (const { prompt, version, offset } of referencesIn(text))
          assert.ok(text.startsWith(`${prompt}@${version}`, offset));
      }),
      { numRuns: runs(20_000, 500) },
    );
  });
});
