/** Every fix put in, and the text diagnosed again: what it is for must be gone, and nothing else come. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fuzzInputs } from '../../../scripts/fuzzing/inputs.ts';
import { parsePromptName } from '../../../src/core/name.ts';
import { analyze } from '../../../src/language/analysis/analysis.ts';
import type { Library } from '../../../src/language/analysis/library.ts';
import { diagnose } from '../../../src/language/features/diagnostics/diagnose.ts';
import { diagnoseSamples } from '../../../src/language/features/diagnostics/diagnose-samples.ts';
import { declareVariable } from '../../../src/language/features/quick-fixes/declare.ts';
import type { QuickFix } from '../../../src/language/features/quick-fixes/quick-fix.ts';
import { quickFixes } from '../../../src/language/features/quick-fixes/quick-fixes.ts';
import { sampleFixes } from '../../../src/language/features/quick-fixes/sample-fixes.ts';
import { applyEdits } from '../../../src/language/results/edit.ts';
import type { FindingCode } from '../../../src/language/results/finding.ts';
import { runs } from '../../runs.ts';
import { aLibrary, promptOf } from '../a-library.ts';

const URI = 'team/it.prompt';
const OTHERS = { _header: 'Hello' };

/** The fixes of the first finding of `code`, by title, with what each makes of the text and which codes are left. */
function fixed(
  text: string,
  code: FindingCode,
): readonly { title: string; text: string; left: readonly string[] }[] {
  const library = aLibrary({ ...OTHERS, 'team/it': text });
  const prompt = promptOf(library, 'team/it');
  const finding = diagnose(prompt, library).find(each => each.code === code);
  assert.ok(finding, `there is a finding ${code}`);
  return quickFixes(prompt, finding, library).map(fix => {
    const changed = applied(library, text, fix);
    return {
      title: fix.title,
      text: changed,
      left: diagnose(promptOf(library, 'team/it'), library).map(each => each.code),
    };
  });
}

function applied(library: Library, text: string, { change }: QuickFix): string {
  const changed = applyEdits(text, change.edits.get(URI) ?? []);
  library.setPrompt(URI, parsePromptName('team/it'), changed);
  for (const { name, text } of change.creates ?? []) library.setPrompt(`${name}.prompt`, name, text);
  return changed;
}

