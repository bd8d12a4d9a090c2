/** What is found in a prompt: each rule on texts that break it and on texts that do not. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { demoFiles, fuzzInputs } from '../../../scripts/fuzzing/inputs.ts';
import { TEMPLATE_ERROR_CODES } from '../../../src/core/check/finding.ts';
import { makeKey } from '../../../src/core/key.ts';
import { linkPartials } from '../../../src/core/link.ts';
import { parsePromptName } from '../../../src/core/name.ts';
import { readMetadata } from '../../../src/core/render.ts';
import { checkSourceText, parseSource } from '../../../src/core/source.ts';
import { positionAt } from '../../../src/core/source-position.ts';
import { sourceIssues } from '../../../src/core/template.ts';
import { diagnose } from '../../../src/language/features/diagnostics/diagnose.ts';
import { diagnoseSamples } from '../../../src/language/features/diagnostics/diagnose-samples.ts';
import { type Finding, severityOf } from '../../../src/language/results/finding.ts';
import { runs } from '../../runs.ts';
import { aLibrary, promptOf } from '../a-library.ts';

function findingsOf(text: string, others: Readonly<Record<string, string>> = {}): readonly Finding[] {
  const library = aLibrary({ 'team/it': text, ...others });
  return diagnose(promptOf(library, 'team/it'), library);
}

/** Codes with the text they are at. */
function found(
  text: string,
  others: Readonly<Record<string, string>> = {},
): readonly (readonly [string, string])[] {
  return findingsOf(text, others).map(({ code, span }) => [code, text.slice(span.start, span.end)]);
}

/** A prompt that declares `schema` and reads all of it in its last line. */
function withSchema(schema: string, body: string): string {
  return `---\ninput:\n  schema:\n${schema
    .split('\n')
    .map(line => `    ${line}\n`)
    .join('')}---\n${body}`;
}

/** What a source alone tells: not which partials there are. */
const OF_SOURCE: ReadonlySet<string> = new Set(
  [...TEMPLATE_ERROR_CODES, 'front-matter-syntax'].filter(
    code => !/^(?:missing-partial|invalid-text)/.test(code),
  ),
);

