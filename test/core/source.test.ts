import assert from 'node:assert/strict';
import { linkPartials } from '../../src/core/link.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { render } from '../../src/core/render.ts';
import {
  checkSourceText,
  decodeSource,
  MAX_FRONT_MATTER_LENGTH,
  MAX_SOURCE_BYTES,
  parsePublished,
  parseSource,
} from '../../src/core/source.ts';
import { checkNoIssues, sourceIssues } from '../../src/core/template.ts';

const issuesOf = (source: string) =>
  sourceIssues(source, parseSource(source)).map(({ line, column, message }) => ({ line, column, message }));

describe('a source', () => {
  it('with front matter is split as in Dotprompt', () => {
    const source = '---\nmodel: a/b\ninput:\n  schema:\n    name: string\n---\n\nHello {{name}}\n';
    const parsed = parseSource(source);
    assert.deepEqual(parsed.frontMatter, { model: 'a/b', input: { schema: { name: 'string' } } });
    assert.equal(parsed.template, 'Hello {{name}}');
    assert.equal(source.slice(parsed.templateOffset, parsed.templateOffset + 5), 'Hello');
  });
  it('without front matter is all template, untrimmed', () =>
    assert.equal(parseSource('\n hi \n').template, '\n hi \n'));
  it('may be empty, contain only front matter, start with a byte order mark, or use CRLF', () => {
    assert.deepEqual(issuesOf(''), []);
    assert.equal(parseSource('---\nmodel: x\n---').template, '');
    assert.equal(parseSource('\ufeff---\nmodel: x\n---\nhi').frontMatter['model'], 'x');
    assert.equal(parseSource('---\r\nmodel: x\r\n---\r\nhi').template, 'hi');
    assert.deepEqual(parseSource('---\n---\nhi').frontMatter, {});
  });
  it('with an unclosed block is reported at the start of the block', () => {
    assert.deepEqual(issuesOf('line one\n  {{#if x}}\nmore'), [
      { line: 2, column: 3, message: 'The block "{{#if}}" is never closed: add "{{/if}}".' },
    ]);
    assert.deepEqual(issuesOf('---\nmodel: x\n---\na {{#each b}}{{#if c}}{{/if}}'), [
      { line: 4, column: 3, message: 'The block "{{#each}}" is never closed: add "{{/each}}".' },
    ]);
  });
  it('with a wrongly closed block or a broken tag is reported there', () => {
    assert.deepEqual(issuesOf('x\n{{#if a}}{{/each}}'), [
      {
        line: 2,
        column: 10,
        message: '"{{/each}}" cannot close the block "{{#if}}" opened on line 2: write "{{/if}}".',
      },
    ]);
    assert.equal(issuesOf('a\n {{x')[0]?.line, 2);
    assert.deepEqual(
      issuesOf('ab\n{{/if}}').map(({ line, column }) => [line, column]),
      [[2, 1]],
    );
  });
  it('with front matter that is not YAML, repeats a key or never ends is reported there', () => {
    assert.deepEqual(
      issuesOf('---\nmodel: [a\n---\nx').map(({ line }) => line),
      [2],
    );
    assert.match(issuesOf('---\na: 1\na: 2\n---\nx')[0]?.message ?? '', /"a" is already defined/);
    assert.match(issuesOf('---\nmodel: a\nHello')[0]?.message ?? '', /is not closed/);
    assert.match(issuesOf('---\n- a\n---\nx')[0]?.message ?? '', /keys and values/);
  });
  it('with a lone carriage return that makes its YAML invalid is reported there', () => {
    for (const source of ['---\rmodel: a\rinput: b\r---\rHi', '---\nmodel: a\rinput: b\n---\nHi']) {
      const [issue, ...others] = issuesOf(source);
      assert.deepEqual([issue?.line, issue?.column, others], [2, 9, []]);
      assert.match(issue?.message ?? '', /carriage return \(CR\) alone.*LF or CRLF/);
    }
    assert.deepEqual(issuesOf('---\r\nmodel: a\r\ninput:\r\n  default:\r\n    a: 1\r\n---\r\nHi'), []);
  });

  it('is refused for tags whose values JSON cannot hold, and merge keys, which YAML 1.2 lacks', () => {
    const valued = (value: string) => `---\ninput:\n  default:\n    a: ${value}\n---\n{{json a}}`;
    for (const value of [
      ...['!!set {x, y}', '!!binary aGk=', '!!timestamp 2026-01-01', '!!omap [x: 1]', '!!pairs [x: 1]'],
      '[{b: !!set {x}}]',
    ]) {
      const [issue, ...others] = issuesOf(valued(value));
      assert.equal(issue?.line, 4, value);
      assert.match(issue.message, /JSON cannot hold.*Remove the tag/);
      assert.deepEqual(others, []);
    }
    const merged = 'base: &base {x: string}\ninput:\n  schema:\n    <<: *base';
    const [issue] = issuesOf(`---\n${merged}\n---\nHi`);
    assert.deepEqual([issue?.line, issue?.column], [5, 5]);
    assert.match(issue?.message ?? '', /write the keys out/);
    for (const value of ['{"<<": 1}', "{'<<': 1}", '<<', '!!str 5', '!!int "5"', '!!map {x: 1}', '!!seq [1]'])
      assert.deepEqual(issuesOf(valued(value)), [], value);
    // One that was published is read as before.
    const { frontMatter, isUnread } = parsePublished(`---\n${merged}\n---\nHi`, 'prompt');
    assert.deepEqual([Object.keys(frontMatter), isUnread], [['base', 'input'], false]);
  });
  it('with exploding aliases is refused quickly', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'
        .split('')
        .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
    ];
    assert.match(issuesOf(`---\n${bomb.join('\n')}\n---\nx`)[0]?.message ?? '', /alias/i);
  });
  it('that nests too deep is refused at its place, before any recursion', () => {
    const nested = (n: number) => `${'{{#if a}}\n'.repeat(n)}x${'{{/if}}'.repeat(n)}`;
    assert.deepEqual(issuesOf(nested(100)), []);
    for (const n of [101, 100_000])
      assert.deepEqual(
        issuesOf(nested(n)).map(({ line, column }) => [line, column]),
        [[101, 1]],
      );
    assert.equal(issuesOf(`{{a ${'(b '.repeat(5000)}${')'.repeat(5000)}}}`).length, 1);
    assert.deepEqual(issuesOf('{{#if a}}{{/if}} (see below) '.repeat(500)), []);
    const hidden = ['{{! {{/if}} }}', '\\{{/if}}', '{{x "{{/if}}"}}', '{{x [{{/if]}}', "{{x '))'}}"];
    for (const closing of hidden)
      assert.match(
        issuesOf(`{{#if a}}${closing}`.repeat(300) + '{{/if}}'.repeat(300))[0]?.message ?? '',
        /deeper/,
      );
  });
  it('may have at most 500 else-ifs in a block, which can all be evaluated', async () => {
    const chain = (count: number) =>
      `{{#if a}}${Array.from({ length: count }, (_, at) => `{{else if b${at}}}x`).join('')}{{else}}end{{/if}}`;
    const rendered = await render({ source: chain(500), partials: new Map(), input: {}, label: 'a' });
    assert.equal(rendered.text, 'end');
    assert.match(issuesOf(chain(501))[0]?.message ?? '', /at most 500/);
    assert.equal(issuesOf(chain(50_000)).length, 1);
  });
  it('is refused with file, line and column', () => {
    const source = 'a\n{{#if x}}';
    assert.throws(
      () => checkNoIssues(sourceIssues(source, parseSource(source)), 'support/triage.prompt'),
      (e: unknown) =>
        Problem.is(e, 'invalid_source') &&
        e.message.startsWith('support/triage.prompt:2:1: ') &&
        e.details.issues?.length === 1,
    );
  });
});