describe('quickFixes', () => {
  const cases: readonly (readonly [
    what: string,
    code: FindingCode,
    before: string,
    title: string,
    after: string,
  ])[] = [
    [
      'change a name to the near one',
      'undeclared-variable',
      '---\ninput:\n  schema:\n    name: string\n---\n{{name}}{{nmae}}',
      'Change to "name"',
      '---\ninput:\n  schema:\n    name: string\n---\n{{name}}{{name}}',
    ],
    [
      'declare a variable behind the others',
      'undeclared-variable',
      '---\ninput:\n  schema:\n    a: string # why\n  default:\n    a: x\n# end\n---\n{{a}}{{b}}',
      'Declare "b" as string',
      '---\ninput:\n  schema:\n    a: string # why\n    b: string\n  default:\n    a: x\n# end\n---\n{{a}}{{b}}',
    ],
    [
      'declare with the indentation there is',
      'undeclared-variable',
      '---\r\ninput:\r\n    schema:\r\n        a: string\r\n---\r\n{{a}}{{#if b}}x{{/if}}',
      'Declare "b" as boolean',
      '---\r\ninput:\r\n    schema:\r\n        a: string\r\n        b: boolean\r\n---\r\n{{a}}{{#if b}}x{{/if}}',
    ],
    [
      'declare between braces',
      'undeclared-variable',
      '---\ninput: {schema: {a: string}}\n---\n{{a}}{{#each rows}}{{title}}{{/each}}',
      'Declare "rows" as {title}[]',
      '---\ninput: {schema: {a: string, rows(array): {title: string}}}\n---\n{{a}}{{#each rows}}{{title}}{{/each}}',
    ],
    [
      'declare an object with what is read of it',
      'undeclared-variable',
      '---\ninput:\n  schema:\n    a: string\n---\n{{a}}{{user.name}}{{#if user.vip}}{{user.address.city}}{{/if}}',
      'Declare "user" as {name, vip, address}',
      '---\ninput:\n  schema:\n    a: string\n    user(object):\n      name: string\n      vip: boolean\n      address(object):\n        city: string\n---\n{{a}}{{user.name}}{{#if user.vip}}{{user.address.city}}{{/if}}',
    ],
    [
      'declare in a JSON Schema',
      'undeclared-variable',
      '---\ninput:\n  schema:\n    type: object\n    properties:\n      a:\n        type: string\n    additionalProperties: false\n---\n{{a}}{{#each b}}{{this}}{{/each}}',
      'Declare "b" as string[]',
      '---\ninput:\n  schema:\n    type: object\n    properties:\n      a:\n        type: string\n      b:\n        type: array\n        items:\n          type: string\n    additionalProperties: false\n---\n{{a}}{{#each b}}{{this}}{{/each}}',
    ],
    [
      'declare behind a description over lines',
      'undeclared-variable',
      '---\ninput:\n  schema:\n    a: >-\n      string, that is\n      described\nmodel: m\n---\n{{a}}{{b}}',
      'Declare "b" as string',
      '---\ninput:\n  schema:\n    a: >-\n      string, that is\n      described\n    b: string\nmodel: m\n---\n{{a}}{{b}}',
    ],
    [
      'remove arguments that a helper does not take',
      'wrong-arguments',
      '{{json a  b (lookup c d) indent=2}}',
      'Remove "b (lookup c d)"',
      '{{json a indent=2}}',
    ],
    [
      'remove an argument of what takes none',
      'wrong-arguments',
      '{{history a ~}}',
      'Remove "a"',
      '{{history ~}}',
    ],
    [
      'remove names for a body that gets none',
      'wrong-arguments',
      '{{#if a as |b c| }}x{{/if}}',
      'Remove "as |b c|"',
      '{{#if a }}x{{/if}}',
    ],
    [
      'change an option to the near one',
      'unknown-option',
      '{{json a indnet=2}}',
      'Change to "indent"',
      '{{json a indent=2}}',
    ],
    [
      'remove an option that a helper does not have',
      'unknown-option',
      '{{#each a limit=(lookup b "c")}}x{{/each}}',
      'Remove "limit="',
      '{{#each a}}x{{/each}}',
    ],
    [
      'lead out of a block',
      'unknown-property',
      '---\ninput:\n  schema:\n    vip: boolean\n    rows(array):\n      a: string\n---\n{{#each rows}}{{a}}{{this.vip}}{{/each}}',
      'Change to "../vip"',
      '---\ninput:\n  schema:\n    vip: boolean\n    rows(array):\n      a: string\n---\n{{#each rows}}{{a}}{{../vip}}{{/each}}',
    ],
    [
      'remove what nothing reads, its default too',
      'unused-variable',
      '---\ninput:\n  schema:\n    a: string\n    b: string # old\n    c: string\n  default:\n    b: x\n    c: y\n---\n{{a}}{{c}}',
      'Remove "b"',
      '---\ninput:\n  schema:\n    a: string\n    c: string\n  default:\n    c: y\n---\n{{a}}{{c}}',
    ],
    [
      'remove the last one with what it leaves empty',
      'unused-variable',
      '---\nmodel: m\ninput:\n  schema:\n    b(object):\n      c: string\n  default:\n    b: {c: x}\n---\ntext',
      'Remove "b"',
      '---\nmodel: m\n---\ntext',
    ],
    [
      'remove between braces',
      'unused-variable',
      '---\ninput: {schema: {a: string, b: string}, default: {b: x}}\n---\n{{a}}',
      'Remove "b"',
      '---\ninput: {schema: {a: string}}\n---\n{{a}}',
    ],
    [
      'remove from a JSON Schema',
      'unused-variable',
      '---\ninput:\n  schema:\n    type: object\n    required: [a, b]\n    properties:\n      a:\n        type: string\n      b:\n        type: string\n---\n{{a}}',
      'Remove "b"',
      '---\ninput:\n  schema:\n    type: object\n    required: [a]\n    properties:\n      a:\n        type: string\n---\n{{a}}',
    ],
    [
      'change a helper, in its closing tag as well',
      'unknown-helper',
      '{{#ifEqual a b}}x{{/ifEqual}}',
      'Change to "ifEquals"',
      '{{#ifEquals a b}}x{{/ifEquals}}',
    ],
    [
      'change a partial, in its closing tag as well',
      'missing-partial',
      '{{#> headr}}x{{/headr}}',
      'Change to "header"',
      '{{#> header}}x{{/header}}',
    ],
    [
      'create a partial',
      'missing-partial',
      '{{> greeting}}',
      'Create the partial "team/_greeting"',
      '{{> greeting}}',
    ],
    [
      'create it further up',
      'missing-partial',
      '{{> greeting}}',
      'Create the partial "_greeting"',
      '{{> greeting}}',
    ],
    ['close a block', 'unclosed-block', 'a {{#if b}}c', 'Close the block "if"', 'a {{#if b}}c{{/if}}'],
    [
      'close a block on a line of its own',
      'mismatched-block',
      '{{#if a}}\n{{#each b}}\nx\n{{/if}}\n',
      'Close the block "each"',
      '{{#if a}}\n{{#each b}}\nx\n{{/each}}\n{{/if}}\n',
    ],
    [
      'close a block at the end',
      'unclosed-block',
      '{{#if a}}\r\nx',
      'Close the block "if"',
      '{{#if a}}\r\nx\r\n{{/if}}',
    ],
    [
      'close a raw block',
      'unclosed-block',
      '{{{{raw}}}}x',
      'Close the block "raw"',
      '{{{{raw}}}}x{{{{/raw}}}}',
    ],
    [
      'rename a closing tag',
      'mismatched-block',
      '{{#if a}}x{{/fi}}',
      'Change to "{{/if}}"',
      '{{#if a}}x{{/if}}',
    ],
    ['remove a closing tag', 'mismatched-block', 'a\n{{/if}}\nb{{c}}', 'Remove this tag', 'a\nb{{c}}'],
    [
      'remove an else',
      'template-syntax',
      '{{#if a}}x{{else}}y{{else}}z{{/if}}',
      'Remove this tag',
      '{{#if a}}x{{else}}y{{~}}z{{/if}}',
    ],
    [
      'change a key of the front matter',
      'front-matter-key',
      '---\nmodle: m\n---\nx',
      'Change to "model"',
      '---\nmodel: m\n---\nx',
    ],
    [
      'change a type',
      'picoschema',
      '---\ninput:\n  schema:\n    a: sting, x\n---\n{{a}}',
      'Change to "string"',
      '---\ninput:\n  schema:\n    a: string, x\n---\n{{a}}',
    ],
    [
      'remove a default that nothing declares',
      'default-mismatch',
      '---\ninput:\n  schema:\n    a: string\n  default:\n    zzz: 1\n---\n{{a}}{{zzz}}',
      'Remove "zzz"',
      '---\ninput:\n  schema:\n    a: string\n---\n{{a}}{{zzz}}',
    ],
    ['remove a character that cannot stand there', 'invalid-text', 'a\0b', 'Remove this character', 'ab'],
  ];
  for (const [what, code, before, title, after] of cases)
    it(what, () => {
      const fixes = fixed(before, code);
      const fix = fixes.find(each => each.title === title);
      assert.ok(fix, `there is "${title}" among ${JSON.stringify(fixes.map(each => each.title))}`);
      assert.equal(fix.text, after.replace('{{~}}', ''));
      assert.ok(!fix.left.includes(code), `${code} is left`);
    });

  it("corrects the case of a partial's name, rather than creating another", () => {
    const fixes = fixed('{{> Header}}', 'missing-partial');
    assert.deepEqual(
      fixes.map(({ title, text }) => [title, text]),
      [
        ['Change to "header"', '{{> header}}'],
        ['Create the partial "team/_Header"', '{{> Header}}'],
      ],
    );
  });

  it('adds missing inputs to a sample, with their type', () => {
    const text =
      '---\ninput:\n  schema:\n    a: string\n    b(array): string\n    c(object):\n      d: number\n---\n{{a}}{{b}}{{c}}';
    const library = aLibrary({ 'team/it': text });
    const prompt = promptOf(library, 'team/it');
    let samples = '# mine\n- name: one\n  input:\n    a: x # kept\n';
    for (let left = 2; left > 0; left -= 1) {
      const findings = diagnoseSamples(samples, prompt);
      assert.deepEqual(
        findings.map(({ code }) => code),
        Array(left).fill('sample-missing'),
      );
      const [fix] = sampleFixes(
        { uri: 's', name: parsePromptName('team/it'), text: samples },
        prompt,
        findings[0]!,
      );
      samples = applyEdits(samples, fix?.change.edits.get('s') ?? []);
    }
    assert.deepEqual(diagnoseSamples(samples, prompt), []);
    assert.ok(samples.startsWith('# mine\n- name: one\n  input:\n    a: x # kept\n'), samples);
  });

  it('prefers at most one fix, which removes its finding, for any text', () => {
    let tried = 0;
    fc.assert(
      fc.property(fuzzInputs({ withEnormous: false }), ({ text }) => {
        const library = aLibrary({ ...OTHERS, 'team/it': text });
        const prompt = promptOf(library, 'team/it');
        for (const finding of diagnose(prompt, library).slice(0, 5)) {
          const fixes = quickFixes(prompt, finding, library);
          assert.ok(fixes.filter(({ isPreferred }) => isPreferred).length <= 1);
          if (finding.code !== 'undeclared-variable' && finding.code !== 'unused-variable') continue;
          const { name } = finding.data as { name: string };
          for (const { title, change } of fixes) {
            if (!title.startsWith('Declare') && !title.startsWith('Remove')) continue;
            const changed = analyze(applyEdits(text, change.edits.get(URI) ?? []), prompt.name);
            const isDeclared = changed.frontMatter.variables.some(variable => variable.name === name);
            assert.equal(isDeclared, title.startsWith('Declare'), JSON.stringify({ text, title }));
            tried += 1;
          }
        }
      }),
      { numRuns: runs(1500, 500) },
    );
    assert.ok(tried > runs(50, 0), `${tried} fixes were tried`);
  });
});