describe('diagnose', () => {
  it('checks a body again when the front matter it reads has changed', () => {
    const body = '{{json @metadata.prompt.ext.team.owner}}{{> p}}';
    const others = { 'team/_p': '{{@metadata.prompt.ext.team.owner}}' };
    const told = (library: ReturnType<typeof aLibrary>) =>
      diagnose(promptOf(library, 'team/it'), library)
        .filter(({ code }) => code !== 'front-matter-key')
        .map(({ code, message }) => `${code} ${message}`);
    const library = aLibrary({ 'team/it': `---\nteam.owner: ada\n---\n${body}`, ...others });
    const change = (frontMatter: string) =>
      library.setPrompt('team/it.prompt', parsePromptName('team/it'), `${frontMatter}${body}`);
    assert.deepEqual(told(library), []);
    change('---\nteam.owner: [ada]\n---\n');
    assert.deepEqual(told(library), [
      'not-text The partial "p" needs another value for "@metadata.prompt.ext.team.owner", which the front matter of this prompt gives otherwise. Change it there.',
    ]);
    change('---\nteam.other: x\n---\n');
    assert.deepEqual(told(library), [
      'wrong-arguments The front matter has no value for "@metadata.prompt.ext.team.owner". Add it there, or name a variable.',
    ]);
    change('---\nteam.owner: bob\n---\n');
    assert.deepEqual(told(library), []);
  });

  it('reports nothing in the demo', () => {
    const files = demoFiles('.prompt');
    const library = aLibrary(
      Object.fromEntries([...files].map(([path, text]) => [path.replace('.prompt', ''), text])),
    );
    for (const prompt of library.prompts()) assert.deepEqual(diagnose(prompt, library), [], prompt.uri);
  });

  it('reports where a million braces nest too deep', () => {
    const [first] = findingsOf('{'.repeat(1_000_000));
    assert.deepEqual([first?.code, first?.span.start], ['template-syntax', 400]);
  });

  describe('for variables', () => {
    it('reports an undeclared one, with a similar name and a type', () => {
      const text = withSchema(
        'customer: string',
        '{{customer}} {{custmer}} {{#each rows}}{{title}}{{/each}}',
      );
      assert.deepEqual(found(text), [
        ['undeclared-variable', 'custmer'],
        ['undeclared-variable', 'rows'],
      ]);
      assert.deepEqual(
        findingsOf(text).map(({ data }) => data),
        [
          { name: 'custmer', type: 'string', near: 'customer' },
          { name: 'rows', type: 'array' },
        ],
      );
    });
    it('reports none if nothing is declared, or a wildcard is', () => {
      assert.deepEqual(found('{{anything}}'), []);
      assert.deepEqual(found(withSchema('a: string\n(*): any', '{{a}}{{anything}}')), []);
    });
    it('treats a variable with only a default as declared', () => {
      const text = '---\ninput:\n  default:\n    tone: formal\n---\n{{tone}}';
      assert.deepEqual(found(text), []);
    });
    it('infers the type from all uses', () => {
      const body =
        '{{#if flag}}x{{/if}}{{user.name}}{{user.address.city}}{{#each list}}{{this}}{{/each}}{{#ifEquals count 3}}3{{/ifEquals}}{{plain}}{{#if plain}}y{{/if}}';
      const types = new Map(
        findingsOf(withSchema('z: string', `{{z}}${body}`)).map(({ data }) => [
          data?.['name'],
          data?.['type'],
        ]),
      );
      assert.deepEqual(Object.fromEntries(types), {
        flag: 'boolean',
        user: 'object',
        list: 'array',
        count: 'number',
        plain: 'string',
      });
    });
    it('recognizes block parameters, @data, this, helpers and inner contexts', () => {
      const body =
        '{{#each items as |item i|}}{{item.title}}{{i}}{{@index}}{{this.title}}{{title}}{{../z}}{{@root.z}}{{/each}}{{#with z}}{{length}}{{/with}}{{json z}}';
      assert.deepEqual(found(withSchema('z: string\nitems(array):\n  title: string', body)), []);
    });
    it('accepts variables that a partial provides to its block', () => {
      const text = withSchema('rows(array): string', '{{#> list items=rows}}{{label}}{{/list}}');
      assert.deepEqual(found(text, { _list: '{{#each items}}{{> @partial-block}}{{/each}}' }), []);
      assert.deepEqual(found(text, { _list: '{{items}}{{> @partial-block}}' }), [
        ['undeclared-variable', 'label'],
      ]);
    });
    it('reports one that nothing reads, in the body or any nested partial', () => {
      const schema = 'used: string\nunused: string\ninPartial: string\ngiven: string';
      const text = withSchema(schema, '{{used}}{{> one x=given}}');
      const others = { _one: '{{> two}}', _two: '{{x}}{{inPartial}}' };
      assert.deepEqual(found(text, others), [['unused-variable', 'unused']]);
    });
    it('reports none as unused if the whole input is read or a partial is missing', () => {
      assert.deepEqual(found(withSchema('a: string', '{{json this}}')), []);
      assert.deepEqual(found(withSchema('a: string', '{{json @root}}')), []);
      assert.deepEqual(found(withSchema('a: string', '{{> gone}}')), [['missing-partial', 'gone']]);
    });
    it('reports a property that a type lacks, and whether an outer one was meant', () => {
      const schema = 'vip: boolean\nuser(object):\n  name: string\nitems(array):\n  title: string';
      const text = withSchema(
        schema,
        '{{vip}}{{user.nmae}}{{#each items}}{{vip}}{{this.vip}}{{titel}}{{/each}}',
      );
      assert.deepEqual(
        findingsOf(text).map(({ code, span, data }) => [
          code,
          text.slice(span.start, span.end),
          data?.['near'],
        ]),
        [
          ['unknown-property', 'nmae', 'name'],
          ['unknown-property', 'vip', '../vip'],
          ['unknown-property', 'this.vip', '../vip'],
          ['unknown-property', 'titel', 'title'],
        ],
      );
    });
  });

  describe('for helpers', () => {
    it('reports unknown ones, with a similar name', () => {
      assert.deepEqual(
        findingsOf('{{jsno a}}{{#ifEqual a b}}x{{/ifEqual}}{{log (shout a)}}').map(({ code, data }) => [
          code,
          data,
        ]),
        [
          ['unknown-helper', { name: 'jsno', near: 'json' }],
          ['unknown-helper', { name: 'ifEqual', near: 'ifEquals' }],
          ['unknown-helper', { name: 'shout' }],
        ],
      );
    });
    it('explains that variables take no arguments', () => {
      const [finding] = findingsOf(withSchema('a: string\nb: string', '{{a b}}{{a}}'));
      assert.equal(finding?.code, 'unknown-helper');
      assert.match(finding.message, /variables take no arguments/);
    });
    const wrong = [
      '{{#if}}x{{/if}}',
      '{{#if a b}}x{{/if}}',
      '{{#unless}}x{{/unless}}',
      '{{#each a b}}x{{/each}}',
      '{{#with}}x{{/with}}',
      '{{lookup a}}',
      '{{json}}',
      '{{json a b}}',
      '{{role}}',
      '{{section}}',
      '{{media}}',
      '{{media a}}',
      '{{history a}}',
      '{{#ifEquals a}}x{{/ifEquals}}',
      '{{#unlessEquals a b c}}x{{/unlessEquals}}',
      '{{if a}}',
      '{{each a}}',
      '{{#json a}}x{{/json}}',
      '{{log (if a)}}',
      '{{#if a as |b|}}x{{/if}}',
    ];
    for (const text of wrong)
      it(`reports wrong arguments in ${text}`, () => {
        assert.ok(findingsOf(text).some(({ code }) => code === 'wrong-arguments'));
      });
    it('warns of an option that the helper ignores', () => {
      const [near, far] = findingsOf('{{json a indnet=2}}{{#ifEquals a b ignoreCase=true}}x{{/ifEquals}}');
      assert.deepEqual(
        [near?.code, near?.message, far?.code, far?.message],
        [
          'unknown-option',
          '"json" does nothing with "indnet=": did you mean "indent="?',
          'unknown-option',
          '"ifEquals" does nothing with "ignoreCase=": it takes none.',
        ],
      );
    });
    it('warns of an indent given as a number in quotes', () => {
      const told = findingsOf('{{json a indent="2"}}').filter(({ code }) => code === 'doubtful-option');
      assert.deepEqual(
        told.map(({ message }) => message),
        [
          'This writes the text "2" before every line. To indent by that many spaces, write a number without quotes, as in indent=2.',
        ],
      );
      for (const text of [
        '{{json a indent=2}}',
        '{{json a indent="  "}}',
        '{{json a indent="-"}}',
        '{{json a indent=b}}',
      ])
        assert.ok(!findingsOf(text).some(({ code }) => code === 'doubtful-option'), text);
    });
    const right = [
      '{{[name?]}}',
      '{{[$name]}}',
      '{{a.$oid}}',
      '{{role "user" purpose="example"}}',
      '{{#if a}}x{{else if b}}y{{/if}}',
      '{{^if a}}x{{/if}}',
      '{{#each a as |b i|}}x{{else}}y{{/each}}',
      '{{#with a as |b|}}x{{/with}}',
      '{{lookup a b}}',
      '{{log}}',
      '{{log a b level="info"}}',
      '{{json a indent=2}}',
      '{{role "user"}}',
      '{{history}}',
      '{{media url=a contentType="image/png"}}',
      '{{section "x"}}',
      '{{#ifEquals a (lookup b c)}}x{{/ifEquals}}',
      '{{#if a includeZero=true}}x{{/if}}',
    ];
    for (const text of right) it(`reports nothing in ${text}`, () => assert.deepEqual(found(text), []));
  });

  describe('for paths without a value', () => {
    it('warns where there is no parent, and of a loop variable without a loop', () => {
      const body =
        '{{../a}}{{#if ../b}}{{#unless c}}{{../../d}}{{/unless}}{{/if}}{{#each e}}{{../f}}{{../../g}}{{else}}{{../h}}{{/each}}{{@index}}{{> _x y=../i}}{{#if @first}}{{/if}}{{lookup j @key}}';
      assert.deepEqual(
        found(body).filter(([code]) => code !== 'missing-partial'),
        [
          ['no-value', '../a'],
          ['no-value', '../b'],
          ['no-value', '../../d'],
          ['no-value', '../../g'],
          ['no-value', '../h'],
          ['no-value', '@index'],
          ['no-value', '../i'],
          ['no-value', '@first'],
          ['no-value', '@key'],
        ],
      );
      assert.ok(
        findingsOf(body).every(each => each.code === 'missing-partial' || severityOf(each) === 'warning'),
      );
    });
    it('reports nothing where there may be a value', () => {
      const body =
        '{{#each a}}{{@index}}{{@key}}{{../b}}{{#if ../c}}{{@last}}{{/if}}{{#with d}}{{../../e}}{{@first}}{{/with}}{{/each}}{{#f}}{{../g}}{{@index}}{{/f}}{{@foo}}{{@root.a}}{{^h}}{{i}}{{/h}}';
      assert.deepEqual(found(body), []);
      const library = aLibrary({ _item: '{{@index}}. {{../a}}' });
      assert.deepEqual(
        diagnose(promptOf(library, '_item'), library).map(({ code, span }) => [code, span.start]),
        [['no-value', 14]],
      );
    });
  });

  describe('for text', () => {
    it('warns of Jinja or Python syntax that Handlebars writes unchanged', () => {
      const text = withSchema('name: string', '{{name}} {name} {% if name %}x{% endif %} {other} { name }');
      assert.deepEqual(found(text), [
        ['foreign-text', '{name}'],
        ['foreign-text', '{% if name %}'],
        ['foreign-text', '{% endif %}'],
      ]);
      assert.ok(findingsOf(text).every(finding => severityOf(finding) === 'warning'));
    });
    it('warns of tags and comments of Liquid, Jinja and ERB', () => {
      const tags = [
        '{% assign x = 1 %}',
        '{%- unless x -%}',
        '{% endunless %}',
        '{% case x %}',
        '{% endcase %}',
        '{% comment %}',
        '{% generation %}',
        '{# a note #}',
        '<%= name %>',
        '<% if name %>',
        '%(name)s',
      ];
      assert.deepEqual(
        found(withSchema('name: string', `{{name}} ${tags.join(' ')} {#if} <%name%> %(other)s 5 %} <b>`)),
        tags.map(tag => ['foreign-text', tag]),
      );
    });
    it('warns of declared variables in the syntax of Python, LangChain, JavaScript and Ruby', () => {
      const written = [
        ...['{name}', '{name.first}', '{name[0]}', '{name!r}', '{name:>10}', '{name:.2f}', '{name!s:^10}'],
        ...['\u0024{name}', '\u0024{name.first}', '#{name}', '%(name)s'],
      ];
      const others = [
        '\u0024{other}',
        '{name:1}',
        '{name: 1}',
        '{"name": 1}',
        '$name',
        '{ name }',
        '{name',
        '\\{name}',
      ];
      assert.deepEqual(
        found(withSchema('name: string', `{{name}} ${written.join(' ')} ${others.join(' ')}`)),
        written.map(each => ['foreign-text', each]),
      );
    });
    it('reports nothing in comments, raw blocks and escaped tags', () => {
      const body =
        '{{name}}{{!-- {name} {% if x %} --}}{{{{name}}}}{% if x %}{{{{/name}}}}\\{{name}} 100%} {%}';
      assert.deepEqual(found(withSchema('name: string', body)), []);
    });
  });

  describe('for partials', () => {
    it('reports a missing one, and where it was looked for', () => {
      const text = '{{> headr}}{{> known}}{{#*inline "own"}}x{{/inline}}{{> own}}';
      const [finding, ...others] = findingsOf(text, { _header: 'x', 'team/_known': 'x' });
      assert.deepEqual(others, []);
      assert.deepEqual(finding?.data, { name: 'headr', near: 'header' });
      assert.match(finding.message, /Looked for: team\/_headr, _headr\./);
    });
    it('reports a chain that is too deep, and an argument that the partial cannot write', () => {
      const chain = Object.fromEntries(
        Array.from({ length: 33 }, (_, at) => [`_p${at}`, at === 32 ? 'end' : `{{> p${at + 1}}}`]),
      );
      assert.deepEqual(found('{{> p1}}{{> p0}}', chain), [['partial-cycle', 'p0']]);
      const others = { _own: '{{this}}', _part: '{{json part}}' };
      assert.deepEqual(found('{{#each xs}}{{> own}}{{/each}}{{> own x}}', others), []);
      assert.deepEqual(found('{{x}}{{> own}}', others), [['not-text', 'own']]);
      assert.deepEqual(found('{{x}}{{> part "a"}}', others), [['wrong-arguments', 'part']]);
    });
    it('reports a call without a required block, also indirectly, but not inside a partial', () => {
      const others = { _layout: '<{{> @partial-block}}>', _inner: '{{> layout}}' };
      assert.deepEqual(found('{{#> inner}}x{{/inner}}', others), []);
      assert.deepEqual(found('a {{> inner}}', others), [['missing-partial-block', '{{> inner}}']]);
      for (const layout of [
        '{{#if @partial-block}}{{> @partial-block}}{{else}}none{{/if}}',
        '{{#unless @partial-block}}none{{else}}{{#> inner}}{{> @partial-block}}{{/inner}}{{/unless}}',
        '{{#@partial-block}}{{> inner}}{{/@partial-block}}',
      ])
        assert.deepEqual(found('a {{> layout}}', { _layout: layout, _inner: '<{{> @partial-block}}>' }), []);
      const wrong = '{{#if @partial-block}}{{else}}{{> @partial-block}}{{/if}}';
      assert.deepEqual(found('a {{> layout}}', { _layout: wrong }), [
        ['missing-partial-block', '{{> layout}}'],
      ]);
      const library = aLibrary(others);
      assert.deepEqual(diagnose(promptOf(library, '_inner'), library), []);
      // With a character that no prompt can hold, it cannot be read at all.
      assert.deepEqual(found('\0{{> inner}}', others), [['invalid-text', '\0']]);
    });
    it('reports an inline partial that Handlebars would confuse with one of a partial, in partials too', () => {
      const text = '{{#*inline "q"}}mine{{/inline}}{{> p}}';
      const others = { _p: '{{> q}}', _q: 'q', _mine: text };
      assert.deepEqual(found(text, others), [['captured-partial', '"q"']]);
      const library = aLibrary(others);
      assert.deepEqual(
        diagnose(promptOf(library, '_mine'), library).map(({ code }) => code),
        ['captured-partial'],
      );
    });
    it('distinguishes case, and suggests the right name', () => {
      const library = { _userCard: 'x', 'other/shared/_Footer': 'x', 'team/_Sign': 'x', _sign: 'x' };
      assert.deepEqual(found('{{> userCard}}{{> Sign}}{{> sign}}{{> other/shared/Footer}}', library), []);
      const near = (text: string) =>
        findingsOf(text, library).map(({ data, message }) => [data?.['near'], message]);
      for (const [text, meant, why] of [
        ['{{> usercard}}', 'userCard', ' Names are case-sensitive.'],
        ['{{> SIGN}}', 'Sign', ' Names are case-sensitive.'],
        ['{{> footer}}', 'other/shared/Footer', ''],
      ] as const) {
        const [[suggested, message = ''] = []] = near(text);
        assert.equal(suggested, meant);
        assert.ok(message.endsWith(`Did you mean "${meant}"?${why}`), message);
      }
    });
    it('reports a computed name', () => {
      assert.deepEqual(found('{{> (lookup . "p")}}'), [['missing-partial', '(lookup . "p")']]);
    });
    it('reports the use that leads to a cycle, directly or indirectly', () => {
      const others = { _a: '{{> b}}', _b: '{{> a}}', _c: 'x', _d: '{{> c}}{{> c}}' };
      const [finding, ...more] = findingsOf('{{> d}}{{> a}}', others);
      assert.deepEqual(more, []);
      assert.equal(finding?.code, 'partial-cycle');
      assert.match(finding.message, /_a → _b → _a/);
      const library = aLibrary({ _self: '{{> self}}' });
      assert.deepEqual(
        diagnose(promptOf(library, '_self'), library).map(({ code }) => code),
        ['partial-cycle'],
      );
    });
  });

  describe('for the whole text', () => {
    it('reports NUL and lone surrogates', () => {
      assert.deepEqual(found('a\0b\ud800c😀'), [
        ['invalid-text', '\0'],
        ['invalid-text', '\ud800'],
      ]);
    });
    it('reports more than 1 MiB', () => {
      assert.deepEqual(
        findingsOf('é'.repeat(600_000)).map(({ code }) => code),
        ['invalid-text'],
      );
    });
    const letters = (count: number): string => 'aB3dE5gH7jK9mN1pQ2sT4vW6yZ8'.repeat(10).slice(0, count);
    const keys: Readonly<Record<string, string>> = {
      'an OpenAI key': `sk-${letters(48)}`,
      'an OpenAI key of a project': `sk-${'proj'}-${letters(60)}`,
      'an Anthropic key': `sk-${'ant'}-api03-${letters(90)}`,
      'a Google API key': `AI${'za'}${letters(35)}`,
      'an AWS access key': `AK${'IA'}${letters(16).toUpperCase()}`,
      'a GitHub token': `gh${'p_'}${letters(36)}`,
      'a GitHub token of the new kind': `github_${'pat_'}${letters(60)}`,
      'a GitLab token': `gl${'pat-'}${letters(20)}`,
      'a Slack token': `xo${'xb-'}${letters(30)}`,
      'a Stripe key': `sk_${'live_'}${letters(24)}`,
      'a Hugging Face token': `h${'f_'}${letters(34)}`,
      'a JSON Web Token': ['eyJ', 'eyJ', ''].map(head => head + letters(30)).join('.'),
      'an Azure storage key': `Account${'Key='}${letters(86)}==`,
      'a private key': `-----BEGIN RSA ${'PRIVATE'} KEY-----\n${letters(60)}\n-----END RSA PRIVATE KEY-----`,
      'a PromptForge key': makeKey('production' as never, count => new Uint8Array(count).fill(7)).key,
    };
    for (const [what, key] of Object.entries(keys))
      it(`reports ${what}, over its whole length, without quoting it`, () => {
        const text = `The key is "${key}".`;
        const [finding, ...others] = findingsOf(text);
        assert.deepEqual(others, []);
        assert.equal(finding?.code, 'looks-like-a-secret');
        assert.ok(text.slice(finding.span.start, finding.span.end) === key, 'the place is the key');
        assert.ok(finding.message.includes(what.split(' of ')[0] ?? ''), finding.message);
        assert.ok(!finding.message.includes(key.slice(0, 20)), 'the message quotes the key');
      });
    it('does not report words as keys', () => {
      for (const text of [
        'sk-learn',
        'task-force-and-much-more-than-forty-characters-of-text',
        'hf_',
        'ghp_short',
        'AKIA',
        'eyJ.eyJ.x',
      ])
        assert.deepEqual(found(text), []);
    });
  });

  it('has an error for everything that publishing refuses', () => {
    fc.assert(
      fc.property(fuzzInputs({ withEnormous: false }), ({ text }) => {
        if (sourceIssues(text, parseSource(text)).length === 0 && text.isWellFormed()) return;
        assert.ok(
          findingsOf(text).some(finding => severityOf(finding) === 'error'),
          JSON.stringify(text),
        );
      }),
      { numRuns: runs(1000, 300) },
    );
  });
  it('has only errors that publishing refuses, with the same code, place and message', () => {
    let errors = 0;
    fc.assert(
      fc.property(fuzzInputs({ withEnormous: false }), ({ text }) => {
        if (text.includes('\0')) return;
        const refused = new Set(
          sourceIssues(text, parseSource(text)).map(
            ({ line, column, code, message }) => `${line}:${column} ${code} ${message}`,
          ),
        );
        for (const { code, span, message } of findingsOf(text)) {
          if (!OF_SOURCE.has(code)) continue;
          errors += 1;
          const { line, column } = positionAt(text, span.start);
          assert.ok(
            refused.has(`${line}:${column} ${code} ${message}`),
            JSON.stringify([text, [...refused]]),
          );
        }
      }),
      { numRuns: runs(1000, 300) },
    );
    assert.ok(errors > runs(200, 60), `only ${errors} errors`);
  });
  it('accepts only what can be published', async () => {
    let published = 0;
    const texts = Object.fromEntries(
      [...demoFiles('.prompt')].map(([path, text]) => [path.replace('.prompt', ''), text]),
    );
    const library = aLibrary(texts);
    const name = parsePromptName('support/it');
    await fc.assert(
      fc.asyncProperty(fuzzInputs({ withEnormous: false }), async ({ text }) => {
        library.setPrompt('support/it.prompt', name, text);
        const findings = diagnose(promptOf(library, 'support/it'), library);
        if (findings.some(finding => severityOf(finding) === 'error')) return;
        published += 1;
        checkSourceText(text);
        await readMetadata(text, name);
        await linkPartials(name, text, async wanted => {
          const prompt = library.prompt(wanted);
          return prompt && { name: wanted, source: prompt.analysis.text, id: wanted };
        });
      }),
      { numRuns: runs(1000, 300) },
    );
    assert.ok(published > runs(20, 6), `${published} of the texts had no error`);
  });
});

