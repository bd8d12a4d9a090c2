import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countNames, repeatedNameIn } from '../../src/core/repeated-names.ts';
import { runs } from '../runs.ts';

describe('a repeated name in JSON', () => {
  it('is found within one object, however it is written', () => {
    for (const [json, pointer] of [
      ['{"a":1,"a":1}', '/a'],
      ['{"input":{"fee":1,"b":{},"fee":2}}', '/input/fee'],
      ['[{"a":1},{"b":[0,{"x/~":1,"x/~":2}]}]', '/1/b/1/x~1~0'],
      ['{"a":1,"\\u0061":2}', '/a'],
      ['{"\\\\":1, "b":"\\"", "\\\\" : 2}', '/\\'],
      ['{"__proto__":1,"__proto__":2}', '/__proto__'],
      ['{"":1,"":2}', '/'],
    ] as const)
      assert.equal(repeatedNameIn(json), pointer, json);
    for (const json of ['"a:b"', '{"a":{"a":1},"b":"a"}', '[{"a":1},{"a":1}]', '{"a":"{\\"a\\":1}"}', '5'])
      assert.equal(repeatedNameIn(json), undefined, json);
  });

  it('is not reported for valid JSON, and is found when a name is added again', () => {
    const names = (value: unknown): number =>
      typeof value !== 'object' || value === null
        ? 0
        : (Array.isArray(value) ? 0 : Object.keys(value).length) +
          Object.values(value).reduce((sum: number, each) => sum + names(each), 0);
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.constantFrom(0, 2), (value, name, indent) => {
        const json = JSON.stringify(value, null, indent);
        assert.equal(countNames(json), names(JSON.parse(json)));
        assert.equal(repeatedNameIn(json), undefined);
        const key = JSON.stringify(name);
        const twice = `[${json},{${key}:${json},${key}:${json}}]`;
        assert.equal(countNames(twice), names(JSON.parse(twice)) + 1 + names(JSON.parse(json)));
        assert.ok(repeatedNameIn(twice)?.startsWith('/1/'));
      }),
      { numRuns: runs(2_000, 200) },
    );
  });
});
