/** Picoschema as Dotprompt has it: what is valid, and what it means. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { picoschema } from 'dotprompt';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { readMetadata } from '../../src/core/render.ts';
import { parseSource } from '../../src/core/source.ts';
import { positionAt } from '../../src/core/source-position.ts';
import { readFrontMatter } from '../../src/language/front-matter/front-matter.ts';
import { severityOf } from '../../src/language/results/finding.ts';
import { type ValueType, wordsOfType } from '../../src/language/types/value-type.ts';
import { prepareSource } from '../../src/registry/prompts/prepare-source.ts';
import { runs } from '../runs.ts';

describe('Picoschema', () => {
  describe('agrees with Dotprompt', () => {
    it('on validity: no findings when it accepts, and some when it refuses', async () => {
      let accepted = 0;
      let refused = 0;
      await fc.assert(
        fc.asyncProperty(fc.oneof(schemas, almostSchemas), async schema => {
          const text = sourceOf(schema);
          const { findings } = readFrontMatter(text);
          if (findings.some(({ code }) => code === 'front-matter-syntax')) return;
          const expected = await readByDotprompt(text);
          if (expected === 'refused') {
            refused += 1;
            assert.notDeepEqual(findings, []);
          } else if (findings.length === 0) accepted += 1;
        }),
        { numRuns: runs(4000, 800) },
      );
      assert.ok(
        accepted > runs(1000, 200) && refused > runs(300, 60),
        `${accepted} accepted, ${refused} refused`,
      );
    });
    it('like publishing: one message at one place for what it refuses, and no error otherwise', async () => {
      let refused = 0;
      const odd = fc.constantFrom(
        ...[
          'a: strng',
          'a: "a b"',
          'a: 5',
          'a:',
          'a: null',
          'a: true',
          'a: [x]',
          'a: "string , b"',
          'a: "Order , b"',
        ],
        ...[
          'a(list): x',
          'a(arry): x',
          '"a(lis\\u0074)": x',
          'a(): x',
          'a(enum): x',
          'a(enum): []',
          'a(enum):',
          'a(object): x',
        ],
        ...[
          'a: |\n  string\n  x',
          'a(array):',
          'a(array): strng',
          'a(string): x',
          '(*): 5',
          '{a: 5, b: [strng]}',
          '[a]',
          '""',
        ],
        ...[
          '&x {a: strng}',
          'a: &x strng\nb: *x',
          'a(array): {b: {c: 0}}',
          '5',
          'false',
          'array',
          '"Order , b"',
          "'strng'",
        ],
      );
      const texts = fc.oneof(
        odd,
        fc.oneof(schemas, almostSchemas).map(schema => stringify(schema)),
      );
      await fc.assert(
        fc.asyncProperty(texts, fc.constantFrom('input', 'output'), async (schema, of) => {
          const text = `---\n${of}:\n  schema:\n${schema.replaceAll(/^/gm, '    ')}\n---\n`;
          const { flaw, schemaFlaw } = await prepareSource(parsePromptName('a'), text);
          const errors = readFrontMatter(text)
            .findings.filter(finding => severityOf(finding) === 'error')
            .map(({ code, span, message }) => {
              const { line, column } = positionAt(text, span.start);
              const end = positionAt(text, span.end);
              return { code, line, column, endLine: end.line, endColumn: end.column, message };
            });
          const [issue] = (flaw ?? schemaFlaw)?.details.issues ?? [];
          assert.equal(issue === undefined, errors.length === 0, JSON.stringify([text, issue, errors]));
          if (issue === undefined) return;
          refused += 1;
          assert.ok(
            errors.some(error => isDeepStrictEqual(error, issue)),
            JSON.stringify([text, issue, errors]),
          );
        }),
        { numRuns: runs(4000, 500) },
      );
      assert.ok(refused > 100, `${refused} refused`);
    });
    it('on meaning: the same names, required ones, types and descriptions', async () => {
      let compared = 0;
      await fc.assert(
        fc.asyncProperty(fc.oneof(schemas, almostSchemas), async schema => {
          const text = sourceOf(schema);
          const { variables, findings } = readFrontMatter(text);
          if (findings.length > 0) return;
          const expected = await readByDotprompt(text);
          if (expected === 'refused' || expected === null) return;
          compared += 1;
          const others = expected.additionalProperties;
          const type: ValueType = {
            kind: 'object',
            properties: variables,
            // Not among the facts: whether the names are all there may be is.
            others: typeof others === 'object' ? typeOf(others) : undefined,
          };
          assert.deepEqual(comparable(type), comparable(typeOf(expected)));
          const described = variables.filter(({ description }) => description?.includes('(') === false);
          for (const { name, description } of described)
            assert.equal(description, expected.properties?.[name]?.description);
        }),
        { numRuns: runs(4000, 800) },
      );
      assert.ok(compared > runs(1000, 200), `${compared} compared`);
    });
    it('with no findings for correct schemas', () => {
      fc.assert(
        fc.property(schemas, schema => {
          assert.deepEqual(readFrontMatter(sourceOf(schema)).findings, []);
        }),
        { numRuns: runs(1000, 250) },
      );
    });
  });

  describe('has positions', () => {
    const text =
      '---\ninput:\n  schema:\n    a?(array, what it is):\n      "b": string, what b is\n    c d: any\n  default: {e: 1}\n---\n';
    const { variables } = readFrontMatter(text);
    const [first, second, third] = variables;
    const at = (span: { start: number; end: number } | undefined) => span && text.slice(span.start, span.end);
    it('of names', () => {
      assert.deepEqual([at(first?.nameSpan), at(second?.nameSpan), at(third?.nameSpan)], ['a', 'c d', 'e']);
    });
    it('of whole declarations', () => {
      assert.equal(at(first?.span), 'a?(array, what it is):\n      "b": string, what b is');
      assert.equal(at(second?.span), 'c d: any');
    });
    it('of nested declarations', () => {
      const items = first?.type.kind === 'array' ? first.type.items : undefined;
      const inner = items?.kind === 'object' ? items.properties[0] : undefined;
      assert.equal(at(inner?.nameSpan), 'b');
      assert.equal(inner?.description, 'what b is');
    });
  });

  describe('is reported where it is invalid', () => {
    for (const [schema, place, message] of [
      ['a: strng', 'strng', /no type "strng". Did you mean "string"\?/],
      ['a: strng, long', 'strng', /Did you mean "string"/],
      ['a: "strng, long"', 'strng', /Did you mean "string"/],
      ['a: >-\n  strng,\n  long', '>-\n      strng,\n      long', /Did you mean "string"/],
      ['a: customer', 'customer', /no type "customer". Write one of/],
      ['a: String', 'String', /Did you mean "string"/],
      ['a: array', 'array', /in parentheses after the name: "name\(array\): …"/],
      ['a: "string , x"', 'string ', /without a space before the comma/],
      ['a: |\n  string, x', '|\n      string, x', /on one line/],
      ['a(arr): string', 'arr', /Unknown in parentheses: "arr"/],
      ['a(aray): string', 'aray', /Did you mean "array"/],
      ['a(string): x', 'string', /Write "string" after the colon: "a: string"/],
      ['a(array: string', 'a(array', /parenthesis is not closed/],
      ['a(array)?: string', 'a(array)?', /Write the "\?" before the parenthesis/],
      ['a(): string', '', /Unknown in parentheses/],
      ['a (array): string', 'a (array)', /Remove the space before or after the name: write "a\(array\)"/],
      ['a ?: string', 'a ?', /Remove the space before or after the name: write "a\?"/],
      ['(array): string', '(array)', /Write a name before the parenthesis/],
      ['"": string', '""', /name is missing/],
      ['a(enum): x', 'x', /A choice is a list/],
      ['a(enum): []', '[]', /at least one value/],
      ['a(enum):', 'a(enum)', /A choice is a list/],
      ['a(object): string', 'string', /Write the properties of an object on the lines below/],
      ['a: [x, y]', '[x, y]', /name\(enum\): \[a, b\]/],
      ['a: 5', '5', /not a type/],
      ['a:', 'a', /type is missing/],
      ['a: null', 'null', /"null" needs its quotes/],
      ['a: string\na?: number', 'a?', /declared a second time/],
      ['__proto__: string', '__proto__', /cannot be a name/],
      ['a:\n  b:\n    c: strng', 'strng', /Did you mean/],
      ['(*): strng', 'strng', /Did you mean/],
    ] as const)
      it(`in ${JSON.stringify(schema)}, which publishing refuses too`, async () => {
        const text = `---\ninput:\n  schema:\n${schema.replaceAll(/^/gm, '    ')}\n---\n`;
        const { findings } = readFrontMatter(text);
        assert.equal(findings.length, 1, JSON.stringify(findings));
        const [{ code, span, message: told } = assert.fail()] = findings;
        assert.equal(code, 'picoschema');
        assert.equal(text.slice(span.start, span.end), place);
        assert.match(told, message);
        await assert.rejects(readMetadata(text, 'a'), error => Problem.is(error, 'invalid_source'));
      });
    it('for a variable named "type" without a description, which turns it into JSON Schema', async () => {
      const text = '---\ninput:\n  schema:\n    type: string\n    message: string\n---\n';
      const [finding, ...others] = readFrontMatter(text).findings;
      assert.deepEqual([finding?.code, others], ['picoschema', []]);
      assert.match(finding?.message ?? '', /variable named "type"/);
      await assert.rejects(readMetadata(text, 'a'), /variable named "type"/);
    });
    for (const [schema, message] of [
      ['string', /The input is an object/],
      ['CustomerRecord', /The application defines the schema "CustomerRecord"/],
      ['order', /The application defines the schema "order"/],
      ['[a, b]', /A schema is a type/],
      ['5', /A schema is a type/],
      ['String', /Did you mean "string"/],
      ['""', /There is no type/],
      ['0', /A schema is a type/],
      ['false', /A schema is a type/],
    ] as const)
      it(`for a schema that is ${schema}`, () => {
        const { findings, declaresInput } = readFrontMatter(`---\ninput: {schema: ${schema}}\n---\n`);
        assert.equal(declaresInput, false);
        assert.equal(findings.length, 1);
        assert.match(findings[0]?.message ?? '', message);
      });
    it('and the rest is still parsed', () => {
      const { variables } = readFrontMatter(
        '---\ninput:\n  schema:\n    a: strng\n    b(array: string\n    c: number\n    d(array):\n      x: strng\n      y: string\n---\n',
      );
      assert.deepEqual(
        variables.map(({ name, type }) => `${name}: ${wordsOfType(type)}`),
        ['a: any', 'b: any', 'c: number', 'd: {x, y}[]'],
      );
    });
    it('in the output schema too, which may be of any type', () => {
      const findingsOf = (schema: string) =>
        readFrontMatter(`---\noutput:\n  schema: ${schema}\n---\n`).findings.map(({ code }) => code);
      assert.deepEqual(findingsOf('string, an answer'), []);
      assert.deepEqual(findingsOf('{type: array, items: {type: string}}'), []);
      assert.deepEqual(findingsOf('a b'), ['picoschema']);
      assert.deepEqual(findingsOf('Invoice'), ['named-schema']);
      assert.deepEqual(findingsOf('{lines(array): LineItem}'), ['named-schema']);
      assert.deepEqual(findingsOf('{a(enum): b}'), ['picoschema']);
    });
  });
});

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly description?: string;
}

async function readByDotprompt(text: string): Promise<JsonSchema | 'refused' | null> {
  const { input } = parseSource(text).frontMatter as { input?: { schema?: unknown } };
  try {
    return await picoschema(input?.schema);
  } catch {
    return 'refused';
  }
}

/** The JSON Schema that Dotprompt makes of Picoschema, read by itself. */
function typeOf(schema: JsonSchema): ValueType {
  if (schema.enum !== undefined) return { kind: 'enum', values: schema.enum };
  const type = typeof schema.type === 'object' ? schema.type[0] : schema.type;
  switch (type) {
    case undefined:
      return { kind: 'any' };
    case 'array':
      return { kind: 'array', items: typeOf(schema.items ?? {}) };
    case 'object': {
      const required = new Set(schema.required);
      const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => ({
        name,
        type: typeOf(property),
        optional: !required.has(name),
        nameSpan: undefined,
        span: undefined,
      }));
      const others =
        typeof schema.additionalProperties === 'object' ? typeOf(schema.additionalProperties) : undefined;
      return { kind: 'object', properties, others };
    }
    default:
      return { kind: type as 'string' };
  }
}

