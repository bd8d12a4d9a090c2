/** All that is wrong in the schemas of front matter, found at once: where publishing refuses it and where the editor shows it. */
import assert from 'node:assert/strict';
import { linkPartials } from '../../src/core/link.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { readMetadata } from '../../src/core/render.ts';
import { diagnose } from '../../src/language/features/diagnostics/diagnose.ts';
import { severityOf } from '../../src/language/results/finding.ts';
import { prepareSource } from '../../src/registry/prompts/prepare-source.ts';
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

describe('schema errors', () => {
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
    it(`are reported for ${what}`, async () => {
      const source = of(frontMatter);
      assert.deepEqual(await refusals(source), expected);
      assert.deepEqual(shown(source), expected);
    });

  it('are reported with errors of the text, missing partials and YAML', async () => {
    const source = `---\ninput: {schema: {a: strin}}\n---\n{{upper x}}\n{{> nope}}\n{{json null}}`;
    const { flaw } = await prepareSource(parsePromptName('it'), source);
    const lines = (problem: Problem | undefined) => problem?.details.issues?.map(({ line }) => line);
    assert.deepEqual(lines(flaw), [2, 4, 6]);
    assert.match(flaw?.message ?? '', /^it:2:21: .* \(and 2 more\)$/);
    await assert.rejects(
      linkPartials(parsePromptName('it'), source, async () => undefined),
      (error: unknown) => Problem.is(error) && String(lines(error)) === '4,5,6',
    );
    const both = await prepareSource(parsePromptName('it'), '---\na: 1\na: 2\n---\n{{upper x}}');
    assert.deepEqual(lines(both.flaw), [3, 5]);
    const yaml = await prepareSource(
      parsePromptName('it'),
      '---\na: 007\ninput: {schema: {a: strin}}\n---\nx',
    );
    assert.deepEqual(
      yaml.flaw?.details.issues?.map(({ code }) => code),
      ['front-matter-syntax', 'picoschema'],
    );
  });

  it('are limited to the first by place', async () => {
    const properties = Array.from({ length: 150 }, (_, index) => `p${index}: {$ref: "#/a"}`).join(', ');
    const many = `{schema: {type: object, properties: {${properties}}}}`;
    for (const [first, second] of [
      ['input', 'output'],
      ['output', 'input'],
    ]) {
      const told = await refusals(of(`${first}: {schema: {$ref: "#/a", type: object}}\n${second}: ${many}`));
      assert.equal(told.length, 100);
      assert.match(told[0] ?? '', /^2:\d+ schema-reference$/);
    }
  });

  it('of a prompt come before those of its partials', async () => {
    const texts: Record<string, string> = { _p: '{{upper x}}' };
    await assert.rejects(
      linkPartials(parsePromptName('it'), '{{> p}}{{> nope}}', async name =>
        texts[name] === undefined ? undefined : { name, source: texts[name], id: name },
      ),
      (error: unknown) => Problem.is(error) && error.message.startsWith('it:1:12: The partial "nope"'),
    );
  });

  it('are not reported for names only the application knows, or for already published versions', async () => {
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
