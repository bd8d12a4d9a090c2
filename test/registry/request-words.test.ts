/** Whatever is wrong with a request, the registry says so in words of its own, never in those of a library. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type * as z from 'zod';
import { ROUTES, type Route } from '../../src/contract/routes.ts';
import { jsonFault } from '../../src/core/json-syntax.ts';
import { Problem } from '../../src/core/problem.ts';
import { bodyValue, readBytes } from '../../src/registry/http/body.ts';
import { askedByFetch } from '../../src/registry/http/http-request.ts';
import { parseQuery, parseStrictly } from '../../src/registry/http/query.ts';
import { FOREIGN_WORDS } from '../foreign-words.ts';
import { runs } from '../runs.ts';

/** A message quotes what the caller wrote and names its place: neither a quotation mark nor a space may end them early. */
const plainUnit = fc.string({ minLength: 1, maxLength: 1 }).filter(character => !/["\s]/.test(character));

/** Wrong in each way that JSON can be, at any place of a body. */
const wrongValue = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e300, '', ' ', '\u200b', 'x', [], {}, [[]], { a: 1 }),
  fc.constantFrom<unknown>(
    'A'.repeat(5000),
    'UPPER',
    '../x',
    'a//b',
    '2026-09-12',
    'latest',
    'sha256:x',
    '\u0000',
  ),
  fc.jsonValue({ maxDepth: 2, stringUnit: plainUnit }),
);

describe('an invalid field', () => {
  it('is reported once when two checks say the same', () => {
    assert.throws(
      () => parseStrictly(ROUTES.promote.body, { reason: '' }, 'The body'),
      error => {
        assert.ok(Problem.is(error));
        const pointers = error.details.fields?.map(({ pointer }) => pointer) ?? [];
        assert.deepEqual(pointers, [...new Set(pointers)]);
        return pointers.includes('/reason');
      },
    );
  });

  it('is reported once, by its first error, when several checks fail', () => {
    const wrong = (schema: z.ZodType, value: unknown) => {
      try {
        parseStrictly(schema, value, 'The body');
      } catch (error) {
        if (Problem.is(error)) return error.details.fields;
        throw error;
      }
      return undefined;
    };
    assert.deepEqual(wrong(ROUTES.deliverAll.body, { prompts: 'x'.repeat(5000) }), [
      { pointer: '/prompts', message: 'This must be a list, not text.' },
    ]);
    const [at, ...others] = wrong(ROUTES.live.query, { environment: 'production', at: '2026-13-01' }) ?? [];
    assert.match(at?.message ?? '', /^is not an instant of RFC 3339/);
    assert.deepEqual(others, []);
  });
});

/** The names of a schema's fields, as deep as they lie. */
function namesIn(schema: unknown, found = new Set<string>(), seen = new Set<unknown>()): Set<string> {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return found;
  seen.add(schema);
  const { shape } = schema as { readonly shape?: Record<string, unknown> };
  for (const [name, field] of Object.entries(shape ?? {})) {
    found.add(name);
    namesIn(field, found, seen);
  }
  const { def } = schema as { readonly def?: Record<string, unknown> };
  for (const inner of Object.values(def ?? {}))
    for (const each of Array.isArray(inner) ? inner : [inner]) namesIn(each, found, seen);
  return found;
}

function bodiesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const names = [...namesIn(schema), 'unknown'];
  const level = (inner: fc.Arbitrary<unknown>) => fc.dictionary(fc.constantFrom(...names), inner);
  const item = fc.oneof(wrongValue, level(wrongValue), fc.array(level(wrongValue), { maxLength: 2 }));
  return fc.oneof({ weight: 1, arbitrary: wrongValue }, { weight: 4, arbitrary: level(item) });
}

function assertOurWords(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    assert.ok(Problem.is(error, 'invalid_request', 'invalid_name'), String(error));
    for (const text of [error.message, ...(error.details.fields ?? []).map(({ message }) => message)]) {
      // What a name quotes is the caller's own.
      const ours = text.replace(/"[^"]*"/g, '""').replace(/ at \/\S*:/, '');
      assert.doesNotMatch(ours, FOREIGN_WORDS);
      assert.match(text, /\S/);
    }
    return true;
  }
}