describe('the bytes of a source', () => {
  it('that are not UTF-8 are refused at their line and column', () => {
    const bytes = Buffer.concat([Buffer.from('grün\nok '), Buffer.from([0xff, 0x41])]);
    assert.throws(
      () => decodeSource(bytes),
      (e: unknown) => Problem.is(e, 'invalid_source') && e.message.includes('Line 2, column 4'),
    );
  });
  it('keep a byte order mark', () => assert.equal(decodeSource(Buffer.from('\ufeffx')), '\ufeffx'));
  it('may be at most 1 MiB', () => {
    assert.throws(
      () => decodeSource(new Uint8Array(MAX_SOURCE_BYTES + 1)),
      (e: unknown) => Problem.is(e, 'too_large'),
    );
    assert.equal(decodeSource(Buffer.alloc(MAX_SOURCE_BYTES, 'a')).length, MAX_SOURCE_BYTES);
    assert.throws(
      () => checkSourceText('ä'.repeat(MAX_SOURCE_BYTES / 2 + 1)),
      (e: unknown) => Problem.is(e, 'too_large'),
    );
  });
  it('cannot contain a lone surrogate', () => {
    assert.throws(
      () => checkSourceText('ok\nx\ud800y'),
      (e: unknown) => Problem.is(e, 'invalid_source') && e.message.includes('Line 2, column 2'),
    );
  });
});