describe('diagnoseSamples', () => {
  const library = aLibrary({
    'team/it': withSchema('name: string\nage?: integer', '{{name}}{{age}}{{tone}}'),
  });
  const codes = (text: string) => diagnoseSamples(text, promptOf(library, 'team/it')).map(({ code }) => code);
  it('checks samples against the schema of the prompt', () => {
    assert.deepEqual(codes('- name: one\n  input:\n    name: x\n    age: 3\n'), []);
    assert.deepEqual(codes('- name: one\n  input:\n    age: old\n'), ['sample-missing', 'sample-mismatch']);
    assert.deepEqual(codes('- name: one\n  input:\n    name: x\n    tone: kind\n'), []);
  });
  it('reports secrets and invalid YAML, with or without a prompt', () => {
    const key = `sk-${'a1'.repeat(24)}`;
    assert.deepEqual(codes(`- name: one\n  input:\n    name: ${key}\n`), ['looks-like-a-secret']);
    assert.ok(diagnoseSamples('- [', undefined).some(({ code }) => code === 'sample-syntax'));
  });
});

describe('diagnose, for a schema that the application defines,', () => {
  const text =
    '---\ninput:\n  schema: Order\n  default:\n    total: 1\noutput:\n  schema: Invoice\n---\n{{orderId}} {{total}} {{lines.[0]}}';

  it('says so, and reports nothing about its variables', () => {
    const findings = findingsOf(text);
    assert.deepEqual(
      findings.map(finding => [finding.code, severityOf(finding)]),
      [
        ['named-schema', 'information'],
        ['named-schema', 'information'],
      ],
    );
    const samples = '- name: a\n  input:\n    orderID: 1\n    tota: 5\n';
    const library = aLibrary({ 'team/it': text });
    assert.deepEqual(diagnoseSamples(samples, promptOf(library, 'team/it')), []);
  });
});

