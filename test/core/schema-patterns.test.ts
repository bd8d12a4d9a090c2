/** Patterns that cannot be run are refused before publishing, in the editor with the same sentence at the same place. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { readMetadata, render } from '../../src/core/render.ts';
import { patternsIn } from '../../src/core/schema/check-patterns.ts';
import { loadPatterns } from '../../src/core/schema/patterns.ts';
import { diagnose } from '../../src/language/features/diagnostics/diagnose.ts';
import { severityOf } from '../../src/language/results/finding.ts';
import { prepareSource } from '../../src/registry/prompts/prepare-source.ts';
import { aLibrary, promptOf } from '../language/a-library.ts';
import { runs } from '../runs.ts';

const NAME = parsePromptName('it');
const ofPattern = (pattern: string): object => ({
  type: 'object',
  properties: { a: { type: 'string', pattern } },
});
const sourceOf = (schema: object): string => `---\ninput:\n  schema: ${JSON.stringify(schema)}\n---\n{{a}}`;

interface Refusal {
  readonly code: string | undefined;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

function refusalOf(problem: Problem): Refusal {
  const [{ code, line, column, message } = assert.fail('no issue')] = problem.details.issues ?? [];
  return { code, line, column, message };
}

async function thrown(work: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (Problem.is(error, 'invalid_source')) return refusalOf(error);
    throw error;
  }
}

/** What publishing, describing, rendering and the editor say of a source, which must be one thing. */
async function refusal(source: string): Promise<Refusal | undefined> {
  const { schemaFlaw } = await prepareSource(NAME, source);
  const published = schemaFlaw && refusalOf(schemaFlaw);
  assert.deepEqual(await thrown(readMetadata(source, 'it')), published);
  assert.deepEqual(
    await thrown(render({ source, input: { a: 'x', pattern: 'x' }, partials: new Map(), label: 'it' })),
    published,
  );
  const library = aLibrary({ it: source });
  const errors = diagnose(promptOf(library, 'it'), library, { compilePattern: await loadPatterns() })
    .filter(finding => severityOf(finding) === 'error')
    .map(({ code, span, message }) => {
      const before = source.slice(0, span.start).split('\n');
      return { code, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message };
    });
  assert.deepEqual(errors, published === undefined ? [] : [published]);
  return published;
}