describe('linking partials', () => {
  const prompts: Record<string, string> = {
    _header: 'H',
    'a/_header': 'A {{> tone}}',
    'a/_tone': 'T',
    _self: '{{> self}}',
    _broken: '{{#if}}',
  };
  const find = async (name: ReturnType<typeof parsePromptName>) => {
    const source = prompts[name];
    return source === undefined ? undefined : { name, source, id: name };
  };
  it('uses the nearest, and links its own partials', async () => {
    const linked = await linkPartials(parsePromptName('a/b/c'), '{{> header}}', find);
    assert.equal(linked.get('header')?.id, 'a/_header');
    assert.equal(linked.get('header')?.partials.get('tone')?.id, 'a/_tone');
  });
  it('links a shared partial once', async () => {
    let looked = 0;
    const count = async (name: ReturnType<typeof parsePromptName>) => {
      looked += 1;
      const depth = Number(/_p(\d+)$/.exec(name)?.[1]);
      const source = depth < 14 ? `{{> p${depth + 1}}}{{> p${depth + 1} a=1}}{{> q${depth + 1}}}` : 'end';
      if (name.startsWith('_q')) return { name, id: name, source: `{{> p${name.slice(2)}}}` };
      return { name, id: name, source };
    };
    // Each is looked at once, and counted as often as it is used.
    await assert.rejects(
      linkPartials(parsePromptName('x'), '{{> p0}}', count),
      (error: unknown) =>
        Problem.is(error, 'invalid_source') && /\d{1,3},\d{3},\d{3} characters/.test(error.message),
    );
    assert.ok(looked < 100, `looked ${looked} times`);
  });
  it('refuses a chain of more than 32 partials, at the use that starts it, in any order', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 33 }, (_, at) => [`_p${at}`, at === 32 ? 'end' : `{{> p${at + 1}}}`]),
    );
    const link = (source: string) =>
      linkPartials(parsePromptName('it'), source, async name => {
        const found = chain[name];
        return found === undefined ? undefined : { name, source: found, id: name };
      });
    await link('{{> p1}}{{> p32}}');
    for (const source of ['a {{> p1}}\n{{> p0}}', 'a {{> p20}}\n{{> p0}}'])
      await assert.rejects(link(source), error => {
        assert.ok(Problem.is(error, 'invalid_source'));
        const [issue] = error.details.issues ?? [];
        assert.deepEqual([issue?.line, issue?.column, issue?.code], [2, 5, 'partial-cycle']);
        assert.match(error.message, /more than 32 deep from here/);
        return true;
      });
  });
  it('refuses a missing partial at its call, an invalid one, a recursive one and a computed name', async () => {
    const link = (source: string) => linkPartials(parsePromptName('a/x'), source, find);
    await assert.rejects(
      link('hi\n {{> nope}}'),
      (e: unknown) =>
        Problem.is(e, 'invalid_source') &&
        e.message.startsWith('a/x:2:6: ') &&
        e.message.includes('a/_nope, _nope'),
    );
    await assert.rejects(
      link('{{> self}}'),
      (e: unknown) => Problem.is(e, 'invalid_source') && e.message.includes('uses itself'),
    );
    await assert.rejects(
      link('{{> broken}}'),
      (e: unknown) => Problem.is(e, 'invalid_source') && e.message.includes('_broken'),
    );
    await assert.rejects(
      link('{{> (lookup . "x")}}'),
      (e: unknown) => Problem.is(e, 'invalid_source') && e.message.includes('computed'),
    );
  });
});

describe('front matter designed to keep the registry busy', () => {
  const issue = (yaml: string) => parseSource(`---\n${yaml}\n---\nx`).issues[0]?.message ?? '';
  const many = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => line(index)).join('\n');

  // Each took minutes, or all memory, where the YAML package was left to itself.
  it('is parsed or refused in one pass', () => {
    assert.equal(
      Object.keys(parseSource(`---\n${many(6000, i => `k${i}: 1`)}\n---\n`).frontMatter).length,
      6000,
    );
    assert.match(issue(many(1500, i => `k${i}: &a${i} 1\nj${i}: *a${i}`)), /There are too many aliases/);
    assert.match(issue(`${'{'.repeat(500)}a: 1${'}'.repeat(500)}`), /nests too deep/);
    assert.match(issue(`a: ${'['.repeat(60_000)}`), /nests too deep/);
    const nine = (name: string) => `[${Array(9).fill(`*${name}`)}]`;
    assert.match(issue(`a: &a [x]\nb: &b ${nine('a')}\nc: &c ${nine('b')}\nd: ${nine('c')}`), /[Aa]lias/);
  });
  it('is refused beyond 64 KiB, and the body is still read', () => {
    const long = (length: number) => parseSource(`---\na: "${'x'.repeat(length - 5)}"\n---\nHello {{name}}`);
    assert.deepEqual(long(MAX_FRONT_MATTER_LENGTH).issues, []);
    const { issues, template } = long(MAX_FRONT_MATTER_LENGTH + 1);
    assert.deepEqual(
      issues.map(({ line, column, endColumn }) => [line, column, endColumn]),
      [[1, 1, 4]],
    );
    assert.match(issues[0]?.message ?? '', /at most 65536 characters/);
    assert.equal(template, 'Hello {{name}}');
  });
  it('is refused if a key is repeated, or an alias is inside its own anchor', () => {
    assert.match(issue('a: 1\nb: {c: 1, c: 2}'), /"c" is already defined/);
    assert.match(issue('a: &x\n  b: *x'), /inside its own anchor/);
  });
});
