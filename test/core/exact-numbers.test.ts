import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inexactNumberIn, keepsDigits } from '../../src/core/exact-numbers.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { readMetadata, render } from '../../src/core/render.ts';
import { parseSource } from '../../src/core/source.ts';
import { diagnose } from '../../src/language/features/diagnostics/diagnose.ts';
import { diagnoseSamples } from '../../src/language/features/diagnostics/diagnose-samples.ts';
import { readFrontMatter } from '../../src/language/front-matter/front-matter.ts';
import { readSamples } from '../../src/language/samples/samples.ts';
import { prepareSource } from '../../src/registry/prompts/prepare-source.ts';
import { aLibrary, promptOf } from '../language/a-library.ts';
import { runs } from '../runs.ts';

const KEPT = [
  '0',
  '-1',
  '9007199254740991',
  '9007199254740992',
  '100000000000000000000',
  '0.1',
  '1.0',
  '-2.50',
  '1e3',
  '1e-7',
  '0.000001',
  '-0.5',
  '-0.05e1',
];
const LOST = [
  '9007199254740993',
  '-9007199254740993',
  '12345678901234567890',
  '1000000000000000000000',
  '0.1234567890123456789',
  '123456789.123456789',
  '0.0000001',
  '-0.00000012',
  '1e400',
  '-1e-400',
  '-0',
  '-0.0',
  '-0e5',
];
/** Numbers of YAML alone. */
const YAML_LOST = ['0071234', '00', '-007', '01.5', '0x1F', '0o17', '.inf', '-.Inf', '.nan'];

/** The digits of a number, without its point and the zeros around it. */
const digits = (text: string) => text.replace('.', '').replace(/^-?0*/, '').replace(/0*$/, '');

