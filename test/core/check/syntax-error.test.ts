import assert from 'node:assert/strict';
import { patience } from '../../../scripts/host/patience.ts';
import { parseSource } from '../../../src/core/source.ts';
import { sourceIssues } from '../../../src/core/template.ts';

const issuesOf = (source: string) => sourceIssues(source, parseSource(source));

describe('a syntax error', () => {
  const rows: [template: string, line: number, column: number, sentence: RegExp][] = [
    ['First: {{items.0}}', 1, 16, /write "items\.\[0\]"/],
    ['{"a":{{name}}}', 1, 12, /space between "\}\}" and "\}"/],
    ['{{{a}}', 1, 5, /closed by three braces/],
    [
      'a\n{{#if a}}x{{/each}}',
      2,
      11,
      /"\{\{\/each\}\}" cannot close .*"\{\{#if\}\}" .*line 2: write "\{\{\/if\}\}"/,
    ],
    ['{{#if a}}\n{{#each b}}x{{/if}}', 2, 13, /"\{\{#each\}\}" .*line 2: add "\{\{\/each\}\}" before this/],
    ['{{^a}}x{{/b}}', 1, 8, /"\{\{\^a\}\}"/],
    ['{{#> p}}x{{/q}}', 1, 10, /"\{\{#> p\}\}" .*write "\{\{\/p\}\}"/],
    ['{{#*inline "a"}}x', 1, 1, /"\{\{#\*inline\}\}" is never closed: add "\{\{\/inline\}\}"/],
    ['{{#[a b]}}x{{/a b}}', 1, 12, /"\{\{\/a b\}\}" cannot close .*write "\{\{\/\[a b\]\}\}"/],
    ['{{#a.[0]}}x', 1, 1, /add "\{\{\/a\.\[0\]\}\}"/],
    ['{{#if c}}{{#> (lookup a b)}}x{{/p}}{{/if}}', 1, 10, /must be named, not computed/],
    ['{{#if a}}x{{ /if}}', 1, 14, /"\/" belongs right after the two braces/],
    ['{{ > p}}', 1, 4, /">" belongs right after the two braces/],
    ['{{ #if a}}x{{/if}}', 1, 4, /"#" belongs right after the two braces/],
    ['{{{> p}}}', 1, 4, /">" belongs right after the two braces/],
    ['a {{{{/raw}}}}', 1, 3, /closes a raw block that was not opened/],
    ['{{{{#raw}}}}x{{{{/raw}}}}', 1, 5, /remove the "#"/],
    ['{{{{a}} b', 1, 6, /closed by four braces/],
    ['{{a ~ }}', 1, 5, /"~" .*right beside the braces/],
    ['{{a ~ b}}', 1, 5, /no operators/],
    ['{{#each a as |b.c|}}x{{/each}}', 1, 16, /Between the bars are plain names/],
    ['{{#each a as |[b c]|}}x{{/each}}', 1, 20, /Between the bars are plain names/],
    ['{{#each a as |@b|}}x{{/each}}', 1, 15, /Between the bars are plain names/],
    ['{{#each a as |b, c|}}x{{/each}}', 1, 15, /remove the comma/],
    ['{{#each a as |b| c}}x{{/each}}', 1, 18, /Nothing follows the names/],
    ['{{#if a}}x{{/if}', 1, 16, /closed by two braces/],
    ['{{#if a}}x', 1, 1, /never closed: add "\{\{\/if\}\}"/],
    ['x{{/if}}', 1, 2, /closes a block that was not opened/],
    ['{{else}}', 1, 1, /only allowed inside a block/],
    ['{{if .A}}x{{else}}y{{end}}', 1, 1, /Go template syntax/],
    ['{{ if a }}x{{ else }}y{{ endif }}', 1, 1, /begins with "#"/],
    ['{{#if a}}x{{#else}}y{{/if}}', 1, 11, /Write \{\{else\}\}/],
    ['{{#if a}}x{{^else}}y{{/if}}', 1, 11, /Write \{\{else\}\}/],
    ['{{#if a}}x{{/else}}y{{/if}}', 1, 11, /Write \{\{else\}\}/],
    ['{{#if a}}x{{#endif}}', 1, 11, /write "\{\{\/if\}\}"/],
    ['{{#if a}}{{else}}{{else}}{{/if}}', 1, 18, /already/],
    ['{{#if age >= 18}}x{{/if}}', 1, 11, /no operators/],
    ['{{a == b}}', 1, 5, /no operators/],
    ['{{a.this}}', 1, 3, /"a\.this" is not a valid path/],
    ['{{ }}', 1, 4, /The braces are empty/],
    ['{{{{raw}}}} x {{{{/rw}}}}', 1, 5, /write "\{\{\{\{\/raw\}\}\}\}"/],
    ['{{#*inline "p"}}x{{else}}y{{/inline}}', 1, 38, /no "\{\{else\}\}"/],
    ['a {{!-- x', 1, 3, /comment .*never closed/],
    ['a {{{{raw}}}} x', 1, 3, /raw block .*never closed/],
    ['a {{! x', 1, 3, /comment .*never closed: add "\}\}"/],
    ['{{#each a as |b}}x{{/each}}', 1, 16, /add "\|" before this/],
    ['{{#each a as ||}}x{{/each}}', 1, 15, /name is missing between the bars/],
    ['{{#each a as b}}x{{/each}}', 1, 4, /"as" between bars/],
    ['{{@}}', 1, 4, /missing after "@"/],
    ['{{a.[b}}', 1, 5, /bracket .*never closed/],
    ['{{a', 1, 1, /never closed: add "\}\}"/],
  ];
  for (const [template, line, column, sentence] of rows)
    it(`in ${JSON.stringify(template)} is reported once, in our words, at its place`, () => {
      const issues = issuesOf(template);
      assert.deepEqual(
        issues.map(issue => [issue.line, issue.column]),
        [[line, column]],
      );
      const [{ message = '' } = {}] = issues;
      assert.match(message, sentence);
      assert.doesNotMatch(message, /Expecting|doesn't match|Parse error|Lexical|Invalid path/);
    });

  it('is explained in linear time', function () {
    this.timeout(patience(20_000));
    for (const template of [
      `{{${'a'.repeat(200)}!{{x}}}}`,
      `{{${'a '.repeat(200)}"{{x}} }}`,
      `{{range ${'$a '.repeat(150)}, .x}}`,
      `${'{{if '.repeat(2_000)}{{else}}`,
      `{{x:${'>'.repeat(400)}|}}`,
      `{{#a}}{{/b${' '.repeat(500_000)}c}}`,
    ])
      assert.equal(issuesOf(template).length, 1, template.slice(0, 20));
  });

  it('is found in bracketed names in linear time', function () {
    this.timeout(patience(20_000));
    for (const template of [`{{[1${','.repeat(500_000)}].x}}`, `{{[${'.["a'.repeat(200_000)}]}}`])
      assert.deepEqual(issuesOf(template), [], template.slice(0, 20));
  });

  it('is not reported where the same tokens are correct', () => {
    for (const template of [
      '{{#a.[b c]}}{{/a.[b c]}}',
      '{{#[a b]}}{{/[a b]}}',
      '{{#each xs}}{{^}}{{/each}}',
      '{{#@a}}{{/@a}}',
    ])
      assert.deepEqual(issuesOf(template), []);
  });
});