describe('diagnose, for front matter that does not start the file,', () => {
  const yaml = '---\nmodel: m\n---\nHi';
  const of = (text: string, name = 'team/it') => {
    const library = aLibrary({ [name]: text });
    return diagnose(promptOf(library, name), library).flatMap(({ code, span }) =>
      code === 'misplaced-front-matter' ? [span.start] : [],
    );
  };

  it('warns that it is plain text', () => {
    for (const above of [
      ...[
        '{{! license }}\n',
        '{{!-- a\nb --}}\n\n',
        '<!-- license -->\n',
        '// license\n',
        '/* a\n b */\n',
        ' ',
      ],
      ...['\t# indented\n', '# a\n  ', '\u2028', '\u200b', '# a\n\u2060', '{{!-- a --}}\n# b\n// c\n'],
    ])
      assert.deepEqual(of(above + yaml), [above.length], JSON.stringify(above));
    assert.deepEqual(of(`# Title\n${yaml}`, 'team/_it'), ['# Title\n'.length]);
  });
  it('reports nothing for real front matter or other text', () => {
    for (const text of [
      ...[yaml, `# a\n\n${yaml}`, `Text.\n${yaml}`, `\`\`\`\n${yaml}`, '// a\n---\nText.\n---\n', ''],
      ...['{{! never closed', '<!-- never closed', `{{x}}\n${yaml}`],
    ])
      assert.deepEqual(of(text), [], JSON.stringify(text));
  });
  it('takes linear time', () => {
    for (const piece of ['<!--', '<!-- -->', '{{!', ' ', '/*', '#\n', '{{! }}']) of(piece.repeat(50_000));
  });
});