describe('the error for an invalid request', () => {
  for (const [id, route] of Object.entries(ROUTES) as [string, Route][]) {
    const { body, query } = route;
    if (body !== undefined)
      it(`uses our own words: the body of ${id}`, () => {
        let refused = 0;
        fc.assert(
          fc.property(bodiesOf(body), value => {
            if (assertOurWords(() => parseStrictly(body, value, 'The body'))) refused++;
          }),
          { numRuns: runs(2000, 200) },
        );
        assert.ok(refused > 20, `${refused} were refused`);
      });
    if (query !== undefined)
      it(`uses our own words: the query of ${id}`, () => {
        const name = fc.constantFrom(...Object.keys(query.shape), 'unknown');
        const value = fc.oneof(
          fc.constantFrom('', '1e2', '0x1', '-1', '9'.repeat(40), '0', 'true', 'X', ' ', '2026', 'a@b'),
          fc.string({ maxLength: 300, unit: plainUnit }),
        );
        fc.assert(
          fc.property(fc.array(fc.tuple(name, value), { maxLength: 4 }), pairs => {
            assertOurWords(() => parseQuery(query, new URLSearchParams(pairs).toString()));
          }),
          { numRuns: runs(2000, 200) },
        );
      });
  }

  const refused = async (text: string): Promise<string> => {
    const request = new Request('http://x/', {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/json' },
    });
    try {
      bodyValue(
        await readBytes(askedByFetch(request), { limit: 2 ** 20, take: () => {} }, async () => {}),
        ROUTES.promote.body,
      );
    } catch (error) {
      assert.ok(Problem.is(error, 'invalid_request'));
      return error.message;
    }
    throw new Error('It was not refused.');
  };

  for (const [text, told] of [
    ['{"reason": "a\nb"}', 'Line 1, column 12: The text that begins here has no closing quote on its line.'],
    ['{"reason": "a\u0001b"}', 'This text contains a control character.'],
    ['{\n  "reason": ok\n}', 'Line 2, column 13: Text and names need double quotes'],
    ["{'reason': 1}", 'Line 1, column 2: Text and names need double quotes'],
    ['{"a": 1,}', 'Line 1, column 9: Remove the comma before this "}".'],
    ['{"a" 1}', 'Line 1, column 6: A colon is missing'],
    ['{"a": 1 "b": 2}', 'Line 1, column 9: A comma is missing before this.'],
    ['{"a": "x', 'Line 1, column 7: The text that begins here has no closing quote'],
    ['{"a": 1', 'The closing "}" is missing.'],
    ['{} {}', 'Line 1, column 4: It must end before this.'],
    ['{"a": NaN}', 'Line 1, column 7: JSON has no such number.'],
    ['{"a": -Infinity}', 'Line 1, column 7: JSON has no such number.'],
    ['{"a": True}', 'Line 1, column 7: JSON writes true and false in lower case.'],
    ['{"a": None}', 'Line 1, column 7: JSON writes null for no value.'],
    ['{"a": Nancy}', 'Line 1, column 7: Text and names need double quotes'],
    ['// no\n{}', 'Line 1, column 1: Comments are not allowed.'],
    [' ', 'Line 1, column 1: A value is missing here.'],
    ['{"a": "\\x"}', 'This text contains an invalid escape.'],
    [`${'['.repeat(100_000)}`, 'Check its quotes, commas and brackets.'],
  ] as const)
    it(`points to the place: ${JSON.stringify(text.slice(0, 30))}`, async () => {
      const message = await refused(text);
      assert.ok(message.startsWith('The body is not valid JSON. '), message);
      assert.ok(message.includes(told), message);
      assert.doesNotMatch(message, FOREIGN_WORDS);
    });

  it('has a place inside the text when JSON cannot be parsed, and only then', () => {
    const json = fc.json({ maxDepth: 3 });
    const broken = fc
      .tuple(json, fc.nat(), fc.nat(4), fc.string({ maxLength: 3 }))
      .map(([text, at, gone, put]) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + put + text.slice(start + gone);
      });
    fc.assert(
      fc.property(fc.oneof(json, broken), text => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        const fault = jsonFault(text);
        if (isJson) return assert.equal(fault, undefined);
        if (fault === undefined) return;
        assert.doesNotMatch(fault.message, FOREIGN_WORDS);
        const line = text.split(/\r\n|\r|\n/)[fault.line - 1];
        assert.ok(line !== undefined && fault.column >= 1 && fault.column <= line.length + 1);
      }),
      { numRuns: runs(10_000, 1000) },
    );
  });
});
