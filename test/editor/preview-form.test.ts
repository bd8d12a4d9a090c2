import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  blankOf,
  choicesOf,
  controlOf,
  readJson,
  readNumber,
  valueAt,
  withMoved,
  withoutValue,
  withValue,
} from '../../src/editor/preview/form.ts';
import { readJsonInput } from '../../src/editor/preview/json-input.ts';
import { readFrontMatter } from '../../src/language/front-matter/front-matter.ts';
import type { ValueType } from '../../src/language/types/value-type.ts';
import { misfits } from '../../src/language/types/values.ts';

const SCHEMA = `---
input:
  schema:
    name: string
    age?: integer
    price: number
    vip: boolean
    tone(enum): [warm, firm]
    tags(array): string
    customer(object):
      id: string
      note?: string
    cases(array):
      id: string
    anything: any
---
`;
const { variables } = readFrontMatter(SCHEMA);
const typeOf = (name: string): ValueType => {
  const found = variables.find(variable => variable.name === name);
  assert.ok(found, name);
  return found.type;
};

describe('the input form of a prompt', () => {
  it('has a control for every type', () => {
    const controls = variables.map(({ name, type }) => [name, controlOf(type, undefined)]);
    assert.deepEqual(Object.fromEntries(controls), {
      name: 'text',
      age: 'number',
      price: 'number',
      vip: 'choice',
      tone: 'choice',
      tags: 'list',
      customer: 'group',
      cases: 'list',
      anything: 'json',
    });
  });

  it('shows a value of the wrong type as JSON, so that it is not lost', () => {
    assert.equal(controlOf(typeOf('name'), 7), 'json');
    assert.equal(controlOf(typeOf('price'), 'seven'), 'json');
    assert.equal(controlOf(typeOf('tone'), 'loud'), 'json');
    assert.equal(controlOf(typeOf('tags'), 'one'), 'json');
    assert.equal(controlOf(typeOf('customer'), { id: '1', more: true }), 'json');
  });

  it('starts a new value with one that fits its type', () => {
    for (const { name, type } of variables) assert.deepEqual(misfits(blankOf(type), type), [], name);
    assert.deepEqual(blankOf(typeOf('customer')), { id: '' });
    assert.deepEqual(choicesOf(typeOf('tone')), ['warm', 'firm']);
    assert.deepEqual(choicesOf(typeOf('vip')), [true, false]);
  });

  it('parses numbers and JSON, and explains invalid ones', () => {
    assert.deepEqual(readNumber(' 12.5 ', false), { value: 12.5 });
    assert.deepEqual(readNumber('-3', true), { value: -3 });
    for (const text of ['', 'ten', '1e999', '12,5']) assert.ok('problem' in readNumber(text, false), text);
    assert.ok('problem' in readNumber('1.5', true));
    assert.deepEqual(readJson('{"a": [1]}'), { value: { a: [1] } });
    assert.ok('problem' in readJson('{a}'));
    assert.deepEqual(readJson('{"a": {"b": 1, "b": 2}}'), {
      problem: '/a/b is given twice. Remove one of the two.',
    });
    const twice = readJsonInput('{"price": 1, "price": 2}', variables);
    assert.deepEqual(twice, { problem: '/price is given twice. Remove one of the two.', misfits: [] });
  });

  it('sets a value, creating missing parents, without changing the previous input', () => {
    const before = { customer: { id: '1' } };
    assert.deepEqual(withValue(before, ['customer', 'note'], 'n'), { customer: { id: '1', note: 'n' } });
    assert.deepEqual(withValue(before, ['cases', 0, 'id'], 'C'), {
      customer: { id: '1' },
      cases: [{ id: 'C' }],
    });
    assert.deepEqual(before, { customer: { id: '1' } });
  });

  it('removes a property or an item', () => {
    assert.deepEqual(withoutValue({ a: 1, b: 2 }, ['a']), { b: 2 });
    assert.deepEqual(withoutValue({ a: [1, 2, 3] }, ['a', 1]), { a: [1, 3] });
    const same = { a: 1 };
    assert.equal(withoutValue(same, ['b', 'c']), same);
  });

  it('moves an item, but not past the ends', () => {
    const input = { a: ['x', 'y', 'z'] };
    assert.deepEqual(withMoved(input, ['a', 0], 1), { a: ['y', 'x', 'z'] });
    assert.deepEqual(withMoved(input, ['a', 2], -1), { a: ['x', 'z', 'y'] });
    assert.equal(withMoved(input, ['a', 0], -1), input);
    assert.equal(withMoved(input, ['a', 2], 1), input);
  });

  it('returns what was set, at any path, and does not touch prototypes', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString'));
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), fc.jsonValue(), (path, value) => {
        const input = withValue({}, path, value);
        assert.deepEqual(valueAt(input, path), value);
        assert.equal(Object.getPrototypeOf(input), Object.prototype);
        assert.equal(valueAt(withoutValue(input, path), path), undefined);
      }),
    );
  });
});