describe('diagnose, for front matter keys,', () => {
  const keys = 'owner: a\nteam: b\nmodle: c\ninput:\n  schem: {}\na1: 1\na2: 2\na3: 3\n';
  const of = (yaml: string, allowed: readonly string[] = []) => {
    const library = aLibrary({ 'team/it': `---\n${yaml}---\nx` });
    return diagnose(promptOf(library, 'team/it'), library, { frontMatterKeys: allowed }).map(
      ({ code, span, message }) => [code, `---\n${yaml}`.slice(span.start, span.end), message],
    );
  };

  it('gives one warning per file for unknown keys, at one that looks mistyped', () => {
    const [[code, place, message] = [], ...others] = of(keys);
    assert.deepEqual([code, place, others], ['front-matter-key', 'modle', []]);
    assert.match(
      message ?? '',
      /^Dotprompt does not know the keys "owner", "team", "modle", "schem", "a1" and 2 more\. Did you mean "model" by "modle"\? .*frontMatterKeys/,
    );
    assert.equal(of('owner: a\nteam: b\n').length, 1);
  });
  it('ignores keys that the project allows, at the top level only', () => {
    assert.deepEqual(of('owner: a\nteam: b\n', ['owner', 'team']), []);
    assert.deepEqual(
      of('owner: a\noutput: {owner: b}\n', ['owner']).map(([, , message]) => message),
      ['Dotprompt does not know "owner". Known here: format, schema.'],
    );
    assert.equal(
      of(keys, ['owner', 'team', 'a1', 'a2', 'a3'])[0]?.[2]?.startsWith(
        'Dotprompt does not know the keys "modle", "schem". ',
      ),
      true,
    );
  });
});