/** Without places and order, in which names that are numbers differ; `null` is in every optional enum. */
function comparable(type: ValueType): unknown {
  switch (type.kind) {
    case 'enum':
      return type.values.filter(value => value !== null);
    case 'array':
      return [comparable(type.items)];
    case 'object': {
      const properties = type.properties.map(({ name, optional, type }) => [
        name,
        { optional, type: comparable(type) },
      ]);
      return { properties: Object.fromEntries(properties), others: type.others && comparable(type.others) };
    }
    default:
      return type.kind;
  }
}

function sourceOf(schema: unknown): string {
  return `---\n${stringify({ input: { schema } }, { aliasDuplicateObjects: false })}---\nbody`;
}

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'message', 'type', 'customerName', 'x-y', 'größe', 'two words', '1', 'toString'),
  fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/),
);
const description = fc.constantFrom(
  '',
  ', what it is',
  ', a, b and c',
  ',no space',
  ',  spaces: two',
  ', 0 to 1 %',
);
const scalar = fc
  .tuple(fc.constantFrom('string', 'number', 'integer', 'boolean', 'null', 'any'), description)
  .map(parts => parts.join(''));
const values = fc.array(fc.oneof(fc.constantFrom('a', 'b', 'c d', 1, true, null), fc.string()), {
  minLength: 1,
  maxLength: 3,
});

