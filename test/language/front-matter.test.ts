/** What an editor learns from front matter: where everything is, what it declares, what is wrong with it. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { codePoint } from '../../scripts/fuzzing/code-point.ts';
import { MAX_FRONT_MATTER_LENGTH, parseSource } from '../../src/core/source.ts';
import type { FrontMatterEntry } from '../../src/language/front-matter/front-matter.ts';
import { readFrontMatter } from '../../src/language/front-matter/front-matter.ts';
import { holds } from '../../src/language/results/span.ts';
import { wordsOfType } from '../../src/language/types/value-type.ts';
import { runs } from '../runs.ts';

describe('readFrontMatter', () => {
  it('reports nothing in the demo prompts, and finds every variable at its name', () => {
    const files = globSync('demo/prompts/**/*.prompt');
    assert.ok(files.length > 10);
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const { findings, variables } = readFrontMatter(text);
      assert.deepEqual(findings, [], file);
      for (const { name, nameSpan } of variables)
        assert.equal(text.slice(nameSpan?.start, nameSpan?.end), name, file);
    }
  });

  describe('position', () => {
    for (const [what, text, yaml, end] of [
      ['LF', '---\na.b: 1\n---\nbody', 'a.b: 1', 14],
      ['CRLF', '---\r\na.b: 1\r\n---\r\nbody', 'a.b: 1', 16],
      ['a lone CR', '---\ra.b: 1\r---\rbody', 'a.b: 1', 14],
      ['a byte order mark', '\uFEFF---\na.b: 1\n---\nbody', 'a.b: 1', 15],
      ['blanks after the dashes', '---  \na.b: 1\n--- \t\nbody', 'a.b: 1', 18],
      ['nothing inside', '---\n---\nbody', '', 7],
      ['the end of the file', '---\na.b: 1\n---', 'a.b: 1', 14],
    ] as const)
      it(`with ${what}`, () => {
        const { span, yamlSpan, findings } = readFrontMatter(text);
        assert.deepEqual(findings, []);
        assert.equal(text.slice(yamlSpan?.start, yamlSpan?.end), yaml);
        assert.deepEqual(span, { start: text.startsWith('\uFEFF') ? 1 : 0, end });
      });
    for (const text of ['', 'body', ' ---\na: 1\n---\n', '----\na: 1\n---\n', '--- x\na: 1\n---\n'])
      it(`does not exist in ${JSON.stringify(text)}`, () => {
        assert.deepEqual(readFrontMatter(text), readFrontMatter('no front matter'));
      });
    it('is reported if it is never closed', () => {
      const { span, findings } = readFrontMatter('---\nmodel: x\n--- more\n');
      assert.equal(span, undefined);
      assert.deepEqual(
        findings.map(({ code, span }) => ({ code, span })),
        [{ code: 'front-matter-syntax', span: { start: 0, end: 3 } }],
      );
    });
    it("matches the registry's, for any text", () => {
      fc.assert(
        fc.property(texts, text => {
          const { span } = readFrontMatter(text);
          const { template, templateOffset } = parseSource(text);
          const body = text.slice(span?.end ?? (text.startsWith('\uFEFF') ? 1 : 0));
          assert.equal(span === undefined ? body : body.trim(), template);
          assert.ok(templateOffset >= (span?.end ?? 0));
        }),
        { numRuns: runs(3000, 600) },
      );
    });
  });

  describe('entries', () => {
    it('have the positions and values of keys and values, at any depth', () => {
      const text = '---\n"name": \'a b\' # c\ninput:\n  default: {n: 1, list: [{x: y}]}\nmodel:\n---\n';
      const at = ({ key, keySpan, valueSpan, entries }: FrontMatterEntry): unknown[] => [
        key,
        text.slice(keySpan.start, keySpan.end),
        valueSpan && text.slice(valueSpan.start, valueSpan.end),
        ...entries.map(at),
      ];
      const { entries } = readFrontMatter(text);
      assert.deepEqual(entries.map(at), [
        ['name', '"name"', "'a b'"],
        [
          'input',
          'input',
          'default: {n: 1, list: [{x: y}]}',
          [
            'default',
            'default',
            '{n: 1, list: [{x: y}]}',
            ['n', 'n', '1'],
            ['list', 'list', '[{x: y}]', ['x', 'x', 'y']],
          ],
        ],
        ['model', 'model', undefined],
      ]);
      assert.deepEqual(
        entries.map(({ value }) => value),
        ['a b', { default: { n: 1, list: [{ x: 'y' }] } }, null],
      );
    });
    it('include all readable ones, whatever is wrong with the others', () => {
      const { entries } = readFrontMatter('---\nmodel: @x\n\tvariant: v\ntools: [a\nname: n\nfoo\n---\n');
      assert.deepEqual(
        entries.map(({ key }) => key),
        ['model', 'variant', 'tools', 'name', 'foo'],
      );
    });
    it('are nested and inside the YAML, with the values that the registry reads', () => {
      fc.assert(
        fc.property(texts, text => {
          const { entries, yamlSpan, findings } = readFrontMatter(text);
          const check = (inner: readonly FrontMatterEntry[], outer: { start: number; end: number }): void => {
            for (const { keySpan, valueSpan, entries } of inner) {
              assert.ok(holds(outer, keySpan) && (valueSpan === undefined || holds(outer, valueSpan)));
              if (valueSpan !== undefined) check(entries, valueSpan);
            }
          };
          if (yamlSpan !== undefined) check(entries, yamlSpan);
          if (findings.some(({ code }) => code === 'front-matter-syntax')) return;
          // Of which the editor warns, and which the package writes anew.
          if (findings.some(({ message }) => message.startsWith('An object or a list cannot be a key')))
            return;
          const values = Object.fromEntries(entries.map(({ key, value }) => [key, value]));
          const { frontMatter, issues } = parseSource(text);
          if (issues.length === 0) assert.deepEqual(values, frontMatter);
        }),
        { numRuns: runs(3000, 600) },
      );
    });
  });

  describe('keys', () => {
    for (const [yaml, expected] of [
      ['modle: x', 'front-matter-key at modle: key modle, level top, near model'],
      ['temperature: 1', 'front-matter-key at temperature: key temperature, level top'],
      ['team.owner: x', ''],
      ['input:\n  shema:\n    a: string', 'front-matter-key at shema: key shema, near schema'],
      ['config:\n  anything: 1', ''],
      ['config: 5', 'front-matter-type at 5'],
      ['config: [a]', 'front-matter-type at config'],
      ['model: 5', 'front-matter-type at 5'],
      ['model: {{x}}', 'front-matter-type at model doubtful-yaml at {x}'],
      ['input: text', 'front-matter-type at text'],
      ['input:\n  default: text', 'front-matter-type at text'],
      ['output:\n  format: jsn', ''],
      ['output:\n  format: [json]', 'front-matter-type at format'],
      ['maxTurns: 3\ntoolChoice: auto\nreturnToolRequests: true\nuse: [cache]', ''],
      ['maxTurns: many', 'front-matter-type at many'],
      ['output:\n  format: text', ''],
      ['tools: search', 'front-matter-type at search'],
      ['tools: [search, 5]', 'front-matter-type at 5'],
      [
        'toolDefs:\n  - name: x\n    desciption: y',
        'front-matter-key at desciption: key desciption, near description',
      ],
      ['config:\n  temperature: warm', 'front-matter-type at warm'],
      ['model:', ''],
      ['- model: x', 'front-matter-syntax at - model: x'],
    ] as const)
      it(`report ${expected || 'nothing'} for ${JSON.stringify(yaml)}`, () => {
        assert.equal(findingsIn(yaml), expected);
      });
  });

  describe('invalid YAML', () => {
    for (const [yaml, expected] of [
      ['model: x\nmodel: y', 'front-matter-syntax at model'],
      ['model: "x\nname: y', 'front-matter-syntax at "'],
      ['tools: [a,\nmodel: x', 'front-matter-syntax at model'],
      ['model: x\n\tname: y', 'front-matter-syntax at \t'],
      ['model: @x', 'front-matter-syntax at @'],
      ['model: *x', 'front-matter-syntax at *x'],
      ['description: &d\n  a.b: *d', 'front-matter-syntax at *d front-matter-type at description'],
      ['model: !vendor x', 'doubtful-yaml at !vendor'],
      ['description: fees: all', 'front-matter-syntax at fees front-matter-type at description'],
    ] as const)
      it(`is reported at its place in ${JSON.stringify(yaml)}`, () => {
        assert.deepEqual(findingsIn(yaml).split(' ').sort(), expected.split(' ').sort());
      });
    it('is reported once if aliases would expand to something huge, as in the registry', () => {
      const lines = ['a.a: &a0 [x, x, x, x, x, x, x, x, x, x]'];
      for (let index = 1; index < 12; index += 1)
        lines.push(
          `a.${index}: &a${index} [${Array(10)
            .fill(`*a${index - 1}`)
            .join(', ')}]`,
        );
      const text = `---\n${lines.join('\n')}\n---\n`;
      assert.equal(parseSource(text).issues.length, 1);
      const { findings, entries } = readFrontMatter(text);
      assert.deepEqual(
        findings.map(({ code, span }) => [code, text.slice(span.start, span.end)]),
        [['front-matter-syntax', '*a0']],
      );
      assert.equal(entries.length, 12);
    });
    it('is reported for more aliases than the registry reads, however small', () => {
      const yaml = Array.from(
        { length: 1001 },
        (_, index) => `k${index}: &a${index} 1\nj${index}: *a${index}`,
      );
      const text = `---\n${yaml.join('\n')}\n---\nx`;
      assert.equal(parseSource(text).issues.length, 1);
      assert.ok(readFrontMatter(text).findings.some(({ code }) => code === 'front-matter-syntax'));
    });
    it('does not include as many aliases as the registry accepts', () => {
      const items = fc.constantFrom('x', '*a', '*b', '[*a, *a]', '[*b, *b, *c]', '{k: *a, l: *c}', '[]');
      const line = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(1, 3, 7, 51), items);
      let refused = 0;
      fc.assert(
        fc.property(fc.array(line, { maxLength: 5 }), lines => {
          const yaml = lines.map(
            ([anchor, count, item], index) =>
              `k.${index}: &${anchor} [${Array(count).fill(item).join(', ')}]`,
          );
          const text = `---\n${['k.a: &a x', 'k.b: &b y', 'k.c: &c z', ...yaml].join('\n')}\n---\n`;
          const { findings } = readFrontMatter(text);
          // The registry takes an alias inside what it points to, and gives what has no end.
          if (findings.some(({ message }) => message.includes('inside its own anchor'))) return;
          const { issues } = parseSource(text);
          if (issues.length > 0) refused += 1;
          assert.equal(findings.length > 0, issues.length > 0, text);
        }),
        { numRuns: 300 },
      );
      assert.ok(refused > 0);
    });
    it('does not include aliases of a normal size, which are resolved', () => {
      const text =
        '---\ninput:\n  schema:\n    home: &address\n      street: string\n    work?: *address\n  default:\n    work: {stret: x}\n---\n';
      const { variables, findings } = readFrontMatter(text);
      assert.deepEqual(
        variables.map(({ name, type }) => `${name}: ${wordsOfType(type)}`),
        ['home: {street}', 'work: {street}'],
      );
      assert.deepEqual(
        findings.map(({ code }) => code),
        ['default-mismatch', 'default-mismatch'],
      );
    });
    it('is reported for values that nest too deep', () => {
      for (const yaml of [
        '['.repeat(60_000),
        `a.b: ${'{x: '.repeat(3000)}`,
        '- '.repeat(20_000),
        '? '.repeat(5000),
      ]) {
        const { findings } = readFrontMatter(`---\n${yaml}\n---\n`);
        assert.ok(findings.some(({ code }) => code === 'front-matter-syntax'));
      }
    });
    it('is reported for front matter beyond 64 KiB, which is not read', () => {
      const yaml = `input:\n  schema:\n    a: string\nb: "${'x'.repeat(MAX_FRONT_MATTER_LENGTH)}"`;
      const { span, yamlSpan, variables, findings } = readFrontMatter(`---\n${yaml}\n---\nx`);
      assert.deepEqual(
        findings.map(({ code, span }) => [code, span]),
        [['front-matter-syntax', { start: 0, end: 3 }]],
      );
      assert.match(findings[0]?.message ?? '', /at most 65536 characters/);
      assert.deepEqual([span, yamlSpan, variables], [{ start: 0, end: yaml.length + 8 }, undefined, []]);
    });
    it('only ever leads to findings inside the text', () => {
      fc.assert(
        fc.property(fc.oneof(texts, fc.string({ unit: codePoint, maxLength: 200 })), text => {
          const whole = { start: 0, end: text.length };
          for (const { span, message } of readFrontMatter(text).findings) {
            assert.ok(holds(whole, span) && span.start <= span.end, JSON.stringify({ span, message }));
            assert.ok(message.length < 500);
          }
        }),
        { numRuns: runs(5000, 1000) },
      );
    });
  });

  describe('variables', () => {
    it('are those of the schema, then those with only a default', () => {
      const { variables, declaresInput } = read(
        'input:\n  schema:\n    b: string, what\n    a?(array, many): integer\n  default:\n    c: {x: [1, 2], y: [a, 1]}\n    b: text',
      );
      assert.deepEqual(
        variables.map(({ name, optional, description, type }) => [
          name,
          optional,
          description,
          wordsOfType(type),
        ]),
        [
          ['b', false, 'what', 'string'],
          ['a', true, 'many', 'integer[]'],
          ['c', true, undefined, '{x, y, …}'],
        ],
      );
      assert.equal(declaresInput, true);
    });
    it('may be undeclared only if the schema is missing or allows it', () => {
      for (const yaml of [
        'model: x',
        'input:\n  default:\n    a: 1',
        'input:\n  schema:',
        'input:\n  schema:\n    (*): string',
      ])
        assert.equal(read(yaml).declaresInput, false, yaml);
      for (const yaml of [
        'input:\n  schema: {}',
        'input:\n  schema: {type: object, properties: {a: {type: string}}}',
      ])
        assert.equal(read(yaml).declaresInput, true, yaml);
      assert.equal(read('input:\n  schema: {type: object, additionalProperties: true}').declaresInput, false);
    });
    it('have a position in defaults of any form', () => {
      const { defaults } = read('input: {default: {a: 1, "b c": [x]}}');
      assert.deepEqual([...defaults.keys()], ['a', 'b c']);
    });
  });

  describe('defaults', () => {
    const schema =
      'input:\n  schema:\n    n: number\n    kind(enum): [urgent, normal]\n    q?(array):\n      id: string\n      takes?: string\n  default:\n';
    for (const [yaml, expected] of [
      ['    n: 1.5\n    kind: urgent\n    q: [{id: a}, {id: b, takes: }]', ''],
      ['    n: "5"', 'default-mismatch at "5"'],
      ['    kind: urgnt', 'default-mismatch at urgnt: near urgent'],
      ['    q:\n      - id: a\n      - id: 5', 'default-mismatch at 5'],
      ['    q:\n      - id: a\n        takse: x', 'default-mismatch at takse: near takes'],
      ['    q:\n      - takes: a', 'default-mismatch at t'],
      ['    q: {}', 'default-mismatch at {}'],
      ['    m: 5', 'default-mismatch at m: name m'],
      ['    knd: urgent', 'default-mismatch at knd: name knd, near kind'],
      ['    n:', ''],
    ] as const)
      it(`report ${expected || 'nothing'} for ${JSON.stringify(yaml)}`, () => {
        assert.equal(findingsIn(schema + yaml), expected);
      });
    it('are checked against a wildcard', () => {
      const wild = 'input:\n  schema:\n    a: string\n    (*): number\n  default:\n';
      assert.equal(findingsIn(`${wild}    b: 5`), '');
      assert.equal(findingsIn(`${wild}    b: text`), 'default-mismatch at text');
    });
    it('are never quoted in messages', () => {
      const { findings } = read(`${schema}    n: hunter2\n    kind: hunter2\n    q: hunter2`);
      assert.equal(findings.length, 3);
      assert.ok(!findings.some(({ message }) => message.includes('hunter2')));
    });
  });
});