describe('diagnose, for objects used as text,', () => {
  const head =
    '---\ninput:\n  schema:\n    customer(object):\n      id: string\n      tags(array): string\n    items(array):\n      title: string\n    other: any\n---\n';
  it('warns if the schema shows it, with what to write instead', () => {
    const body =
      '{{customer}} {{{items}}} {{customer.tags}} {{#each items}}{{this}}{{title}}{{/each}} {{#with customer}}{{../items}}{{/with}} {{media url=customer}}{{role customer}}';
    const text = head + body;
    assert.deepEqual(
      findingsOf(text)
        .filter(({ code }) => code === 'object-as-text')
        .map(({ span }) => text.slice(span.start, span.end)),
      ['customer', 'items', 'customer.tags', 'this', '../items', 'customer', 'customer'],
    );
    const [first] = findingsOf(text).filter(({ code }) => code === 'object-as-text');
    const [item] = findingsOf(`${head}{{items.[0]}}`).filter(({ code }) => code === 'object-as-text');
    assert.match(item?.message ?? '', /^"items\.\[0\]" is an object.*\{\{items\.\[0\]\.title\}\}/);
    assert.equal(
      first?.message,
      '"customer" is an object, and an object is not text. Use a property, such as {{customer.id}}, or {{json customer}}.',
    );
    assert.equal(first && severityOf(first), 'warning');
  });
  it('reports nothing where objects are allowed', () => {
    const body =
      '{{json customer}}{{customer.id}}{{#each items}}{{title}}{{/each}}{{#if items}}{{/if}}{{other}}{{lookup items 0}}{{> p customer}}';
    const codes = findingsOf(`${head}${body}`, { 'team/_p': '{{id}}' }).map(({ code }) => code);
    assert.deepEqual(
      codes.filter(code => code === 'object-as-text'),
      [],
    );
  });
});

describe('diagnose, for raw blocks,', () => {
  it('treats their content and name as text', () => {
    const text = '---\ninput:\n  schema:\n    a: string\n---\n{{a}}{{{{raw}}}} {{x}} {{#if}} {{{{/raw}}}}';
    assert.deepEqual(findingsOf(text), []);
  });
});
