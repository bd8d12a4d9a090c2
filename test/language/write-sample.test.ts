/** A sample saved: it reads back as it was given, and nothing else in the file changes. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { codePoint } from '../../scripts/fuzzing/code-point.ts';
import { Problem } from '../../src/core/problem.ts';
import { readSamples } from '../../src/language/samples/samples.ts';
import { withSample } from '../../src/language/samples/write-sample.ts';
import { runs } from '../runs.ts';

describe('withSample', () => {
  it('creates a file with one sample from nothing', () => {
    assert.equal(
      withSample('', 'Stolen card', {
        message: 'Help!\nNow.\n',
        vip: true,
        tags: ['a', 'b'],
        count: 0,
        none: {},
      }),
      [
        '- name: Stolen card',
        '  input:',
        '    message: |',
        '      Help!',
        '      Now.',
        '    vip: true',
        '    tags:',
        '      - a',
        '      - b',
        '    count: 0',
        '    none: {}',
        '',
      ].join('\n'),
    );
  });
  const file = [
    '# The desk’s own cases',
    '- name: first   # keep',
    '  input:',
    '    message: >-',
    '      folded',
    '      text',
    '',
    '# about the second',
    "- name: 'second'",
    '  input: {message: "a", list: [1,   2]}  # note',
    '- input:',
    '    message: turned',
    '  name: third',
    '# the end',
    '',
  ].join('\n');
  it('appends a sample, and leaves everything else unchanged', () => {
    assert.equal(
      withSample(file, 'fourth', { message: 'm' }),
      `${file}- name: fourth\n  input:\n    message: m\n`,
    );
  });
  for (const [name, before, after] of [
    ['first', '    message: >-\n      folded\n      text\n\n#', '    message: m\n\n#'],
    ['second', ' {message: "a", list: [1,   2]}  # note\n', '\n    message: m  # note\n'],
    ['third', '    message: turned\n', '    message: m\n'],
  ] as const)
    it(`replaces the input of the ${name}, and leaves everything else unchanged`, () => {
      assert.ok(file.includes(before));
      assert.equal(withSample(file, name, { message: 'm' }), file.replace(before, after));
    });
  it('keeps the file’s line endings and byte order mark', () => {
    const written = withSample('\uFEFF- name: a\r\n  input: {}\r\n', 'b', { x: 'one\ntwo' });
    assert.equal(
      written,
      '\uFEFF- name: a\r\n  input: {}\r\n- name: b\r\n  input:\r\n    x: |-\r\n      one\r\n      two\r\n',
    );
    assert.deepEqual(readSamples(written).samples[1]?.input, { x: 'one\ntwo' });
  });
  it('appends to indented lists, to lists in brackets, and after an unfinished last line', () => {
    for (const text of [
      '  - name: a\n    input: {x: 1}\n',
      '[{name: a, input: {x: 1}}]',
      '- name: a\n  input: {x: 1}',
    ])
      assert.deepEqual(inputsIn(withSample(text, 'b', { y: [2] })), { a: { x: 1 }, b: { y: [2] } }, text);
  });
  it('keeps a block scalar at the end of the file', () => {
    for (const end of ['', '\n', '\n\n'])
      for (const chomp of ['|', '|-', '|+', '>']) {
        const text = `- name: a\n  input:\n    x: ${chomp}\n      text${end}`;
        const { a } = inputsIn(text);
        assert.deepEqual(inputsIn(withSample(text, 'b', {})), { a, b: {} }, JSON.stringify(text));
      }
  });
  for (const [what, text] of [
    ['is not YAML', '- name: "a\n  input: {}\n'],
    ['is no list', 'name: a\n'],
    ['has a sample without a name', '- input: {}\n'],
    ['has two samples of one name', '- name: a\n  input: {}\n- name: a\n  input: {}\n'],
  ] as const)
    it(`refuses a file that ${what}, so that nothing is lost`, () => {
      assert.throws(
        () => withSample(text, 'b', {}),
        (error: unknown) => Problem.is(error, 'invalid_source') && error.details.issues?.length === 1,
      );
    });
  it('refuses a sample without a name', () => {
    assert.throws(
      () => withSample('', '', {}),
      (error: unknown) => Problem.is(error, 'invalid_source'),
    );
  });
  it('writes only the variables that changed', () => {
    const before =
      '- name: a\n  input:\n    # about x\n    x:   1 # one\n    gone: 0\n    y: >-\n      a\n      b\n    z: {k: [1,   2]}\n- name: b\n  input: {}\n';
    assert.equal(
      withSample(before, 'a', { new: 'n\nm', x: 2, y: 'a b', z: { k: [1, 2] } }),
      before
        .replace('x:   1', 'x: 2')
        .replace('    gone: 0\n', '')
        .replace('- name: b', '    new: |-\n      n\n      m\n- name: b'),
    );
  });
  it('keeps the values of aliases when the sample with their anchor changes', () => {
    const text =
      '- name: a\n  input:\n    x: &shared {n: 1}\n    y: 1\n- name: b\n  input:\n    x: *shared\n    z: *shared\n';
    const shared = { x: { n: 1 }, z: { n: 1 } };
    assert.equal(withSample(text, 'a', { x: { n: 1 }, y: 2 }), text.replace('y: 1', 'y: 2'));
    assert.deepEqual(inputsIn(withSample(text, 'a', { x: { n: 2 } })), { a: { x: { n: 2 } }, b: shared });
    assert.deepEqual(inputsIn(withSample(text, 'b', { x: 2 })), { a: { x: { n: 1 }, y: 1 }, b: { x: 2 } });
  });
  it('writes samples that parse back unchanged, one after the other, for any values', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            names.filter(name => name.isWellFormed()),
            inputs,
          ),
          { minLength: 1, maxLength: 4 },
        ),
        newlines,
        (given, newline) => {
          let text = `# a comment${newline}`;
          const expected = new Map<string, unknown>();
          for (const [name, input] of given) {
            text = withSample(text, name, input);
            expected.set(name, JSON.parse(JSON.stringify(input)));
          }
          const { samples, findings } = readSamples(text);
          assert.deepEqual(findings, []);
          assert.deepEqual(new Map(samples.map(({ name, input }) => [name, input])), expected);
          assert.ok(text.startsWith(`# a comment${newline}`) && text.isWellFormed());
        },
      ),
      { numRuns: runs(1500, 300) },
    );
  });
  it('changes nothing before or after the sample in the demo files', () => {
    for (const path of globSync('demo/prompts/**/*.samples.yaml')) {
      const text = readFileSync(path, 'utf8');
      assert.ok(withSample(text, 'new', { x: 'y' }).startsWith(text), path);
      const { samples } = readSamples(text);
      for (const [index, { name, span }] of samples.entries()) {
        const written = withSample(text, name, { x: 'y' });
        assert.deepEqual(inputsIn(written), { ...inputsIn(text), [name]: { x: 'y' } }, path);
        // What aliases elsewhere point to has to move there.
        if (text.slice(span.start, span.end).includes('&')) continue;
        assert.ok(written.startsWith(text.slice(0, span.start)), path);
        assert.ok(written.endsWith(text.slice(samples[index + 1]?.span.start ?? text.length)), path);
      }
    }
  });
});