describe('an input pattern that RE2 does not support', () => {
  for (const [pattern, says] of [
    ['^(?=.*\\d).+$', /looks ahead or behind/],
    ['a(?!b)', /looks ahead or behind/],
    ['(?<=a)b', /looks ahead or behind/],
    ['(?<!a)b', /looks ahead or behind/],
    ['(a)\\1', /refers back/],
    ['(?<x>a)\\k<x>', /refers back/],
    ['a{1001}', /more than 1,000 times/],
    ['(a{100}){100}', /more than 1,000 times/],
    ['a'.repeat(1001), /at most 1,000 characters/],
    ['[a', /cannot run this regular expression/],
    ['(', /cannot run this regular expression/],
    ['*', /cannot run this regular expression/],
    ['\\p{Nowhere}', /cannot run this regular expression/],
    ['x\\', /cannot run this regular expression/],
  ] as const)
    it(`is refused when publishing: ${pattern.slice(0, 20)}`, async () => {
      const source = sourceOf(ofPattern(pattern));
      const found = await refusal(source);
      assert.equal(found?.code, 'schema-pattern');
      assert.match(found.message, says);
      const at = source.split('\n')[found.line - 1]?.slice(found.column - 1);
      assert.ok(at?.startsWith(JSON.stringify(pattern)), at);
    });

  it('is found anywhere in a schema, and only there', async () => {
    const wrong = '(a)\\1';
    const of = { type: 'string', pattern: wrong };
    for (const part of [
      { patternProperties: { [wrong]: {} } },
      { patternProperties: { a: of } },
      { additionalProperties: of },
      { propertyNames: { pattern: wrong } },
      { properties: { a: { type: 'array', items: of } } },
      { properties: { a: { prefixItems: [{}, of] } } },
      { properties: { a: { items: [of] } } },
      { properties: { a: { contains: of } } },
      { properties: { a: { allOf: [{}, { anyOf: [{ oneOf: [{ not: of }] }] }] } } },
      { properties: { a: { if: of } } },
      { properties: { a: { else: of } } },
      { properties: { pattern: of } },
      { dependentSchemas: { a: of } },
      { dependencies: { a: of } },
      { $defs: { b: of } },
      { definitions: { b: of }, properties: { a: { $ref: '#/definitions/b' } } },
      { else: {}, 'x-own': { 'a/b': of }, properties: { a: { $ref: '#/x-own/a~1b' } } },
    ])
      assert.equal(
        (await refusal(sourceOf({ type: 'object', ...part })))?.code,
        'schema-pattern',
        JSON.stringify(part),
      );
    for (const part of [
      { properties: { pattern: { type: 'string' } } },
      { properties: { a: { enum: [of] } } },
      { properties: { a: { const: of, default: of, examples: [of] } } },
      { properties: { a: { pattern: 5 } } },
      { properties: { a: { format: 'regex', description: wrong } } },
      { properties: { a: { $ref: 'Order' }, b: { $ref: 'other.json#/nowhere' } } },
      { 'x-own': of },
    ])
      assert.equal(await refusal(sourceOf({ type: 'object', ...part })), undefined, JSON.stringify(part));
  });

  it('is refused like a circular reference', async () => {
    for (const part of [
      { $ref: '#' },
      { allOf: [{ $ref: '#' }] },
      { anyOf: [{ not: { if: { $ref: '#' } } }] },
      { properties: { a: { $ref: '#/properties/a' } } },
      { properties: { a: { $ref: '#/properties/b' }, b: { $ref: '#/properties/a' } } },
      { $defs: { a: { allOf: [{ $ref: '#/$defs/b' }] }, b: { else: { $ref: '#/$defs/a' } } } },
      { dependentSchemas: { a: { $ref: '#' } } },
      { $anchor: 'whole', anyOf: [{ $ref: '#whole' }] },
      { $id: '#whole', anyOf: [{ $ref: '#whole' }] },
    ]) {
      const source = sourceOf({ type: 'object', ...part });
      const found = await refusal(source);
      assert.equal(found?.code, 'schema-reference', JSON.stringify(part));
      const at = source.split('\n')[found.line - 1]?.slice(found.column - 1);
      assert.ok(at?.startsWith('"#'), at);
    }
    for (const part of [
      { properties: { a: { $ref: '#' } } },
      { properties: { a: { items: { $ref: '#/properties/a' } } } },
      { $defs: { a: {}, b: { allOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }] } } },
      { properties: { a: { $ref: 'Order' }, b: { $ref: 'other.json#/nowhere' } } },
    ])
      assert.equal(await refusal(sourceOf({ type: 'object', ...part })), undefined, JSON.stringify(part));
  });

  it('is refused like a reference to no schema', async () => {
    for (const part of [
      { properties: { a: { $ref: '#/nowhere' } } },
      { properties: { a: { items: { $ref: '#nowhere' } } } },
      { properties: { a: { $ref: '#/$defs/b/' } }, $defs: { b: {} } },
      { properties: { a: { $ref: '#/$defs/b/type' } }, $defs: { b: { type: 'string' } } },
      { properties: { a: { $ref: '#/$defs/toString' } }, $defs: {} },
      { properties: { a: { $ref: '#/$defs/b' } }, $defs: { b: null } },
      { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/c' } } },
    ]) {
      const source = sourceOf({ type: 'object', ...part });
      const found = await refusal(source);
      assert.equal(found?.code, 'schema-reference', JSON.stringify(part));
      assert.match(
        found.message,
        /^This reference leads to no schema of the file: add "#.+", or correct it\.$/,
      );
      const at = source.split('\n')[found.line - 1]?.slice(found.column - 1);
      assert.ok(at?.startsWith('"#'), at);
    }
    for (const part of [
      { properties: { a: { $ref: '#/$defs/b' } }, $defs: { b: true } },
      { properties: { a: { $ref: '#/$defs/a%20~1b' } }, $defs: { 'a /b': {} } },
      { properties: { a: { $ref: '#b' } }, $defs: { b: { $anchor: 'b' } } },
      { properties: { a: { $ref: '#b' } }, $defs: { b: { $id: '#b' } } },
      { properties: { a: { enum: [{ $ref: '#/nowhere' }] }, $ref: { type: 'string' } } },
    ])
      assert.equal(await refusal(sourceOf({ type: 'object', ...part })), undefined, JSON.stringify(part));
  });

  it('is accepted in an output schema, and as a description in Picoschema', async () => {
    const output = `---\noutput:\n  schema: ${JSON.stringify(ofPattern('(a)\\1'))}\n---\nx`;
    assert.equal(await refusal(output), undefined);
    assert.equal(await refusal('---\ninput:\n  schema:\n    pattern: string, (a)\\1\n---\nx'), undefined);
  });

  it('is refused when publishing whenever a rendering would refuse it', async () => {
    const compile = await loadPatterns();
    const piece = fc.constantFrom(
      ...[
        'a',
        '.',
        '\\d',
        '[a-z]',
        '[^a]',
        '(?:a|b)',
        '(a)',
        '(?=a)',
        '(?<n>a)',
        '\\1',
        '\\k<n>',
        '\\b',
        '^',
        '$',
      ],
      ...[
        '*',
        '+?',
        '{2}',
        '{0,1001}',
        '\\p{L}',
        '\\p{Emoji}',
        '\\u0041',
        '\\x41',
        '[',
        ')',
        '\\\\',
        '\\\\k',
        '😀',
      ],
    );
    const pattern = fc.array(piece, { maxLength: 5 }).map(pieces => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(pattern, async pattern => {
        const source = sourceOf(ofPattern(pattern));
        if ((await refusal(source)) !== undefined) {
          assert.equal(compile(pattern), undefined);
          return;
        }
        const strict = { source, input: { a: 'x' }, partials: new Map(), label: 'it', strict: true };
        try {
          await render(strict);
        } catch (error) {
          assert.ok(Problem.is(error, 'invalid_input'), String(error));
        }
      }),
      { numRuns: runs(2_000, 100) },
    );
  });

  it('has the meaning it has in ECMAScript otherwise', async () => {
    const compile = await loadPatterns();
    const piece = fc.constantFrom(
      ...[
        'a',
        '.',
        '\\d',
        '\\s',
        '\\S',
        '\\w',
        '[a-z]',
        '[\\s_]',
        '[^\\s]',
        '[.]',
        '[^.]',
        '\\.',
        '\\\\',
        '[\\]s]',
      ],
      ...[
        '(?:a|b)',
        '(?<n>a)',
        '\\b',
        '^',
        '$',
        '*',
        '+?',
        '{2}',
        '|',
        '\\p{L}',
        '\\u0041',
        '[😀]',
        '[^]',
        '\\/',
      ],
    );
    const patterns = fc.array(piece, { minLength: 1, maxLength: 4 }).map(pieces => pieces.join(''));
    const character = fc.constantFrom(...'ab_1 .-/\n\r\v\u00a0\u2028\u3000\ufeffé٣\\', '😀');
    const texts = fc.array(character, { maxLength: 4 }).map(characters => characters.join(''));
    let compared = 0;
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        let theirs: RegExp;
        try {
          theirs = new RegExp(pattern, 'u');
        } catch {
          return; // no pattern of ECMAScript
        }
        const ours = compile(pattern);
        if (ours === undefined) return;
        compared += 1;
        assert.equal(ours.test(text), theirs.test(text));
      }),
      { numRuns: runs(20_000, 1_000) },
    );
    assert.ok(compared > 500, `only ${compared} were compared`);
  });

  it('is found in linear time, even in circular or shared schemas', () => {
    const shared: Record<string, unknown> = { pattern: 'a' };
    shared['not'] = shared;
    assert.equal(patternsIn({ allOf: Array.from({ length: 1000 }, () => shared) }).length, 1);
  });
});
