/** A rename changes every place of one symbol, in all files, and what is rendered stays the same. */
import assert from 'node:assert/strict';
import { Problem } from '../../src/core/problem.ts';
import {
  prepareRename,
  prepareRenameInSamples,
  rename,
  renameInSamples,
} from '../../src/language/features/rename/rename.ts';
import { caretIn, changed, type Files } from './workspace.ts';

/** The files after the text at the caret is renamed. */
function renamed(marked: Files, newName: string): Files {
  const { files, library, prompt, samples, offset } = caretIn(marked);
  const change = samples
    ? renameInSamples(samples, offset, newName, library)
    : rename(prompt, offset, newName, library);
  return changed(files, change);
}

function refused(marked: Files, newName: string, message: RegExp): void {
  assert.throws(
    () => renamed(marked, newName),
    (error: unknown) => Problem.is(error, 'invalid_request', 'invalid_name') && message.test(error.message),
  );
}

const schema = (yaml: string, rest = '') => `---\ninput:\n  schema:\n${yaml}${rest}---\n`;

describe('rename', () => {
  describe('of a variable', () => {
    const files = {
      'triage.prompt': `${schema('    user?: string, who asks\n    items(array):\n      user: string\n', '  default:\n    user: Ann\n')}{{user}} {{#each items}}{{user}} {{../user}} {{@root.user}}{{/each}} {{#if user}}{{json user}}{{/if}}{{> head}}`,
      'triage.samples.yaml':
        '- name: user\n  input:\n    user: Bob\n    items:\n      - user: x\n- input: {"user": Eve}\n',
      '_head.prompt': 'Dear {{user}} {{#with other}}{{user}}{{/with}}',
      'other.prompt': '{{user}}',
    };
    const after = {
      'triage.prompt': `${schema('    customer?: string, who asks\n    items(array):\n      user: string\n', '  default:\n    customer: Ann\n')}{{customer}} {{#each items}}{{user}} {{../customer}} {{@root.customer}}{{/each}} {{#if customer}}{{json customer}}{{/if}}{{> head}}`,
      'triage.samples.yaml':
        '- name: user\n  input:\n    customer: Bob\n    items:\n      - user: x\n- input: {"customer": Eve}\n',
      '_head.prompt': 'Dear {{customer}} {{#with other}}{{user}}{{/with}}',
      'other.prompt': '{{user}}',
    };
    const at = (uri: keyof typeof files, words: string): Files => ({
      ...files,
      [uri]: files[uri].replace(words.replace('¦', ''), words),
    });
    for (const [uri, words] of [
      ['triage.prompt', '{{us¦er}}'],
      ['triage.prompt', '    ¦user?'],
      ['triage.prompt', 'user¦: Ann'],
      ['triage.prompt', '@root.us¦er'],
      ['triage.prompt', '../us¦er'],
      ['triage.samples.yaml', 'us¦er: Bob'],
      ['triage.samples.yaml', '"us¦er"'],
      ['_head.prompt', 'Dear {{us¦er}}'],
    ] as const)
      it(`from ${words} of ${uri}: in the schema, defaults, body, samples and partials`, () => {
        assert.deepEqual(renamed(at(uri, words), 'customer'), after);
      });

    it('with all prompts that share it through a partial', () => {
      const marked = {
        'a.prompt': `${schema('    x: string\n')}{{¦x}}{{> p}}`,
        'b.prompt': '{{> q}} {{x}}',
        '_q.prompt': '{{> p}}',
        '_p.prompt': '{{x}}',
        'c.prompt': '{{x}}',
        'b.samples.yaml': '- input: {x: 1}',
      };
      assert.deepEqual(renamed(marked, 'y'), {
        'a.prompt': `${schema('    y: string\n')}{{y}}{{> p}}`,
        'b.prompt': '{{> q}} {{y}}',
        '_q.prompt': '{{> p}}',
        '_p.prompt': '{{y}}',
        'c.prompt': '{{x}}',
        'b.samples.yaml': '- input: {y: 1}',
      });
    });

    it('but not in a partial that gets it as an argument', () => {
      const marked = { 'a.prompt': '{{¦x}}{{> p x=z}}', '_p.prompt': '{{x}}' };
      assert.deepEqual(renamed(marked, 'y'), { 'a.prompt': '{{y}}{{> p x=z}}', '_p.prompt': '{{x}}' });
    });

    it('of a partial, with the arguments of its calls', () => {
      const marked = { 'a.prompt': '{{x}}{{> p x=z}}', '_p.prompt': `${schema('    x: string\n')}{{¦x}}` };
      assert.deepEqual(renamed(marked, 'y'), {
        'a.prompt': '{{x}}{{> p y=z}}',
        '_p.prompt': `${schema('    y: string\n')}{{y}}`,
      });
    });

    it('adds brackets where Handlebars needs them', () => {
      assert.deepEqual(
        renamed({ 'a.prompt': `${schema('    x: string\n')}{{¦x}}{{x.length}}{{> p a=x}}` }, 'the name'),
        {
          'a.prompt': `${schema('    the name: string\n')}{{[the name]}}{{[the name].length}}{{> p a=[the name]}}`,
        },
      );
    });

    it('removes brackets that are no longer needed', () => {
      assert.deepEqual(renamed({ 'a.prompt': '{{[the ¦name]}} {{#if [the name]}}{{/if}}' }, 'name'), {
        'a.prompt': '{{name}} {{#if name}}{{/if}}',
      });
    });

    it('with the closing tag of its block', () => {
      assert.deepEqual(renamed({ 'a.prompt': '{{#¦x}}{{y}}{{/x}}{{^x}}{{/x}}' }, 'z'), {
        'a.prompt': '{{#z}}{{y}}{{/z}}{{^z}}{{/z}}',
      });
    });

    it('in JSON Schema, including "required"', () => {
      const json = (name: string) =>
        schema(
          `    type: object\n    required: [${name}, "b"]\n    properties:\n      ${name}: {type: string}\n      b: {type: string}\n`,
        );
      assert.deepEqual(renamed({ 'a.prompt': `${json('x')}{{¦x}}` }, 'y'), {
        'a.prompt': `${json('y')}{{y}}`,
      });
    });

    it('refuses invalid names', () => {
      for (const name of ['', ' a', '1a', 'a]', 'a|b', 'a: b', 'this', 'True', '__proto__', 'a'.repeat(201)])
        refused({ 'a.prompt': '{{¦x}}' }, name, /name/i);
      refused({ 'a.prompt': '{{¦x}}' }, 'json', /helper/);
    });

    it('refuses a name that is declared or would be captured', () => {
      refused(
        { 'a.prompt': `${schema('    x: string\n    y: string\n')}{{¦x}}` },
        'y',
        /declares "y" already/,
      );
      refused({ 'a.prompt': '{{¦x}}{{y}}' }, 'y', /already has a meaning/);
      refused({ 'a.prompt': '{{¦x}}{{#if z as |y|}}{{x}}{{/if}}' }, 'y', /"y" would mean something else/);
      refused({ 'a.prompt': '{{¦x}}', 'a.samples.yaml': '- input: {y: 1}' }, 'y', /the samples of "a"/);
      refused({ 'a.prompt': '{{¦x}}{{> p}}', 'b.prompt': '{{y}}{{> p}}', '_p.prompt': '{{x}}' }, 'y', /"b"/);
      // At the top of a schema these would make it another kind of schema.
      refused({ 'a.prompt': `${schema('    x: string\n    z: string\n')}{{¦x}}` }, 'type', /./);
    });
  });

  describe('of a property', () => {
    it('in its type and every path to it', () => {
      const text = (name: string, caret = '') =>
        `${schema(`    users(array):\n      ${name}: string\n      b: string\n    b(object):\n      n: string\n`)}{{#each users}}{{${caret}${name}}} {{this.${name}}}{{/each}}{{#each users as |u|}}{{u.${name}}}{{/each}}{{users.0.${name}}}{{b.n}}{{#with b}}{{n}}{{/with}}{{n}}{{lookup users.[0] "${name}"}}{{#each users}}{{> row}}{{/each}}{{> list users=users}}`;
      const files = (name: string, caret = '') => ({
        'a.prompt': text(name, caret),
        'a.samples.yaml': `- input:\n    n: 1\n    users:\n      - ${name}: x\n        b: y\n    b: {n: 1}\n`,
        '_row.prompt': `{{${name}}} {{@root.n}}`,
        '_list.prompt': `{{#each users}}{{${name}}}{{/each}}{{n}}`,
      });
      assert.deepEqual(renamed(files('n', '¦'), 'title'), files('title'));
    });

    it('refuses if no schema says where it belongs', () => {
      refused({ 'a.prompt': '{{#each x}}{{¦n}}{{/each}}' }, 'm', /No schema says/);
      const other = { 'b.prompt': '{{#each x}}{{> p}}{{/each}}', '_p.prompt': '{{n}}' };
      refused(
        {
          'a.prompt': `${schema('    x(array):\n      n: string\n')}{{#each x}}{{¦n}}{{> p}}{{/each}}`,
          ...other,
        },
        'm',
        /In "b", no schema/,
      );
    });

    it('refuses a name that is already declared, or would be captured', () => {
      const a = schema('    x(object):\n      n: string\n      m: string\n');
      refused({ 'a.prompt': `${a}{{x.¦n}}` }, 'm', /already/);
      const b = schema('    x(array):\n      n: string\n    m: string\n');
      refused({ 'a.prompt': `${b}{{#each x as |y m|}}{{¦n}}{{/each}}` }, 'm', /"m" already has a meaning/);
    });
  });

  describe('of a block parameter', () => {
    it('only in its block', () => {
      assert.deepEqual(
        renamed(
          {
            'a.prompt':
              '{{#each x as |¦a i|}}{{a}}{{a.a}}{{this.a}}{{#each a as |a|}}{{a}}{{/each}}{{/each}}{{a}}',
          },
          'b',
        ),
        {
          'a.prompt':
            '{{#each x as |b i|}}{{b}}{{b.a}}{{this.a}}{{#each b as |a|}}{{a}}{{/each}}{{/each}}{{a}}',
        },
      );
    });

    it('refuses a name that needs brackets, which Handlebars does not accept there', () => {
      refused({ 'a.prompt': '{{#each x as |¦a|}}{{a}}{{/each}}' }, 'a b', /no brackets/);
    });

    it('refuses a name that would capture or be captured', () => {
      refused({ 'a.prompt': '{{#each x as |¦a|}}{{a}}{{b}}{{/each}}' }, 'b', /already has a meaning/);
      refused(
        { 'a.prompt': '{{#each x as |¦a|}}{{#each y as |b|}}{{a}}{{/each}}{{/each}}' },
        'b',
        /would mean/,
      );
    });
  });

  describe('of a partial', () => {
    const files = {
      'a.prompt': '{{> shared/head}}',
      'shared/_head.prompt': 'x',
      'shared/_head.samples.yaml': '- input: {}',
      'shared/b.prompt': '{{#> "head"}}{{> shared/head a=1}}{{/"head"}}{{> [shared/head]}}',
      'shared/deep/c.prompt': '{{> head}}',
      'shared/other/_head.prompt': '',
      'shared/other/d.prompt': '{{> head}}',
    };

    it('renames its file, its samples and every call, in the form each is written', () => {
      assert.deepEqual(renamed({ ...files, 'a.prompt': '{{> shared/¦head}}' }, 'shared/top'), {
        'a.prompt': '{{> shared/top}}',
        'shared/_top.prompt': 'x',
        'shared/_top.samples.yaml': '- input: {}',
        'shared/b.prompt': '{{#> "top"}}{{> shared/top a=1}}{{/"top"}}{{> shared/top}}',
        'shared/deep/c.prompt': '{{> top}}',
        'shared/other/_head.prompt': '',
        'shared/other/d.prompt': '{{> head}}',
      });
    });

    it('from any call, in the form of that call', () => {
      const marked = { ...files, 'shared/deep/c.prompt': '{{> he¦ad}}' };
      assert.equal(renamed(marked, 'top')['a.prompt'], '{{> shared/top}}');
      assert.equal(renamed(marked, '_top')['a.prompt'], '{{> shared/top}}');
    });

    it('moves it to another folder', () => {
      const after = renamed({ ...files, 'a.prompt': '{{> shared/¦head}}' }, 'parts/head');
      assert.equal(after['a.prompt'], '{{> parts/head}}');
      assert.equal(after['parts/_head.prompt'], 'x');
      assert.equal(after['shared/deep/c.prompt'], '{{> parts/head}}');
    });

    it('keeps its own calls valid when it moves', () => {
      const marked = { 'a.prompt': '{{> x/¦p}}', 'x/_p.prompt': '{{> q}}', 'x/_q.prompt': '' };
      assert.deepEqual(renamed(marked, 'y/p'), {
        'a.prompt': '{{> y/p}}',
        'y/_p.prompt': '{{> x/q}}',
        'x/_q.prompt': '',
      });
    });

    it('refuses an existing name, and one that would resolve differently', () => {
      refused({ 'a.prompt': '{{> ¦p}}', '_p.prompt': '', '_q.prompt': '' }, 'q', /already/);
      refused({ 'a.prompt': '{{> ¦p}}{{> q}}', '_p.prompt': '' }, 'q', /would mean/);
      refused({ 'x/a.prompt': '{{> ¦p}}', '_p.prompt': '', 'x/_q.prompt': '' }, 'q', /no longer/);
      refused({ 'x/a.prompt': '{{> q}}{{> ¦p}}', 'x/_p.prompt': '', '_q.prompt': '' }, 'q', /would mean/);
      refused({ 'a.prompt': '{{> ¦p}}{{#*inline "q"}}{{/inline}}', '_p.prompt': '' }, 'q', /no longer/);
      refused({ 'a.prompt': '{{> ¦p}}', '_p.prompt': '' }, 'q r', /"_q r" is not allowed: use A–Z/);
      refused({ 'a.prompt': '{{> ¦p}}', '_p.prompt': '', '_q.prompt': '' }, 'Q', /"_Q" differs only by case/);
    });

    it('that the prompt defines inline', () => {
      assert.deepEqual(renamed({ 'a.prompt': '{{#*inline "¦p"}}{{/inline}}{{> p}}{{#> p}}{{/p}}' }, 'q'), {
        'a.prompt': '{{#*inline "q"}}{{/inline}}{{> q}}{{#> q}}{{/q}}',
      });
    });
  });

  describe('of something without a name', () => {
    it('explains why it is refused', () => {
      const why = (text: string) => {
        const { prompt, offset, library } = caretIn({ 'a.prompt': text });
        try {
          prepareRename(prompt, offset, library);
        } catch (error) {
          assert.ok(Problem.is(error, 'invalid_request'));
          return error.message;
        }
        return '';
      };
      assert.match(why('{{#i¦f a}}{{/if}}'), /"if" is a helper/);
      assert.match(why('{{#if a}}{{/i¦f}}'), /"if" is a helper/);
      assert.match(why('{{th¦is}}'), /"this" belongs to Handlebars/);
      assert.match(why('{{@in¦dex}}'), /"@index" belongs to Handlebars/);
      assert.match(why('{{../..¦}}'), /Handlebars/);
      assert.match(why('te¦xt'), /Nothing here/);
      assert.match(why('{{> no¦ne}}'), /no partial "none"/);
    });

    it('and otherwise selects only the name', () => {
      const shown = (text: string) => {
        const { prompt, offset, library, files } = caretIn({ 'a.prompt': text });
        const { span, text: name } = prepareRename(prompt, offset, library);
        assert.equal(files['a.prompt']?.slice(span.start, span.end), name);
        return name;
      };
      assert.equal(shown('{{[the ¦name]}}'), 'the name');
      assert.equal(shown('{{@root.¦x}}'), 'x');
      assert.equal(shown('---\ninput: {schema: {"¦x?": string}}\n---\n'), 'x');
    });

    it('in samples too', () => {
      const { samples, offset, library } = caretIn({
        'a.prompt': '{{x}}',
        'a.samples.yaml': '- input: {x¦: 1}',
      });
      assert.ok(samples);
      assert.equal(prepareRenameInSamples(samples, offset, library).text, 'x');
    });
  });
});
