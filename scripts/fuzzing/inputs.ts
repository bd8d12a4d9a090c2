/** Inputs for fuzzing the language core: random texts, and variations of real prompts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ROOT } from '../projectRoot.ts';
import { codePoint } from './code-point.ts';

export interface FuzzInput {
  /** The text of a prompt. */
  readonly text: string;
  /** The text of its samples file. */
  readonly samples: string;
  /** Edits of `text`, one after the other. `at` and `removed` may reach beyond the text. */
  readonly edits: readonly { readonly at: number; readonly removed: number; readonly inserted: string }[];
  /** Positions of the caret, in thousandths of the text. */
  readonly carets: readonly number[];
}

const PROMPTS = join(ROOT, 'demo/prompts');

/** The texts of the demo's files with an extension, by path. */
export function demoFiles(extension: string): ReadonlyMap<string, string> {
  const paths = readdirSync(PROMPTS, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(
    paths
      .filter(path => path.endsWith(extension))
      .map(path => [path.replaceAll('\\', '/'), readFileSync(join(PROMPTS, path), 'utf8')]),
  );
}

const TAGS = [
  '{{',
  '}}',
  '{{{',
  '}}}',
  '{',
  '}',
  '{{{{',
  '}}}}',
  '{{{{/',
  '\\',
  '\\{{',
  '~',
  '{{~',
  '~}}',
  '(',
  ')',
  '|',
  '=',
  '"',
  "'",
  '@',
  '#',
  '^',
  '&',
  '*',
  '{{name}}',
  '{{{name}}}',
  '{{../name}}',
  '{{this}}',
  '{{.}}',
  '{{@index}}',
  '{{@root.name}}',
  '{{a.b.c}}',
  '{{[odd name]}}',
  '{{"quoted"}}',
  '{{12}}',
  '{{#if a}}',
  '{{#if}}',
  '{{else}}',
  '{{^}}',
  '{{else if b}}',
  '{{/if}}',
  '{{#unless a}}',
  '{{/unless}}',
  '{{#each items as |item i|}}',
  '{{#each items}}',
  '{{/each}}',
  '{{#with a}}',
  '{{/with}}',
  '{{^each items}}',
  '{{#items}}',
  '{{/items}}',
  '{{#*inline "p"}}',
  '{{/inline}}',
  '{{> p}}',
  '{{> header}}',
  '{{#> p a k=b}}',
  '{{/p}}',
  '{{> (lookup . "p")}}',
  '{{> @partial-block}}',
  '{{> fuzz}}',
  '{{lookup a b}}',
  '{{json a indent=2}}',
  '{{role "system"}}',
  '{{history}}',
  '{{media url=a}}',
  '{{section "x"}}',
  '{{foo bar}}',
  '{{(foo bar)}}',
  '{{#ifEquals a "b"}}',
  '{{/ifEquals}}',
  '{{! note }}',
  '{{!-- {{x}} --}}',
  '{{!--',
  '--}}',
  '{{{{raw}}}}',
  '{{{{/raw}}}}',
  '{{a.}}',
  '{{a b=}}',
  '{{name.length}}',
  '{{__proto__.constructor}}',
];
const YAML = [
  '---\n',
  '---',
  '---\r\n',
  '\n---\n',
  '...\n',
  'input:\n',
  '  schema:\n',
  '    name: string\n',
  '    a?: boolean\n',
  '    items(array):\n',
  '      title: string\n',
  '    kind(enum): [a, b]\n',
  '    (*): any\n',
  '  default:\n',
  '    name: x\n',
  'model: m\n',
  'config:\n',
  '  temperature: 0.2\n',
  'input: {schema: {a: string}}\n',
  'type: object\n',
  'properties:\n',
  'required: [a]\n',
  '&a ',
  '*a',
  '<<: *a\n',
  '&a [*a, *a]',
  'a: &a [x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]\n',
  '? ',
  '- ',
  ': ',
  '!!binary ',
  '!x ',
  '|\n',
  '>-\n',
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  ',',
  '%YAML 1.2\n',
  '\t',
  '# note\n',
  'output:\n',
  'toolDefs:\n',
  '- name: one\n',
  '  input:\n',
  '    name: x\n',
  '$ref: "#"\n',
  'name:\n',
  '__proto__: 1\n',
  '1: 2\n',
  '~: ~\n',
  'true: no\n',
];
const ODD = [
  '\0',
  '\ud800',
  '\udc00',
  '\ufeff',
  '\r\n',
  '\n',
  '\r',
  '\u2028',
  '\u0085',
  '😀',
  'é',
  ' ',
  '\u00a0',
  '\u202e',
  '\x1b[0m',
  '\x7f',
];

const scrap = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...TAGS) },
  { weight: 3, arbitrary: fc.constantFrom(...YAML) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD) },
  { weight: 1, arbitrary: fc.string({ maxLength: 6, unit: codePoint }) },
  { weight: 1, arbitrary: fc.constantFrom('text ', 'name', 'items', 'a', 'b', '\n\n') },
);
const scraps = (most: number) => fc.array(scrap, { maxLength: most }).map(parts => parts.join(''));

