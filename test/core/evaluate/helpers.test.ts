import assert from 'node:assert/strict';
import { type Given, partial, problemOf, segmentsOf, textOf } from './evaluated.ts';

describe('a helper', () => {
  const rows: [template: string, input: Record<string, unknown>, text: string][] = [
    ['{{#if a}}y{{else}}n{{/if}}{{#if b}}y{{else}}n{{/if}}', { a: 'x', b: [] }, 'yn'],
    ['{{#if n}}y{{else}}n{{/if}}{{#if n includeZero=true}}y{{/if}}', { n: 0 }, 'ny'],
    ['{{#unless a}}y{{else}}n{{/unless}}', { a: false }, 'y'],
    ['{{#each xs as |x at|}}{{at}}{{x}}{{#if @last}}.{{/if}}{{/each}}', { xs: ['a', 'b'] }, '0a1b.'],
    [
      '{{#each o}}{{@key}}={{this}}{{@index}}{{#if @first}},{{/if}}{{/each}}',
      { o: { a: 1, b: 2 } },
      'a=10,b=21',
    ],
    ['{{#each none}}x{{else}}nothing{{/each}}', {}, 'nothing'],
    ['{{#with o as |it|}}{{a}}{{it.a}}{{../b}}{{else}}n{{/with}}', { o: { a: 1 }, b: 2 }, '112'],
    ['{{#with none}}y{{else}}{{b}}{{/with}}', { b: 2 }, '2'],
    ['{{lookup xs 1}}{{lookup o "k"}}{{lookup none "k"}}', { xs: [1, 2], o: { k: 3 } }, '23'],
    ['{{json o}}{{json xs indent=1}}', { o: { a: '"' }, xs: [1] }, '{"a":"\\""}[\n 1\n]'],
    [
      '{{#ifEquals a "5"}}y{{else}}n{{/ifEquals}}{{#unlessEquals a 5}}y{{else}}n{{/unlessEquals}}',
      { a: 5 },
      'nn',
    ],
    [
      '{{#a}}{{b}}{{/a}}{{#xs}}{{this}}{{/xs}}{{^none}}n{{/none}}{{#t}}{{c}}{{/t}}',
      { a: { b: 1 }, xs: [2, 3], t: true, c: 4 },
      '123n4',
    ],
    ['a{{log "x" a level="error"}}b', { a: 1 }, 'ab'],
    ['{{{{raw}}}}{{x}}{{{{/raw}}}}', {}, '{{x}}'],
    ['a{{{{code}}}} {{#if x}} {{> p}} {{{{/code}}}}b', { code: false }, 'a {{#if x}} {{> p}} b'],
    ['{{{{if t}}}}{{x}}{{{{/if}}}}{{{{if f}}}}{{x}}{{{{/if}}}}', { t: true }, '{{x}}'],
    ['{{#if (lookup o "a")}}{{json (lookup o "a")}}{{/if}}', { o: { a: [1] } }, '[1]'],
  ];
  for (const [template, input, text] of rows) it(template, () => assert.equal(textOf(template, input), text));

  it('of Dotprompt produces structure, not text', () => {
    const template = '{{role "system" a="b"}}x{{history}}{{media url=u contentType="t"}}{{section "s"}}';
    assert.deepEqual(
      segmentsOf(template, { input: { u: 'https://a b' } }).map(segment =>
        'text' in segment ? segment.text : segment,
      ),
      [
        { kind: 'role', role: 'system', metadata: { a: 'b' } },
        'x',
        { kind: 'history' },
        { kind: 'part', part: { media: { url: 'https://a b', contentType: 't' } } },
        { kind: 'part', part: { metadata: { purpose: 's', pending: true } } },
      ],
    );
  });

  it('writes nothing to the console', () => {
    const before = { log: console.log, info: console.info, error: console.error, warn: console.warn };
    const written: unknown[] = [];
    for (const method of ['log', 'info', 'error', 'warn'] as const)
      console[method] = text => written.push(text);
    try {
      textOf('{{log "x" level="error"}}{{toString}}{{user.valueOf}}', { user: {} });
    } finally {
      Object.assign(console, before);
    }
    assert.deepEqual(written, []);
  });

  const refused: Record<string, [template: string, given: Given, sentence: RegExp]> = {
    'that nobody knows, also where it never runs': [
      '{{#if no}}{{shout x}}{{/if}}',
      {},
      /^a\/b:1:13: There is no helper "shout"/,
    ],
    'called with too many': [
      '{{#if a b}}{{/if}}',
      {},
      /"if" takes one argument, not 2: write "\{\{#if condition\}\}…/,
    ],
    'called with too few': ['{{#ifEquals a}}{{/ifEquals}}', {}, /"ifEquals" takes two arguments, not 1/],
    'called with none': ['{{json}}', {}, /"json" takes one argument, not none/],
    'that needs a body': ['{{if a}}', {}, /"if" is a block helper/],
    'that needs a body, as an argument': ['{{json (ifEquals a b)}}', {}, /"ifEquals" is a block helper/],
    'that is internal': ['{{helperMissing}}', {}, /internal to Handlebars/],
    'that is a decorator': ['{{* deco}}', {}, /no decorator "deco"/],
    'that gives structure, as an argument': ['{{json (role "user")}}', {}, /not produce text/],
    'lookup of one argument': ['{{lookup xs}}', { input: { xs: [1] } }, /"lookup" takes two arguments/],
    'a partial with two contexts': [
      '{{> p a b}}',
      { partials: new Map([partial('p', '')]) },
      /takes one argument, its context/,
    ],
    'an object without text': [
      '{{x}}',
      { input: { x: { toString: 1, valueOf: 1 } } },
      /^a\/b:1:1: "x" is an object, and an object is not text. Use a property, such as {{x.toString}}, or {{json x}}/,
    ],
    'a number without JSON': ['{{json x}}', { input: { x: 1n } }, /cannot be written as JSON/],
    'names that a block does not fill': [
      '{{#if a as |x|}}{{x}}{{/if}}',
      { input: { a: 1 } },
      /only \{\{#each\}\} and \{\{#with\}\}/,
    ],
  };
  for (const [what, [template, given, sentence]] of Object.entries(refused))
    it(`refuses ${what} at its place, in our words`, () => {
      const { code, message, details } = problemOf(template, given);
      assert.equal(code, 'invalid_source');
      assert.match(message, sentence);
      assert.equal(details.issues?.[0]?.line, 1);
    });
});

describe('a path', () => {
  it("reads only a value's own properties", () => {
    const input = { x: {}, s: 'abc', xs: [1, 2], own: JSON.parse('{"__proto__": "own"}') as unknown };
    assert.equal(
      textOf(
        '[{{toString}}{{x.constructor.name}}{{x.valueOf}}{{constructor}}{{lookup x "toString"}}]',
        input,
      ),
      '[]',
    );
    assert.equal(textOf('{{s.length}}{{xs.length}}{{xs.[1]}}{{own.__proto__}}', input), '322own');
  });
  it('resolves parents, the root, and the data of the call', () => {
    const data = { user: { name: 'Ada' } };
    assert.equal(
      textOf(
        '{{#with o}}{{#each xs}}{{this}}{{../a}}{{../../b}}{{@root.b}}{{@index}}{{@user.name}}{{/each}}{{/with}}',
        { o: { a: 'A', xs: ['x'] }, b: 'B' },
        { data },
      ),
      'xABB0Ada',
    );
    assert.equal(
      textOf('{{#each xs}}{{#each this}}{{@../index}}{{@index}}{{/each}}{{/each}}', { xs: [['a'], ['b']] }),
      '0010',
    );
  });
});

describe('a partial', () => {
  const go = (template: string, partials: [string, string][], input: Record<string, unknown> = {}) =>
    textOf(template, input, { partials: new Map(partials.map(([name, text]) => partial(name, text))) });

  it('has the context of its call, overridden by the named arguments', () => {
    const p: [string, string] = ['p', '[{{a}}{{b}}]'];
    assert.equal(
      go('{{> p}}{{> p o}}{{> p b=2}}{{> p o a=3}}', [p], { a: 1, o: { b: 4 } }),
      '[1][4][12][34]',
    );
  });
  it('sees nothing above its context', () => {
    assert.equal(go('{{#with o}}{{> p}}{{/with}}', [['p', '[{{../a}}{{b}}]']], { a: 1, o: { b: 2 } }), '[2]');
  });
  it('is indented on each of its lines, including those of values', () => {
    assert.equal(go('x\n  {{> p}}\ny', [['p', 'a\n\n{{v}}\n']], { v: '1\n2' }), 'x\n  a\n  \n  1\n  2\ny');
  });
  it('can be called with a block, and use it never, once or more often', () => {
    assert.equal(
      go('{{#> p}}in {{a}}{{/p}}', [['p', '<{{> @partial-block}}{{> @partial-block}}>']], { a: 1 }),
      '<in 1in 1>',
    );
    assert.match(
      problemOf('{{> p}}', { partials: new Map([partial('p', '{{> @partial-block}}')]) }).message,
      /^a\/b:1:1: The partial "p" writes \{\{> @partial-block\}\}, so it needs a body/,
    );
  });
  it('can be defined in the template, for its block and nested ones', () => {
    assert.equal(textOf('{{> a}}{{#*inline "a"}}A{{b}}{{/inline}}{{#if b}}{{> a}}{{/if}}', { b: 1 }), 'A1A1');
    assert.match(
      problemOf('{{#if b}}{{#*inline "a"}}{{/inline}}{{/if}}{{> a}}').message,
      /is not defined here/,
    );
    assert.equal(textOf('{{#if b}}{{#*inline "a"}}{{/inline}}{{/if}}{{#> a}}instead{{/a}}'), 'instead');
  });
  it('keeps its own scope in a loop with names, unlike Handlebars', () => {
    assert.equal(
      textOf('{{#each xs as |x|}}{{#*inline "p"}}[{{x}}]{{/inline}}{{> p}}{{/each}}', { xs: [1, 2] }),
      '[1][2]',
    );
  });
  it('is refused if it is unknown', () => {
    assert.match(
      problemOf('{{#if no}}{{> nobody}}{{/if}}').message,
      /^a\/b:1:11: The partial "nobody" is not known/,
    );
    assert.match(problemOf('{{> (lookup . "x")}}').message, /must be named, not computed/);
  });
});
