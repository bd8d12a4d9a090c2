/** Each wrong form: what publishing and rendering refuse it with, and the same finding in the editor. */
import assert from 'node:assert/strict';
import { checkTemplate } from '../../../src/core/check/check-template.ts';
import { linkPartials } from '../../../src/core/link.ts';
import { parsePromptName } from '../../../src/core/name.ts';
import { Problem } from '../../../src/core/problem.ts';
import { render } from '../../../src/core/render.ts';
import { diagnose } from '../../../src/language/features/diagnostics/diagnose.ts';
import { severityOf } from '../../../src/language/results/finding.ts';
import { aLibrary, promptOf } from '../../language/a-library.ts';
import { inDeadBranch, UNRENDERABLE } from './unrenderable.ts';

const NAME = parsePromptName('it');
const FRONT = '---\nmodel: a\n---\n';
/** Words of Handlebars, yaml and the engine. */
const THEIRS =
  /Expecting|doesn't match|Parse error|Lexical|Invalid path|Unexpected token|\[object|undefined is/;

async function refusal(source: string): Promise<Problem> {
  try {
    const partials = await linkPartials(NAME, source, async () => undefined);
    await render({ source, partials, input: {}, label: 'it' });
  } catch (error) {
    if (Problem.is(error)) return error;
    throw error;
  }
  throw new Error(`${source} was rendered.`);
}

describe('a template that no input renders', () => {
  const rows = [...UNRENDERABLE, ...UNRENDERABLE.flatMap(each => inDeadBranch(each) ?? [])];
  for (const { template, code, line, column, says } of rows)
    it(`is refused, and marked in the editor: ${JSON.stringify(template)}`, async () => {
      const source = FRONT + template;
      const problem = await refusal(source);
      assert.equal(problem.code, 'invalid_source');
      const [issue] = problem.details.issues ?? [];
      assert.deepEqual([issue?.code, issue?.line, issue?.column], [code, line + 3, column]);
      assert.match(issue?.message ?? '', says);
      // A line is that of the file, and these are all in one.
      const [, named = line + 3] = /\bline (\d+)/.exec(issue?.message ?? '') ?? [];
      assert.equal(Number(named), line + 3);
      assert.doesNotMatch(issue?.message ?? '', THEIRS);
      const library = aLibrary({ it: source });
      const errors = diagnose(promptOf(library, 'it'), library).filter(
        finding => severityOf(finding) === 'error',
      );
      const [shown] = errors;
      const before = source.slice(0, shown?.span.start).split(/\r\n|\r|\n/);
      assert.deepEqual(
        [shown?.code, before.length, (before.at(-1)?.length ?? 0) + 1, shown?.message],
        [code, line + 3, column, issue?.message],
        JSON.stringify(errors),
      );
    });

  it('is not reported for a line separator in the text before its tags', () => {
    const tags = '{{user.name}} {{json x}} {{#each items as |item|}}{{item}}{{/each}}{{role "user"}} {{a}}';
    for (const before of ['\n\u2028', '\r\n\u2029', 'a\nb \u2028c\u2028'])
      assert.deepEqual(checkTemplate(before + tags), [], JSON.stringify(before));
  });

  it('gets one error for a syntax error, and none that follow from it', () => {
    for (const body of [
      '{{name Hello there, {{friend}}',
      '{{#each items}}{{title}}',
      '{{#each items[0].list}}{{title}}{{/each}}{{also}}',
      '{{#if a >= 1}}{{#each b}}{{c}}{{/each}}{{/if}}',
      '{{"a": {"b": c}}}',
      '{{"a": b, "c": d}}',
      '{{ if .Ready }}x{{ end }}',
      '{{range items}}{{.}}{{end}}',
      '{{#if a and b}}{{this}}{{json ../a}}{{/if}}',
    ]) {
      const text = `---\ninput:\n  schema:\n    also: string\n    end?: string\n---\n${body}`;
      const library = aLibrary({ it: text });
      const findings = diagnose(promptOf(library, 'it'), library).filter(
        ({ code }) => code !== 'unused-variable',
      );
      assert.equal(findings.length, 1, `${body} ${JSON.stringify(findings)}`);
    }
  });

  it('is not reported where the same words are correct', () => {
    for (const template of [
      '{{[a:]}}{{[1]}}{{[a, b]}}{{user.[a "b"]}}{{json a:b}}{{x.[:a]}}',
      '{{[else]}}{{[ELSE]}}{{#[else]}}{{/[else]}}{{[first name]}}{{this.[a b]}}{{a-b}}{{this.if}}',
      '\\{{"a": "b"}}{ {"a": "b"} }',
      '{{[l’ami]}}{{json "“"}}{{می\u200cخواهم}}{{❤️}}{{end}}{{endless}}',
      '{{#each xs as |json|}}{{json}}{{/each}}',
      '{{#with a as |b|}}{{b.c}}{{else}}x{{/with}}',
      '{{#*inline "p"}}{{> @partial-block}}{{/inline}}{{#> p}}x{{/p}}',
      '{{#> @partial-block}}instead{{/@partial-block}}',
      '{{role (lookup roles 0)}}{{role who}}',
      '{% if x %}{{ name }}{% endif %}',
      '{{json 1000}}{{json -1.5}}{{json 9007199254740991}}{{json "007"}}{{json [007]}}{{json x.1e3}}{{2nd}}{{json 4o}}',
      '{{#*inline "a"}}{{#each b}}{{> a}}{{/each}}{{/inline}}{{> a}}{{#*inline "c"}}{{> c}}{{/inline}}',
      '{{json this}}{{#each a}}{{this}}{{json ../b}}{{/each}}{{#with a}}{{this}}{{/with}}{{#a}}{{.}}{{/a}}',
      '{{@index}}{{@foo.bar}}{{../a}}{{./if}}{{#@root}}{{a}}{{/@root}}',
    ]) {
      const library = aLibrary({ it: template });
      const errors = diagnose(promptOf(library, 'it'), library).filter(each => severityOf(each) === 'error');
      assert.deepEqual(errors, [], template);
    }
  });
});
