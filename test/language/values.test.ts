/** Tells whether a value fits a type, and what type a value shows. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ANY, type Declared, type ValueType, wordsOfType } from '../../src/language/types/value-type.ts';
import { equals, misfits, typeOfValue, wordsOfPath } from '../../src/language/types/values.ts';

const STRING: ValueType = { kind: 'string' };
const NUMBER: ValueType = { kind: 'number' };

describe('misfits', () => {
  for (const [type, fitting, unfitting] of [
    [STRING, ['', 'a'], [1, true, null, [], {}, undefined]],
    [NUMBER, [1, 1.5, -0], ['1', true, null, []]],
    [{ kind: 'integer' }, [1, -5], [1.5, '1', null]],
    [{ kind: 'boolean' }, [true, false], ['true', 0, null]],
    [{ kind: 'null' }, [null], [0, '', false, {}]],
    [ANY, ['', 1, null, [], {}], []],
    [
      { kind: 'enum', values: ['a', 1, null, { x: [1] }] },
      ['a', 1, null, { x: [1] }],
      ['b', '1', { x: [2] }, [1]],
    ],
    [{ kind: 'array', items: NUMBER }, [[], [1, 2]], [['1'], 1, null, {}]],
    [
      objectOf({ a: STRING, 'b?': NUMBER }),
      [{ a: '' }, { a: '', b: 1 }, { a: '', b: null }],
      [{}, { b: 1 }, { a: null }, { a: '', c: 1 }, [], 'a'],
    ],
    [objectOf({}, NUMBER), [{}, { x: 1 }], [{ x: '1' }]],
  ] as const satisfies readonly (readonly [ValueType, readonly unknown[], readonly unknown[]])[]) {
    it(`finds none if values fit ${wordsOfType(type)}`, () => {
      for (const value of fitting) assert.deepEqual(misfits(value, type), [], JSON.stringify(value));
    });
    if (unfitting.length > 0)
      it(`finds those of values that do not fit ${wordsOfType(type)}`, () => {
        for (const value of unfitting)
          assert.equal(misfits(value, type).length > 0, true, JSON.stringify(value));
      });
  }
  it('gives the place, what is expected and what was found', () => {
    const type = objectOf({ queues: { kind: 'array', items: objectOf({ id: STRING, 'takes?': STRING }) } });
    const found = misfits({ queues: [{ id: 'a' }, { id: 5, takse: 'x' }, { takes: 'y' }, null] }, type);
    assert.deepEqual(
      found.map(({ path, problem, message }) => [wordsOfPath(path), problem, message]),
      [
        ['queues[1].id', 'wrong', 'string is expected, found a whole number'],
        ['queues[1].takse', 'unknown', '"takse" is not declared. Did you mean "takes"?'],
        ['queues[2].id', 'missing', '"id" is missing'],
        ['queues[3]', 'wrong', '{id, takes?} is expected, found nothing'],
      ],
    );
  });
  it('suggests the allowed value that was probably meant', () => {
    assert.equal(misfits('urgnt', { kind: 'enum', values: ['urgent', 'normal', 5] })[0]?.near, 'urgent');
  });
  it('treats names of built-in object properties like any other', () => {
    assert.equal(misfits({}, objectOf({ toString: STRING, constructor: STRING })).length, 2);
    assert.deepEqual(misfits({ toString: 'a' }, objectOf({ 'toString?': STRING })), []);
  });
  it('ends quickly for a value far larger than its text', () => {
    let value: unknown = 'x';
    for (let depth = 0; depth < 40; depth += 1) value = [value, value];
    let type: ValueType = NUMBER;
    for (let depth = 0; depth < 40; depth += 1) type = { kind: 'array', items: type };
    assert.equal(misfits(value, type).length, 50);
    assert.equal(typeOfValue(value).kind, 'array');
  });
});

describe('typeOfValue', () => {
  for (const [value, words] of [
    ['a', 'string'],
    [1, 'number'],
    [true, 'boolean'],
    [null, 'any'],
    [[], 'any[]'],
    [[1, 2], 'number[]'],
    [[1, 'a'], 'any[]'],
    [[{ a: 1 }, { a: 2, b: 'x' }], '{a, b?, …}[]'],
    [{ a: [{ b: 1 }] }, '{a, …}'],
  ] as const)
    it(`of ${JSON.stringify(value)} is ${words}`, () => {
      assert.equal(wordsOfType(typeOfValue(value)), words);
    });
  it('always fits the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        assert.deepEqual(misfits(value, typeOfValue(value)), []);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('equals', () => {
  it('compares values deeply', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        assert.ok(equals(one, structuredClone(one)));
        const same = JSON.stringify(one) === JSON.stringify(other);
        if (same) assert.ok(equals(one, other));
        assert.equal(equals(one, [other]), false || JSON.stringify(one) === JSON.stringify([other]));
      }),
    );
  });
});

/** `{a: type, 'b?': type}` */
function objectOf(properties: Readonly<Record<string, ValueType>>, others?: ValueType): ValueType {
  const declared = Object.entries(properties).map(
    ([key, type]): Declared => ({
      name: key.replace('?', ''),
      type,
      optional: key.endsWith('?'),
      nameSpan: undefined,
      span: undefined,
    }),
  );
  return { kind: 'object', properties: declared, others };
}