interface Mutation {
  readonly kind: 'delete' | 'insert' | 'repeat' | 'truncate' | 'splice' | 'lines';
  readonly at: number;
  readonly length: number;
  readonly scrap: string;
  readonly other: string;
}

function mutated(text: string, { kind, at, length, scrap, other }: Mutation): string {
  const start = Math.floor((at / 1000) * text.length);
  switch (kind) {
    case 'delete':
      return text.slice(0, start) + text.slice(start + length);
    case 'insert':
      return text.slice(0, start) + scrap + text.slice(start);
    case 'repeat':
      return text.slice(0, start) + text.slice(start, start + length).repeat(3) + text.slice(start);
    case 'truncate':
      return text.slice(0, start);
    case 'splice':
      return text.slice(0, start) + other.slice(Math.floor((at / 1000) * other.length));
    case 'lines':
      return text.slice(0, start) + text.slice(start).replaceAll('\n', '\r\n');
  }
}

function inputsFrom(corpus: readonly string[]): fc.Arbitrary<string> {
  const one = fc.constantFrom(...corpus);
  const mutation: fc.Arbitrary<Mutation> = fc.record({
    kind: fc.constantFrom('delete', 'insert', 'insert', 'insert', 'repeat', 'truncate', 'splice', 'lines'),
    at: fc.nat(1000),
    length: fc.nat(60),
    scrap,
    other: one,
  });
  return fc
    .tuple(one, fc.array(mutation, { maxLength: 5 }))
    .map(([text, mutations]) => mutations.reduce(mutated, text));
}

/** Long, repetitive texts, which reveal quadratic time. */
const huge = fc
  .tuple(
    scraps(2),
    fc.oneof(fc.constantFrom(...TAGS, ...YAML, ...ODD), scraps(3)),
    fc.constantFrom(50, 200, 1000, 5000),
    scraps(2),
  )
  .map(([before, piece, count, after]) => before + piece.repeat(count) + after);

/** Texts of a million characters: rare, because one run may take a second. */
const enormous = fc
  .tuple(scraps(1), fc.constantFrom(...TAGS, ...YAML, ...ODD))
  .map(([before, piece]) => before + piece.repeat(Math.floor(1_000_000 / piece.length)));

const written = fc
  .tuple(fc.array(fc.constantFrom(...YAML), { maxLength: 12 }), scraps(14))
  .map(([yaml, body]) => `---\n${yaml.join('')}\n---\n${body}`);

const edit = fc.record({
  at: fc.nat(1000),
  removed: fc.oneof(fc.constant(0), fc.nat(12)),
  inserted: fc.oneof(scrap, fc.constantFrom('', 'x', ' ', '\n', '}', '{')),
});

/** @param withEnormous true to include texts of a million characters, about one in 9,000 */
export function fuzzInputs({ withEnormous }: { readonly withEnormous: boolean }): fc.Arbitrary<FuzzInput> {
  const prompts = inputsFrom([...demoFiles('.prompt').values()]);
  const samples = inputsFrom([...demoFiles('.samples.yaml').values()]);
  const text = fc.oneof(
    { weight: 3000, arbitrary: prompts },
    { weight: 3000, arbitrary: written },
    { weight: 3000, arbitrary: scraps(20) },
    { weight: 60, arbitrary: huge },
    { weight: withEnormous ? 1 : 0, arbitrary: enormous },
  );
  const samplesText = fc.oneof(
    { weight: 300, arbitrary: samples },
    { weight: 300, arbitrary: scraps(10) },
    { weight: 1, arbitrary: huge },
  );
  return fc.record({
    text,
    samples: samplesText,
    edits: fc.array(edit, { minLength: 1, maxLength: 2 }),
    carets: fc.array(fc.nat(1000), { minLength: 1, maxLength: 2 }),
  });
}