function inputsIn(text: string): Record<string, unknown> {
  const { samples, findings } = readSamples(text);
  assert.deepEqual(findings, []);
  return Object.fromEntries(samples.map(({ name, input }) => [name, input]));
}

const odd = fc.oneof(
  fc.constantFrom(
    'null',
    '~',
    'yes',
    '0x1F',
    '1e3',
    '.nan',
    '- a',
    'a: b',
    '# c',
    '"',
    "'",
    '|',
    '>-',
    '<<',
    '---',
    '...',
  ),
  fc.constantFrom(
    '\n',
    '\n\n',
    ' a\n b',
    'a\n\n\nb\n\n',
    '\ta',
    'a ',
    ' ',
    'a\r\nb',
    '\ud800',
    '\u2028',
    '\uFEFF',
    '\0',
    '{{x}}',
  ),
  fc.string({ unit: codePoint, maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...'a b:-#\n\t"\'|>&*!%@`,[]{}?\\'), maxLength: 30 }),
  fc.lorem({ mode: 'sentences', maxCount: 4 }),
);
const names = fc.oneof(fc.constantFrom('a', 'Second one', 'b: c'), odd).filter(name => name !== '');
/** With no lone surrogate, which every input refuses. */
const inputs = fc
  .dictionary(
    fc.oneof(fc.constantFrom('message', '__proto__', 'a'), odd),
    fc.oneof(
      odd,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.jsonValue({ maxDepth: 3 }),
    ),
    { maxKeys: 4 },
  )
  .filter(input => !/\\ud[89a-f]/.test(JSON.stringify(input)));
const newlines = fc.constantFrom('\n', '\r\n');