describe('declareVariable', () => {
  const declared = (text: string): string =>
    applyEdits(text, declareVariable(analyze(text, undefined), 'odd name', { kind: 'string' }) ?? []);
  it('adds missing front matter, input and schema', () => {
    assert.equal(declared('Hello'), '---\ninput:\n  schema:\n    odd name: string\n---\nHello');
    assert.equal(
      declared('\ufeffHello\r\n'),
      '\ufeff---\r\ninput:\r\n  schema:\r\n    odd name: string\r\n---\r\nHello\r\n',
    );
    assert.equal(
      declared('---\n# empty\n---\nx'),
      '---\ninput:\n  schema:\n    odd name: string\n# empty\n---\nx',
    );
    assert.equal(
      declared('---\nmodel: m\n---\nx'),
      '---\nmodel: m\ninput:\n  schema:\n    odd name: string\n---\nx',
    );
    assert.equal(declared('---\ninput:\n---\nx'), '---\ninput:\n  schema:\n    odd name: string\n---\nx');
    assert.equal(
      declared('---\ninput:\n  default:\n    a: 1\n---\nx'),
      '---\ninput:\n  default:\n    a: 1\n  schema:\n    odd name: string\n---\nx',
    );
    assert.equal(
      declared('---\ninput:\n  schema:\n---\nx'),
      '---\ninput:\n  schema:\n    odd name: string\n---\nx',
    );
  });
  it('does nothing if the front matter or the name does not allow it', () => {
    for (const text of [
      '---\ninput: text\n---\nx',
      '---\ninput:\n  schema: text\n---\nx',
      '---\ninput: [\n---\nx',
    ])
      assert.equal(declareVariable(analyze(text, undefined), 'a', { kind: 'string' }), undefined);
    assert.equal(declareVariable(analyze('x', undefined), 'a(b', { kind: 'string' }), undefined);
  });
});
