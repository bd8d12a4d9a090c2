/** All that is wrong in the schemas of front matter, found at once: where publishing refuses it and where the editor shows it. */
import assert from 'node:assert/strict';
import { Problem } from '../../src/core/problem.ts';
import { readMetadata } from '../../src/core/render.ts';
import { diagnose } from '../../src/language/diagnostics/diagnose.ts';
import { severityOf } from '../../src/language/finding.ts';
import { aLibrary, promptOf } from '../language/a-library.ts';

/** Publishing's refusals, as `line:column code`. */
async function refusals(source: string): Promise<readonly string[]> {
  try {
    await readMetadata(source, 'it');
    return [];
  } catch (error) {
    assert.ok(Problem.is(error, 'invalid_source'), String(error));
    return (error.details.issues ?? []).map(({ code, line, column }) => `${line}:${column} ${code}`);
  }
}

/** The editor's errors, in the same form. */
function shown(source: string): readonly string[] {
  const library = aLibrary({ it: source });
  return diagnose(promptOf(library, 'it'), library)
    .filter(finding => severityOf(finding) === 'error')
    .map(({ code, span }) => {
      const before = source.slice(0, span.start).split('\n');
      return `${before.length}:${(before.at(-1)?.length ?? 0) + 1} ${code}`;
    });
}

const of = (frontMatter: string) => `---\n${frontMatter}\n---\nx`;

describe('faults of schemas', () => {
  for (const [what, frontMatter, expected] of [
    [
      'every reference to nowhere, of the output as well',
      'input: {schema: {type: object, properties: {a: {$ref: "#/a"}, b: {$ref: "#/b"}}}}\noutput: {schema: {type: object, properties: {c: {$ref: "#/c"}}}}',
      ['2:55 schema-reference', '2:73 schema-reference', '3:56 schema-reference'],
    ],
    [
      'a reference of the output that leads back to itself',
      'output: {schema: {type: object, allOf: [{$ref: "#"}]}}',
      ['2:48 schema-reference'],
    ],
    [
      'the input and the output, and every tool',
      'input: {schema: {a: strin}}\noutput: {schema: {b: strin}}\ntoolDefs:\n  - name: one\n    inputSchema: {c: strin}\n    outputSchema: {d(: string}\n  - name: two\n    inputSchema: {type: object, $ref: "#/e"}',
      ['2:21 picoschema', '3:22 picoschema', '6:22 picoschema', '7:20 picoschema', '9:39 schema-reference'],
    ],
    [
      'a "$ref" that Picoschema takes for a property',
      'input: {schema: {order: {$ref: Order}}}',
      ['2:26 picoschema'],
    ],
  ] as const)
    it(`are told of ${what}`, async () => {
      const source = of(frontMatter);
      assert.deepEqual(await refusals(source), expected);
      assert.deepEqual(shown(source), expected);
    });

  it('are none of names that only the application knows, nor of what was published before', async () => {
    for (const frontMatter of [
      'output: {schema: Order}\ntoolDefs: [{name: one, inputSchema: Order, outputSchema: {order: Order}}]',
      'toolDefs: [{name: one, inputSchema: {type: object, $ref: "other.json#/x"}}, text, 5, {inputSchema: null}]',
      'toolDefs: {name: one, inputSchema: 5}',
    ])
      assert.deepEqual([await refusals(of(frontMatter)), shown(of(frontMatter))], [[], []], frontMatter);
    const source = of(
      'toolDefs: [{name: one, inputSchema: {a: strin}}]\noutput: {schema: {type: object, $ref: "#/a"}}',
    );
    const { tools } = await readMetadata(source, 'it', { isPublished: true });
    assert.equal(tools?.length, 1);
  });
});