/** What an author writes. The first key keeps it from being JSON Schema. */
const { property: anyType } = fc.letrec<{ property: unknown; object: unknown }>(tie => ({
  property: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('object')),
  object: fc
    .array(
      fc.oneof(
        fc.tuple(name, fc.constantFrom('', '?'), fc.constant(''), tie('property')),
        fc.tuple(
          name,
          fc.constantFrom('', '?'),
          fc.constantFrom('array', 'array', 'array, many'),
          tie('property'),
        ),
        fc.tuple(name, fc.constantFrom('', '?'), fc.constantFrom('object', 'object, one'), tie('object')),
        fc.tuple(name, fc.constantFrom('', '?'), fc.constantFrom('enum', 'enum,which'), values),
        fc.tuple(fc.constant(''), fc.constant(''), fc.constant('*'), scalar),
      ),
      { maxLength: 4 },
    )
    .map(parts => {
      const named = new Map(parts.map(part => [part[0], part]));
      return Object.fromEntries(
        [...named.values()].map(([name, optional, inside, type]) => [
          `${name}${optional}${inside && `(${inside})`}`,
          type,
        ]),
      );
    }),
}));
const isJsonSchema = (schema: Record<string, unknown>) => 'type' in schema || 'properties' in schema;
const schemas = anyType.filter(
  (schema): schema is Record<string, unknown> =>
    typeof schema === 'object' && schema !== null && !isJsonSchema(schema as Record<string, unknown>),
);