describe('a number', () => {
  it('in JSON is kept exactly, or reported by its pointer', () => {
    for (const number of KEPT) {
      assert.ok(keepsDigits(number, Number(number)), number);
      assert.equal(inexactNumberIn(`{"n": [${number}]}`), undefined, number);
    }
    for (const number of LOST) {
      assert.ok(!keepsDigits(number, Number(number)), number);
      assert.equal(inexactNumberIn(`{"a": ["x", {"b/~c": ${number}}], "z": 1}`), '/a/1/b~1~0c', number);
      assert.equal(inexactNumberIn(number), '');
      assert.equal(inexactNumberIn(JSON.stringify({ text: number, more: `"${number}` })), undefined);
    }
  });

  it('in JSON is found beside any key', () => {
    const keys = fc.constantFrom('toString', 'valueOf', 'toJSON', '__proto__', 'constructor', 'length', 'a');
    const { json } = fc.letrec<{ json: string }>(tie => ({
      json: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('1e21', '5', '"a"', 'null', 'true', '[]'),
        fc
          .array(fc.tuple(keys, tie('json')), { maxLength: 3 })
          .map(all => `{${all.map(([key, value]) => `"${key}": ${value}`).join()}}`),
      ),
    }));
    fc.assert(fc.property(json, text => assert.equal(inexactNumberIn(`[1e3, ${text}]`), undefined)));
    assert.equal(inexactNumberIn('{"toString": 1, "a": {"toString": 12345678901234567890}}'), '/a/toString');
  });

  it('is never written with digits other than those given', async () => {
    const digit = fc.integer({ min: 0, max: 9 });
    const integer = fc.array(digit, { minLength: 1, maxLength: 25 }).map(all => all.join(''));
    const written = fc
      .tuple(fc.constantFrom('', '-'), integer, fc.option(integer, { nil: undefined }))
      .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}`);
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(written, fc.boolean(), async (number, isDefault) => {
        const head = isDefault ? `---\ninput:\n  default:\n    n: ${number}\n---\n` : '';
        const json = `{"n": ${number}}`;
        const isJson = !/^-?0\d/.test(number);
        if (!isDefault && (!isJson || inexactNumberIn(json) !== undefined)) return;
        let text: string;
        try {
          const input = isDefault ? {} : (JSON.parse(json) as Record<string, unknown>);
          ({ text } = await render({ source: `${head}{{n}}`, input, partials: new Map(), label: 'a' }));
        } catch (error) {
          assert.ok(Problem.is(error, 'invalid_source') && error.message.includes('other digits'));
          return;
        }
        kept += 1;
        // Small ones are written as 1e-7: the same digits all the same.
        assert.equal(digits(text.replace(/e.*/, '')), digits(number), number);
      }),
      { numRuns: runs(10_000, 1_500) },
    );
    assert.ok(kept > 100, `only ${kept} were kept`);
  });

  for (const number of [...LOST, ...YAML_LOST])
    it(`in YAML is refused at its place: ${number}`, async () => {
      const source = `---\ninput:\n  default:\n    a: {b: [1, ${number}]}\n---\n{{json a}}`;
      const [issue, ...more] = parseSource(source).issues;
      assert.deepEqual(more, []);
      assert.deepEqual(
        { ...issue },
        {
          line: 4,
          column: 16,
          endLine: 4,
          endColumn: 16 + number.length,
          message: 'As a number, this would be written with other digits. Put it in quotes to keep them.',
        },
      );
      await assert.rejects(render({ source, input: {}, partials: new Map(), label: 'a' }), error =>
        Problem.is(error, 'invalid_source'),
      );
      const [finding] = readFrontMatter(source).findings;
      assert.equal(finding?.code, 'front-matter-syntax');
      assert.equal(source.slice(finding?.span.start, finding?.span.end), number);
      const samples = readSamples(`- name: a\n  input:\n    n: ${number}\n`).findings;
      assert.deepEqual(
        samples.map(({ code, message }) => [code, message]),
        [
          [
            'sample-syntax',
            'As a number, this would be written with other digits. Put it in quotes to keep them.',
          ],
        ],
      );
    });
  for (const text of ['"0071234"', "'12345678901234567890'", '1_000', '00-71', '1:30', '2026-11-28', 'v007'])
    it(`in YAML is read as text: ${text}`, async () => {
      const source = `---\ninput:\n  default:\n    n: ${text}\n---\n{{n}}`;
      const rendered = await render({ source, input: {}, partials: new Map(), label: 'a' });
      assert.equal(rendered.text, text.replaceAll(/["']/g, ''));
    });
  it('is reported once when a schema forbids it too', async () => {
    const source =
      '---\ninput:\n  schema:\n    n: 007\n    s: string\n    i: integer\n  default:\n    s: 0071\n---\n{{n}}{{s}}{{i}}';
    const { flaw } = await prepareSource(parsePromptName('it'), source);
    const places = flaw?.details.issues?.map(({ line, column, code }) => [line, column, code]);
    assert.deepEqual(places, [
      [4, 8, 'front-matter-syntax'],
      [8, 8, 'front-matter-syntax'],
    ]);
    const library = aLibrary({ it: source });
    const prompt = promptOf(library, 'it');
    const codes = diagnose(prompt, library).map(({ code }) => code);
    assert.deepEqual(codes, ['front-matter-syntax', 'front-matter-syntax']);
    const samples = '- name: a\n  input: {n: a, s: 0071, i: x}\n';
    assert.deepEqual(
      diagnoseSamples(samples, prompt).map(({ code, span }) => [code, span.start]),
      [
        ['sample-syntax', samples.indexOf('0071')],
        ['sample-mismatch', samples.indexOf('x}')],
      ],
    );
  });
  it('is refused as a key, as its name would change', () => {
    assert.equal(parseSource('---\ninput: {default: {007: x}}\n---\n').issues.length, 1);
  });
  it('in an already published version is delivered unchanged', async () => {
    const source = '---\nconfig: {seed: 007}\n---\nx';
    await assert.rejects(readMetadata(source, 'a'), error => Problem.is(error, 'invalid_source'));
    assert.deepEqual((await readMetadata(source, 'a', { isPublished: true })).config, { seed: 7 });
  });
  it('is checked in linear time', () => {
    for (const piece of ['1', '.', '1.', '-', 'e', '0'])
      assert.equal(typeof keepsDigits(piece.repeat(300_000), 1), 'boolean');
  });
});
