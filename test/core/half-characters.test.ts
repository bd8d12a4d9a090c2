import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HALF_CHARACTER, hasHalfCharacter } from '../../src/core/half-characters.ts';
import { parseSource } from '../../src/core/source.ts';
import { readJson } from '../../src/editor/preview/form.ts';
import { readJsonInput } from '../../src/editor/preview/json-input.ts';
import { readFrontMatter } from '../../src/language/front-matter/front-matter.ts';
import { readSamples } from '../../src/language/samples/samples.ts';
import { runs } from '../runs.ts';

/** In double quotes, as YAML and JSON write them. */
const HALVES = [
  String.raw`"\ud800"`,
  String.raw`"a\uDFFFb"`,
  String.raw`"\udc00\ud83d"`,
  String.raw`"\ud83d \ude00"`,
];
const WHOLE = [String.raw`"\ud83d\ude00"`, '"😀"', String.raw`"\\ud800"`, '"\\u00e9"'];

const source = (value: string) =>
  `---\ninput:\n  schema:\n    a: string\n  default:\n    a: ${value}\n---\n{{a}}\n`;
const samples = (value: string) => `- name: one\n  input:\n    a: ${value}\n`;

describe('a lone surrogate', () => {
  it('is refused in front matter at its place, and the rest is still read', () => {
    for (const half of HALVES) {
      const { issues, isUnread } = parseSource(source(half), 'prompt');
      assert.deepEqual(
        issues.map(({ line, message }) => [line, message]),
        [[6, HALF_CHARACTER]],
        half,
      );
      assert.equal(isUnread, false, 'what is published already is rendered');
      const told = readFrontMatter(source(half)).findings;
      assert.ok(
        told.some(({ code, message }) => code === 'front-matter-syntax' && message === HALF_CHARACTER),
      );
    }
    for (const whole of WHOLE) {
      assert.deepEqual(parseSource(source(whole), 'prompt').issues, [], whole);
      assert.deepEqual(readFrontMatter(source(whole)).findings, []);
    }
  });
  it('is refused in a key of front matter', () => {
    const text = `---\nmetadata:\n  "\\ud800": 1\n---\nHi\n`;
    assert.deepEqual(
      parseSource(text, 'prompt').issues.map(({ message }) => message),
      [HALF_CHARACTER],
    );
  });
  it('is refused in samples', () => {
    for (const half of HALVES)
      assert.deepEqual(
        readSamples(samples(half)).findings.map(({ message }) => message),
        [HALF_CHARACTER],
      );
    for (const whole of WHOLE) assert.deepEqual(readSamples(samples(whole)).findings, []);
  });
  it("is refused in the preview's JSON", () => {
    for (const half of HALVES) {
      assert.deepEqual(readJson(`{"a": [${half}]}`), { problem: HALF_CHARACTER });
      const { problem = '' } = readJsonInput(`{"a": [1, ${half}]}`, []) as { problem?: string };
      assert.equal(problem, `Line 1, column 11: ${HALF_CHARACTER}`);
      assert.match((readJsonInput(`{${half}: 1}`, []) as { problem: string }).problem, /lone surrogate/);
    }
    for (const whole of WHOLE) assert.ok('value' in readJson(`[${whole}]`), whole);
  });
  it('is found anywhere in a value, and never in one without', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.boolean(), (value, isKey) => {
        assert.equal(hasHalfCharacter(value), /[\ud800-\udfff]/u.test(textsOf(value)));
        assert.ok(hasHalfCharacter(isKey ? { a: [value, { '\udc00': 1 }] } : [value, { a: '\ud800' }]));
      }),
      { numRuns: runs(1000, 100) },
    );
  });
});

function textsOf(value: unknown): string {
  if (typeof value === 'string') return `${value} `;
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([key, item]) => `${key} ${textsOf(item)}`)
    .join(' ');
}
