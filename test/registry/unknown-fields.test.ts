/** Fields that a call does not know, also within the objects of its body: a mistyped one must not be passed over. */
import assert from 'node:assert/strict';
import * as z from 'zod';
import { unknownFields } from '../../src/registry/http/unknown-fields.ts';
import { aRegistry, assertProblem } from './a-registry.ts';

describe('an unknown field', () => {
  it('is refused in an object within a body, and its place is named', async () => {
    await using registry = await aRegistry();
    await registry.publish('p', 'One', null);
    const release = {
      ...{ environment: 'development', channel: 'stable', reason: 'Now' },
      items: [{ prompt: 'p', version: 1, from: null, channel: 'canary' }],
    };
    const refused = await registry.call('POST', '/v1/releases', release);
    assertProblem(refused, 422, 'invalid_request', /\/items\/0\/channel/);
    assert.equal(refused.json.fields[0].pointer, '/items/0/channel');
    const comment = { text: 'x', place: { side: 'to', line: 1, column: 2 } };
    const misplaced = await registry.call('POST', '/v1/promotions/1/comments', comment);
    assertProblem(misplaced, 422, 'invalid_request', /\/place\/column/);
  });
  it('is found in lists and optional objects, but not where any field is allowed', () => {
    const inner = z.object({ a: z.number() });
    const schema = z.object({
      list: z.array(inner).optional(),
      one: inner.nullable().default(null),
      any: z.record(z.string(), z.unknown()),
      loose: z.looseObject({ in: inner }).optional(),
    });
    const value = {
      list: [{ a: 1 }, { a: 1, b: 2 }],
      one: { a: 1, c: 3, ['__proto__x']: 1 },
      any: { d: { e: 1 } },
      loose: { in: { a: 1, f: 1 }, g: 1 },
    };
    assert.deepEqual(
      unknownFields(schema, value).map(path => path.join('/')),
      ['list/1/b', 'one/c', 'one/__proto__x', 'loose/in/f'],
    );
    assert.deepEqual(unknownFields(schema, { any: {}, one: null }), []);
    assert.deepEqual(unknownFields(inner, JSON.parse('{"a": 1, "constructor": 2, "__proto__": 3}')), [
      ['constructor'],
      ['__proto__'],
    ]);
  });
});
