/** Templates that no input renders, each with its first error: all surfaces must refuse them alike. */

export interface Unrenderable {
  readonly template: string;
  readonly code: string;
  readonly line: number;
  readonly column: number;
  readonly says: RegExp;
}

const row = (template: string, code: string, line: number, column: number, says: RegExp): Unrenderable => ({
  template,
  code,
  line,
  column,
  says,
});

export const UNRENDERABLE: readonly Unrenderable[] = [
  row('Hi {{first name}}', 'unknown-helper', 1, 6, /no helper "first".*\{\{\[first name\]\}\}/),
  row('{{upper who}}', 'unknown-helper', 1, 3, /no helper "upper"/),
  row('{{jsno a}}', 'unknown-helper', 1, 3, /Did you mean "json"/),
  row('{{#shout a}}x{{/shout}}', 'unknown-helper', 1, 4, /no helper "shout"/),
  row('{{json (shout a)}}', 'unknown-helper', 1, 9, /no helper "shout"/),
  row('{{#if (a)}}x{{/if}}', 'unknown-helper', 1, 8, /remove the parentheses/),
  row('{{#each xs as |x|}}{{x y}}{{/each}}', 'unknown-helper', 1, 22, /variables take no arguments/),
  row('{{json.foo a}}', 'unknown-helper', 1, 3, /variables take no arguments/),
  row('{{@json a}}', 'unknown-helper', 1, 3, /variables take no arguments/),
  row('{{helperMissing}}', 'unknown-helper', 1, 3, /internal to Handlebars/),
  row('{{#blockHelperMissing a}}x{{/blockHelperMissing}}', 'unknown-helper', 1, 4, /internal/),
  row('{{#if}}x{{/if}}', 'wrong-arguments', 1, 4, /takes one argument, not none/),
  row('{{#if a b}}x{{/if}}', 'wrong-arguments', 1, 4, /takes one argument, not 2/),
  row('{{#unless}}x{{/unless}}', 'wrong-arguments', 1, 4, /takes one argument/),
  row('{{#each}}x{{/each}}', 'wrong-arguments', 1, 4, /takes one argument/),
  row('{{#with a b}}x{{/with}}', 'wrong-arguments', 1, 4, /takes one argument/),
  row('{{#ifEquals a}}x{{/ifEquals}}', 'wrong-arguments', 1, 4, /takes two arguments, not 1/),
  row('{{#unlessEquals a b c}}x{{/unlessEquals}}', 'wrong-arguments', 1, 4, /takes two arguments, not 3/),
  row('{{lookup xs}}', 'wrong-arguments', 1, 3, /takes two arguments/),
  row('{{json}}', 'wrong-arguments', 1, 3, /takes one argument/),
  row('{{json null}}', 'wrong-arguments', 1, 8, /nothing here to write/),
  row('{{history a}}', 'wrong-arguments', 1, 3, /takes no arguments/),
  row('{{section}}', 'wrong-arguments', 1, 3, /takes one argument/),
  row('{{section ""}}', 'wrong-arguments', 1, 11, /needs a name/),
  row('{{media}}', 'wrong-arguments', 1, 3, /needs "url="/),
  row('{{media url=""}}', 'wrong-arguments', 1, 13, /no address/),
  row('{{if a}}', 'wrong-arguments', 1, 3, /block helper: write "\{\{#if/),
  row('{{log (if a)}}', 'wrong-arguments', 1, 8, /block helper/),
  row('{{#json a}}x{{/json}}', 'wrong-arguments', 1, 4, /not a block helper/),
  row('{{#role "user"}}x{{/role}}', 'wrong-arguments', 1, 4, /not a block helper/),
  row('{{json (history)}}', 'wrong-arguments', 1, 9, /cannot be an argument/),
  row('{{#if a as |b|}}x{{/if}}', 'wrong-arguments', 1, 13, /names nothing for its body/),
  row('{{#xs as |x|}}x{{/xs}}', 'wrong-arguments', 1, 11, /names nothing for its body/),
  row('{{^each xs as |x|}}a{{/each}}', 'wrong-arguments', 1, 16, /where there is no item/),
  row('{{#*inline "p"}}x{{/inline}}{{> p a o}}', 'wrong-arguments', 1, 37, /one argument, its context/),
  row('{{#*inline p}}x{{/inline}}', 'wrong-arguments', 1, 5, /needs a name in quotes/),
  row('{{#*inline "p" "q"}}x{{/inline}}', 'wrong-arguments', 1, 16, /has one name/),
  row('{{* deco}}', 'unknown-decorator', 1, 5, /no decorator "deco"/),
  row('{{* inline "p"}}', 'unknown-decorator', 1, 5, /has a body/),
  row('{{#* deco}}x{{/deco}}', 'unknown-decorator', 1, 6, /no decorator "deco"/),
  row('{{role}}', 'wrong-arguments', 1, 3, /\{\{role "system"\}\}/),
  row('{{role "System"}}You are kind.', 'unknown-role', 1, 8, /Did you mean "system"/),
  row('{{role "assistant"}}Hi', 'unknown-role', 1, 8, /Did you mean "model"/),
  row('{{role 5}}', 'unknown-role', 1, 8, /"5" is not a role/),
  row('{"key": "{{x}}", "set": {{"a": "b"}} }', 'literal-path', 1, 27, /"\\\{\{" or "\{ \{"/),
  row('{{"a": 1}}', 'literal-path', 1, 3, /This is JSON/),
  row('{{"a"}}', 'literal-path', 1, 3, /\{\{\[a\]\}\}/),
  row('{{5}}', 'literal-path', 1, 3, /"5" as the name of a variable/),
  row('{{#"a b"}}x{{/"a b"}}', 'literal-path', 1, 4, /\{\{\[a b\]\}\}/),
  row('{"set": {{"a": "b"}}}', 'foreign-syntax', 1, 19, /This is JSON/),
  row('{{key: value}}', 'foreign-syntax', 1, 3, /This is JSON/),
  row('{{#if age >= 18}}x{{/if}}', 'foreign-syntax', 1, 11, /no operators/),
  row('{{#if a && b}}x{{/if}}', 'foreign-syntax', 1, 9, /no operators/),
  row('{{#if a || b}}x{{/if}}', 'foreign-syntax', 1, 9, /no operators/),
  row('{{#if a == b}}x{{/if}}', 'foreign-syntax', 1, 9, /no operators/),
  row('{{#if a and b}}x{{/if}}', 'foreign-syntax', 1, 4, /no operators/),
  row('{{#if !a}}x{{/if}}', 'foreign-syntax', 1, 7, /\{\{#unless condition\}\}/),
  row('{{#if not a}}x{{/if}}', 'foreign-syntax', 1, 4, /\{\{#unless condition\}\}/),
  row('{{#if (eq a b)}}x{{/if}}', 'foreign-syntax', 1, 8, /\{\{#ifEquals/),
  row('{{a + b}}', 'foreign-syntax', 1, 5, /no operators/),
  row('{{a - b}}', 'foreign-syntax', 1, 5, /no operators/),
  row('{{a ? b : c}}', 'foreign-syntax', 1, 3, /no operators/),
  row('{{a if b else c}}', 'foreign-syntax', 1, 3, /no operators/),
  row('{{ .Name }}', 'foreign-syntax', 1, 4, /Go template syntax/),
  row('{{ range .Items }}x{{ end }}', 'foreign-syntax', 1, 4, /Go template syntax/),
  row('{{ if .Name }}x{{ end }}', 'foreign-syntax', 1, 4, /Go template syntax/),
  row('{{ if eq .Kind 1 }}x{{ end }}', 'foreign-syntax', 1, 7, /Go template syntax/),
  row('{{ $x := .Y }}', 'foreign-syntax', 1, 10, /Go template syntax/),
  row('{{/* note */}}', 'foreign-syntax', 1, 1, /comment of Go/),
  row('{{- name -}}', 'foreign-syntax', 1, 3, /takes white space off with "~"/),
  row('{{ name | upper }}', 'foreign-syntax', 1, 9, /no filters/),
  row('{{ name|default("x") }}', 'foreign-syntax', 1, 8, /no filters/),
  row('{{#for x in xs}}y{{/for}}', 'foreign-syntax', 1, 4, /\{\{#each items as \|item\|\}\}/),
  row('{{#if a}}x{{elif b}}y{{/if}}', 'foreign-syntax', 1, 13, /\{\{else if condition\}\}/),
  row('{{include "x"}}', 'foreign-syntax', 1, 3, /\{\{> name\}\}/),
  row('{{ items[0] }}', 'foreign-syntax', 1, 4, /"items\.\[0\]"/),
  row('{{ user["name"] }}', 'foreign-syntax', 1, 4, /"user\.name"/),
  row('{{ f(x) }}', 'foreign-syntax', 1, 4, /calls nothing with "\("/),
  row('{{price:.2f}}', 'foreign-syntax', 1, 3, /format of Python/),
  row('{{name!r}}', 'foreign-syntax', 1, 3, /format of Python/),
  row('{{=<% %>=}}', 'foreign-syntax', 1, 3, /cannot change its braces/),
  row('{{> @partial-block}}', 'missing-partial-block', 1, 1, /has no content here/),
  row('{{#if b}}{{#*inline "a"}}{{/inline}}{{/if}}{{> a}}', 'missing-partial', 1, 48, /not defined here/),
  row('{{> (lookup . "x")}}', 'missing-partial', 1, 5, /named, not computed/),
  row('{{> nowhere}}', 'missing-partial', 1, 5, /"nowhere" was not found/),
  row('First: {{items.0}}', 'template-syntax', 1, 16, /write "items\.\[0\]"/),
  row('{"a":{{name}}}', 'template-syntax', 1, 12, /space between "\}\}" and "\}"/),
  row('{{user.}}', 'template-syntax', 1, 7, /a name is missing/),
  row('{{#if a}}x{{#else}}y{{/else}}{{/if}}', 'template-syntax', 1, 14, /Write \{\{else\}\}/),
  row('{{ name} there', 'template-syntax', 1, 8, /closed by two braces/),
  row('{{name\nText', 'template-syntax', 1, 1, /never closed/),
  row('{{a "b}}', 'template-syntax', 1, 5, /quote is never closed/),
  row('{{json (lookup a b}}', 'template-syntax', 1, 8, /parenthesis is never closed/),
  row('{{#> p}}a{{else}}b{{/p}}', 'template-syntax', 1, 10, /A partial has no "\{\{else\}\}"/),
  row('{{#if a}}x{{/each}}', 'mismatched-block', 1, 11, /open since line 1: write "\{\{\/if\}\}"/),
  row('x{{/if}}', 'mismatched-block', 1, 2, /not opened/),
  row('{{#if a}}x', 'unclosed-block', 1, 1, /never closed/),
  row('{{{{name}}}}', 'unclosed-block', 1, 1, /two braces, "\{\{name\}\}"/),
  row('a\0b', 'invalid-text', 1, 2, /NUL character/),
];

/** The same in a branch that never runs; undefined where the error is about the template as a whole. */
export function inDeadBranch({
  template,
  code,
  line,
  column,
  ...rest
}: Unrenderable): Unrenderable | undefined {
  const isWhole =
    /^(?:unclosed|mismatched)-block$|^invalid-text$/.test(code) ||
    /never closed|two braces: /.test(rest.says.source);
  if (isWhole || template.includes('ame} there')) return undefined;
  return { ...rest, code, template: `{{#if never}}\n${template}\n{{/if}}`, line: line + 1, column };
}
