/** Samples: what a samples file holds, and whether it fits its prompt. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { readFrontMatter } from '../../src/language/front-matter/front-matter.ts';
import { holds } from '../../src/language/results/span.ts';
import { checkSamples, readSamples } from '../../src/language/samples/samples.ts';
import { runs } from '../runs.ts';

describe('readSamples', () => {
  it('returns names and inputs at their positions', () => {
    const text =
      '# about\n- name: First one\n  input:\n    a: 1 # c\n    b: [x]\n- {name: "second", input: {}}\n';
    const { samples, findings } = readSamples(text);
    assert.deepEqual(findings, []);
    assert.deepEqual(
      samples.map(({ name, nameSpan, input, entries, span }) => [
        name,
        text.slice(nameSpan.start, nameSpan.end),
        input,
        entries.map(({ keySpan, valueSpan }) => text.slice(keySpan.start, valueSpan?.end)),
        text.slice(span.start, span.end),
      ]),
      [
        [
          'First one',
          'First one',
          { a: 1, b: ['x'] },
          ['a: 1', 'b: [x]'],
          'name: First one\n  input:\n    a: 1 # c\n    b: [x]',
        ],
        ['second', '"second"', {}, [], '{name: "second", input: {}}'],
      ],
    );
  });
  it('returns nothing, without findings, for an empty file', () => {
    for (const text of ['', '\n', '# only a comment\n', '\uFEFF'])
      assert.deepEqual(readSamples(text), { samples: [], findings: [] }, JSON.stringify(text));
  });
  for (const [text, expected] of [
    ['name: a', ['name: a', /list/]],
    ['text', ['text', /list/]],
    ['- text', ['text', /"name" and an "input"/]],
    ['- input: {}', ['input', /no name/]],
    ['- name: a', ['a', /no input/]],
    ['- name: 5\n  input: {}', ['5', /in quotes/]],
    ['- name: ""\n  input: {}', ['""', /empty/]],
    ['- name: a\n  input: [x]', ['[x]', /not a list/]],
    ['- name: a\n  inptu: {}\n  input: {}', ['inptu', /Did you mean "input"/]],
    ['- name: a\n  input: {}\n  subject: x', ['subject', /inside "input"/]],
    ['- name: a\n  input: {}\n- name: a\n  input: {}', ['a', /already defined above/]],
    ['- name: a\n  input: {x: 1, x: 2}', ['x', /already defined/]],
    ['- name: a\n  input: {x: *y}', ['*y', /no anchor/]],
    ['- name: "a\n  input: {}', ['"', /closing quote/]],
  ] as const)
    it(`reports errors in ${JSON.stringify(text)} at their place`, () => {
      const { findings } = readSamples(text);
      const [place, message] = expected;
      const found = findings.find(finding => message.test(finding.message));
      assert.ok(found, JSON.stringify(findings));
      assert.equal(found.code, 'sample-syntax');
      assert.equal(text.slice(found.span.start, found.span.end), place);
    });
  it('returns the readable samples, whatever is wrong with the others', () => {
    const { samples } = readSamples('- name: a\n  input: {x: 1}\n- nonsense\n- name: b\n  input: @x\n');
    assert.deepEqual(
      samples.map(({ name, input }) => [name, input]),
      [
        ['a', { x: 1 }],
        ['b', {}],
      ],
    );
  });
  it('returns only positions and findings inside any text', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '- name: a',
        '  input:',
        '    x: 1',
        '- name: b',
        '  input: {y: [1]}',
        '- ',
        '---',
        '? x',
        '&a',
        '*a',
      ),
      fc.string({ unit: fc.constantFrom(...' :-?#&*!|>{}[],"\'%@`\n\tab\0\ud800'), maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n', '\r'), (lines, newline) => {
        const text = lines.join(newline);
        const facts = readSamples(text);
        const found = [...facts.findings, ...checkSamples(facts, declarationsOf('a: string\nx: string'))];
        for (const { span } of found) assert.ok(holds({ start: 0, end: text.length }, span));
        for (const { span, nameSpan } of facts.samples) assert.ok(holds(span, nameSpan));
      }),
      { numRuns: runs(3000, 600) },
    );
  });
});

describe('checkSamples', () => {
  it('reports nothing in the samples of the demo prompts', () => {
    const files = globSync('demo/prompts/**/*.samples.yaml');
    assert.ok(files.length > 5);
    for (const file of files) {
      const facts = readSamples(readFileSync(file, 'utf8'));
      const prompt = readFrontMatter(readFileSync(file.replace('.samples.yaml', '.prompt'), 'utf8'));
      assert.ok(facts.samples.length > 0, file);
      assert.deepEqual([...facts.findings, ...checkSamples(facts, prompt)], [], file);
    }
  });
  const schema =
    'message: string\nsubject?: string\nkind(enum): [urgent, normal]\nitems?(array):\n  id: string';
  for (const [input, expected] of [
    ['{message: a, kind: urgent}', []],
    ['{message: a, kind: urgent, subject: , items: [{id: x}]}', []],
    ['{kind: urgent}', ['sample-missing at one: name message']],
    ['{message: , kind: urgent}', ['sample-missing at one: name message']],
    ['{message: 5, kind: urgent}', ['sample-mismatch at 5']],
    ['{message: a, kind: urgnt}', ['sample-mismatch at urgnt: near urgent']],
    ['{message: a, kind: urgent, items: [{id: x}, {id: 5}]}', ['sample-mismatch at 5']],
    [
      '{message: a, kind: urgent, items: [{ids: x}]}',
      ['sample-mismatch at {', 'sample-mismatch at ids: near id'],
    ],
    ['{message: a, kind: urgent, subjct: x}', ['sample-mismatch at subjct: name subjct, near subject']],
    ['{message: a, kind: urgent, other: x}', ['sample-mismatch at other: name other']],
    ['{message: a, kind: urgent, used: x}', []],
  ] as const)
    it(`reports ${expected.join('; ') || 'nothing'} for ${input}`, () => {
      assert.deepEqual(check(`- name: one\n  input: ${input}\n`, declarationsOf(schema)), expected);
    });
  it('does not require variables with a default', () => {
    const withDefault = readFrontMatter('---\ninput:\n  schema:\n    a: string\n  default:\n    a: x\n---\n');
    assert.deepEqual(check('- name: one\n  input: {}\n', withDefault), []);
  });
  it('reports only likely typos if the prompt declares nothing', () => {
    const none = readFrontMatter('just {{used}}');
    assert.deepEqual(check('- name: one\n  input: {used: 1, other: 2, usd: 3}\n', none), [
      'sample-mismatch at usd: name usd, near used',
    ]);
  });
  it('never quotes a value', () => {
    const facts = readSamples('- name: one\n  input: {message: [hunter2], kind: hunter2}\n');
    const findings = checkSamples(facts, declarationsOf(schema));
    assert.equal(findings.length, 2);
    assert.ok(!findings.some(({ message }) => message.includes('hunter2')));
  });
});

function declarationsOf(schema: string) {
  return readFrontMatter(`---\ninput:\n  schema:\n${schema.replaceAll(/^/gm, '    ')}\n---\n`);
}

/** `code at text: data`, each. */
function check(text: string, declarations: ReturnType<typeof readFrontMatter>): string[] {
  return checkSamples(readSamples(text), declarations, new Set(['used'])).map(({ code, span, data }) => {
    const facts = Object.entries(data ?? {}).map(([key, value]) => `${key} ${value}`);
    return `${code} at ${text.slice(span.start, span.end)}${facts.length > 0 ? `: ${facts.join(', ')}` : ''}`;
  });
}
