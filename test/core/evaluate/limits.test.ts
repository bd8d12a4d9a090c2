import assert from 'node:assert/strict';
import { LIMITS, type Limits } from '../../../src/core/evaluate/limits.ts';
import { Problem } from '../../../src/core/problem.ts';
import { type Given, partial, problemOf, segmentsOf, textOf } from './evaluated.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
/** A list of two of a list of two … of `value`: small to hold, huge to write. */
function manyTimes(value: unknown, times: number): unknown {
  let all = value;
  for (let time = 0; time < times; time++) all = [all, all];
  return all;
}

describe('evaluation stops', () => {
  const ends: Record<string, [limit: RegExp, template: string, given: Given]> = {
    'loops in loops that write nothing': [
      /1,000,000 steps/,
      '{{#each xs}}{{#each ../xs}}{{#each ../../xs}}{{/each}}{{/each}}{{/each}}x',
      { input: { xs: numbers(300) } },
    ],
    'a long text repeated in a loop': [
      /4,194,304 characters/,
      '{{#each xs}}{{../big}}{{/each}}',
      { input: { xs: numbers(100_000), big: 'x'.repeat(1024) } },
    ],
    'a partial that calls itself': [
      /deeper than 600/,
      '{{#*inline "a"}}x{{#if 1}}{{> a}}{{/if}}{{/inline}}{{> a}}',
      {},
    ],
    'a partial that calls itself twice': [
      /deeper than 600/,
      '{{#*inline "a"}}{{#if 1}}{{> a}}{{> a}}{{/if}}{{/inline}}{{> a}}',
      {},
    ],
    'a partial that calls itself in a loop': [
      /deeper than 600|steps/,
      '{{#*inline "a"}}{{#each @root.xs}}{{> a}}{{/each}}{{/inline}}{{> a}}',
      { input: { xs: numbers(3) } },
    ],
    'a value that holds itself many times, as JSON': [
      /characters/,
      '{{json x}}',
      { input: { x: manyTimes('text', 30) } },
    ],
    'a value that holds itself many times, and is only compared': [
      /characters|steps/,
      '{{#if (json x)}}{{/if}}',
      { input: { x: manyTimes('text', 30) } },
    ],
    'a list made to JSON again and again': [
      /steps/,
      '{{#each xs}}{{#if (json ../many)}}{{/if}}{{/each}}',
      { input: { xs: numbers(1000), many: numbers(100_000) } },
    ],
    'JSON of JSON of JSON': [
      /characters|steps/,
      `{{json ${'(json '.repeat(40)}x${')'.repeat(40)}}}`,
      { input: { x: '"' } },
    ],
    'a value that nests deep': [
      /deeper than/,
      '{{json x}}',
      { input: { x: JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as unknown } },
    ],
    'indentation of many lines': [
      /characters/,
      `{{#*inline "a"}}{{x}}{{/inline}}\n${' '.repeat(400)}{{> a}}\n`,
      { input: { x: '\n'.repeat(1_000_000) } },
    ],
    'a history in a loop': [
      /characters/,
      '{{#each xs}}{{history}}{{/each}}',
      { input: { xs: numbers(5000) }, history: [{ role: 'model', content: [{ text: 'x'.repeat(1000) }] }] },
    ],
    'the arguments of a partial copied again and again': [
      /steps/,
      '{{#each xs}}{{> p @root a=1}}{{/each}}',
      {
        input: { xs: numbers(1000), ...Object.fromEntries(numbers(2000).map(at => [`k${at}`, at])) },
        partials: new Map([partial('p', '')]),
      },
    ],
  };
  for (const [what, [limit, template, given]] of Object.entries(ends))
    it(`${what}, naming the limit and the place`, () => {
      const { code, message, details } = problemOf(template, given);
      assert.equal(code, 'too_expensive');
      assert.match(message, limit);
      assert.match(message, /^(a\/b|_p):\d+:\d+: .*\. .*Look for .*\.$/);
      assert.equal(details.issues?.length, 1);
    });

  it('at the same place on every machine, as it counts steps', () => {
    const limits: Limits = { steps: 20, characters: 10 };
    const input = { xs: numbers(10) };
    assert.equal(textOf('{{#each xs}}a{{/each}}', input, {}).length, 10);
    assert.match(problemOf('{{#each xs}}{{this}}{{this}}{{/each}}', { input }, limits).message, /20 steps/);
    assert.match(problemOf('12345678901', {}, limits).message, /10 characters/);
    assert.equal(segmentsOf('1234567890', {}, limits).length, 1);
  });

  it('with a message that leads to the place, also in a partial', () => {
    const source = '---\nmodel: m\n---\n{{#each xs}}\n  {{x}}{{/each}}';
    const inner = {
      id: '_p',
      label: 'shared/_p.prompt',
      source,
      template: source.slice(17),
      templateOffset: 17,
      partials: new Map(),
    };
    const given = { input: { xs: numbers(5) }, partials: new Map([['p', inner]]) };
    const { message } = problemOf('{{> p}}', given, { steps: 9, characters: 100 });
    assert.match(message, /^shared\/_p\.prompt:5:3: Rendering takes more than 9 steps here/);
  });

  it('for a small budget without side effects: a full run afterwards is complete', () => {
    const input = { xs: numbers(100) };
    const template = '{{#each xs}}{{this}}{{/each}}';
    assert.ok(Problem.is(problemOf(template, { input }, { ...LIMITS, steps: 50 }), 'too_expensive'));
    assert.equal(textOf(template, input), numbers(100).join(''));
  });
});

describe('a thread that yields to others', () => {
  it('pauses every 1,024 steps, and stops where any other does', () => {
    const template = '{{#each xs}}{{this}}{{/each}}';
    let rests = 0;
    const limits: Limits = {
      ...LIMITS,
      rest() {
        rests += 1;
      },
    };
    const given = { input: { xs: numbers(10_000) } };
    assert.deepEqual(segmentsOf(template, given, limits), segmentsOf(template, given));
    const before = rests;
    assert.ok(before >= 10 && before < 100, `${before} rests`);
    for (const steps of [500, 1023, 1024, 1025, 5000]) {
      const ended = (by: Limits) => {
        const { message, code } = problemOf(template, given, by);
        return { message, code };
      };
      assert.deepEqual(ended({ ...limits, steps }), ended({ ...LIMITS, steps }));
    }
    rests = 0;
    segmentsOf('{{a}}', { input: { a: 1 } }, limits);
    assert.equal(rests, 0);
  });
});