function read(yaml: string) {
  return readFrontMatter(`---\n${yaml}\n---\nbody`);
}

/** `code at text: data`, each. */
function findingsIn(yaml: string): string {
  const text = `---\n${yaml}\n---\nbody`;
  return readFrontMatter(text)
    .findings.map(({ code, span, data }) => {
      const facts = Object.entries(data ?? {}).map(([key, value]) => `${key} ${value}`);
      return `${code} at ${text.slice(span.start, span.end)}${facts.length > 0 ? `: ${facts.join(', ')}` : ''}`;
    })
    .join(' ');
}

const line = fc.oneof(
  fc.constantFrom(
    'model: x',
    'input:',
    '  schema:',
    '    a: string',
    '    b?(array, many): number',
    '  default:',
    '    a: "x"',
    '    b: [1, 2]',
    'a.b: &x {c: d}',
    'e.f: *x',
    '- item',
    '---',
    '--- ',
    '...',
    '? key',
    ': value',
    'g.h: |',
    '  text',
    '',
    '# comment',
    '\t',
    '%YAML 1.2',
    '"q": \'s',
    '{{#if a}}',
    '[',
    ']',
    '1: 2',
    '<<: *x',
    'm.n: !!binary aGk=',
  ),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...' :-?#&*!|>{}[],"\'%@`\n\tab\0\ud800'), maxLength: 12 }),
);
const lineBreak = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r');
const texts = fc
  .tuple(
    fc.constantFrom('---\n', '---\n', '---\r\n', '\uFEFF---\n', '--- \r', ''),
    fc.array(fc.tuple(line, lineBreak), { maxLength: 10 }),
    fc.constantFrom('\n---\n', '---\nbody\n', '\r\n---\r\n body', '---', ''),
  )
  .map(([start, lines, end]) => start + lines.flat().join('') + end);