/** What somebody might write by mistake. */
const wrongKey = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'ab?(),* \n:arraynum'), maxLength: 12 }),
  fc.constantFrom(
    'a(array',
    'a(array)?',
    'a (enum)',
    '(*)?',
    'a((array))',
    'a(array, (x) y)',
    'a(array(x))',
    'a(',
    '?',
  ),
  fc.constantFrom(
    'type',
    'properties',
    'a(enum, x)',
    'a?(enum)',
    'a?(array)',
    'b(object)',
    '(*)',
    'constructor',
  ),
);
const wrongValue = fc.oneof(
  fc.constantFrom('strin', 'string ', ' string', 'string,\nx', 'x, string', 'object', 'array', '', ','),
  fc.constantFrom(null, true, 0, 5, [], ['a'], {}, ['string'], { type: 'string' }),
  fc.string({ maxLength: 8 }),
  scalar,
);
const almostSchemas = fc.oneof(
  fc
    .tuple(
      schemas,
      fc.array(fc.tuple(wrongKey, fc.oneof(wrongValue, anyType)), { minLength: 1, maxLength: 2 }),
    )
    .map(([schema, wrong]) => ({ ...schema, ...Object.fromEntries(wrong) })),
  wrongValue,
  fc.tuple(name, wrongValue).map(([key, value]) => ({ [key]: { nested: value, fine: 'string' } })),
);
